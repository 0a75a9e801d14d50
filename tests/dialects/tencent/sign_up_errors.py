"""What the tests of sign-up errors share: the documented descriptions, and bodies that bring them about."""

from accounts.models import EndUser
from tenants.models import Tenant

PHONE, EMAIL = "13612345678", "mock_username@example.com"
PASSWORD = "tQzvkw7!mp"
SIGN_UP_IS_OFF = ("misconfigured", "Sign up flow of the application is not enabled.")
MISSING = ("invalid_request", "Missing required sign-up attribute(s).")
UNCONFIGURED = ("invalid_request", "Unconfigured sign-up attribute(s) found.")
UNKNOWN = ("invalid_request", "Unknown attribute(s) found.")
NO_PASSWORD_SOURCE = ("misconfigured", "No password auth source is associated with the application.")
PHONE_PROOF = {"phone_number": PHONE, "phone_number_otp_token": "token", "phone_number_otp": "123456"}
EMAIL_PROOF = {"email": EMAIL, "email_otp_token": "token", "email_otp": "123456"}


def own(**identifiers: str) -> None:
    """Somebody in the only tenant has them, proven."""
    proven = {f"{name}_verified": True for name in identifiers if name != "username"}
    EndUser.objects.create(tenant=Tenant.objects.get(), **identifiers, **proven)
