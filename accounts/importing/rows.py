"""A user of a file as the lines of our tables, once everything about it is known to be right."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from accounts import attributes, profiles, statuses, user_documents
from accounts.errors import IllegalAttributeValue
from accounts.importing import belongings, blocks, lines
from accounts.importing.entries import STORED, Entry, Hash, Rejected
from accounts.importing.identifiers import find_uuid, plain_email, plain_phone
from accounts.importing.rules import Rules
from accounts.passwords import comparing, hashing, imported, looks
from accounts.passwords.imported import Digest
from accounts.passwords.schemes import InvalidHash, Scheme
from accounts.profiles import InvalidField
from accounts.user_documents import UserDocument
from otp import addresses
from otp.errors import MalformedAddress
from tenants.characters import UNFIT_FOR_TEXT
from tenants.ids import new_id

USER_COLUMNS = (
    *(
        "id",
        "tenant_id",
        *statuses.COLUMNS,
        "status_change",
        "username",
        "username_typed",
        "phone_number",
        "phone_number_verified",
    ),
    *("email", "email_typed", "email_verified", "password", "attributes", "addresses", "metadata"),
    *("login_attempts", "anonymous_device_hash", "created_at", "updated_at", "sessions_valid_from"),
)

LONGEST_PASSWORD = 128
NO_VENDOR = ("social", "google")  # stands for the names that an identity of a sign-in has not, while it is checked

Key = tuple[str, str]


class Row(NamedTuple):
    """A user's lines by table, and the keys that nobody else may have. It goes from process to process: a tuple."""

    line: int
    keys: tuple[Key, ...]
    user: str
    history: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    id: str = ""
    is_weak: bool = False
    hash_milliseconds: int = 0  # what a comparison with the password's hash costs
    test: bool | None = None  # whether the test password is the row's


class _Read(NamedTuple):
    """A document, with the fields that were read beside it in their places."""

    document: UserDocument
    email: str | None
    email_typed: str
    phone_number: str | None
    attributes: Mapping[str, Any]


def read(entry: Entry, rules: Rules, line: int) -> Row:
    """The row of the file's line; raises Rejected."""
    try:
        given = _document(entry, rules)
        found = _parse(entry.hash, rules) if entry.hash else None
    except InvalidField as refusal:
        raise Rejected(f"{refusal.field} {refusal.reason}") from None
    except InvalidHash as refusal:
        raise Rejected(f"the password hash {refusal.reason}") from None
    sub = _sub(entry)
    created_at = lines.read_moment(entry.created_at, "created_at", rules.now) or rules.now
    password = _stored(entry, found, rules)
    written = lines.written(created_at)
    has_identities = bool(given.document.identities)
    return Row(
        line=line,
        keys=_keys(entry, given, sub),
        user=_user(entry, given, rules, (sub, password, written)),
        history=belongings.history(entry, rules, sub, written),
        identities=belongings.identities(entry, given.document, rules, sub, written) if has_identities else (),
        groups=belongings.groups(entry.groups) if entry.groups is not None else (),
        id=sub,
        is_weak=found is not None and imported.is_weak(found),
        hash_milliseconds=round(imported.milliseconds(found)) if found else 0,
        test=_test(entry, password, rules) if rules.is_dry else None,
    )


def _document(entry: Entry, rules: Rules) -> _Read:
    """As a call of PlusAuth's API reads it; plain addresses go round its parsers, and read the same."""
    body = dict(entry.body)
    typed, phone = body.get("email"), body.get("phone_number")
    email = plain_email(typed) or _dotless(typed)
    phone_number = plain_phone(phone, rules.tenant.phone_regions)
    if email:
        del body["email"]
    if phone_number:
        del body["phone_number"]
    listed = body.get("identities")
    if isinstance(listed, list):
        body["identities"] = [_named(one) for one in listed]
    is_known = bool(email or phone_number or listed or entry.anonymous_device_hash)
    found = user_documents.read(
        body, tenant=rules.tenant, rules=rules.attributes, may_be_nameless=is_known, may_hold_data=True
    )
    own = {name: _attribute(name, value, rules) for name, value in entry.attributes.items()}
    return _Read(
        found,
        email=email or found.email,
        email_typed=str(typed) if email else found.email_typed,
        phone_number=phone_number or found.phone_number,
        attributes={**found.attributes, **own} if own else found.attributes,
    )


def _dotless(text: Any) -> str | None:
    """An address like `mei@intranet`, which one of the dialects accepts."""
    is_dotless = isinstance(text, str) and "@" in text and "." not in text.rpartition("@")[2]
    if not is_dotless or len(text) > user_documents.LONGEST_EMAIL or UNFIT_FOR_TEXT.search(text):
        return None
    try:
        return addresses.canonical_email(text, may_be_dotless=True)
    except MalformedAddress:
        return None


def _named(identity: Any) -> Any:
    """An identity that came of a sign-in has neither provider nor type of PlusAuth's."""
    if isinstance(identity, dict) and not identity.get("provider") and not identity.get("type"):
        kind, provider = NO_VENDOR
        return identity | {"type": kind, "provider": provider}
    return identity


def _attribute(name: str, value: Any, rules: Rules) -> Any:
    """By the rule of the claim, or by the tenant's own, which may have let in another form of it."""
    rule = rules.attributes.get(name)
    if rule and attributes.has_type(rule, value):
        is_text = isinstance(value, str)
        try:
            attributes.check(rule, value)
        except IllegalAttributeValue as refusal:
            raise InvalidField(f"attributes.{name}", str(refusal)) from None
        if not is_text or not UNFIT_FOR_TEXT.search(value):
            return value
    if name not in profiles.CLAIMS:
        reason = "must be of the attribute's type" if rule else "is no attribute of the tenant"
        raise InvalidField(f"attributes.{name}", reason)
    profiles.check_claim(name, value, may_hold_data=True)
    return value


def _parse(given: Hash, rules: Rules) -> Scheme | Digest | None:
    """None for a password in plain text; raises InvalidHash, or Rejected where that is a hash by its looks."""
    if given.hash_fn == STORED:
        return belongings.stored_hash(given.text, rules)
    if not given.hash_fn:
        _check_plain(given.text)
        return None
    tenant = rules.tenant
    source = imported.Source(given.salt, given.salt_position, tenant.pbkdf2_digest, tenant.pbkdf2_rounds, key=rules.key)
    return imported.parse(given.text, given.hash_fn, source)


def _stored(entry: Entry, found: Scheme | Digest | None, rules: Rules) -> str:
    """The line to store, "" without a password. A dry run computes none, unless there is a password to try."""
    if entry.hash is None:
        return ""
    is_cheap = found is not None and not isinstance(found, Digest)
    if rules.is_dry and entry.test_password is None and not is_cheap:
        return ""
    return imported.line_of(found) if found else hashing.hash_password(entry.hash.text)


def _check_plain(password: str) -> None:
    name = looks.looks_like(password)
    if name:
        raise Rejected(f"password reads as {name}, and no hash_fn says so")
    if len(password) > LONGEST_PASSWORD or UNFIT_FOR_TEXT.search(password):
        raise Rejected(f"password must be a text of at most {LONGEST_PASSWORD} characters")


def _sub(entry: Entry) -> str:
    if entry.sub is None:
        return new_id().hex
    sub = find_uuid(entry.sub)
    if sub is None:
        raise Rejected("sub must be 32 hex digits or a UUID")
    return sub


def _keys(entry: Entry, given: _Read, sub: str) -> tuple[Key, ...]:
    pairs = [
        ("username", given.document.username),
        ("phone_number", given.phone_number),
        ("email", given.email),
        ("id", sub if entry.sub else None),
        ("anonymous_device_hash", entry.anonymous_device_hash),
    ]
    of_identities = [("identity", f"{one.connection}\n{one.id}") for one in given.document.identities if one.id]
    return (*((name, value) for name, value in pairs if value), *of_identities)


def _user(entry: Entry, given: _Read, rules: Rules, own: tuple[str, str, str]) -> str:
    document = given.document
    sub, password, created_at = own
    updated_at = lines.read_moment(entry.updated_at, "updated_at", rules.now)
    return lines.join(
        sub,
        rules.tenant_hex,
        *blocks.columns(entry, document, rules),
        document.username,
        document.username_typed,
        given.phone_number,
        lines.as_flag(document.phone_number_verified and given.phone_number is not None),
        given.email,
        given.email_typed,
        lines.as_flag(document.email_verified and given.email is not None),
        password,
        lines.as_json(given.attributes),
        lines.as_json(document.addresses),
        lines.as_json(document.metadata),
        str(document.login_attempts),
        _device(entry.anonymous_device_hash),
        created_at,
        lines.written(updated_at) if updated_at else None,
        rules.written_now,
    )


def _device(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and value.isalnum() and value.isascii() and len(value) <= 64):
        raise Rejected("anonymous_device_hash must be one of this server's")
    return value


def _test(entry: Entry, password: str, rules: Rules) -> bool | None:
    """Whether the test password is the right one, where there is one."""
    if entry.test_password is None:
        return None
    return isinstance(entry.test_password, str) and comparing.is_password(entry.test_password, password, rules.keys.get)
