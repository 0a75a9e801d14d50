"""What an application may tell a caller of accounts that are not the caller's own (S-88, docs/private-answers.md).

This module alone reads the application's `answers`: dialects and pages ask here, so that none can differ.
"""

from accounts.errors import PasswordNotSet, WrongPassword
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal

ADDRESSES = ("email", "phone_number")


def tells_of_addresses(application: ApplicationConfiguration) -> bool:
    """Return whether a caller who has not proven an address may learn that a user has it."""
    return not application.is_private


def takes_unproven_addresses(application: ApplicationConfiguration) -> bool:
    """Return whether an address may be stored without a proof, which tells whether another user has it."""
    return tells_of_addresses(application)


def names_to_look_up(application: ApplicationConfiguration) -> tuple[str, ...]:
    """Return the identifiers by which users may be looked up; user names are no secret."""
    return ("username", *ADDRESSES) if tells_of_addresses(application) else ("username",)


def password_refusal(application: ApplicationConfiguration, *, is_set: bool) -> Refusal:
    """Return the error of a wrong password; PasswordNotSet would tell that the user exists."""
    return WrongPassword() if is_set or not tells_of_addresses(application) else PasswordNotSet()
