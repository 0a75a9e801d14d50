"""An end user as one document: PlusAuth's user body, which its back ends send and imports bring (its contract, §4).

Every field may be null, which is as good as absent. Members that nobody knows are left out, never stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts import attributes, profiles, usernames
from accounts.errors import IllegalAttributeValue, InvalidUsername
from accounts.passwords import imported, looks
from accounts.profiles import InvalidField
from otp import addresses, phone_numbers
from otp.errors import MalformedAddress
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import AttributeRule, TenantSettings

LONGEST_EMAIL = 256
LONGEST_PHONE = 32
LONGEST_PASSWORD = 1024  # of a plain one: the policy says what is too long, and why
MOST_LOGIN_ATTEMPTS = 20_000
MOST_IDENTITIES = 20
LONGEST_CONNECTION = 64
LONGEST_ID = 256
MOST_DETAILS_CHARACTERS = 8192

TOP_CLAIMS = ("name", "picture")
PROFILE_CLAIMS = frozenset(profiles.CLAIMS) - frozenset(TOP_CLAIMS)
HASH_FUNCTIONS = imported.SELF_CONTAINED  # digests without a scheme of their own come in files alone
# Those of the seed, and what later releases of the vendor's client know.
PROVIDERS = {
    "sms": {"twilio", "vonage", "netgsm", "3gbilisim", "dataport", "messagebird", "custom"},
    "otp": {"hotp", "totp"},
    "push": {"native", "expo", "one-signal"},
    "email": {"aws_ses", "postmark", "sendgrid", "sparkpost", "smtp"},
    "social": {
        *("custom-oauth2", "amazon", "apple", "e-devlet", "dribbble", "dropbox", "facebook", "github", "google"),
        *("linkedin", "microsoft", "slack", "spotify", "twitter", "plusauth", "auth_plus"),
    },
    "enterprise": {"saml", "ldap", "entra-id"},
}
# What only a back end may say of an end user (§8): the first group as it likes, the second nobody.
PRIVILEGED = (
    *("blocked", "email_verified", "phone_number_verified", "login_attempts", "hash_fn", "salt", "identities"),
    *("id", "created_at", "updated_at", "last_login", "last_ip", "roles", "role_groups", "credentials", "sessions"),
    "password_history",
)


@dataclass(frozen=True, slots=True)
class IdentityDocument:
    connection: str
    provider: str
    type: str
    id: str | None  # the subject there; without one, nobody signs in by it
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UserDocument:
    """The identifiers are canonical; `password` is plain and not judged yet, `password_hash` a line to store, or ""."""

    username: str | None
    username_typed: str
    phone_number: str | None
    phone_number_verified: bool
    email: str | None
    email_typed: str
    email_verified: bool
    password: str | None
    password_hash: str
    blocked: bool
    login_attempts: int
    attributes: Mapping[str, Any]  # flat: claims, and the tenant's own
    addresses: list[dict[str, Any]]
    metadata: Mapping[str, Any]
    identities: tuple[IdentityDocument, ...]
    verify_email: bool


def is_harmless(value: Any) -> bool:
    """Whether a privileged field says nothing: people submit the whole documented body."""
    return value is None or value is False or (type(value) is int and value == 0) or value in ("", [], {})


def read(
    document: Mapping[str, Any],
    *,
    tenant: TenantSettings,
    rules: Mapping[str, AttributeRule],
    may_be_nameless: bool = False,
    may_hold_data: bool = False,
    may_hold_hash: bool = False,
) -> UserDocument:
    """The document, field by field; raises InvalidField for the first one that is not as it should be.

    `rules` are those of the tenant's attributes; its own ones stand at the top level, under their identifiers. With
    `may_hold_data` a picture may be an image itself. With `may_hold_hash` a plain password may not look like a hash:
    its sender has left out which one, and the text of the hash would log in.
    """
    given = {name: value for name, value in document.items() if value is not None}
    username = _username(given)
    phone_number = _phone_number(given, tenant)
    email = _email(given)
    if not may_be_nameless and username is None and phone_number is None and email is None:
        raise InvalidField("email", "must be given, or username or phone_number: somebody needs a name")
    password, password_hash = _password(given, tenant)
    if may_hold_hash and password and (look := looks.looks_like(password)):
        raise InvalidField("password", f"reads as {look}, and no hash_fn says so")
    profile = _object(given, "profile")
    return UserDocument(
        username=username,
        username_typed=given.get("username", ""),
        phone_number=phone_number,
        phone_number_verified=_flag(given, "phone_number_verified"),
        email=email,
        email_typed=given.get("email", ""),
        email_verified=_flag(given, "email_verified"),
        password=password,
        password_hash=password_hash,
        blocked=_flag(given, "blocked"),
        login_attempts=_login_attempts(given),
        attributes=_attributes(given, profile, rules, may_hold_data),
        addresses=_within("profile", lambda: _addresses(profile)),
        metadata=profiles.read_metadata(given["metadata"]) if "metadata" in given else {},
        identities=_identities(given) if "identities" in given else (),
        verify_email=_flag(given, "verify_email"),
    )


def _username(given: Mapping[str, Any]) -> str | None:
    typed = _text(given, "username", usernames.PRINTABLE.longest)
    if not typed:
        return None
    try:
        return usernames.canonical_username(typed, usernames.PRINTABLE)
    except InvalidUsername:
        reason = "must be printable ASCII without spaces, and no e-mail address or number"
        raise InvalidField("username", reason) from None


def _phone_number(given: Mapping[str, Any], tenant: TenantSettings) -> str | None:
    typed = _text(given, "phone_number", LONGEST_PHONE)
    try:
        return addresses.phone_of_regions(typed, tenant.phone_regions) if typed else None
    except MalformedAddress:
        raise InvalidField("phone_number", "must be a phone number, as +905321234567") from None


def _email(given: Mapping[str, Any]) -> str | None:
    typed = _text(given, "email", LONGEST_EMAIL)
    try:
        return addresses.canonical_email(typed) if typed else None
    except MalformedAddress:
        raise InvalidField("email", "must be an e-mail address") from None


def _password(given: Mapping[str, Any], tenant: TenantSettings) -> tuple[str | None, str]:
    """A plain password, or with `hash_fn` the line that an imported hash is stored as; never one for the other."""
    password = given.get("password")
    if password is not None and (not isinstance(password, str) or len(password) > LONGEST_PASSWORD):
        raise InvalidField("password", f"must be a text of at most {LONGEST_PASSWORD} characters")
    hash_fn, salt = _text(given, "hash_fn", 16), _text(given, "salt", 256)
    if not hash_fn:
        if salt:
            raise InvalidField("salt", "goes with hash_fn alone")
        return password, ""
    if hash_fn not in HASH_FUNCTIONS:
        raise InvalidField("hash_fn", f"must be one of {', '.join(HASH_FUNCTIONS)}")
    if not password:
        raise InvalidField("password", "must be the hash that hash_fn names")
    try:
        line = imported.read(
            password, hash_fn=hash_fn, salt=salt, digest=tenant.pbkdf2_digest, rounds=tenant.pbkdf2_rounds
        )
    except imported.InvalidHash as refusal:
        raise InvalidField("password", str(refusal)) from None
    return None, line


def _attributes(
    given: Mapping[str, Any], profile: Mapping[str, Any], rules: Mapping[str, AttributeRule], may_hold_data: bool
) -> dict[str, Any]:
    found = {name: given[name] for name in TOP_CLAIMS if name in given}
    for name, value in found.items():
        profiles.check_claim(name, value, may_hold_data=may_hold_data)
    nested = {name: value for name, value in profile.items() if value is not None and name in PROFILE_CLAIMS}
    if nested:
        _within("profile", lambda: _check_claims(nested))
    own = {name: value for name, value in given.items() if name in rules and name not in IDENTIFIERS | found.keys()}
    both = own.keys() & nested.keys()
    if both:
        raise InvalidField(min(both), "is given twice: here and in profile")
    given_ones = found | nested | own
    for name, value in given_ones.items():
        if name in rules:
            _check_rule(rules[name], f"profile.{name}" if name in nested else name, value)
    return given_ones


def _addresses(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = profile.get("addresses")
    return [] if listed is None else profiles.read_addresses(listed)


def _check_claims(claims: Mapping[str, Any]) -> None:
    for name, value in claims.items():
        profiles.check_claim(name, value)


def _check_rule(rule: AttributeRule, path: str, value: Any) -> None:
    """By the tenant's own rule of the attribute; the vendor's integer genders are no text, and need none."""
    if rule.identifier == "gender" and isinstance(value, int):
        return
    if not attributes.has_type(rule, value) or (isinstance(value, str) and UNFIT_FOR_TEXT.search(value)):
        raise InvalidField(path, f"must be {TYPES_IN_WORDS[rule.type]}")
    try:
        attributes.check(rule, value)
    except IllegalAttributeValue as refusal:
        raise InvalidField(path, str(refusal)) from None


def _identities(given: Mapping[str, Any]) -> tuple[IdentityDocument, ...]:
    listed = given.get("identities", [])
    if not isinstance(listed, list) or len(listed) > MOST_IDENTITIES:
        raise InvalidField("identities", f"must be a list of at most {MOST_IDENTITIES} identities")
    found = tuple(_identity(f"identities.{position}", one) for position, one in enumerate(listed))
    connections = [one.connection for one in found]
    for position, connection in enumerate(connections):
        if connection in connections[:position]:
            raise InvalidField(f"identities.{position}.connection", "is there already: one identity of a connection")
    return found


def _identity(path: str, value: Any) -> IdentityDocument:
    if not isinstance(value, dict):
        raise InvalidField(path, "must be an object")
    connection = _required_text(value, path, "connection", LONGEST_CONNECTION)
    provider = _required_text(value, path, "provider", LONGEST_CONNECTION)
    kind = _required_text(value, path, "type", LONGEST_CONNECTION)
    if kind not in PROVIDERS:
        raise InvalidField(f"{path}.type", f"must be one of {', '.join(PROVIDERS)}")
    if provider not in PROVIDERS[kind]:
        raise InvalidField(f"{path}.provider", f"must be one of {', '.join(sorted(PROVIDERS[kind]))}")
    details = value.get("details")
    if not isinstance(details, dict) or not _is_fit(details) or len(str(details)) > MOST_DETAILS_CHARACTERS:
        raise InvalidField(f"{path}.details", f"must be an object of at most {MOST_DETAILS_CHARACTERS} characters")
    subject = _within(path, lambda: _text(value, "id", LONGEST_ID)) or None
    return IdentityDocument(connection, provider, kind, subject, details)


def _is_fit(value: Any, depth: int = 32) -> bool:
    """Whether all texts in it can be stored, and it nests no deeper than this."""
    if isinstance(value, dict | list) and not depth:
        return False
    if isinstance(value, dict):
        return all(_is_fit(member, depth - 1) for pair in value.items() for member in pair)
    if isinstance(value, list):
        return all(_is_fit(member, depth - 1) for member in value)
    return not isinstance(value, str) or not UNFIT_FOR_TEXT.search(value.replace("\n", " "))


def _required_text(value: Mapping[str, Any], path: str, name: str, longest: int) -> str:
    text: str = _within(path, lambda: _text(value, name, longest))
    if not text:
        raise InvalidField(f"{path}.{name}", "must be given")
    return text


def _text(given: Mapping[str, Any], name: str, longest: int) -> str:
    """The field's text; "" where it is absent or null."""
    value = phone_numbers.tidy(given.get(name)) if name == "phone_number" else given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or UNFIT_FOR_TEXT.search(value):
        raise InvalidField(name, f"must be a text of at most {longest} characters")
    return value


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise InvalidField(name, "must be true or false")
    return value


def _login_attempts(given: Mapping[str, Any]) -> int:
    value = given.get("login_attempts", 0)
    if type(value) is not int or not 0 <= value <= MOST_LOGIN_ATTEMPTS:
        raise InvalidField("login_attempts", f"must be a whole number from 0 to {MOST_LOGIN_ATTEMPTS}")
    return value


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise InvalidField(name, "must be an object")
    return value


def _within(path: str, check: Callable[[], Any]) -> Any:
    """What the check finds; a refusal names its field below this path."""
    try:
        return check()
    except InvalidField as refusal:
        raise InvalidField(f"{path}.{refusal.field}", refusal.reason) from None


IDENTIFIERS = frozenset({"username", "phone_number", "email"})
TYPES_IN_WORDS = {"string": "a text", "integer": "a whole number", "boolean": "true or false"}
