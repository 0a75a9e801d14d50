"""What an application asks for, held against what was sent: missing, then unconfigured, then unknown."""

from accounts import disclosure
from signup.errors import MissingAttributes, UnknownAttributes
from signup.registrations import AddressEntry, Registration
from tenants.configuration import ApplicationConfiguration, SignUp
from tenants.errors import SignUpDisabled, UnconfiguredAttributes


def check(application: ApplicationConfiguration, registration: Registration) -> None:
    """Raises SignUpDisabled, MissingAttributes, UnconfiguredAttributes or UnknownAttributes."""
    sign_up = application.sign_up
    if not sign_up.enabled:
        raise SignUpDisabled
    may_claim = registration.may_claim and disclosure.takes_unproven_addresses(application)
    if registration.asks_only_required:
        _check_own_body(sign_up, registration, may_claim)
        return
    if not (_has_authentication(sign_up, registration) and _has_required(sign_up, registration, may_claim)):
        raise MissingAttributes
    known = {name for name in registration.names if name in application.attributes}
    if not all(sign_up.accepts(name) for name in known):
        raise UnconfiguredAttributes
    if registration.names - known:
        raise UnknownAttributes


def _check_own_body(sign_up: SignUp, registration: Registration, may_claim: bool) -> None:
    is_named = any(registration.gives(name) for name in ("username", "phone_number", "email"))
    if not is_named or not _has_required(sign_up, registration, may_claim):
        raise MissingAttributes


def _has_authentication(sign_up: SignUp, registration: Registration) -> bool:
    given = [registration.gives(name) for name in sign_up.authentication_attributes]
    return any(given) if sign_up.authentication == "any" else bool(given) and all(given)


def _has_required(sign_up: SignUp, registration: Registration, may_claim: bool) -> bool:
    return all(registration.gives(name) for name in sign_up.required_attributes) and all(
        _is_whole(entry, may_claim) for entry in (registration.phone_number, registration.email)
    )


def _is_whole(entry: AddressEntry, may_claim: bool) -> bool:
    is_claim = may_claim and bool(entry.typed) and not entry.code
    return entry.is_absent or entry.is_complete or is_claim
