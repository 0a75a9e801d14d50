"""Random applications and random bodies for them: what their schema says of a body, and what their server does.

Bodies are made to be right, and most are then spoiled in a place or two, so that both verdicts are common.
"""

import re
from collections import Counter
from random import Random
from typing import Any
from uuid import uuid4

from django.db import transaction
from jsonschema import Draft202012Validator
from jsonschema.validators import extend

from ciam.dialects.tencent.contract import describe
from otp.delivery.models import OutboxMessage
from tenants.configuration import ApplicationConfiguration
from tenants.models import Publication
from tests.clients import TencentClient
from tests.factories import make_application
from tests.signup.contract_values import ADDRESSES, PASSWORD, PROOFS, REGEXES, STRENGTHS, right_values, wrong_values

UNLIMITED = {"interval_seconds": 0, "per_day": None}


def attribute(identifier: str, **facts: str) -> dict[str, str]:
    usual = {"kind": "preset", "type": "string", "regex": "", "error_message": "", "label": identifier.title()}
    return {"identifier": identifier} | usual | facts


def random_attributes(random: Random) -> list[dict[str, str]]:
    """What a tenant knows: the built-in ones, the presets with or without a pattern, and some of its own."""
    rows = [attribute(name) for name in ("username", *ADDRESSES, "zoneinfo", "nickname")]
    rows.append(attribute("name", regex=random.choice(list(REGEXES))))
    rows.append(attribute("locale", regex=random.choice(["", "", "[a-z]{2}(-CN)?"])))
    for number in range(random.randint(0, 4)):
        kind = random.choice(["string", "string", "integer", "boolean"])
        regex = random.choice(list(REGEXES)) if kind == "string" else ""
        message = random.choice(["", f"Mend number {number}."])
        rows.append(attribute(f"own_{number}", type=kind, regex=regex, error_message=message, kind="custom"))
    return rows


def random_document(random: Random) -> dict[str, Any]:
    known = random_attributes(random)
    roles: dict[str, list[str]] = {"authentication": [], "required": [], "optional": []}
    for row in known:
        is_built_in = row["identifier"] in ("username", *ADDRESSES)
        weights = ["authentication"] * 4 * is_built_in + ["required", "optional", "optional", "none", "none"]
        roles.get(random.choice(weights), []).append(row["identifier"])
    has_passwords = random.random() < 0.5
    return document(
        known,
        roles,
        enabled=random.random() < 0.98,
        authentication=random.choice(["all", "any"]),
        strength=random.choice(STRENGTHS) if has_passwords else None,
    )


def document(
    known: list[dict[str, str]],
    roles: dict[str, list[str]],
    *,
    enabled: bool = True,
    authentication: str = "all",
    strength: str | None = "good",
) -> dict[str, Any]:
    """A published configuration, but for what is the same in all of them."""
    sources = [{"id": uuid4().hex, "strength": strength, "hash": "argon2"}] if strength else []
    asked = {f"{role}_attributes": names for role, names in roles.items()}
    return {
        "attributes": known,
        "sign_up": {"enabled": enabled, "authentication": authentication, "default_group_id": None} | asked,
        "login": {"password_sources": sources, "otp_sources": []},
    }


def random_body(random: Random, document: dict[str, Any]) -> dict[str, Any]:
    """A body that the application asks for, or nearly so."""
    body: dict[str, Any] = {}
    sign_up = document["sign_up"]
    rules = {row["identifier"]: row for row in document["attributes"]}
    for role in ("authentication", "required", "optional"):
        may_lack = role == "optional" or (role == "authentication" and sign_up["authentication"] == "any")
        for name in sign_up[f"{role}_attributes"]:
            if not may_lack or random.random() < 0.6:
                body |= with_proof(name, random.choice(right_values(rules[name])))
    if document["login"]["password_sources"] and random.random() < 0.5:
        body["password"] = PASSWORD[: random.choice([*range(15, 40), 127, 128])]
    for _ in range(random.choice([0, 0, 1, 1, 1, 2])):
        spoil(random, body, list(rules))
    return body


def with_proof(name: str, value: Any) -> dict[str, Any]:
    proof = {f"{name}_otp_token": "token", f"{name}_otp": "code"} if name in ADDRESSES else {}
    return {name: value} | proof


def spoil(random: Random, body: dict[str, Any], known: list[str]) -> None:
    """Change the body in one place, to something that may be wrong or not."""
    general = [name for name in body if name in known and name not in (*ADDRESSES, "username")]
    names = random.choice([[*body], general, general, known, [*PROOFS, "password", "unknown", "Username"]]) or known
    name = random.choice(names)
    kind = random.choice(["drop", "null", "empty", "wrong", "wrong", "wrong", "wrong"])
    if kind == "drop":
        body.pop(name, None)
    else:
        body[name] = {"null": None, "empty": "", "wrong": random.choice(wrong_values(name))}[kind]


# The two judges


def _ecma_pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Any:
    """As ECMA-262: classes are ASCII, and `$` is the end."""
    if isinstance(instance, str) and not re.search(_as_python(pattern), instance, re.ASCII):
        yield from validator.descend(instance, False)


def _as_python(pattern: str) -> str:
    ends = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$", re.DOTALL)
    return ends.sub(lambda found: r"\Z" if found[0] == "$" else found[0], pattern)


Validator = extend(Draft202012Validator, {"pattern": _ecma_pattern})


class Pairs:
    """One application that becomes another one for each configuration; counts what was accepted and why not."""

    def __init__(self) -> None:
        self.application = make_application()
        self.client = TencentClient(self.application)
        self.base = Publication.objects.get(application=self.application).document
        self.base["tenant"]["limits"] = {"sms": UNLIMITED, "email": UNLIMITED}
        self.answers: Counter[str] = Counter()

    def become(self, document: dict[str, Any]) -> dict[str, Any]:
        """Publish the configuration; its contract."""
        published = self.base | document
        Publication.objects.filter(application=self.application).update(document=published)
        contract = describe(ApplicationConfiguration.load(published))
        Validator.check_schema(contract["schema"])
        return contract

    def prove(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with codes that were really sent, wherever the server sends one."""
        for name in ADDRESSES:
            is_complete = body.get(f"{name}_otp_token") == "token" and body.get(f"{name}_otp") == "code"
            if is_complete and isinstance(body.get(name), str) and "\x00" not in body[name]:
                sent = self.client.send(usage="signup", **{name: body[name]})
                if sent.status_code == 200:
                    body |= {
                        f"{name}_otp_token": sent.json()["otp_token"],
                        f"{name}_otp": OutboxMessage.objects.latest("sent_at", "id").code,
                    }
        return body

    def check(self, contract: dict[str, Any], body: dict[str, Any]) -> None:
        """Schema and server agree on the body, and the contract lists what the server answers; nothing is kept."""
        with transaction.atomic():
            body = self.prove(body)
            response = self.client.sign_up(**body)
            transaction.set_rollback(True)
        answer = response.json()
        is_accepted, is_valid = response.status_code == 200, Validator(contract["schema"]).is_valid(body)
        self.answers["accepted" if is_accepted else " ".join(answer.values())] += 1
        if not is_accepted:
            listed = [(row["status"], row["error"], row.get("error_description")) for row in contract["errors"]]
            assert (response.status_code, answer["error"], answer.get("error_description")) in listed, answer
        if is_accepted or not _is_for_the_server_alone(answer["error"], body):
            assert is_accepted == is_valid, (answer, body)

    def check_some(self, random: Random, number: int) -> None:
        """One random application, and this number of bodies for it."""
        configuration = random_document(random)
        contract = self.become(configuration)
        for _ in range(number):
            self.check(contract, random_body(random, configuration))

    @property
    def share_accepted(self) -> float:
        return self.answers["accepted"] / max(self.answers.total(), 1)


def _is_for_the_server_alone(error: str, body: dict[str, Any]) -> bool:
    """A code that is none; and what the e-mail pattern leaves to IDNA."""
    email = body.get("email")
    is_loose = isinstance(email, str) and (not email.isascii() or "xn--" in email.lower())
    return error.startswith("bad_") or (error == "malformed_email" and is_loose)
