"""What the pages and calls of logging in by a browser say of themselves in the OpenAPI document."""

from typing import Any

from ciam.dialects.plusauth import openapi as plusauth
from ciam.dialects.plusauth.openapi import CODE_REQUEST, OBJECT, OF_A_PERSON, SENT, TEXT

TAG = "Log-in in a browser"
TAG_DESCRIPTION = (
    "An application sends a browser to `/oauth2/authorize`; it comes back with a code for `POST /oauth2/token`. The "
    "JSON calls are those of the log-in page, in its session and with PlusAuth's errors."
)
Schema = dict[str, Any]

CLIENT = {"client_id": "The application."}
REQUEST = CLIENT | {
    "redirect_uri": "One of the application's, letter by letter.",
    "response_type": "`code`",
    "scope": "`openid`; others are not granted.",
    "state": "Comes back as it is; 1,024 characters at most.",
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
ONWARD = {"description": "Where the page goes"} | {
    "content": {
        "application/json": {
            "schema": OBJECT | {"properties": {"location": {"type": "string", "format": "uri"}}},
            "example": {"location": "https://login.shop.example/oauth2/continue"},
        }
    }
}
DONE = {"description": "Done."}


def _page(operation_id: str, summary: str, parameters: dict[str, str], needed: tuple[str, ...], going: str) -> Schema:
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            "tags": [TAG],
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "query",
                    "required": name in needed,
                    "description": text,
                    "schema": {"type": "string"},
                }
                for name, text in parameters.items()
            ],
            "responses": {
                "302": {"description": going},
                "400": {"$ref": "#/components/responses/InvalidRequest"},
                "405": {"$ref": "#/components/responses/MethodNotAllowed"},
            },
        }
    }


def _call(operation_id: str, summary: str, answer: Schema, **properties: Any) -> Schema:
    body = OBJECT | {"properties": {"state": TEXT, **properties}}
    operation = plusauth.operation(operation_id, summary, {"200": answer}, body=body, by="session")
    return {"post": operation | {"operationId": operation_id, "tags": [TAG]}}


ALTCHA = {"altcha": PROOF["altcha"]}
ADDRESS = {"email": PROOF["email"], "phone_number": PROOF["phone_number"]}
CODE = {"code": {"type": "string"}}
PASSWORD = {"password": OF_A_PERSON["password"]}
SCHEMAS: dict[str, Schema] = {}
AUTHORIZE = _page(
    "authorize", "Log somebody in, and come back with a code", REQUEST, NEEDED, "To a page of ours, or back."
)
PATHS: dict[str, Schema] = {
    "/oauth2/authorize": AUTHORIZE,
    "/logout": _page("logout", "End the browser's session", LOGOUT, (), "Where the application says."),
    "/login": _call("log_in", "Log in by password", ONWARD, username=TEXT, **PASSWORD, **ALTCHA),
    "/login/code": _call("log_in_code", "Send a code to log in with", SENT, **ADDRESS, **ALTCHA),
    "/login/verify": _call("log_in_by_code", "Log in by the code", ONWARD, **ADDRESS, **CODE),
    "/login/reset/code": _call("reset_code", "Send a code for a new password", SENT, **ADDRESS, **ALTCHA),
    "/login/reset": _call("reset", "Set a new password", DONE, **ADDRESS, **CODE, **PASSWORD),
    "/login/consent": _call("consent", "Let the application know, or not", ONWARD, accepted={"type": "boolean"}),
}
