"""What this dialect says of itself in the OpenAPI document. Imported by who draws that document, and by nobody else."""

from typing import Any

from accounts import profiles
from accounts.user_documents import HASH_FUNCTIONS, LONGEST_EMAIL, MOST_IDENTITIES, MOST_LOGIN_ATTEMPTS, PROVIDERS
from ciam.dialects.plusauth import errors
from ciam.dialects.plusauth.user_fields import LIMIT, MOST, ORDERS

TAG = "PlusAuth"
TAG_DESCRIPTION = (
    "Signing up in a browser's session, and users as a trusted back end keeps them, as PlusAuth's API names them. "
    "Every answer is JSON; an error may name its `field`. A back end's application has `plusauth` among its `dialects`."
)
Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": ["boolean", "null"]}
OBJECT: Schema = {"type": "object"}
LINK = TEXT | {"format": "uri", "maxLength": profiles.LONGEST_URL}
NAME = TEXT | {"maxLength": profiles.LONGEST_NAME}
STREET = TEXT | {"maxLength": profiles.LONGEST_STREET}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


ADDRESS: Schema = OBJECT | {
    "properties": dict.fromkeys(profiles.ADDRESS, NAME)
    | {"is_primary": FLAG, "street_address": STREET, "street_address_2": STREET}
}
PROFILE: Schema = {
    "type": ["object", "null"],
    "properties": {
        **dict.fromkeys(("given_name", "middle_name", "family_name", "nickname"), NAME),
        **dict.fromkeys(("website", "profile_page"), LINK),
        "gender": {"type": ["string", "integer", "null"], "description": "A text, or a code from -10 to 10."},
        "birthdate": TEXT | {"examples": ["1990-12-31", "0000-12-31", "1990"]},
        "locale": TEXT | {"examples": ["tr-TR"]},
        "zoneinfo": TEXT | {"examples": ["Europe/Istanbul"]},
        "addresses": {"type": ["array", "null"], "items": ADDRESS, "maxItems": profiles.MOST_ADDRESSES},
    },
}
METADATA: Schema = {
    "type": ["object", "null"],
    "maxProperties": profiles.MOST_METADATA,
    "additionalProperties": {"type": ["string", "number", "boolean", "null"], "maxLength": profiles.LONGEST_METADATA},
}
OF_A_PERSON: dict[str, Schema] = {
    "username": TEXT | {"maxLength": 256},
    "email": TEXT | {"format": "email", "maxLength": LONGEST_EMAIL},
    "phone_number": TEXT | {"maxLength": 32, "examples": ["+90 532 123 45 67"]},
    "password": TEXT | {"description": "By the policy of the password source."},
    "name": TEXT | {"maxLength": 255},
    "picture": LINK,
    "profile": PROFILE,
    "metadata": METADATA,
    "verify_email": FLAG | {"description": "Send a message that verifies the address."},
}
OF_A_BROWSER = {
    "email_code": TEXT | {"description": "From POST /signup/code: the address is proven."},
    "phone_number_code": TEXT | {"description": "The same for the phone number."},
    "state": TEXT | {"description": "What the page was drawn with; sent at all, it must be right."},
    "ui_locales": TEXT | {"description": "The languages of messages, the best one first."},
    "phone_region": TEXT
    | {
        "maxLength": 3,
        "description": "The ISO region, one of the tenant's `phone_regions`, that reads a number without its country "
        "code before the others do.",
    },
}
IDENTITY: Schema = OBJECT | {
    "properties": {
        "connection": {"type": "string", "maxLength": 64},
        "provider": {"type": "string", "enum": sorted({one for group in PROVIDERS.values() for one in group})},
        "type": {"type": "string", "enum": list(PROVIDERS)},
        "id": TEXT | {"maxLength": 256},
        "details": OBJECT,
    },
    "required": ["connection", "provider", "type", "details"],
}
OF_A_BACK_END = {
    **dict.fromkeys(("blocked", "email_verified", "phone_number_verified"), FLAG),
    "login_attempts": {"type": ["integer", "null"], "minimum": 0, "maximum": MOST_LOGIN_ATTEMPTS},
    "hash_fn": {"enum": [*HASH_FUNCTIONS, None], "description": "`password` is a hash of this function."},
    "salt": TEXT,
    "identities": {"type": ["array", "null"], "items": IDENTITY, "maxItems": MOST_IDENTITIES},
}
OWN_ATTRIBUTES = {"description": "An attribute of the tenant, by its identifier."}
ANSWERED = {"id": {"type": "string"}, "created_at": {"type": "string", "format": "date-time"}}
SCHEMAS: dict[str, Schema] = {
    "PlusAuthError": OBJECT
    | {
        "properties": {
            "error": {"type": "string"},
            "error_description": {"type": "string"},
            "status": {"type": "integer"},
            "field": {"type": "string", "description": "The path of the field that is at fault."},
            "location": {"type": "string", "description": "Of `xhr_request`: where to go."},
            "challenge": OBJECT | {"description": "Of `captcha_required`: Altcha's, to be solved."},
        },
        "required": ["error", "error_description", "status"],
    },
    "PlusAuthSignUp": OBJECT | {"properties": OF_A_PERSON | OF_A_BROWSER, "additionalProperties": OWN_ATTRIBUTES},
    "PlusAuthUser": OBJECT
    | {"properties": OF_A_PERSON | OF_A_BACK_END | ANSWERED, "additionalProperties": OWN_ATTRIBUTES},
}
SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "Of a browser that has opened the sign-up page.",
    },
    "back_end": {
        "type": "http",
        "scheme": "bearer",
        "description": "From POST /oauth2/token: an application's own token with the scope read:user or write:user.",
    },
}
EXAMPLE = {"id": "01a201fa787471378509f6ddf27e19f8", "email": "mei@example.com", "email_verified": True}


def _content(schema: Schema, **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema, **more}}}


def _refusals() -> dict[str, Any]:
    """Every row of the table, since most calls can give most of them."""
    rows = dict.fromkeys([*errors.ERRORS.values(), errors.INTERNAL])
    examples = {
        f"{number}_{row.error}": {
            "summary": f"{row.status} {row.error}",
            "value": {"error": row.error, "error_description": row.description, "status": row.status}
            | ({"field": row.field} if row.field else {}),
        }
        for number, row in enumerate(rows)
    }
    return {"description": "A refusal; `error` says which."} | _content(_of("PlusAuthError"), examples=examples)


def operation(
    operation_id: str, summary: str, answers: dict[str, Any], *, body: Schema | None = None, by: str = "back_end"
) -> dict[str, Any]:
    request = {"requestBody": {"required": True} | _content(body)} if body else {}
    return {
        "operationId": f"plusauth_{operation_id}",
        "summary": summary,
        "tags": [TAG],
        "security": [{by: []}],
        **request,
        "responses": answers | {"default": _refusals()},
    }


def _in_query(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"} | schema}


USER = {"description": "The user"} | _content(_of("PlusAuthUser"), example=EXAMPLE)
USERS = {"description": "A page of users"} | _content(
    OBJECT | {"properties": {"total": {"type": "integer"}, "results": {"type": "array", "items": _of("PlusAuthUser")}}}
)
SENT = {"description": "The code is under way; both times are seconds"} | _content(
    OBJECT
    | {
        "properties": {
            "expires_in": {"type": "integer"},
            "resend_in": {"type": "integer"},
            "sent_to": {
                "type": "string",
                "description": "The number that was understood, where `phone_region` was sent.",
            },
            "region": {"type": "string", "description": "Its ISO region."},
        },
        "required": ["expires_in", "resend_in"],
    }
)
CODE_REQUEST: Schema = OBJECT | {
    "properties": {
        "email": OF_A_PERSON["email"],
        "phone_number": OF_A_PERSON["phone_number"],
        "ui_locales": OF_A_BROWSER["ui_locales"],
        "phone_region": OF_A_BROWSER["phone_region"],
        "altcha": TEXT | {"description": "The solution of the challenge that `captcha_required` brought."},
    }
}
LIST_PARAMETERS = [
    _in_query("limit", "Users on a page.", type="integer", minimum=1, maximum=MOST, default=LIMIT),
    _in_query("offset", "The number of the page, from 0.", type="integer", minimum=0, default=0),
    _in_query("q", "Exactly this user name, e-mail address or phone number."),
    _in_query("sort_by", "By when they were made.", enum=list(ORDERS), default="created_at.desc"),
    _in_query("fields", "Only these members, separated by commas."),
]
USER_ID = {"name": "user_id", "in": "path", "required": True, "schema": {"type": "string"}}
PATHS: dict[str, dict[str, Any]] = {
    "/signup/code": {
        "post": operation(
            "code", "Send a code to who signs up in this session", {"200": SENT}, body=CODE_REQUEST, by="session"
        )
    },
    "/api/v1/users": {
        "get": operation("list_users", "The tenant's users", {"200": USERS}) | {"parameters": LIST_PARAMETERS},
        "post": operation("create_user", "Make a user", {"201": USER}, body=_of("PlusAuthUser")),
    },
    "/api/v1/users/{user_id}": {
        "parameters": [USER_ID],
        "get": operation("get_user", "One user", {"200": USER}),
        "patch": operation("change_user", "Change what is given", {"200": USER}, body=_of("PlusAuthUser")),
        "delete": operation("delete_user", "Delete the user", {"204": {"description": "Deleted."}}),
    },
}
CALLERS = (
    "With Basic credentials the application calls, with Tencent's body and answers. With the `session` cookie an end "
    "user does, and with a bearer token a trusted back end: both send PlusAuth's body and get its answers."
)


def join(sign_up: dict[str, Any]) -> None:
    """Say of `POST /signup`, which the other dialect has described, what is ours."""
    sign_up["tags"] = [*sign_up["tags"], TAG]
    sign_up["description"] = f"{CALLERS}\n\n{sign_up['description']}"
    sign_up["security"] = [*sign_up["security"], {"session": []}, {"back_end": []}]
    body = sign_up["requestBody"]["content"]["application/json"]
    body["schema"] = {"anyOf": [body["schema"], _of("PlusAuthSignUp"), _of("PlusAuthUser")]}
    body.setdefault("examples", {})["In a session"] = {"value": {"email": "mei@example.com", "email_code": "287349"}}
    success = sign_up["responses"]["200"]["content"]["application/json"]
    success["schema"] = {"anyOf": [success["schema"], _of("PlusAuthUser")]}
    sign_up["responses"] |= {"201": USER, "default": _refusals()}
