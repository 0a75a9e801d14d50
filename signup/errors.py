"""What is wrong with a registration as a whole."""

from accounts.errors import NoPasswordSource
from tenants.errors import Refusal

__all__ = ["MissingAttributes", "NoPasswordSource", "SessionGone", "UnknownAttributes"]


class MissingAttributes(Refusal):
    """A required attribute is absent, or an address has no proof, or a proof no address."""


class UnknownAttributes(Refusal):
    """The tenant knows no such attribute."""


class SessionGone(Refusal):
    """The browser's session has expired, or somebody has signed up in it."""
