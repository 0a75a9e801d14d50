"""What the calls that log people in, and that they make when they are, say of themselves in the OpenAPI document."""

from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from ciam.dialects.tencent import call_errors, errors
from ciam.dialects.tencent.call_explanations import explain_own
from ciam.dialects.tencent.errors import Key, Row
from ciam.dialects.tencent.explanations import explain, merged
from ciam.dialects.tencent.sign_up_schema import FORMS
from ciam.json_bodies import BodyTooLarge
from otp import errors as otp
from signup import errors as signup
from tenants.authentication_failures import TooManyFailures
from tenants.callers import InvalidClient
from tenants.models import Channel

Schema = dict[str, Any]
Kinds = tuple[type[Exception], ...]

TAG = "Tencent CIAM"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
OTP_GRANTS = [f"http://tencentciam.com/oauth2/grant-type/otp/{channel}" for channel in ("sms", "email")]
ANY: Kinds = (MethodNotAllowed, errors.InvalidRequest, BodyTooLarge, OperationalError)
OF_CLIENT: Kinds = (*ANY, InvalidClient, TooManyFailures, errors.UnauthorizedClient)
OF_CODES: Kinds = (otp.BadToken, otp.BadCode)
OF_UPDATE: Kinds = (
    *(signup.UnknownAttributes, otp.MalformedAddress, accounts.DuplicatePhoneNumber, accounts.DuplicateEmail),
    *(*OF_CODES, accounts.IllegalAttributeValue, TooManyFailures),
)
OF_PASSWORD: Kinds = (signup.NoPasswordSource, accounts.HashingBusy)
MESSAGE = "what the attribute's admin wrote"

TEXT: Schema = {"type": "string"}
PROOFS: Schema = dict.fromkeys(
    ("phone_number", "phone_number_otp_token", "phone_number_otp", "email", "email_otp_token", "email_otp"), TEXT
)
CREDENTIALS: Schema = {
    "client_id": TEXT,
    "client_secret": TEXT | {"description": "Of web and m2m applications; Basic will do instead."},
}
LOG_IN_BY_CODE: Schema = {
    "type": "object",
    "properties": CREDENTIALS
    | {
        "grant_type": {"enum": OTP_GRANTS},
        "auth_source_id": TEXT | {"description": "As in POST /otp/send, like the address."},
        "phone_number": {"type": "string"} | FORMS["phone_number"],
        "email": TEXT | {"format": "email"},
        "otp_token": TEXT,
        "otp": TEXT,
        "auto_signup": {"type": "boolean", "description": "Sign up who is not there; the address is all they have."},
    },
    "required": ["client_id", "grant_type", "auth_source_id", "otp_token", "otp"],
}
OTHER_GRANTS: Schema = {
    "type": "object",
    "properties": CREDENTIALS
    | {
        "grant_type": {"enum": ["authorization_code", "password", "refresh_token", "client_credentials"]},
        "auth_source_id": TEXT | {"description": "password: a password source of the application."},
        "username": TEXT | {"description": "password: a user name, a phone number or an e-mail address."},
        "password": TEXT,
        "code": TEXT | {"description": "authorization_code: what came with the redirect."},
        "redirect_uri": TEXT | {"description": "authorization_code: where it came."},
        "code_verifier": TEXT | {"description": "authorization_code: of the request's code_challenge."},
        "refresh_token": TEXT,
        "scope": TEXT | {"description": "password: openid. client_credentials: some of the application's scopes."},
    },
    "required": ["grant_type"],
}
ISSUED = {
    "access_token": "eyJhbGciOi...",
    "refresh_token": "m.5zv7Yw...",
    "id_token": "eyJhbGciOi...",
    "scope": "openid",
    "token_type": "Bearer",
    "expires_in": 599,
}
USER = {"sub": "01a201bdc31e7d3c87c4612ecb991730", "name": "Mei Li", "email": "mei@example.com"}
UPDATE: Schema = {
    "type": "object",
    "properties": PROOFS | dict.fromkeys(("name", "nickname", "zoneinfo", "locale"), TEXT),
    "additionalProperties": {"description": "An attribute that the application asks for at sign-up."},
}


def _object(*names: str, **more: Schema) -> Schema:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT) | more, "required": list(names)}


def _call(
    operation_id: str,
    summary: str,
    *,
    own: dict[Key, Row],
    kinds: Kinds,
    bodies: dict[str, Schema] | None = None,
    answer: Schema | None = None,
    is_bearer: bool = False,
) -> Schema:
    """An operation; without an `answer` its 200 is empty."""
    content = {"content": {JSON: {"schema": {"type": "object"}, "example": answer}}} if answer else {}
    found: Schema = {
        "operationId": operation_id,
        "summary": summary,
        "tags": [TAG],
        "security": [{"bearer": []}] if is_bearer else [{"application": []}, {}],
        "responses": {"200": {"description": summary} | content} | _refusals(own, kinds),
    }
    if bodies:
        found["requestBody"] = {"content": {kind: {"schema": schema} for kind, schema in bodies.items()}}
    return found


def _refusals(own: dict[Key, Row], kinds: Kinds) -> Schema:
    """By status; each row is an example, with when it comes and what to do."""
    common = [
        explain(kind, channel=channel, message=MESSAGE)
        for kind in kinds
        if kind not in own
        for channel in (Channel.values if issubclass(kind, otp.AddressError) else [""])
    ]
    rows = merged(explain_own(own) + common)
    return {str(status): _of_status(status, rows) for status in sorted({row["status"] for row in rows})}


def _of_status(status: int, rows: list[dict[str, Any]]) -> Schema:
    examples = {}
    for row in rows:
        if row["status"] == status:
            value = {name: row[name] for name in ("error", "error_description") if name in row}
            name = ": ".join(value.values())
            examples[name] = {"summary": name, "value": value, "description": f"{row['when']} {row['cure']}"}
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": HTTPStatus(status).phrase, "content": {JSON: {"schema": schema, "examples": examples}}}


PATHS: Schema = {
    "/oauth2/token": {
        "post": _call(
            "token",
            "Log somebody in, refresh, or get a token for the application itself",
            own=call_errors.TOKEN,
            kinds=(*OF_CLIENT, errors.InvalidAuthSource, accounts.HashingBusy),
            bodies={JSON: LOG_IN_BY_CODE, FORM: OTHER_GRANTS},
            answer=ISSUED,
        )
    },
    "/oauth2/revoke": {
        "post": _call(
            "revoke",
            "Revoke an access token, or a refresh token and with it the session",
            own={},
            kinds=OF_CLIENT,
            bodies={FORM: _object("token", **CREDENTIALS)},
        )
    },
    "/userinfo": {
        "get": _call(
            "user_info",
            "What the application may know of the signed-in user",
            own=call_errors.USER_INFO,
            kinds=ANY,
            answer=USER,
            is_bearer=True,
        ),
        "post": _call(
            "post_user_info",
            "The same, as OpenID Connect has it besides",
            own={
                kind: row
                for kind, row in call_errors.POSTED_USER_INFO.items()
                if kind not in (errors.UnsupportedAttributes, accounts.RecentProofRequired)
            },
            kinds=ANY,
            answer=USER,
            is_bearer=True,
        ),
        "patch": _call(
            "update_user_info",
            "Change attributes, and addresses each with its code",
            own=call_errors.USER_INFO,
            kinds=(*ANY, *OF_UPDATE),
            bodies={JSON: UPDATE},
            answer=USER,
            is_bearer=True,
        ),
    },
    "/change_user_password": {
        "post": _call(
            "change_user_password",
            "Change the signed-in user's password; other sessions end",
            own=call_errors.CHANGE_PASSWORD,
            kinds=(*ANY, *OF_PASSWORD),
            bodies={JSON: _object("old_password", "new_password")},
            is_bearer=True,
        )
    },
    "/reset_user_password": {
        "post": _call(
            "reset_user_password",
            "Set a new password by a code; all sessions end",
            own=call_errors.NEW_PASSWORD,
            kinds=(*OF_CLIENT, *OF_CODES, *OF_PASSWORD),
            bodies={JSON: _object("password", **CREDENTIALS, **PROOFS)},
        )
    },
}
