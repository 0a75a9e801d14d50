"""What is wrong with a registration as a whole."""

from collections.abc import Mapping
from typing import Any

from accounts.errors import NoPasswordSource
from tenants.errors import Refusal

__all__ = [
    "MissingAttributes",
    "NoPasswordSource",
    "ProofOfWorkRequired",
    "SessionGone",
    "TooManyCodes",
    "UnknownAttributes",
]


class MissingAttributes(Refusal):
    """A required attribute is absent, or an address has no proof, or a proof no address."""


class UnknownAttributes(Refusal):
    """The tenant knows no such attribute."""


class SessionGone(Refusal):
    """The browser's session has expired, or somebody has signed up in it."""


class TooManyCodes(Refusal):
    """The browser's session has asked for all the codes that it may; another one begins when this one ends."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class ProofOfWorkRequired(Refusal):
    """The browser's session gets its next code for the solution of the `challenge`, and for that alone."""

    def __init__(self, challenge: Mapping[str, Any]) -> None:
        super().__init__()
        self.challenge = challenge
