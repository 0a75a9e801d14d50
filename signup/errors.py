"""What is wrong with a registration as a whole."""

from accounts.errors import NoPasswordSource
from tenants.errors import Refusal

__all__ = ["MissingAttributes", "NoPasswordSource", "UnknownAttributes"]


class MissingAttributes(Refusal):
    """A required attribute is absent, or an address has no proof, or a proof no address."""


class UnknownAttributes(Refusal):
    """The tenant knows no such attribute."""
