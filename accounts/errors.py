"""What can stand between a request and an end user's account."""

from otp.errors import AddressError
from tenants.errors import Refusal


class InvalidUsername(Refusal):
    """The user name does not have the documented form."""


class DuplicateUsername(Refusal):
    """Another end user of the tenant has this user name."""


class DuplicatePhoneNumber(Refusal):
    """Another end user of the tenant has proven this phone number."""


class DuplicateEmail(Refusal):
    """Another end user of the tenant has proven this e-mail address."""


class IllegalAttributeValue(Refusal):
    """An attribute's value fails the attribute's own rule; the message is the one that the admin wrote."""


class InvalidPassword(Refusal):
    """The password fails the policy; `reason` says why, for the dialects that tell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HashingBusy(Refusal):
    """Too many passwords wait to be hashed; the client may try again in a few seconds."""


class AddressInUse(AddressError):
    """A code for signing up was asked for an address that an end user has proven."""
