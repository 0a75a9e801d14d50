"""Reads variables of the environment: one that is wrong is named with what it should be, its value never shown."""

import os
import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

Value = TypeVar("Value")

KEY_CHARACTERS = 32
DIFFERENT_CHARACTERS = 8
HOST = r"([a-z0-9]([a-z0-9_.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])"
HOST_NAME = re.compile(HOST)
WEB_ADDRESS = re.compile(rf"https?://{HOST}(:[0-9]{{1,5}})?/?")
REDIS_FILES = {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"}
DATABASE_FILES = {"sslrootcert", "sslcert", "sslkey"}
DATABASE_PARAMETERS = DATABASE_FILES | {"sslmode", "application_name", "target_session_attrs"}
SSL_MODES = ("verify-full", "verify-ca", "disable")  # the others encrypt, and do not look at who answers
DATABASE_SCHEMES = ("postgres://", "postgresql://", "sqlite://")

env = environ.Env()


def text(name: str, default: str = "") -> str:
    """As it stands; django-environ would take a value that begins with $ for the name of another variable."""
    return os.environ.get(name, default)


def texts(name: str, default: list[str]) -> list[str]:
    """Separated by commas."""
    return [part.strip() for part in os.environ[name].split(",") if part.strip()] if name in os.environ else default


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    return value if value in choices else _refuse(name, f"is {', '.join(choices[:-1])} or {choices[-1]}")


def listening_address(name: str, default: str) -> str:
    value = text(name, default)
    if value == "localhost":
        return "127.0.0.1"
    return _read(name, "is an IP address to listen on, as 127.0.0.1 or 0.0.0.0", lambda: str(ip_address(value)))


def file(name: str) -> str:
    """The path of a file that can be written to, or ""."""
    value = text(name)
    directory = Path(value).absolute().parent
    if value and not (directory.is_dir() and os.access(directory, os.W_OK)):
        _refuse(name, "is a file in a directory that the server can write to")
    return value


def whole_number(name: str, default: int, *, least: int = 1, most: int = 1_000) -> int:
    expected = f"is a whole number from {least} to {most}"
    value = _read(name, expected, lambda: int(env.int(name, default)))
    return value if least <= value <= most else _refuse(name, expected)


def seconds(name: str, default: float, *, most: float) -> float:
    expected = f"is a number of seconds from 0 to {most:g}"
    value = _read(name, expected, lambda: float(env.float(name, default)))
    return value if 0 <= value <= most else _refuse(name, expected)


def secret_key(name: str) -> str:
    return _random(name, text(name))


def secret_keys(name: str) -> list[str]:
    return [_random(name, key) for key in texts(name, [])]


def public_url(name: str, default: str) -> str:
    value = text(name, default)
    if not WEB_ADDRESS.fullmatch(value):
        _refuse(name, "is http or https, a host, and a port where it is not the usual one; no path")
    return value.rstrip("/")


def hosts(name: str, default: list[str]) -> list[str]:
    found = texts(name, default)
    if not all(HOST_NAME.fullmatch(host) for host in found):
        _refuse(name, "is a list of host names, in small letters, without ports or wildcards")
    return found


def database(name: str, default: str) -> dict[str, Any]:
    """As Django wants it; the URL is judged before django-environ sees it, which warns with the password in clear."""
    url, expected = text(name) or default, "is postgres://user:password@host:5432/name or sqlite:///path"
    if not url.startswith(DATABASE_SCHEMES):
        _refuse(name, expected)
    found: dict[str, Any] = _read(name, expected, lambda: env.db_url_config(url))
    parameters = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if not parameters.keys() <= DATABASE_PARAMETERS:
        _refuse(name, f"has no parameters but {', '.join(sorted(DATABASE_PARAMETERS))}")
    if parameters.get("sslmode", "disable") not in SSL_MODES:
        _refuse(name, "has an sslmode that verifies the server: verify-full with sslrootcert (a file, or system)")
    return found if found.get("NAME") else _refuse(name, expected)


def owner_database(name: str) -> dict[str, Any]:
    """As `database`, of PostgreSQL alone; {} where it is not set."""
    found = database(name, "") if text(name) else {}
    return (
        found
        if not found or "postgres" in found["ENGINE"]
        else _refuse(name, "is postgres://user:password@host:5432/name")
    )


def redis(name: str) -> str:
    """With rediss:// the certificate is verified, which Celery does not do by itself."""
    url = text(name)
    address, _, query = url.partition("?")
    if url and not address.startswith(("redis://", "rediss://")):
        _refuse(name, "begins with redis:// or rediss://")
    parameters = dict(parse_qsl(query, keep_blank_values=True))
    if parameters.pop("ssl_cert_reqs", "required") != "required" or not parameters.keys() <= REDIS_FILES:
        _refuse(name, f"has no parameters but {', '.join(sorted(REDIS_FILES))}, and its certificate is always verified")
    verified = {"ssl_cert_reqs": "required"} if address.startswith("rediss:") else {}
    return f"{address}?{urlencode(parameters | verified, quote_via=quote)}".rstrip("?")


def _random(name: str, key: str) -> str:
    if len(key) < KEY_CHARACTERS or len(set(key)) < DIFFERENT_CHARACTERS:
        _refuse(name, f"is missing, shorter than {KEY_CHARACTERS} characters, or not random")
    return key


def _read(name: str, expected: str, reader: Callable[[], Value]) -> Value:
    try:
        return reader()
    except (ValueError, ImproperlyConfigured):
        return _refuse(name, expected)


def _refuse(name: str, expected: str) -> NoReturn:
    raise ImproperlyConfigured(f"{name} {expected}.") from None
