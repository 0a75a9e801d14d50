"""User names: ASCII letters, digits and underscores, a letter first; compared without regard to case."""

import re

from accounts.errors import InvalidUsername

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)  # Tencent's form, contract §2.2


def canonical_username(text: str) -> str:
    """The case-folded user name; raises InvalidUsername."""
    if not USERNAME.fullmatch(text):
        raise InvalidUsername
    return text.casefold()
