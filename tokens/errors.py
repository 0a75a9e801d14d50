"""Why a token is not accepted, or not issued."""

from tenants.errors import Refusal


class InvalidGrant(Refusal):
    """The refresh token is unknown, spent, expired or revoked, or belongs to another client or device."""

    is_guess = True


class InvalidToken(Refusal):
    """The access token is no token of ours, or no longer good for anything."""


class MissingScope(Refusal):
    """The access token is good, but not for this."""


class InvalidScope(Refusal):
    """The application asks for a scope that it does not have."""
