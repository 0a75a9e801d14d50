"""What an application asks of the people who sign up, in the order in which they are asked; no dialect's words."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts import attributes
from accounts.passwords import policy
from accounts.usernames import USERNAME
from tenants.configuration import ApplicationConfiguration, AttributeRule
from tenants.patterns import published

NEED_CODES = frozenset({"phone_number", "email"})
ROLES = ("authentication", "required", "optional")


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute that is asked for; `pattern` is "" where any text, or no text, will do."""

    identifier: str
    label: str
    role: str
    type: str
    pattern: str
    error_message: str
    needs_code: bool


def fields(application: ApplicationConfiguration) -> list[Field]:
    return [_field(application.attributes[identifier], role) for role, identifier in _asked(application)]


def accepted(application: ApplicationConfiguration) -> list[AttributeRule]:
    """The rules of all attributes that are asked for."""
    return [application.attributes[identifier] for _, identifier in _asked(application)]


def is_mandatory(application: ApplicationConfiguration, identifier: str) -> bool:
    """Whether nobody signs up without the attribute."""
    sign_up = application.sign_up
    needs_all = sign_up.authentication != "any" or len(sign_up.authentication_attributes) == 1
    return identifier in sign_up.required_attributes or (needs_all and identifier in sign_up.authentication_attributes)


def password_policy(application: ApplicationConfiguration) -> str | None:
    """The policy in words; None where no password is accepted."""
    source = application.login.password_source
    return policy.words(source.strength) if source else None


def _asked(application: ApplicationConfiguration) -> Iterator[tuple[str, str]]:
    for role in ROLES:
        for identifier in getattr(application.sign_up, f"{role}_attributes"):
            yield role, identifier


def _field(rule: AttributeRule, role: str) -> Field:
    return Field(
        identifier=rule.identifier,
        label=rule.label,
        role=role,
        type=rule.type,
        pattern=_pattern(rule),
        error_message=rule.error_message,
        needs_code=rule.identifier in NEED_CODES,
    )


def _pattern(rule: AttributeRule) -> str:
    """The last of its patterns: the tenant's own, where there is one."""
    if rule.identifier == "username":
        return published(USERNAME.pattern)
    return next(reversed(attributes.patterns(rule)), "")
