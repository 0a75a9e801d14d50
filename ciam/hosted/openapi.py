"""What the pages and their calls say of themselves in the OpenAPI document."""

from typing import Any

from ciam.dialects.plusauth import openapi as plusauth
from ciam.dialects.plusauth.openapi import CODE_REQUEST, OBJECT, OF_A_BROWSER, OF_A_PERSON, SENT, TEXT
from ciam.hosted.strength import LONGEST_NAME, LONGEST_TYPED
from ciam.hosted.verification_views import LONGEST_TEXT

TAG = "Hosted pages"
TAG_DESCRIPTION = (
    "An application sends a browser to `/oauth2/authorize`; it comes back with a code for `POST /oauth2/token`. The "
    "JSON calls are those of the pages, in the browser's session and with PlusAuth's errors."
)
Schema = dict[str, Any]

CLIENT = {"client_id": "The application."}
REQUEST = CLIENT | {
    "redirect_uri": "One of the application's, letter by letter.",
    "response_type": "`code`",
    "scope": "`openid`; others are not granted.",
    "state": "Comes back as it is; 1,024 characters at most.",
    "id_token_hint": "An ID token of the application: the answer is for its end user alone.",
    "nonce": "Stands in the ID token; 255 characters at most.",
    "code_challenge": "S256, for applications without a secret.",
    "code_challenge_method": "`S256`",
    "prompt": "`none`, or any of `login`, `consent`, `create` (sign up), `select_account`.",
    "max_age": "The seconds that the log-in may be old.",
    "login_hint": "Stands in the page's first field.",
    "ui_locales": "Languages of the pages, the best one first.",
    "connection": "The key of a third party to go to at once.",
}
LOGOUT = CLIENT | {
    "id_token_hint": "An ID token of the application, which stands for `client_id`.",
    "logout_redirect_uri": "One of the application's; it may be left out where there is just one.",
    "post_logout_redirect_uri": "The same, as OpenID Connect names it.",
    "state": "Comes back as it is.",
}
NEEDED = ("client_id", "redirect_uri", "response_type")
PROOF = CODE_REQUEST["properties"] | {"code": TEXT, "state": TEXT}
URL: Schema = {"type": "string", "format": "uri"}
CONTINUE = "https://login.shop.example/oauth2/continue"


def _answer(description: str, example: dict[str, Any], needed: tuple[str, ...], **properties: Schema) -> Schema:
    schema = OBJECT | {"properties": properties, "required": list(needed)}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}


ONWARD = _answer("Where the page goes", {"location": CONTINUE}, ("location",), location=URL)
JUDGED = _answer(
    "How strong it is, and whether it is accepted",
    {"score": 1, "accepted": False, "rule": "too_short", "bound": 8},
    ("score", "accepted"),
    score={"type": "integer", "minimum": 0, "maximum": 4},
    accepted={"type": "boolean"},
    rule={"type": "string", "description": "The one against a password that is not accepted."},
    bound={"type": "integer", "description": "The number of characters or bytes that the rule names, if it does."},
)
VERIFIED = _answer(
    "The address is verified",
    {"email_verified": True, "account": "kept"},
    ("email_verified",),
    email_verified={"type": "boolean", "description": "False only where `account` is `released`."},
    account={
        "enum": ["kept", "cleared", "released"],
        "description": "After a link. `cleared`: it was confirmed outside of the session that signed up, so password, "
        "identities, user name and sessions are gone. `released`: for the same reason the address was taken off an "
        "account that has a proven phone number.",
    },
    location=URL | {"description": "Where the page goes, if an application waits for the log-in."},
)
RESENT = _answer(
    "The message is under way",
    {"resend_in": 60},
    ("resend_in",),
    resend_in={"type": "integer", "description": "The seconds until the next message may be asked for."},
)
DONE = {"description": "Done."}


def _page(operation_id: str, summary: str, parameters: dict[str, str], needed: tuple[str, ...], going: str) -> Schema:
    """A page that takes its parameters in the query, or as a form that it sends back as a query."""
    common = {"summary": summary, "tags": [TAG], "security": []}
    fields = {name: TEXT | {"description": text} for name, text in parameters.items()}
    form = OBJECT | {"properties": fields, "required": list(needed)}
    query = [
        {"name": name, "in": "query", "required": name in needed, "description": text, "schema": {"type": "string"}}
        for name, text in parameters.items()
    ]
    refusals = {
        "400": {"$ref": "#/components/responses/InvalidRequest"},
        "405": {"$ref": "#/components/responses/MethodNotAllowed"},
    }
    too_many = {"429": {"$ref": "#/components/responses/TooManyRequests"}}
    return {
        "get": common
        | {
            "operationId": operation_id,
            "parameters": query,
            "responses": {"302": {"description": going}} | refusals | too_many,
        },
        "post": common
        | {
            "operationId": f"{operation_id}_by_form",
            "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": form}}},
            "responses": {"303": {"description": "To the same address, with the parameters in its query."}} | refusals,
        },
    }


def _call(operation_id: str, summary: str, answer: Schema, **properties: Any) -> Schema:
    """A call of a page that has a `state`."""
    return _in_session(operation_id, summary, answer, OBJECT | {"properties": {"state": TEXT} | properties})


def _in_session(operation_id: str, summary: str, answer: Schema, body: Schema) -> Schema:
    operation = plusauth.operation(operation_id, summary, {"200": answer}, body=body, by="session")
    return {"post": operation | {"operationId": operation_id, "tags": [TAG]}}


ALTCHA = {"altcha": PROOF["altcha"]}
REGION = {"phone_region": PROOF["phone_region"]}
ADDRESS = {"email": PROOF["email"], "phone_number": PROOF["phone_number"]} | REGION
CONSENT: dict[str, Schema] = {
    "accepted": {"type": "boolean"},
    "claims": {"type": "array", "items": {"type": "string"}, "description": "Those that the page has shown."},
}
CODE = {"code": {"type": "string"}}
PASSWORD = {"password": OF_A_PERSON["password"]}
SCHEMAS: dict[str, Schema] = {}
TYPED = TEXT | {"maxLength": LONGEST_NAME, "description": "As far as it is typed."}
STRENGTH = {
    "state": OF_A_BROWSER["state"],
    "password": TEXT | {"maxLength": LONGEST_TYPED},
    **dict.fromkeys(("username", "email", "phone_number"), TYPED),
}
SECRET: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
VERIFICATION = OBJECT | {
    "properties": {
        "token": SECRET | {"description": "Of the link in the message: from anywhere."},
        "code": SECRET | {"description": "Of the message: in the session of who has signed up or logged in."},
    },
    "oneOf": [{"required": ["token"]}, {"required": ["code"]}],
}
NOTHING = OBJECT | {"description": "An empty object."}
AUTHORIZE = _page(
    "authorize", "Log somebody in, and come back with a code", REQUEST, NEEDED, "To a page of ours, or back."
)
PATHS: dict[str, Schema] = {
    "/oauth2/authorize": AUTHORIZE,
    "/logout": _page("logout", "End the browser's session", LOGOUT, (), "Where the application says."),
    "/logout/confirm": _call("confirm_logout", "End the session of who said yes on the page of /logout", DONE),
    "/login": _call("log_in", "Log in by password", ONWARD, username=TEXT, **REGION, **PASSWORD, **ALTCHA),
    "/login/code": _call("log_in_code", "Send a code to log in with", SENT, **ADDRESS, **ALTCHA),
    "/login/verify": _call("log_in_by_code", "Log in by the code", ONWARD, **ADDRESS, **CODE),
    "/login/reset/code": _call("reset_code", "Send a code for a new password", SENT, **ADDRESS, **ALTCHA),
    "/login/reset": _call("reset", "Set a new password", DONE, **ADDRESS, **CODE, **PASSWORD),
    "/signup/strength": _call("strength", "Judge a password while it is typed", JUDGED, **STRENGTH),
    "/account/verifyEmail": _in_session(
        "verify_email", "Verify an e-mail address by link or code", VERIFIED, VERIFICATION
    ),
    "/account/verifyEmail/resend": _in_session(
        "resend_verification", "Send another message to who has signed up", RESENT, NOTHING
    ),
    "/login/consent": _call("consent", "Let the application know, or not", ONWARD, **CONSENT),
}
PATHS["/account/verifyEmail"]["post"]["security"].append({})  # a token needs no session
