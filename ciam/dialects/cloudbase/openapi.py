"""What this dialect says of itself in the OpenAPI document. Imported by who draws that document, and by nobody else."""

from typing import Any, NamedTuple

from ciam.dialects.cloudbase import errors

TAG = "CloudBase auth v1"
TAG_DESCRIPTION = (
    "Signing up, in and out, as Tencent CloudBase's `/auth/v1` does it and its npm clients expect. "
    "Bodies are JSON whatever their Content-Type says; every answer is JSON. The application has `cloudbase` among its "
    "`dialects`; calls with a user's access token need the scope `user`, which one with `login.consent` never has."
)
PREFIX = "/auth/v1"
TOKENS = {
    "token_type": "Bearer",
    "access_token": "eyJ0eXAi...",
    "refresh_token": "m.ttW042jD...",
    "expires_in": 600,
    "sub": "01a201fa787471378509f6ddf27e19f8",
    "scope": "user",
    "groups": [],
}
SUDO = "sudo_token"
ADDRESS = ("phone_number", "email")


class Call(NamedTuple):
    """`fields` are those of the body, or with GET and DELETE of the query; a star marks what must be there."""

    method: str
    path: str
    summary: str
    fields: tuple[str, ...] = ()
    answer: dict[str, Any] | None = None
    is_signed_in: bool = False


CALLS = (
    Call(
        "post",
        "/verification",
        "Send a code to a phone number or an e-mail address",
        (*ADDRESS, "target", "usage"),
        {"verification_id": "esRbe7-d...", "expires_in": 600, "is_user": False},
    ),
    Call(
        "post",
        "/verification/verify",
        "Exchange the code for a proof",
        ("verification_id*", "verification_code*"),
        {"verification_token": "DGbojyq3...", "expires_in": 600},
    ),
    Call(
        "post",
        "/signup",
        "Sign up with a proof, or with a third party's identity, and be signed in",
        (*ADDRESS, "verification_token", "provider_token", "username", "password", "anonymous_token", "name"),
        TOKENS,
    ),
    Call(
        "post",
        "/signin",
        "Sign in by password or by proof",
        ("username", "password", "verification_token"),
        TOKENS,
    ),
    Call("post", "/signin/anonymously", "Sign a device in without a name", (), TOKENS | {"scope": "anonymous"}),
    Call(
        "post",
        "/signin/with/provider",
        "Sign in, or up, with a third party's identity",
        ("provider_token*", "force_disable_sign_up", "sync_profile"),
        TOKENS,
    ),
    Call(
        "post",
        "/token",
        "Refresh, or sign in by a grant",
        ("grant_type*", "refresh_token", "username", "password", "client_id", "client_secret"),
        TOKENS,
    ),
    Call("post", "/token/clientCredential", "A token for the application itself", ("grant_type*",)),
    Call("get", "/token/introspect", "What the bearer's access token is good for now", is_signed_in=True),
    Call("post", "/revoke", "End the session of a token", ("token*",), {}),
    Call("post", "/user/signout", "End this session", ("redirect_uri", "state"), {}),
    Call("get", "/user/me", "The signed-in user", (), {"sub": TOKENS["sub"]}, is_signed_in=True),
    Call("delete", "/user/me", "Delete the signed-in user", (SUDO,), {}, is_signed_in=True),
    Call("patch", "/user/profile", "Change the profile", ("name", "gender", "picture", "locale"), is_signed_in=True),
    Call(
        "post",
        "/user/basic/edit",
        "Change the profile, the user name, or a proven address",
        ("nickname", "username", "phone", "email", "gender", "avatar_url", "description", SUDO),
        {},
        is_signed_in=True,
    ),
    Call(
        "post",
        "/user/sudo",
        "Prove again who you are, before a way to log in changes",
        ("password", "verification_token"),
        {SUDO: "...", "expires_in": 900},
        is_signed_in=True,
    ),
    Call(
        "patch",
        "/user/password",
        "Set another password; other devices are signed out",
        ("new_password*", "old_password", SUDO),
        {},
        is_signed_in=True,
    ),
    Call(
        "patch",
        "/user/contact",
        "Change the phone number or the e-mail address",
        (*ADDRESS, SUDO, "verification_token*", "conflict_resolution"),
        {},
        is_signed_in=True,
    ),
    Call("delete", "/user/revoke/all", "End all sessions", (), {}, is_signed_in=True),
    Call("delete", "/user/authorized/devices/{device_id}", "End the sessions of a device", (), {}, is_signed_in=True),
    Call(
        "get",
        "/user/query",
        "Find a user of the tenant",
        ("id", "username", "email", "phone_number"),
        is_signed_in=True,
    ),
    Call("get", "/user/security/history", "The user's own sign-ins", ("limit", "page_token"), is_signed_in=True),
    Call("get", "/user/provider", "Third parties, and which of them are bound", (), is_signed_in=True),
    Call(
        "post", "/user/provider/bind", "Bind a third party's identity", ("provider_token*", SUDO), {}, is_signed_in=True
    ),
    Call("delete", "/user/provider/{provider_id}", "Unbind it", (SUDO,), {}, is_signed_in=True),
    Call("get", "/provider/uri", "Where to send a person", ("provider_id*", "redirect_uri", "state", "scope")),
    Call(
        "post",
        "/provider/token",
        "Exchange what the third party gave for a proof",
        ("provider_id*", "provider_code", "provider_redirect_uri", "provider_access_token", "provider_id_token"),
    ),
    Call(
        "patch",
        "/provider/token",
        "Look at a proof again, or add to it",
        ("provider_token*", "provider_params"),
    ),
    Call(
        "post",
        "/reset",
        "Set another password by a proof",
        (*ADDRESS, "new_password*", "verification_token*"),
        {},
    ),
    Call("get", "/checkIfUserExist", "Whether a name is taken", ("username*",), {"exist": False}),
    Call("post", "/captcha/data", "An image of four letters", (), {"type": "image", "token": "...", "expires_in": 300}),
    Call(
        "post",
        "/captcha/data/verify",
        "Exchange the letters for a pass",
        ("token*", "key*"),
        {"captcha_token": "...", "expires_in": 300},
    ),
)
IN_QUERY = ("get", "delete")
CLIENT = {
    "name": "client_id",
    "in": "query",
    "description": "Of the application; not needed with a user's bearer.",
    "schema": {"type": "string"},
}
ERROR_BODY = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "error_code": {"type": "integer"},
        "error_description": {"type": "string"},
    },
    "required": ["error", "error_code", "error_description"],
}
SCHEMAS = {"CloudBaseError": ERROR_BODY}


def _operation(call: Call) -> dict[str, Any]:
    parameters = [] if call.is_signed_in else [CLIENT]
    parameters += [_parameter(part.strip("{}"), "path", required=True) for part in call.path.split("/") if "{" in part]
    operation: dict[str, Any] = {
        "operationId": f"cloudbase_{call.method}_{call.path.strip('/').replace('/', '_')}".replace("{", "").replace(
            "}", ""
        ),
        "summary": call.summary,
        "tags": [TAG],
        "security": [{"bearer": []}] if call.is_signed_in else [],
        "responses": {"200": _success(call), "default": _refusals()},
    }
    if call.method in IN_QUERY:
        parameters += [_parameter(name.rstrip("*"), "query", required=name.endswith("*")) for name in call.fields]
    elif call.fields:
        operation["requestBody"] = {"content": {"application/json": {"schema": _body(call)}}}
    return operation | ({"parameters": parameters} if parameters else {})


def _parameter(name: str, place: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def _body(call: Call) -> dict[str, Any]:
    names = [name.rstrip("*") for name in call.fields]
    flags = {"force_disable_sign_up", "sync_profile"}
    properties = {name: {"type": "boolean" if name in flags else "string"} for name in names}
    required = [name.rstrip("*") for name in call.fields if name.endswith("*")]
    return {"type": "object", "properties": properties} | ({"required": required} if required else {})


def _success(call: Call) -> dict[str, Any]:
    example = {} if call.answer is None else {"example": call.answer}
    return {"description": call.summary, "content": {"application/json": {"schema": {"type": "object"}, **example}}}


def _refusals() -> dict[str, Any]:
    """Every row of the table, since most calls can give most of them."""
    rows = dict.fromkeys([*errors.ERRORS.values(), *errors.OF_CHANNEL.values(), errors.INTERNAL])
    examples = {
        f"{row.error}_{row.code}": {
            "summary": f"{row.status} {row.error}",
            "value": {"error": row.error, "error_code": row.code, "error_description": row.description},
        }
        for row in rows
    }
    schema = {"$ref": "#/components/schemas/CloudBaseError"}
    return {
        "description": "A refusal; `error` says which.",
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


PATHS: dict[str, dict[str, Any]] = {}
for _call in CALLS:
    PATHS.setdefault(f"{PREFIX}{_call.path}", {})[_call.method] = _operation(_call)
