"""What is wrong with a registration as a whole."""

from tenants.errors import Refusal


class MissingAttributes(Refusal):
    """A required attribute is absent, or an address has no proof, or a proof no address."""


class UnknownAttributes(Refusal):
    """The tenant knows no such attribute."""


class NoPasswordSource(Refusal):
    """A password was sent, but the application's log-in flow has no password source."""
