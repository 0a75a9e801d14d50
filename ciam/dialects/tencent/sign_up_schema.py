"""The body of `POST /signup` as JSON Schema 2020-12: it accepts what the server accepts, but for what only the server
knows (who has an identifier, codes, what is in a password)."""

from typing import Any

from accounts import attributes
from accounts.passwords import policy
from accounts.usernames import USERNAME
from ciam import json_bodies
from otp import address_patterns
from signup import asking
from tenants.characters import FIT_PATTERN
from tenants.configuration import ApplicationConfiguration, AttributeRule
from tenants.models import Application
from tenants.patterns import published

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NOTHING = [None, ""]
NOT_GIVEN: Schema = {"enum": NOTHING}
GIVEN: Schema = {"not": NOT_GIVEN}
TEXT: Schema = {"$ref": "#/$defs/text"}
FORMS: dict[str, Schema] = {
    "username": {"pattern": published(USERNAME.pattern)},
    "phone_number": {"pattern": address_patterns.MAINLAND_MOBILE_PATTERN},
    "email": {
        "maxLength": address_patterns.EMAIL_LONGEST,
        "pattern": address_patterns.EMAIL_PATTERN,
        "description": address_patterns.EMAIL_DESCRIPTION,
    },
}
DEFINITIONS: Schema = {
    "text": {"pattern": FIT_PATTERN, "description": "No control, direction or half characters, no non-characters."}
}


def sign_up_schema(application: ApplicationConfiguration) -> Schema:
    """`{"not": {}}` with its frame where nobody can sign up."""
    frame = {"$schema": DIALECT, "title": f"The body of POST /signup of {application.name}"}
    return frame | (_body(application) if _is_open(application) else {"not": {}})


def _is_open(application: ApplicationConfiguration) -> bool:
    sign_up = application.sign_up
    is_web = application.type == Application.Type.WEB
    return application.enabled and is_web and sign_up.enabled and bool(sign_up.authentication_attributes)


def _body(application: ApplicationConfiguration) -> Schema:
    rules = asking.accepted(application)
    properties = {rule.identifier: _field(application, rule) for rule in rules}
    mandatory = [rule.identifier for rule in rules if asking.is_mandatory(application, rule.identifier)]
    required = [name for identifier in mandatory for name in _with_proof(identifier)]
    optional = asking.NEED_CODES.intersection(properties).difference(mandatory)
    conditions = [_all_or_none(identifier) for identifier in sorted(optional)]
    if application.sign_up.authentication == "any":
        conditions.append({"anyOf": [_gives(name) for name in application.sign_up.authentication_attributes]})
    return {
        "type": "object",
        "properties": properties | _proofs(application, mandatory) | {"password": _password(application)},
        "required": required,
        "additionalProperties": False,
        **({"allOf": conditions} if conditions else {}),
        "$defs": DEFINITIONS,
    }


def _with_proof(identifier: str) -> list[str]:
    is_address = identifier in asking.NEED_CODES
    return [identifier, f"{identifier}_otp_token", f"{identifier}_otp"] if is_address else [identifier]


def _proofs(application: ApplicationConfiguration, mandatory: list[str]) -> Schema:
    """Tokens and codes; for an address that is not asked for they may be named, but not given."""
    found: Schema = {}
    for identifier in sorted(asking.NEED_CODES):
        if identifier in mandatory:
            form: Schema = {"type": "string", "minLength": 1}
        elif application.sign_up.accepts(identifier):
            form = {"type": ["string", "null"]}
        else:
            form = NOT_GIVEN
        found |= dict.fromkeys(_with_proof(identifier)[1:], form)
    return found


def _all_or_none(identifier: str) -> Schema:
    """An address comes with its token and its code, and they with it."""
    names = _with_proof(identifier)
    together = {"required": names, "properties": dict.fromkeys(names, GIVEN)}
    return {"anyOf": [{"properties": dict.fromkeys(names, NOT_GIVEN)}, together]}


def _gives(name: str) -> Schema:
    return {"required": [name], "properties": {name: GIVEN}}


def _password(application: ApplicationConfiguration) -> Schema:
    source = application.login.password_source
    if source is None:
        return {"type": "null", "description": "Nobody logs in to this application by password."}
    shortest, longest = policy.bounds(source.strength)
    words = policy.words(source.strength)
    return {"type": ["string", "null"], "minLength": shortest, "maxLength": longest, "description": words}


def _field(application: ApplicationConfiguration, rule: AttributeRule) -> Schema:
    is_mandatory = asking.is_mandatory(application, rule.identifier)
    form = _address_or_name(rule.identifier) if rule.identifier in FORMS else _general(rule)
    if not is_mandatory:
        form = _optional(rule.identifier, form)
    elif rule.type == "string":
        form = {"minLength": 1} | form
    return ({"title": rule.label} if rule.label else {}) | form


def _address_or_name(identifier: str) -> Schema:
    return {"type": "string"} | TEXT | FORMS[identifier]


def _optional(identifier: str, form: Schema) -> Schema:
    """The form or null; of an address also an empty text, which for all others is a text like any."""
    if identifier in asking.NEED_CODES:
        return {"anyOf": [NOT_GIVEN, form]}
    values = {"enum": [*form["enum"], None]} if "enum" in form else {}
    return form | {"type": [form["type"], "null"]} | values


def _general(rule: AttributeRule) -> Schema:
    return {"string": _text, "integer": _integer, "boolean": _boolean}[rule.type](rule)


def _text(rule: AttributeRule) -> Schema:
    form: Schema = {"type": "string"} | TEXT | {"maxLength": attributes.TEXT_LENGTH}
    patterns, vocabulary = attributes.patterns(rule), attributes.vocabulary(rule)
    if len(patterns) == 1:
        form["pattern"] = patterns[0]
    elif patterns:
        form["allOf"] = [{"pattern": pattern} for pattern in patterns]
    return form | ({"enum": vocabulary} if vocabulary else {})


def _integer(rule: AttributeRule) -> Schema:
    most = json_bodies.SAFE_INTEGER
    return {"type": "integer", "minimum": -most, "maximum": most, "description": "Without a fraction: 1.0 is refused."}


def _boolean(rule: AttributeRule) -> Schema:
    return {"type": "boolean"}
