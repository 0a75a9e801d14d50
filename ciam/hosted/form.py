"""The fields of the sign-up page: what the application asks for, in its order and in the reader's words."""

from dataclasses import dataclass

import phonenumbers

from accounts import attributes, disclosure
from accounts.codes import ATTRIBUTES
from accounts.passwords import policy
from signup import asking
from tenants.attributes import LABELS
from tenants.configuration import ApplicationConfiguration, AttributeRule, TenantSettings
from tenants.models import Channel

Words = dict[str, str]

AUTOFILL = {
    "username": "username",
    "phone_number": "tel",
    "email": "email",
    "name": "name",
    "given_name": "given-name",
    "middle_name": "additional-name",
    "family_name": "family-name",
    "nickname": "nickname",
    "birthdate": "bday",
    "website": "url",
    "locale": "language",
}
KINDS = {"phone_number": "tel", "email": "email", "zoneinfo": "zone", "locale": "locale"}
KIND_OF_TYPE = {"integer": "number", "boolean": "checkbox"}
INPUT_TYPES = {"tel": "tel", "email": "email"}
REGION_OF_LANGUAGE = {"en": "GB", "zh": "CN", "tr": "TR"}  # of the example, where a number of any region will do
EXAMPLE_KIND = phonenumbers.PhoneNumberType.MOBILE
EXAMPLE_ABROAD = phonenumbers.PhoneNumberFormat.INTERNATIONAL
EXAMPLE_AT_HOME = phonenumbers.PhoneNumberFormat.NATIONAL
NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Input:
    identifier: str
    label: str
    kind: str  # text, number, checkbox, tel, email, zone, locale
    is_mandatory: bool
    needs_code: bool
    pattern: str
    complaint: str  # the admin's own words for a value that is refused, or ""
    hint: str
    autofill: str
    choices: tuple[str, ...]
    region: str = ""  # by which a phone number is read, where that has to be told

    @property
    def input_type(self) -> str:
        return INPUT_TYPES.get(self.kind, "text")


@dataclass(frozen=True, slots=True)
class Password:
    """One to be chosen, by the `rules`; without them, the one that somebody has."""

    is_mandatory: bool
    label: str
    rules: tuple[str, ...] = ()
    identifier: str = "password"
    autofill: str = "new-password"


@dataclass(frozen=True, slots=True)
class Form:
    """`names` are what says who somebody is; with `is_one_enough` any of them will do."""

    names: tuple[Input, ...]
    is_one_enough: bool
    password: Password | None
    details: tuple[Input, ...]


def of_application(application: ApplicationConfiguration, *, language: str, words: Words) -> Form:
    asked = asking.fields(application)
    names = [field for field in asked if field.role == "authentication"]
    return Form(
        names=tuple(_input(application, field, language, words) for field in names),
        is_one_enough=application.sign_up.authentication == "any" and len(names) > 1,
        password=new_password(application, words),
        details=tuple(_input(application, field, language, words) for field in asked if field.role != "authentication"),
    )


def _input(application: ApplicationConfiguration, field: asking.Field, language: str, words: Words) -> Input:
    kind = KINDS.get(field.identifier) or KIND_OF_TYPE.get(field.type, "text")
    rule = application.attributes[field.identifier]
    return Input(
        identifier=field.identifier,
        label=label(rule, words),
        kind=kind,
        is_mandatory=asking.is_mandatory(application, field.identifier),
        needs_code=field.needs_code and not _is_confirmed_later(application, field.identifier),
        pattern=field.pattern,
        complaint=field.error_message,
        hint=_hint(application, field, language, words),
        autofill=AUTOFILL.get(field.identifier, ""),
        choices=tuple(attributes.vocabulary(rule) or ()) if kind == "zone" else (),
        region=told_region(application.tenant) if kind == "tel" else "",
    )


def label(rule: AttributeRule, words: Words) -> str:
    """The admin's; ours in the reader's language where the admin left the one that every tenant has."""
    standard = LABELS.get(rule.identifier)
    if standard and rule.label in ("", standard):
        return words[f"label_{rule.identifier}"]
    return rule.label or rule.identifier


def _is_confirmed_later(application: ApplicationConfiguration, identifier: str) -> bool:
    """Whether the tenant writes to the address after the sign-up, so that no code is asked for before it."""
    is_forced = application.tenant.force_email_verification
    return identifier == "email" and is_forced and disclosure.takes_unproven_addresses(application)


def _hint(application: ApplicationConfiguration, field: asking.Field, language: str, words: Words) -> str:
    if field.identifier == "phone_number":
        return phone_hint(application.tenant, language, words)
    if field.identifier == "username":
        return words["hint_username"]
    return words["hint_confirmed_later"] if _is_confirmed_later(application, field.identifier) else ""


def phone_hint(tenant: TenantSettings, language: str, words: Words) -> str:
    """How to write a number: without its country code it is taken for one of the tenant's first region."""
    region = region_of(tenant) or REGION_OF_LANGUAGE[language]
    number = phonenumbers.example_number_for_type(region, EXAMPLE_KIND)
    if number is None:
        return ""
    example, national = (_on_one_line(number, form) for form in (EXAMPLE_ABROAD, EXAMPLE_AT_HOME))
    template = words["hint_phone_region" if tenant.phone_regions else "hint_phone"]
    return template.format(example=example, national=national)


def region_of(tenant: TenantSettings) -> str:
    """Return the region by which a number without its country code is read, "" where that is no one's choice."""
    return next(iter(tenant.phone_regions), "")


def told_region(tenant: TenantSettings) -> str:
    """The same, where there are others that somebody may take it for."""
    return region_of(tenant) if len(tenant.phone_regions) > 1 else ""


def _on_one_line(number: phonenumbers.PhoneNumber, form: int) -> str:
    return phonenumbers.format_number(number, form).replace(" ", NO_BREAK)


def new_password(application: ApplicationConfiguration, words: Words) -> Password | None:
    source = application.login.password_source
    if source is None:
        return None
    shortest, longest = policy.bounds(source.strength)
    return Password(
        is_mandatory=not _can_log_in_by_code(application),
        label=words["label_password"],
        rules=(
            words["password_length"].format(min=shortest, max=longest),
            *(words[f"password_{rule}"] for rule in (*policy.rules(source.strength), "common")),
        ),
    )


def _can_log_in_by_code(application: ApplicationConfiguration) -> bool:
    """Whether everybody who signs up gives an address to which the log-in flow sends codes."""
    reachable = {ATTRIBUTES[Channel(source.channel)] for source in application.login.otp_sources}
    names = application.sign_up.authentication_attributes
    return (bool(names) and reachable.issuperset(names)) or any(
        asking.is_mandatory(application, identifier) for identifier in reachable
    )
