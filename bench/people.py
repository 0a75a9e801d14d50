"""Who is asked for by `bench.enumeration`: for each row a tenant with an application, and people who have accounts."""

import base64
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import bcrypt

BLOCKED = "blocked"
PASSWORD = "Quiet-Harbour-1"
SALT = b"sixteen bytes ok"


class Wanted(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def broken(self) -> str: ...
    @property
    def private(self) -> bool: ...
    @property
    def hashed(self) -> str: ...


@dataclass(frozen=True)
class Application:
    client_id: str
    secret: str
    sources: dict[str, str]

    @property
    def basic(self) -> str:
        pair = base64.b64encode(f"{self.client_id}:{self.secret}".encode())
        return f"Basic {pair.decode()}"


@dataclass(frozen=True)
class Person:
    """Somebody of one row: the known ones have accounts, and names of the same length as the others."""

    row: int
    number: int
    is_known: bool

    @property
    def username(self) -> str:
        return f"{'k' if self.is_known else 'u'}{self.row}x{self.number:05d}"

    @property
    def phone_number(self) -> str:
        return f"13{9 if self.is_known else 8}{self.row:02d}{self.number:06d}"

    @property
    def email(self) -> str:
        return f"{self.username}@example.com"


def _argon2() -> dict[str, str]:
    from accounts.passwords.hashing import hash_password  # needs the settings

    return {"password": hash_password(PASSWORD), "hash_fn": "argon2"}


def _bcrypt(cost: int) -> dict[str, str]:
    return {"password": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost)).decode(), "hash_fn": "bcrypt"}


def _pbkdf2(rounds: int) -> dict[str, str]:
    salt, tag = (
        base64.b64encode(one).decode().rstrip("=")
        for one in (SALT, hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), SALT, rounds))
    )
    return {"password": f"$pbkdf2-sha256$i={rounds}${salt}${tag}", "hash_fn": "pbkdf2"}


HASHES = {
    "": dict,
    "argon2": _argon2,
    BLOCKED: _argon2,
    "bcrypt 10": lambda: _bcrypt(10),
    "bcrypt 4": lambda: _bcrypt(4),
    "pbkdf2 10,000": lambda: _pbkdf2(10_000),
}


def fill(rows: Sequence[Wanted], calls: int, silent_gateway: str, directory: Path) -> dict[int, Application]:
    """Make the database and everybody in it, as an operator does; the application of each row, by its number."""
    import django

    django.setup()

    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    applications = {row.number: _fill_row(row, calls, silent_gateway, directory) for row in rows}
    connection.close()
    getattr(connection, "close_pool", lambda: None)()
    return applications


def _fill_row(row: Wanted, calls: int, silent_gateway: str, directory: Path) -> Application:
    from django.core.management import call_command

    from tenants import sealing
    from tenants.models import OtpAuthSource, Sender
    from tests import factories

    tenant = factories.make_tenant(slug=f"row-{row.number}")
    source = OtpAuthSource.objects.create(tenant=tenant, key="email", channel="email")
    application = factories.make_application(
        tenant,
        client_id=f"row-{row.number}",
        authentication=("phone_number", "email", "username"),
        any_of=True,
        password_source={},
        otp_sources=(source,),
        answers="private" if row.private else "contract",
    )
    if row.broken == "sender":
        silent = {"vendor": "custom", "settings": {"url": silent_gateway}, "sealed_secret": sealing.seal("a-secret")}
        Sender.objects.create(tenant=tenant, key="silent", channel="email", **silent)
    file = directory / f"{tenant.slug}.jsonl"
    hashed = HASHES[row.hashed]()
    with file.open("w") as stream:
        for number in range(calls):
            stream.write(json.dumps(_line(Person(row.number, number, True), row, hashed)) + "\n")
    call_command("import_users", str(file), tenant=tenant.slug, stdout=io.StringIO())
    password_source = application.login_flow.sources.get(password_auth_source__isnull=False).password_auth_source_id
    return Application(
        application.client_id, factories.SECRET, {"password": str(password_source), "email": str(source.id)}
    )


def _line(person: Person, row: Wanted, hashed: dict[str, str]) -> dict[str, Any]:
    return {
        "username": person.username,
        "phone_number": f"+86{person.phone_number}",
        "phone_number_verified": True,
        "email": person.email,
        "email_verified": True,
        **({"blocked": True} if row.hashed == BLOCKED else {}),
        **hashed,
    }
