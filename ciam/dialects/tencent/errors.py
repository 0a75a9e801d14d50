"""Tencent's errors: which class is answered by which status, `error` and `error_description` (contract §2.3, §3.4)."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from accounts.profiles import InvalidField
from ciam import answers
from ciam.json_bodies import BodyTimedOut, BodyTooLarge, InvalidBody
from otp import errors as otp
from signup import errors as signup
from tenants import refusals
from tenants.authentication_failures import TooManyFailures
from tenants.call_limits import TooManyCalls
from tenants.callers import InvalidClient
from tenants.errors import Refusal, SignUpDisabled, UnconfiguredAttributes
from tenants.models import Channel
from tokens import errors as tokens
from tokens.authorization import AuthorizationError, InvalidRedirectUri


class InvalidRequest(Refusal):
    """The body is not what the call takes."""


class UnauthorizedClient(Refusal):
    """Applications of this type may not make this call."""


class UnsupportedGrantType(Refusal):
    """The token call knows no such grant."""


class UnsupportedIdentifier(Refusal):
    """Nobody logs in by an identifier of this kind at the password source."""


class UnsupportedAttributes(Refusal):
    """The end user may not change one of the attributes."""


class BearerMissing(Refusal):
    """A call of an end user came without an access token in its header."""


class InvalidAuthSource(Refusal):
    """The authentication source is not one of the application's, or not of this channel."""


class InvalidAuthorizationScheme(Refusal):
    """The Authorization header is of a scheme that no caller of this path uses."""


logger = logging.getLogger(__name__)

ADDRESSES = {Channel.SMS: "phone_number", Channel.EMAIL: "email"}
RETRY_SECONDS = 2

Row = tuple[int, str, str | None]
Key = type[Exception] | tuple[type[Exception], str]  # with a channel or a status, where the row is for that alone

INVALID_REQUEST: Row = (400, "invalid_request", None)
INVALID_GRANT: Row = (400, "invalid_grant", None)
INVALID_PASSWORD: Row = (400, "invalid_password", None)
TOO_MANY: Row = (429, "too_many_requests", None)
BAD_GRANT_TYPE: Row = (400, "unsupported_grant_type", "OAuth 2.0 Parameter: grant_type")
NO_BEARER: Row = (400, "invalid_request", "Bearer token not found in the request")
BAD_BEARER: Row = (401, "invalid_token", "Error decoding JWT")
NO_SCOPE: Row = (
    403,
    "insufficient_scope",
    "The request requires higher privileges than provided by the access token.",
)

# {address} and {channel} stand for those of the refusal: phone_number and sms, or email and email; {message} for what
# the refusal itself says.
ERRORS: dict[type[Exception], Row] = {
    MethodNotAllowed: (405, "method_not_allowed", None),
    InvalidClient: (401, "invalid_client", None),
    InvalidAuthorizationScheme: (401, "invalid_authorization_scheme", None),
    UnauthorizedClient: (400, "unauthorized_client", None),
    InvalidRequest: INVALID_REQUEST,
    InvalidBody: INVALID_REQUEST,
    BodyTooLarge: (413, "invalid_request", "The body is too large."),
    InvalidAuthSource: (400, "invalid_auth_source", "Auth source and application not associated"),
    SignUpDisabled: (400, "misconfigured", "Sign up flow of the application is not enabled."),
    signup.MissingAttributes: (400, "invalid_request", "Missing required sign-up attribute(s)."),
    UnconfiguredAttributes: (400, "invalid_request", "Unconfigured sign-up attribute(s) found."),
    signup.UnknownAttributes: (400, "invalid_request", "Unknown attribute(s) found."),
    accounts.InvalidUsername: (400, "invalid_username", None),
    accounts.DuplicateUsername: (400, "duplicate_username", None),
    otp.MalformedAddress: (400, "malformed_{address}", None),
    accounts.DuplicatePhoneNumber: (400, "duplicate_phone_number", None),
    accounts.DuplicateEmail: (400, "duplicate_email", None),
    otp.BadToken: (400, "bad_{address}_otp_token", None),
    otp.BadCode: (400, "bad_{address}_otp", None),
    accounts.IllegalAttributeValue: (400, "illegal_parameter_value", "{message}"),
    signup.NoPasswordSource: (400, "misconfigured", "No password auth source is associated with the application."),
    accounts.InvalidPassword: INVALID_PASSWORD,
    accounts.AddressInUse: (400, "{address}_is_used", None),
    otp.UndeliverableEmail: (400, "invalid_email", None),
    otp.QuotaUsedUp: (400, "insufficient_{channel}_quota", None),
    otp.SendLimitReached: (400, "{channel}_rate_limit_exceeded", "SMS rate limit exceeded for same phone number"),
    otp.SendingFailed: (503, "temporarily_unavailable", "Failed to send OTP. Please try again later."),
    accounts.HashingBusy: (503, "temporarily_unavailable", None),
    TooManyFailures: TOO_MANY,
    OperationalError: (503, "temporarily_unavailable", None),
    InterfaceError: (503, "temporarily_unavailable", None),
}

# The limit of the contract is a 400; the one for e-mail is ours, so it says when to come back.
OF_CHANNEL: dict[tuple[type[Exception], str], Row] = {
    (otp.SendLimitReached, Channel.EMAIL): (429, "{channel}_rate_limit_exceeded", None),
}
# What a call raises only if it has a row of its own: answered in case another one does, and described in no document.
UNREACHED: dict[type[Exception], Row] = {
    BodyTimedOut: (408, "invalid_request", "The body did not arrive in time."),  # by the server, before any call
    BearerMissing: NO_BEARER,
    tokens.InvalidToken: BAD_BEARER,
    tokens.MissingScope: NO_SCOPE,
    accounts.RecentProofRequired: NO_SCOPE,
    UnsupportedGrantType: BAD_GRANT_TYPE,
    tokens.InvalidScope: (400, "invalid_scope", None),
    TooManyCalls: TOO_MANY,
    signup.TooManyCodes: TOO_MANY,
    accounts.EndUserNotFound: (400, "user_not_found", None),
    accounts.EndUserGone: (400, "user_not_found", None),
    accounts.EndUserBlocked: (400, "abnormal_user_status", None),
    accounts.EmailNotVerified: (400, "abnormal_user_status", None),
    accounts.PasswordUsedBefore: INVALID_PASSWORD,
    accounts.SamePassword: INVALID_PASSWORD,
    accounts.AnonymousDisabled: (400, "misconfigured", None),
    **dict.fromkeys(
        (
            *(UnsupportedIdentifier, tokens.InvalidGrant, otp.BadVerificationToken),
            *(accounts.WrongPassword, accounts.WrongOwnPassword, accounts.PasswordNotSet, accounts.PasswordLocked),
            *(accounts.CaptchaRequired, accounts.BadSudoToken, accounts.BadProviderToken),
            *(accounts.VerificationExpired, accounts.VerificationUsed),
        ),
        INVALID_GRANT,
    ),
    **dict.fromkeys(
        (
            *(UnsupportedAttributes, InvalidField, otp.MismatchedProof, InvalidRedirectUri, AuthorizationError),
            *(accounts.WrongCaptchaAnswer, accounts.CaptchaExpired, accounts.BadCaptchaPass, accounts.NotAnonymous),
            *(accounts.ProviderNotFound, accounts.ProviderFailed, accounts.IdentityInUse, accounts.LastWayIn),
            *(signup.SessionGone, signup.ProofOfWorkRequired),
        ),
        INVALID_REQUEST,
    ),
}
BEARER_ERRORS = frozenset({"invalid_token", "insufficient_scope"})
BEARER_URI = "https://tools.ietf.org/html/rfc6750#section-3.1"
GRANT_URI = "https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"


def row(
    kind: type[Exception],
    *,
    channel: str = "",
    status: str = "",
    message: str = "",
    own: Mapping[Key, Row] | None = None,
) -> Row:
    """Status, error and description of a refusal of this class, with the names of its channel.

    `own` are the rows of the call; `status` is that of an end user who is blocked.
    """
    own = own or {}
    found = own.get((kind, channel or status)) or own.get(kind) or OF_CHANNEL.get((kind, channel))
    code, name, description = found or ERRORS.get(kind) or UNREACHED[kind]
    if channel:
        name = name.format(channel=channel, address=ADDRESSES[Channel(channel)])
    return code, name, message if description == "{message}" else description


def answer(exception: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The documented answer, or None for what is no refusal: Django logs that and answers 500."""
    exception = refusals.judge(exception)
    kind = type(exception)
    view = context.get("view")
    own: Mapping[Key, Row] = getattr(view, "own_errors", {})
    if not any(kind in table for table in (own, ERRORS, UNREACHED)):
        return None
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("the database failed a request", exc_info=exception)
    told = row(
        kind,
        channel=getattr(exception, "channel", ""),
        status=getattr(exception, "status", ""),
        message=str(exception),
        own=own,
    )
    status, name, description = told
    headers = _headers(exception, told, getattr(view, "allowed_methods", []))
    error_uri = GRANT_URI if kind is UnsupportedGrantType else ""
    return answers.error(status, name, description, error_uri=error_uri, **headers)


def _headers(exception: Exception, told: Row, allowed_methods: list[str]) -> dict[str, str]:
    status, name, description = told
    if isinstance(exception, MethodNotAllowed):
        return {"Allow": ", ".join(allowed_methods)}
    if isinstance(exception, InvalidClient):
        return {"WWW-Authenticate": 'Basic realm="ciam", charset="UTF-8"'}
    if name in BEARER_ERRORS or isinstance(exception, BearerMissing):
        parts = {"error": name, "error_description": description, "error_uri": BEARER_URI}
        return {"WWW-Authenticate": "Bearer " + ", ".join(f'{part}="{text}"' for part, text in parts.items())}
    if status == 429:
        return {"Retry-After": str(exception.retry_after_seconds)}  # type: ignore[attr-defined] # all such classes have it
    return {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}
