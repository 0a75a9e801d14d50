"""The bodies that an end user's browser sends (contract §1, §4, §8)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from accounts import profiles, user_documents, usernames
from accounts.profiles import InvalidField
from accounts.user_documents import IDENTIFIERS, PRIVILEGED, UserDocument, is_harmless
from otp import addresses, phone_numbers
from otp.errors import MalformedAddress
from signup.browser_sessions import Live
from signup.errors import SessionGone
from signup.registrations import AddressEntry, Browser, Registration
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration, AttributeRule
from tenants.models import Channel

LONGEST_CODE = 128  # as a source for e-mail may have them
LONGEST_LOCALES = 128
LONGEST_SOLUTION = 1024
LONGEST_REGION = 3
ADDRESSES = {"email": Channel.EMAIL, "phone_number": Channel.SMS}
LONGEST_ADDRESS = {"email": 256, "phone_number": 32}
STATE = re.compile(r"[A-Za-z0-9_.-]{1,128}", re.ASCII)


def read_state(body: Mapping[str, Any]) -> str | None:
    """Return what the page was drawn with, None from other clients; raises SessionGone for what is no state."""
    state = body.get("state")
    if state is None:
        return None
    if not isinstance(state, str) or not STATE.fullmatch(state):
        raise SessionGone
    return state


def read_document(body: Mapping[str, Any], application: ApplicationConfiguration) -> UserDocument:
    """What a person may say of himself; raises InvalidField, first for a field that only a back end may set (S-08)."""
    for name in PRIVILEGED:
        if not is_harmless(body.get(name)):
            raise InvalidField(name, "may not be set by whoever signs up")
    own = {name: value for name, value in body.items() if name not in PRIVILEGED}
    return user_documents.read(own, tenant=application.tenant, rules=_rules(application), may_be_nameless=True)


def read_registration(
    body: Mapping[str, Any], document: UserDocument, live: Live, *, browser: Browser, language: str
) -> Registration:
    """Raises InvalidField for what is malformed or missing."""
    registration = Registration(
        names=_names(body),
        username=document.username_typed or None,
        username_form=usernames.PRINTABLE,
        password=document.password,
        email=_entry(body, "email", document.email_typed, document.email, live),
        phone_number=_entry(body, "phone_number", str(body.get("phone_number") or ""), document.phone_number, live),
        attributes=document.attributes,
        addresses=document.addresses,
        metadata=document.metadata,
        asks_only_required=True,
        may_claim=True,
        browser=browser,
        verify_email=document.verify_email,
        language=language,
    )
    _check_complete(live.application, registration)
    return registration


def read_address(
    body: Mapping[str, Any], application: ApplicationConfiguration, *, may_be_dotless: bool = False
) -> tuple[Channel, str]:
    """The channel and the canonical address; raises InvalidField."""
    given = [name for name in ADDRESSES if body.get(name) is not None]
    if len(given) != 1:
        raise InvalidField("email", "must be given, or phone_number: one of them")
    name = given[0]
    typed = text(body, name, LONGEST_ADDRESS[name])
    try:
        if name == "email":
            return Channel.EMAIL, addresses.canonical_email(typed, may_be_dotless=may_be_dotless)
        return Channel.SMS, addresses.phone_of_regions(typed, application.tenant.phone_regions)
    except MalformedAddress:
        raise InvalidField(name, "must be an e-mail address" if name == "email" else "must be a phone number") from None


def read_ui_locales(body: Mapping[str, Any]) -> str:
    """Return the languages that the body asks for, as OpenID writes them; raises InvalidField."""
    return text(body, "ui_locales", LONGEST_LOCALES)


def read_phone_region(body: Mapping[str, Any]) -> str:
    """Return the region by which the page's reader writes phone numbers; raises InvalidField."""
    return text(body, "phone_region", LONGEST_REGION)


def text(body: Mapping[str, Any], name: str, longest: int) -> str:
    """The field's text, "" where it is absent or null; raises InvalidField."""
    value = phone_numbers.tidy(body.get(name)) if name == "phone_number" else body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or UNFIT_FOR_TEXT.search(value):
        raise InvalidField(name, f"must be a text of at most {longest} characters")
    return value


def _rules(application: ApplicationConfiguration) -> dict[str, AttributeRule]:
    """Those of the attributes that the sign-up asks for, and the tenant's own of claims that everybody may have."""
    accepts = application.sign_up.accepts
    return {name: rule for name, rule in application.attributes.items() if accepts(name) or name in profiles.CLAIMS}


def _names(body: Mapping[str, Any]) -> frozenset[str]:
    profile = body.get("profile")
    return frozenset(body) | frozenset(profile if isinstance(profile, dict) else ())


def _entry(body: Mapping[str, Any], name: str, typed: str, address: str | None, live: Live) -> AddressEntry:
    """With the code that was asked for in this session, proven; without one, claimed."""
    code = text(body, f"{name}_code", LONGEST_CODE)
    if code and not typed:
        raise InvalidField(name, f"must be given with {name}_code")
    return AddressEntry(typed=typed, address=address, code=code, asked_by_id=live.row.id if code else None)


def _check_complete(application: ApplicationConfiguration, registration: Registration) -> None:
    """Raises InvalidField for the first thing that is missing: what the sign-up requires, and some identifier."""
    sign_up = application.sign_up
    missing = _first_missing(sign_up.required_attributes, registration)
    if not missing and not any(registration.gives(name) for name in IDENTIFIERS):
        missing = next(iter(sign_up.authentication_attributes), "email")
    if missing and sign_up.enabled:
        raise InvalidField(missing, "must be given")


def _first_missing(names: Iterable[str], registration: Registration) -> str:
    return next((name for name in names if not registration.gives(name)), "")
