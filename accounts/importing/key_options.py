"""The options of an import that give it a key of the other system: from a file or the environment, never as such."""

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from accounts.passwords import hash_parameters
from accounts.passwords.hash_parameters import HashParameters, InvalidParameters
from accounts.passwords.schemes.keyed import NAME

LONGEST_FILE = 64 * 1024


def add_arguments(parser: ArgumentParser) -> None:
    given = parser.add_mutually_exclusive_group()
    given.add_argument(
        "--hash-key",
        type=Path,
        metavar="FILE",
        help="a pepper, the key of HMACs, or Firebase's hash_config; stored encrypted, once for the tenant",
    )
    given.add_argument("--hash-key-env", metavar="VARIABLE", help="the same, from a variable of the environment")
    parser.add_argument(
        "--hash-key-name",
        default=hash_parameters.DEFAULT_NAME,
        metavar="NAME",
        help=f"which key of the tenant it is; {hash_parameters.DEFAULT_NAME} without",
    )


def read(options: Mapping[str, Any]) -> HashParameters | None:
    """Read the key that is given, if any; raises InvalidParameters."""
    name = options["hash_key_name"]
    if not NAME.fullmatch(name):
        raise InvalidParameters("--hash-key-name has lower-case letters, digits and hyphens, 32 at most.")
    text = _text(options["hash_key"], options["hash_key_env"])
    try:
        return None if text is None else hash_parameters.read(text, name)
    except InvalidParameters as refusal:
        raise InvalidParameters(f"The hash key cannot be read: {refusal}.") from None


def _text(file: Path | None, variable: str | None) -> str | None:
    if variable is not None:
        text = os.environ.get(variable, "")
        if not text:
            raise InvalidParameters(f"The variable {variable} is not set or empty.")
        return text
    try:
        return None if file is None else _content(file)
    except (OSError, UnicodeDecodeError):
        raise InvalidParameters(f"{file} cannot be read as a text.") from None


def _content(file: Path) -> str:
    with file.open("rb") as opened:
        return opened.read(LONGEST_FILE).decode("utf-8-sig")
