"""Calls of one application that work: sending its codes, and signing up with all that it asks for."""

import json
import shlex
from typing import Any

from accounts import pattern_examples
from ciam.dialects.tencent.sign_up_schema import FORMS
from signup import asking
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration, AttributeRule

Request = dict[str, Any]

ADDRESSES = {"phone_number": "13612345678", "email": "mei@example.com"}
EXAMPLES: dict[str, Any] = ADDRESSES | {
    "username": "mei",
    "name": "Mei Li",
    "nickname": "Mei",
    "zoneinfo": "Asia/Shanghai",
    "locale": "zh-CN",
}
OF_TYPE: dict[str, Any] = {"integer": 1, "boolean": True}
TOKEN, CODE = "the otp_token", "123456"
PASSWORD = "plum-Blossom 7 in Spring"  # noqa: S105 - an example of one


def example_requests(application: ApplicationConfiguration) -> list[Request]:
    """Each as method, path and body; what only a sent code tells stands as an example."""
    rules = _shown(application)
    sends = [rule.identifier for rule in rules if rule.identifier in ADDRESSES]
    return [
        *(_post("/otp/send", {"usage": "signup", identifier: ADDRESSES[identifier]}) for identifier in sends),
        _post("/signup", _sign_up(application, rules)),
    ]


def _post(path: str, body: dict[str, Any]) -> Request:
    return {"method": "POST", "path": path, "body": body}


def _shown(application: ApplicationConfiguration) -> list[AttributeRule]:
    """What is mandatory; and where any authentication attribute will do, the first."""
    first = application.sign_up.authentication_attributes[0]
    rules = asking.accepted(application)
    return [rule for rule in rules if rule.identifier == first or asking.is_mandatory(application, rule.identifier)]


def _sign_up(application: ApplicationConfiguration, rules: list[AttributeRule]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for rule in rules:
        body[rule.identifier] = _example(rule)
        if rule.identifier in ADDRESSES:
            body |= {f"{rule.identifier}_otp_token": TOKEN, f"{rule.identifier}_otp": CODE}
    return body | ({"password": PASSWORD} if application.login.password_source else {})


def _example(rule: AttributeRule) -> Any:
    usual = EXAMPLES.get(rule.identifier, OF_TYPE.get(rule.type, rule.label or "example"))
    if rule.type != "string" or rule.identifier in FORMS:
        return usual
    return pattern_examples.example(rule, usual, unfit=UNFIT_FOR_TEXT)


def curl(requests: list[Request], *, base_url: str, client_id: str) -> str:
    """The requests as lines for a shell that knows the application's secret as CLIENT_SECRET."""
    steps = [_curl(request, base_url=base_url, client_id=client_id) for request in requests]
    return "\n".join(f"{step}\n" for step in steps)


def _curl(request: Request, *, base_url: str, client_id: str) -> str:
    call = (
        f'curl -s {shlex.quote(base_url + request["path"])} -u {shlex.quote(client_id)}:"$CLIENT_SECRET" \\\n'
        f"  -H 'Content-Type: application/json' \\\n"
        f"  -d {_quoted(request['body'])}"
    )
    address = next((name for name in ADDRESSES if name in request["body"]), "")
    if request["path"] != "/otp/send":
        return f"# Sign up.\n{call}"
    variable = address.upper()
    return (
        f"# Send a code to {request['body'][address]}; then write what arrives there instead of {CODE}.\n"
        f"{variable}_OTP_TOKEN=$({call} | cut -d'\"' -f4)\n"
        f"{variable}_OTP={CODE}"
    )


def _quoted(body: dict[str, Any]) -> str:
    """For a shell, with its variables in the place of tokens and codes."""
    text = shlex.quote(json.dumps(body, ensure_ascii=False))
    for name in (f"{address}_otp{part}" for address in ADDRESSES for part in ("_token", "")):
        if name in body:
            member = f'"{name}": "'
            text = text.replace(f'{member}{body[name]}"', f'{member}\'"${name.upper()}"\'"')
    return text
