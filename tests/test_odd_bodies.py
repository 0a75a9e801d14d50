"""No body and no query of any call makes a 5xx, whatever its fields hold and whoever calls (S-21)."""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from tests.authorization.visitors import CALLBACK, Visitor, make_shop
from tests.clients import Client, basic
from tests.dialects.cloudbase.signed_in import DEVICE, SignedIn, make_cloudbase_application
from tests.dialects.cloudbase.signed_in import make_user as make_cloudbase_user
from tests.dialects.plusauth.clients import Browser, make_back_end
from tests.dialects.tencent.logins import EMAIL, FORM, GRANTS, PASSWORD, PHONE, Shop, make_login_application, make_user

pytestmark = pytest.mark.django_db

OF_EACH = int(os.environ.get("CIAM_ODD_BODIES", "25"))  # bodies of each call; a release wants thousands
JSON = "application/json"
ODD: list[Any] = [
    *(None, True, False, 0, -1, 7, 1.5, 2**53, 10**300, [], {}, [[]], ["x"], [None], {"a": None}, {"type": "x"}),
    *("", " ", "\x00", "a\r\nb", "\ud800", "\uffff", "\u202e", "\u212a", "é" * 300, "x" * 5_000, "9" * 400, "٣"),
    *("0" * 32, "e30.e30.e30", "a.b.c", "Bearer x", "2026-13-45", "9999-12-31T23:59:59.999999Z", "data:,", "//x", "*"),
    *("'; DROP TABLE x --", "%s %d %(x)s", "{{ x }}", "__class__", "a@b", "a@b@c.d", "+86 136", "$2b$04$x", "openid x"),
]
USUAL: dict[str, list[Any]] = {
    "usage": ["signup", "login", "reset_password", "update_userinfo"],
    "phone_number": [PHONE, f"+86{PHONE}"],
    "email": [EMAIL, "new@example.com"],
    "username": ["mei", "somebody"],
    "password": [PASSWORD],
    "new_password": [PASSWORD + "x"],
    "old_password": [PASSWORD],
    "grant_type": ["password", "refresh_token", "authorization_code", "client_credentials", *GRANTS.values()],
    "target": ["ANY", "USER", "NOT_USER", "CUR_USER"],
    "response_type": ["code"],
    "redirect_uri": [CALLBACK],
    "accepted": [True],
    "code": ["000000"],
    **{name: ["some"] for name in ("verification_token", "verification_id", "verification_code", "provider_token")},
    **{name: ["some"] for name in ("token", "key", "refresh_token", "otp_token", "otp")},
    **{
        f"{address}_{proof}": ["some"]
        for address in ("phone_number", "email")
        for proof in ("otp_token", "otp", "code")
    },
}
NOT_OFFERED = 501  # CloudBase's word for what an application has switched off
Caller = tuple[Callable[[str, str, str, str], HttpResponse], dict[str, list[Any]]]


def caller(http: Client, headers: dict[str, str] | None = None, query: str = "", **usual: list[Any]) -> Caller:
    """How to call, and what else is usual to say."""
    http.raise_request_exception = False

    def call(method: str, path: str, body: str, content_type: str) -> HttpResponse:
        both = f"{path}{'&' if '?' in path else '?'}{query}"
        return http.generic(method, both, body, content_type, headers={"host": "localhost"} | (headers or {}))

    return call, USUAL | usual


def as_application() -> Caller:
    application = make_login_application()
    make_user(application)
    shop = Shop(application)
    sources = [shop.source(kind) for kind in ("phone_number", "email", "password")]
    said = {name: [value] for name, value in shop.credentials.items()}
    return caller(Client(), {"authorization": basic(application.client_id)}, auth_source_id=sources, **said)


def as_bearer() -> Caller:
    shop = Shop(make_login_application())
    make_user(shop.application)
    return caller(Client(), {"authorization": f"Bearer {shop.log_in().json()['access_token']}"})


def as_cloudbase_client() -> Caller:
    application = make_cloudbase_application()
    make_cloudbase_user(application, password=PASSWORD)
    return caller(Client(), {"x-device-id": DEVICE}, f"client_id={application.client_id}")


def as_cloudbase_user() -> Caller:
    application = make_cloudbase_application()
    user = SignedIn(application, make_cloudbase_user(application, password=PASSWORD))
    headers = {"x-device-id": DEVICE, "authorization": f"Bearer {user.tokens.access_token}"}
    return caller(Client(), headers, f"client_id={application.client_id}", sudo_token=[user.sudo_token(PASSWORD)])


def as_back_end() -> Caller:
    back_end = make_back_end()
    user_id = back_end.create(email=EMAIL).json()["id"]
    hashes = ["bcrypt", "argon2", "pbkdf2", "md5"]
    return caller(Client(), {"authorization": f"Bearer {back_end.token}"}, hash_fn=hashes, user_id=[user_id])


def as_browser() -> Caller:
    browser = Browser(make_login_application())
    assert browser.request
    return caller(browser.http, state=[browser.request.state])


def as_visitor() -> Caller:
    shop = make_shop()
    make_user(shop)
    visitor = Visitor(shop)
    visitor.open_page()
    return caller(visitor.http, state=[visitor.state], client_id=[shop.client_id])


CALLERS = {
    "/otp/": (as_application,),
    "/signup": (as_application, as_browser),
    "/signup/": (as_browser,),
    "/oauth2/token": (as_application,),
    "/oauth2/revoke": (as_application,),
    "/reset_user_password": (as_application,),
    "/userinfo": (as_bearer,),
    "/change_user_password": (as_bearer,),
    "/auth/v1/": (as_cloudbase_client,),
    "/auth/v1/user/": (as_cloudbase_user,),
    "/api/v1/": (as_back_end,),
    "/": (as_visitor,),
}


def document() -> dict[str, Any]:
    return Client(headers={"host": "localhost"}).get("/openapi.json").json()


DOCUMENT = document()
CALLS = [
    (method.upper(), path, kind)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
    for kind in operation.get("requestBody", {"content": ["query"]})["content"]
]


def names_of(schema: dict[str, Any]) -> Iterator[str]:
    """Of the members, in each alternative."""
    if "$ref" in schema:
        yield from names_of(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for alternative in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from names_of(alternative)
    yield from schema.get("properties", ())


def fields_of(method: str, path: str, kind: str) -> list[str]:
    operation = DOCUMENT["paths"][path][method.lower()]
    if kind == "query":
        return [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    return sorted(set(names_of(operation["requestBody"]["content"][kind]["schema"])))


def drawn(random: Random, names: list[str], usual: dict[str, list[Any]]) -> dict[str, Any]:
    """What somebody usual would say, with a few odd values, a few fields left out and a few more."""
    fields = {}
    for name in names:
        if name in usual and random.random() < 0.9:
            fields[name] = random.choice(ODD if random.random() < 0.1 else usual[name])
        elif name not in usual and random.random() < 2 / (len(names) + 1):
            fields[name] = random.choice(ODD)
    if random.random() < 0.8:  # most calls are for one of the two
        fields.pop(random.choice(["phone_number", "email"]), None)
    return fields


def text_of(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace").decode()


def ask(call: Callable[..., HttpResponse], method: str, path: str, kind: str, fields: dict[str, Any]) -> HttpResponse:
    form = urlencode({name: text_of(value) for name, value in fields.items()})
    if kind == "query":
        return call(method, f"{path}?{form}", "" if method == "GET" else "{}", JSON)
    return call(method, path, form if kind == FORM else json.dumps(fields), kind)


def path_with(template: str, usual: dict[str, list[Any]]) -> str:
    return template.format_map(defaultdict(lambda: "some", {name: values[0] for name, values in usual.items()}))


@pytest.mark.parametrize(("method", "path", "kind"), CALLS)
def test_odd_fields_are_no_fault_of_ours(settings, method, path, kind):
    settings.RATE_LIMITS = False
    names, random = fields_of(method, path, kind), Random(f"{method} {path} {kind}")
    prefix = max((prefix for prefix in CALLERS if path.startswith(prefix)), key=len)
    for make in CALLERS[prefix]:
        call, usual = make()
        for _ in range(OF_EACH):
            fields = drawn(random, names, usual)
            answer = ask(call, method, path_with(path, usual), kind, fields)
            is_no_fault = answer.status_code < 500 or answer.status_code == NOT_OFFERED
            assert is_no_fault, (make.__name__, fields, answer.content)
            if answer.status_code < 400 and method != "GET":  # it may have spent what the caller had
                call, usual = make()
