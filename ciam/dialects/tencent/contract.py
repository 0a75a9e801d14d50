"""What one application's `POST /signup` takes and answers, as a document for programs and for people."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.db import InterfaceError, OperationalError

from accounts import attributes
from accounts import errors as accounts
from ciam.dialects.tencent import errors
from ciam.dialects.tencent.example_requests import example_requests
from ciam.dialects.tencent.explanations import explain, merged
from ciam.dialects.tencent.sign_up_schema import FORMS, sign_up_schema
from ciam.json_bodies import BodyTooLarge, InvalidBody
from otp import errors as otp
from signup import asking
from signup import errors as signup
from tenants.authentication_failures import TooManyFailures
from tenants.callers import InvalidClient
from tenants.configuration import ApplicationConfiguration
from tenants.errors import SignUpDisabled, UnconfiguredAttributes
from tenants.models import Application

VERSION = 1
BEFORE_THE_BODY: tuple[type[Exception], ...] = (InvalidClient, errors.InvalidAuthorizationScheme, TooManyFailures)
OF_ANY_BODY: tuple[type[Exception], ...] = (InvalidBody, errors.InvalidRequest, BodyTooLarge)
OF_ANY_CALL: tuple[type[Exception], ...] = (OperationalError, InterfaceError)
DUPLICATES = {"phone_number": accounts.DuplicatePhoneNumber, "email": accounts.DuplicateEmail}

Refusal = tuple[type[Exception], dict[str, str]]  # a class, and what `explain` needs to know of it


def describe(application: ApplicationConfiguration) -> dict[str, Any]:
    """The sign-up contract of the application: JSON values alone."""
    schema = sign_up_schema(application)
    policy = asking.password_policy(application)
    return {
        "version": VERSION,
        "client_id": application.client_id,
        "application": application.name,
        "tenant": application.tenant.name,
        "enabled": application.enabled and application.sign_up.enabled,
        "authentication": application.sign_up.authentication,
        "fields": [_field(field) for field in asking.fields(application)],
        "password": {"accepted": policy is not None, "policy": policy or ""},
        "schema": schema,
        "errors": merged([explain(kind, **facts) for kind, facts in _refusals(application)]),
        "requests": example_requests(application) if "properties" in schema else [],
    }


def _field(field: asking.Field) -> dict[str, Any]:
    """With this dialect's own form of phone numbers and e-mail addresses."""
    own = {"pattern": FORMS[field.identifier]["pattern"]} if field.identifier in FORMS else {}
    return asdict(field) | own


def _refusals(application: ApplicationConfiguration) -> Iterator[Refusal]:
    """All that the call can answer for the application, in the order in which it is found out."""
    for kind in BEFORE_THE_BODY:
        yield kind, {}
    if application.enabled and application.type == Application.Type.WEB:
        yield from _of_bodies(application)
    elif application.enabled:
        yield errors.UnauthorizedClient, {}
    for kind in OF_ANY_CALL:
        yield kind, {}


def _of_bodies(application: ApplicationConfiguration) -> Iterator[Refusal]:
    for kind in OF_ANY_BODY:
        yield kind, {}
    if not application.sign_up.enabled:
        yield SignUpDisabled, {}
        return
    yield signup.MissingAttributes, {}
    if not application.sign_up.authentication_attributes:
        return
    if not all(application.sign_up.accepts(identifier) for identifier in application.attributes):
        yield UnconfiguredAttributes, {}
    yield signup.UnknownAttributes, {}
    yield from _of_values(application)


def _of_values(application: ApplicationConfiguration) -> Iterator[Refusal]:
    rules = asking.accepted(application)
    if application.sign_up.accepts("username"):
        yield accounts.InvalidUsername, {}
        yield accounts.DuplicateUsername, {}
    for channel, identifier in errors.ADDRESSES.items():
        if application.sign_up.accepts(identifier):
            yield otp.MalformedAddress, {"channel": channel}
            yield DUPLICATES[identifier], {}
            yield otp.BadToken, {"channel": channel}
            yield otp.BadCode, {"channel": channel}
    for rule in rules:
        if rule.type == "string" and rule.identifier not in FORMS:
            yield accounts.IllegalAttributeValue, {"message": attributes.refusal_of(rule)}
    yield from _of_passwords(application)


def _of_passwords(application: ApplicationConfiguration) -> Iterator[Refusal]:
    if application.login.password_source is None:
        yield signup.NoPasswordSource, {}
    else:
        yield accounts.InvalidPassword, {}
        yield accounts.HashingBusy, {}
