"""What an application may tell a caller of accounts that are not the caller's own (S-88, docs/private-answers.md).

This module alone reads the application's `answers`: dialects and pages ask here, so that none can differ.
"""

from accounts.errors import PasswordNotSet, WrongPassword
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal

ADDRESSES = ("email", "phone_number")


def tells_of_addresses(application: ApplicationConfiguration) -> bool:
    """Whether a caller who has not proven an address learns that somebody has it."""
    return not application.is_private


def takes_unproven_addresses(application: ApplicationConfiguration) -> bool:
    """Whether an address may be stored without a proof: one that somebody has would have to be refused or left out."""
    return tells_of_addresses(application)


def names_to_look_up(application: ApplicationConfiguration) -> tuple[str, ...]:
    """The identifiers by which users may be looked up; user names are no secret."""
    return ("username", *ADDRESSES) if tells_of_addresses(application) else ("username",)


def password_refusal(application: ApplicationConfiguration, *, is_set: bool) -> Refusal:
    """The refusal of a log-in by password; that a user has none tells that there is such a user."""
    return WrongPassword() if is_set or not tells_of_addresses(application) else PasswordNotSet()
