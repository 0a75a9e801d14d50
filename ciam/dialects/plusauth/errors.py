"""PlusAuth's errors: which class is answered by which status, `error`, description and `field` (contract §2)."""

import logging
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.utils.log import log_response
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from accounts.codes import ATTRIBUTES
from accounts.profiles import InvalidField
from ciam.dialects.plusauth import answers
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


class WrongContentType(Refusal):
    """The body is not said to be JSON."""


class RedirectNeeded(Refusal):
    """The browser has no session here; one begins at `location`."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self.location = location


class OriginNotAllowed(Refusal):
    """A page of another origin calls, and the application does not list it."""


class MissingToken(Refusal):
    """The call is for back ends, and has no Authorization header."""


class WrongScheme(Refusal):
    """The Authorization header is not Bearer."""


class WrongIssuer(Refusal):
    """The token is of another tenant than the one that the Host names."""


class MissingScope(Refusal):
    """The token, or its application by now, does not have the scope of the call."""


class EntityNotFound(Refusal):
    """There is no such user in the tenant, or no such path."""


class InvalidQuery(Refusal):
    """A parameter of the query is not as it should be; the message says which."""


class Row(NamedTuple):
    status: int
    error: str
    description: str  # {message} stands for what the refusal itself says
    field: str = ""  # {address} stands for phone_number or email


logger = logging.getLogger(__name__)

RETRY_SECONDS = 2
OWN_MEMBERS = ("location", "challenge", "rule", "bound", "expires_in")  # what an exception has of these is told
BUSY = Row(503, "temporarily_unavailable", "The server is busy. Please try again later.")
INTERNAL = Row(500, "server_error", "Something went wrong on our side.")
WRONG_CODE = Row(422, "incorrect_code", "The code is wrong.", "{address}_code")
OLD_CODE = Row(
    422, "code_expired", "The code is unknown here, or no longer good. Ask for another one.", "{address}_code"
)
CAPTCHA = Row(400, "captcha_required", "Solve the challenge, and send it as `altcha`.")
NOT_LET_IN = Row(401, "invalid_credentials", "The name or the password is wrong.")

ERRORS: dict[type[Exception], Row] = {
    MethodNotAllowed: Row(405, "method_not_allowed", "This path does not take this method."),
    EntityNotFound: Row(404, "entity_not_found", "There is no such thing here."),
    InvalidBody: Row(400, "invalid_request", "The body is not a JSON object."),
    InvalidQuery: Row(400, "invalid_request", "{message}"),
    WrongContentType: Row(415, "invalid_request", "Send the body as application/json, in UTF-8."),
    BodyTooLarge: Row(413, "invalid_request", "The body is too large."),
    BodyTimedOut: Row(408, "invalid_request", "The body did not arrive in time."),
    # who calls
    signup.SessionGone: Row(401, "invalid_session", "There is no such session, or it has ended."),
    RedirectNeeded: Row(400, "xhr_request", "You need to redirect to the given location."),
    OriginNotAllowed: Row(403, "invalid_origin", "Pages of this origin may not call. Add it to the application."),
    MissingToken: Row(401, "missing_token", "Send the access token as Authorization: Bearer."),
    WrongScheme: Row(401, "invalid_authorization_scheme", "Send the access token as Authorization: Bearer."),
    tokens.InvalidToken: Row(401, "invalid_token", "The access token is malformed, expired or revoked."),
    WrongIssuer: Row(401, "invalid_issuer", "The access token is another tenant's."),
    InvalidClient: Row(401, "invalid_audience", "The application of the access token is unknown or switched off."),
    MissingScope: Row(401, "missing_scope", "The application does not have the scope of this call."),
    # logging in: a wrong password, an unknown name and a lock are one answer (S-52, S-54)
    accounts.WrongPassword: NOT_LET_IN,
    accounts.PasswordNotSet: NOT_LET_IN,
    accounts.PasswordLocked: NOT_LET_IN,
    accounts.EndUserNotFound: Row(404, "user_not_found", "Nobody has an account with this address."),
    # fields
    InvalidField: Row(422, "invalid_entity", "{message}"),
    signup.MissingAttributes: Row(422, "invalid_entity", "Something that this application requires is missing."),
    signup.UnknownAttributes: Row(422, "invalid_entity", "There is no such attribute."),
    UnconfiguredAttributes: Row(422, "invalid_entity", "The application does not ask for it."),
    accounts.IllegalAttributeValue: Row(422, "invalid_entity", "{message}"),
    accounts.InvalidUsername: Row(422, "invalid_entity", "The user name has a wrong form.", "username"),
    otp.MalformedAddress: Row(422, "invalid_entity", "The address is malformed.", "{address}"),
    otp.UndeliverableEmail: Row(422, "invalid_entity", "No mail can be sent to this address.", "email"),
    accounts.InvalidPassword: Row(422, "weak_password", "{message}", "password"),
    accounts.PasswordUsedBefore: Row(422, "weak_password", "{message}", "password"),
    accounts.NoPasswordSource: Row(422, "invalid_entity", "Passwords are switched off here.", "password"),
    # what is taken
    accounts.DuplicateUsername: Row(409, "already_exists", "This user name is taken.", "username"),
    accounts.DuplicatePhoneNumber: Row(409, "already_exists", "This phone number is registered.", "phone_number"),
    accounts.DuplicateEmail: Row(409, "already_exists", "This e-mail address is registered.", "email"),
    accounts.AddressInUse: Row(409, "already_exists", "This address is registered.", "{address}"),
    accounts.IdentityInUse: Row(409, "already_exists", "Another user has one of the identities.", "identities"),
    # codes
    otp.BadCode: WRONG_CODE,
    otp.BadToken: OLD_CODE,
    accounts.VerificationExpired: Row(422, "code_expired", "The code or the link has expired. Ask for another one."),
    accounts.VerificationUsed: Row(422, "code_already_used", "The e-mail address is verified already."),
    otp.BadVerificationToken: Row(422, "invalid_code", "The proof of the address is wrong, used or expired."),
    otp.SendLimitReached: Row(429, "too_many_requests", "Too many codes were sent here. Please wait.", "{address}"),
    otp.QuotaUsedUp: Row(402, "plan_limit_exceeded", "The quota of messages is used up."),
    otp.SendingFailed: Row(503, "temporarily_unavailable", "The code could not be sent. Please try again later."),
    signup.TooManyCodes: Row(429, "too_many_requests", "This session has had its codes. Please begin again later."),
    signup.ProofOfWorkRequired: CAPTCHA,
    # whether at all
    SignUpDisabled: Row(403, "registration_disabled", "Signing up is switched off for this application."),
    TooManyCalls: Row(429, "too_many_requests", "Too many calls. Please try again later."),
    TooManyFailures: Row(429, "too_many_requests", "Too many failed attempts. Please try again later."),
    accounts.EndUserBlocked: Row(403, "account_blocked", "The user is blocked."),
    accounts.EmailNotVerified: Row(403, "email_not_verified", "Verify the e-mail address first: see the message."),
    accounts.EndUserGone: Row(404, "entity_not_found", "There is no such user any more."),
    accounts.HashingBusy: BUSY,
    OperationalError: BUSY,
    InterfaceError: BUSY,
}

# What neither a call of this dialect nor a hosted page raises today: answered in case one does, and described in no
# document.
UNREACHED: dict[type[Exception], Row] = {
    otp.MismatchedProof: Row(422, "code_expired", OLD_CODE.description),
    accounts.WrongOwnPassword: NOT_LET_IN,
    accounts.SamePassword: Row(422, "weak_password", "The new password is the present one.", "password"),
    accounts.BadSudoToken: Row(401, "invalid_token", "The sudo token is missing, wrong or expired."),
    accounts.RecentProofRequired: Row(401, "invalid_session", "Log in again first."),
    accounts.AnonymousDisabled: Row(403, "registration_disabled", "Users without a name are switched off."),
    accounts.NotAnonymous: Row(422, "invalid_entity", "The user has a name already."),
    accounts.CaptchaRequired: CAPTCHA,
    accounts.WrongCaptchaAnswer: CAPTCHA,
    accounts.CaptchaExpired: CAPTCHA,
    accounts.BadCaptchaPass: CAPTCHA,
    accounts.ProviderNotFound: Row(404, "entity_not_found", "There is no such third party."),
    accounts.ProviderFailed: Row(400, "invalid_request", "{message}"),
    accounts.BadProviderToken: Row(422, "invalid_code", "The proof of the third party is unknown, used or expired."),
    accounts.LastWayIn: Row(422, "invalid_entity", "Without it the user could not log in.", "identities"),
    tokens.InvalidGrant: Row(401, "invalid_token", "The refresh token is unknown, used, expired or revoked."),
    tokens.InvalidScope: Row(400, "invalid_request", "The application does not have this scope."),
    tokens.MissingScope: Row(401, "missing_scope", "The access token does not have the scope of this call."),
    InvalidRedirectUri: Row(400, "invalid_request", "The redirect URI is not one of the application's."),
    AuthorizationError: Row(400, "invalid_request", "{message}"),
}


def row(kind: type[Exception]) -> Row | None:
    return ERRORS.get(kind) or UNREACHED.get(kind)


def answer(exception: Exception, context: dict[str, object]) -> HttpResponse:
    """The documented answer; what has none is logged and answered as our fault, in the same shape."""
    exception = refusals.judge(exception)
    found = row(type(exception))
    if isinstance(exception, (OperationalError, InterfaceError)):
        logger.error("the database failed a request", exc_info=exception)
    refused = found or INTERNAL
    description = str(exception) if refused.description == "{message}" else refused.description
    response = answers.error(refused.status, refused.error, description, **_members(exception, refused))
    for name, value in _headers(exception, refused.status, context).items():
        response.headers[name] = value
    if found is None:
        _log(exception, response, context)
    return response


def _members(exception: Exception, refused: Row) -> dict[str, Any]:
    channel = getattr(exception, "channel", "")
    field = getattr(exception, "field", "") or refused.field
    members = {"field": field.format(address=ATTRIBUTES[Channel(channel)]) if channel else field} if field else {}
    return members | {name: vars(exception)[name] for name in OWN_MEMBERS if vars(exception).get(name)}


def _headers(exception: Exception, status: int, context: dict[str, object]) -> dict[str, str]:
    if isinstance(exception, MethodNotAllowed):
        return {"Allow": ", ".join(getattr(context.get("view"), "allowed_methods", []))}
    if status == 429:
        return {"Retry-After": str(exception.retry_after_seconds)}  # type: ignore[attr-defined] # all such classes have it
    return {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}


def _log(exception: Exception, response: HttpResponse, context: dict[str, object]) -> None:
    request = getattr(context.get("request"), "_request", None)
    path = getattr(request, "path", "")
    log_response("%s: %s", response.reason_phrase, path, response=response, request=request, exception=exception)
