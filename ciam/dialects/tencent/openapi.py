"""What this dialect says of itself in the OpenAPI document. Imported by who draws that document, and by nobody else."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiViewExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed

from accounts import errors as accounts
from ciam.dialects.tencent import errors, token_openapi, views
from ciam.dialects.tencent.explanations import explain, merged
from ciam.dialects.tencent.serializers import USAGES
from ciam.dialects.tencent.sign_up_schema import FORMS
from ciam.json_bodies import BodyTooLarge, InvalidBody
from otp import errors as otp
from otp.address_patterns import EMAIL_LONGEST
from otp.models import Usage
from signup import errors as signup
from tenants.authentication_failures import TooManyFailures
from tenants.callers import InvalidClient
from tenants.errors import SignUpDisabled, UnconfiguredAttributes
from tenants.models import Channel

TAG = "Tencent CIAM"
TAG_DESCRIPTION = (
    "Signing up and logging in, as Tencent Cloud CIAM documents it. Credentials are those of a web or m2m application "
    "that has `tencent` among its `dialects`."
)
BEFORE = (MethodNotAllowed, InvalidClient, TooManyFailures, errors.UnauthorizedClient, InvalidBody, BodyTooLarge)
AFTER = (OperationalError, InterfaceError)
SEND_OTP = (
    *(*BEFORE, errors.InvalidRequest, errors.InvalidAuthSource, otp.MalformedAddress, SignUpDisabled),
    *(UnconfiguredAttributes, accounts.AddressInUse, otp.UndeliverableEmail, otp.SendLimitReached, otp.QuotaUsedUp),
    *(otp.SendingFailed, *AFTER),
)
SIGN_UP = (
    *(*BEFORE, errors.InvalidAuthorizationScheme, errors.InvalidRequest, SignUpDisabled, signup.MissingAttributes),
    *(UnconfiguredAttributes, signup.UnknownAttributes, accounts.InvalidUsername, accounts.DuplicateUsername),
    *(otp.MalformedAddress, accounts.DuplicatePhoneNumber, accounts.DuplicateEmail, otp.BadToken, otp.BadCode),
    *(accounts.IllegalAttributeValue, signup.NoPasswordSource, accounts.InvalidPassword, accounts.HashingBusy, *AFTER),
)
MESSAGE = "what the attribute's admin wrote"
CODE_WORDS = "The code is good for 60 seconds (usage login: as its source says), the otp_token for five minutes."
SIGN_UP_WORDS = "Exactly what the application asks for, no more and no less; an address with its otp_token and code."

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
PHONE_NUMBER = MAYBE | FORMS["phone_number"] | {"description": "11 digits: a mainland Chinese mobile number."}
EMAIL = MAYBE | {"format": "email", "maxLength": EMAIL_LONGEST}
CODE_REQUEST: Schema = {
    "type": "object",
    "description": "Either a phone number or an e-mail address.",
    "properties": {
        "usage": {"type": "string", "enum": list(map(str, USAGES)), "default": str(Usage.LOGIN)},
        "phone_number": PHONE_NUMBER,
        "email": EMAIL,
        "auth_source_id": TEXT | {"description": "Of a code source of the channel: for usage login, and only there."},
    },
    "oneOf": [{"required": ["phone_number"]}, {"required": ["email"]}],
}
REGISTRATION: Schema = {
    "type": "object",
    "description": "What each application asks for, exactly, is at GET /signup/contract.",
    "properties": {
        "username": MAYBE | FORMS["username"],
        "password": MAYBE | {"description": "By the policy of the application's password source."},
        "phone_number": PHONE_NUMBER,
        "phone_number_otp_token": MAYBE | {"description": "From POST /otp/send, with the phone number."},
        "phone_number_otp": MAYBE | {"description": "The code that arrived there."},
        "email": EMAIL,
        "email_otp_token": MAYBE | {"description": "From POST /otp/send, with the e-mail address."},
        "email_otp": MAYBE | {"description": "The code that arrived there."},
        **dict.fromkeys(("name", "nickname", "zoneinfo", "locale"), MAYBE),
    },
    "additionalProperties": {
        "description": "An attribute of the tenant, by its identifier.",
        "type": ["string", "integer", "boolean", "null"],
    },
}


def _one_text(name: str) -> Schema:
    return {"type": "object", "properties": {name: TEXT}, "required": [name]}


def _refusals(kinds: Sequence[type[Exception]]) -> dict[int, OpenApiResponse]:
    """By status; each row of the table is an example, with when it comes and what to do."""
    rows = merged([explain(kind, channel=channel, message=MESSAGE) for kind in kinds for channel in _channels(kind)])
    return {status: _response(status, rows) for status in sorted({row["status"] for row in rows})}


def _channels(kind: type[Exception]) -> Sequence[str]:
    return Channel.values if issubclass(kind, otp.AddressError) else [""]


def _response(status: int, rows: list[dict[str, Any]]) -> OpenApiResponse:
    own = [row for row in rows if row["status"] == status]
    names = ", ".join(dict.fromkeys(f"`{row['error']}`" for row in own))
    description = f"{HTTPStatus(status).phrase}: {names}"
    return OpenApiResponse({"$ref": "#/components/schemas/Error"}, description, examples=[_example(row) for row in own])


def _example(row: dict[str, Any]) -> OpenApiExample:
    value = {name: row[name] for name in ("error", "error_description") if name in row}
    name = ": ".join(value.values())
    return OpenApiExample(name, value=value, summary=name, description=f"{row['when']} {row['cure']}")


class BasicClient(BaseAuthentication):
    """The declaration of the views as drf-spectacular reads it."""


class Credentials(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular registers it untyped
    target_class = BasicClient
    match_subclasses = True
    name = "application"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        words = "The client id and the client secret of the application, each form-encoded before base64."
        return {"type": "http", "scheme": "basic", "description": words}


class Named(AutoSchema):
    """With the name that the described view has."""

    def get_operation_id(self) -> str:
        return str(vars(type(self.view))["operation_id"])


class SendOtp(OpenApiViewExtension):  # type: ignore[no-untyped-call] # as above
    target_class = views.SendOtp

    def view_replacement(self) -> type[views.SendOtp]:
        @extend_schema(
            summary="Send a code to a phone or an e-mail address",
            description=CODE_WORDS,
            tags=[TAG],
            request={"application/json": CODE_REQUEST},
            responses={200: OpenApiResponse(_one_text("otp_token"), "The code is under way.")} | _refusals(SEND_OTP),
            examples=[
                _body("To sign up by phone", {"usage": "signup", "phone_number": "13612345678"}),
                _body("To sign up by e-mail", {"usage": "signup", "email": "mei@example.com"}),
            ],
        )
        class Described(views.SendOtp):
            operation_id = "send_otp"
            authentication_classes = [BasicClient]
            schema = Named()

        return Described


class SignUp(OpenApiViewExtension):  # type: ignore[no-untyped-call] # as above
    target_class = views.SignUp

    def view_replacement(self) -> type[views.SignUp]:
        proof = {"phone_number": "13612345678", "phone_number_otp_token": "9yt3...", "phone_number_otp": "287349"}

        @extend_schema(
            summary="Sign somebody up",
            description=SIGN_UP_WORDS,
            tags=[TAG],
            request={"application/json": REGISTRATION},
            responses={200: OpenApiResponse(_one_text("sub"), "The id of the new end user.")} | _refusals(SIGN_UP),
            examples=[
                _body("By phone", proof),
                _body("By user name and password", {"username": "mei", "password": "plum-Blossom 7"}),
            ],
        )
        class Described(views.SignUp):
            operation_id = "sign_up"
            authentication_classes = [BasicClient]  # one name for one kind of credentials
            schema = Named()

        return Described


def _body(name: str, value: dict[str, str]) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


CONTRACT: Schema = {
    "operationId": "sign_up_contract",
    "summary": "What an application asks of the people who sign up",
    "description": "Public. The schema that it holds accepts what POST /signup of the application accepts.",
    "tags": [TAG],
    "parameters": [
        {"name": "client_id", "in": "query", "required": True, "schema": TEXT | {"minLength": 1, "maxLength": 128}},
        {
            "name": "If-None-Match",
            "in": "header",
            "schema": TEXT,
            "description": "The ETag of the answer that you keep.",
        },
    ],
    "responses": {
        "200": {
            "description": "The contract",
            "headers": {"ETag": {"schema": TEXT}},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SignUpContract"}}},
        },
        "304": {"description": "It is still what you keep."},
        "400": {"$ref": "#/components/responses/InvalidRequest"},
        "404": {"$ref": "#/components/responses/NotFound"},
        "405": {"$ref": "#/components/responses/MethodNotAllowed"},
    },
    "security": [],
}
PATHS = {"/signup/contract": {"get": CONTRACT}} | token_openapi.PATHS
SCHEMAS = {
    "SignUpContract": {
        "type": "object",
        "properties": {
            "version": {"const": 1},
            **dict.fromkeys(("client_id", "application", "tenant"), TEXT),
            "enabled": {"type": "boolean"},
            "authentication": {"enum": ["all", "any"]},
            "fields": {"type": "array", "items": {"type": "object"}},
            "password": {"type": "object"},
            "schema": {"type": "object", "description": "JSON Schema 2020-12 of the body of POST /signup"},
            "errors": {"type": "array", "items": {"type": "object"}},
            "requests": {"type": "array", "items": {"type": "object"}},
        },
    }
}
