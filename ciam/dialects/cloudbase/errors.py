"""CloudBase's errors: which class is answered by which status, `error`, `error_code` and `error_description`."""

import logging
from typing import NamedTuple

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.utils.log import log_response
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from accounts.profiles import InvalidField
from ciam.dialects.cloudbase import answers
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


class InvalidArgument(Refusal):
    """A field is missing or malformed, or two of them exclude each other; the message says which."""


class UnsupportedGrantType(Refusal):
    """The token call knows no such grant."""


class OriginNotAllowed(Refusal):
    """A page of another origin calls, and the application does not list it."""


class Unimplemented(Refusal):
    """The vendor has this, and we do not; the message says what."""


class UnknownPath(Refusal):
    """There is no such call."""


class Row(NamedTuple):
    """`code` is never 0: the vendor's cloud-call transport sees an error only by it (contract §3)."""

    status: int
    error: str
    code: int
    description: str  # {message} stands for what the refusal itself says


logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
BUSY = Row(503, "unavailable", 14, "The server is busy. Please try again later.")
WRONG_CODE = Row(400, "invalid_verification_code", 3, "The verification code is wrong or expired.")
INTERNAL = Row(500, "internal", 13, "Something went wrong on our side.")

# The numbers are those that js-sdk 3.7 sorts rightly; 4001 means "captcha required" to it whatever `error` says.
ERRORS: dict[type[Exception], Row] = {
    MethodNotAllowed: Row(405, "invalid_request", 3, "This path does not take this method."),
    UnknownPath: Row(404, "not_found", 5, "There is no such path."),
    InvalidArgument: Row(400, "invalid_argument", 3, "{message}"),
    InvalidBody: Row(400, "invalid_argument", 3, "The body is not a JSON object."),
    BodyTooLarge: Row(413, "invalid_argument", 3, "The body is too large."),
    BodyTimedOut: Row(408, "invalid_argument", 3, "The body did not arrive in time."),
    InvalidClient: Row(401, "unauthorized_client", 4022, "Unknown client, or wrong secret."),
    OriginNotAllowed: Row(403, "permission_denied", 7, "cors permission denied, add the origin to the application."),
    tokens.InvalidToken: Row(401, "unauthenticated", 16, "The access token is missing, expired or revoked."),
    tokens.InvalidGrant: Row(400, "invalid_grant", 3, "The refresh token is unknown, used, expired or revoked."),
    tokens.InvalidScope: Row(400, "invalid_scope", 3, "The application does not have this scope."),
    UnsupportedGrantType: Row(400, "unsupported_grant_type", 3, "This grant type is not supported."),
    TooManyFailures: Row(429, "rate_limit_exceeded", 8, "Too many failed attempts. Please try again later."),
    # codes
    otp.BadToken: WRONG_CODE,
    otp.BadCode: WRONG_CODE,
    otp.BadVerificationToken: Row(400, "invalid_argument", 3, "The verification token is wrong, used or expired."),
    otp.UndeliverableEmail: Row(400, "invalid_email", 3, "No mail can be sent to this address."),
    otp.QuotaUsedUp: Row(429, "resource_exhausted", 8, "The quota of messages is used up."),
    otp.SendLimitReached: Row(429, "rate_limit_exceeded", 8, "Too many codes were sent here. Please try again later."),
    otp.SendingFailed: Row(503, "unavailable", 14, "The code could not be sent. Please try again later."),
    # signing up
    SignUpDisabled: Row(501, "login_type_disabled", 4045, "Signing up is switched off for this application."),
    UnconfiguredAttributes: Row(400, "invalid_argument", 3, "The application does not ask for one of the fields."),
    signup.MissingAttributes: Row(400, "invalid_argument", 3, "A field that this application requires is missing."),
    signup.UnknownAttributes: Row(400, "invalid_argument", 3, "One of the fields is unknown."),
    accounts.InvalidUsername: Row(400, "invalid_argument", 3, "The user name has a wrong length or form."),
    accounts.DuplicateUsername: Row(409, "username_already_exists", 409, "This user name is taken."),
    accounts.DuplicatePhoneNumber: Row(409, "already_exists", 6, "This phone number is registered already."),
    accounts.DuplicateEmail: Row(409, "already_exists", 6, "This e-mail address is registered already."),
    accounts.AddressInUse: Row(409, "already_exists", 6, "This address is registered already."),
    accounts.IllegalAttributeValue: Row(400, "invalid_argument", 3, "{message}"),
    accounts.InvalidPassword: Row(400, "invalid_argument", 3, "{message}"),
    accounts.PasswordUsedBefore: Row(400, "invalid_argument", 3, "{message}"),
    accounts.NoPasswordSource: Row(501, "login_type_disabled", 4045, "Passwords are switched off."),
    accounts.HashingBusy: BUSY,
    # signing in
    accounts.EndUserNotFound: Row(404, "user_not_found", 5, "There is no such user."),
    accounts.WrongPassword: Row(400, "invalid_username_or_password", 4043, "Username or password incorrect."),
    accounts.PasswordNotSet: Row(400, "password_not_set", 4029, "user password not set"),
    accounts.CaptchaRequired: Row(400, "captcha_required", 4001, "Solve the captcha, then repeat the call."),
    accounts.PasswordLocked: Row(400, "invalid_status", 4030, "The account is locked for a while. Sign in by a code."),
    accounts.EndUserBlocked: Row(403, "user_blocked", 7, "The user is blocked."),
    accounts.EmailNotVerified: Row(403, "user_pending", 7, "The e-mail address is not verified yet: see the message."),
    # the signed-in user, captchas, anonymous users
    accounts.WrongOwnPassword: Row(400, "invalid_password", 4043, "The password is wrong."),
    accounts.BadSudoToken: Row(403, "permission_denied", 7, "The sudo token is missing, wrong or expired."),
    accounts.RecentProofRequired: Row(
        403, "permission_denied", 7, "Prove who you are first: send a sudo_token, or sign in again."
    ),
    accounts.EndUserGone: Row(401, "unauthenticated", 16, "The user was deleted."),
    tokens.MissingScope: Row(403, "permission_denied", 7, "The access token does not have the scope of this call."),
    Unimplemented: Row(501, "unimplemented", 12, "{message}"),
    TooManyCalls: Row(429, "resource_exhausted", 8, "Too many calls. Please try again later."),
    accounts.WrongCaptchaAnswer: Row(400, "invalid_captcha", 4002, "These are not the letters of the image."),
    accounts.CaptchaExpired: Row(400, "captcha_expired", 4002, "The image is no longer good."),
    accounts.BadCaptchaPass: Row(400, "captcha_invalid", 4002, "The captcha token is wrong, used or expired."),
    accounts.AnonymousDisabled: Row(501, "unimplemented", 4045, "Anonymous sign-in is switched off."),
    accounts.NotAnonymous: Row(400, "invalid_argument", 3, "anonymous_token is not that of an anonymous user."),
    # third parties
    accounts.ProviderNotFound: Row(404, "provider_not_found", 4019, "There is no such provider."),
    accounts.ProviderFailed: Row(400, "provider_error", 4019, "{message}"),
    accounts.BadProviderToken: Row(400, "invalid_grant", 4019, "The provider token is unknown, used or expired."),
    accounts.IdentityInUse: Row(409, "already_exists", 6, "This identity is in use already."),
    accounts.LastWayIn: Row(400, "failed_precondition", 9, "Without this provider the user could not sign in."),
    OperationalError: BUSY,
    InterfaceError: BUSY,
}
OF_CHANNEL: dict[tuple[type[Exception], str], Row] = {
    (otp.MalformedAddress, Channel.SMS): Row(400, "invalid_phone_number", 3, "The phone number is malformed."),
    (otp.MalformedAddress, Channel.EMAIL): Row(400, "invalid_email", 3, "The e-mail address is malformed."),
}

# What no call of this dialect raises today: answered in case one does, and described in no document.
UNREACHED: dict[type[Exception], Row] = {
    otp.MismatchedProof: WRONG_CODE,
    accounts.VerificationExpired: WRONG_CODE,
    accounts.VerificationUsed: Row(400, "failed_precondition", 9, "The e-mail address is verified already."),
    accounts.SamePassword: Row(400, "invalid_argument", 3, "The new password is the present one."),
    InvalidField: Row(400, "invalid_argument", 3, "{message}"),
    signup.SessionGone: Row(401, "unauthenticated", 16, "The session of the browser has ended."),
    signup.TooManyCodes: Row(429, "rate_limit_exceeded", 8, "Too many codes were sent here. Please try again later."),
    signup.ProofOfWorkRequired: Row(400, "captcha_required", 4001, "Solve the captcha, then repeat the call."),
    InvalidRedirectUri: Row(400, "invalid_argument", 3, "The redirect URI is not one of the application's."),
    AuthorizationError: Row(400, "invalid_argument", 3, "{message}"),
}


def row(exception: Exception) -> Row | None:
    kind, channel = type(exception), getattr(exception, "channel", "")
    return OF_CHANNEL.get((kind, channel)) or ERRORS.get(kind) or UNREACHED.get(kind)


def answer(exception: Exception, context: dict[str, object]) -> HttpResponse:
    """The documented answer; what has none is logged and answered as our fault, in the same shape."""
    exception = refusals.judge(exception)
    found = row(exception)
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("the database failed a request", exc_info=exception)
    refused = found or INTERNAL
    description = str(exception) if refused.description == "{message}" else refused.description
    response = answers.error(refused.status, refused.error, refused.code, description)
    for name, value in _headers(exception, refused.status, context).items():
        response.headers[name] = value
    if found is None:
        _log(exception, response, context)
    return response


def _headers(exception: Exception, status: int, context: dict[str, object]) -> dict[str, str]:
    if isinstance(exception, MethodNotAllowed):
        return {"Allow": ", ".join(getattr(context.get("view"), "allowed_methods", []))}
    if status == 429:
        seconds = getattr(exception, "retry_after_seconds", None)
        return {"Retry-After": str(seconds)} if seconds else {}
    return {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}


def _log(exception: Exception, response: HttpResponse, context: dict[str, object]) -> None:
    request = getattr(context.get("request"), "_request", None)
    path = getattr(request, "path", "")
    log_response("%s: %s", response.reason_phrase, path, response=response, request=request, exception=exception)
