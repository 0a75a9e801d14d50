"""Rules for all tests: which share a process, which may be skipped, the clock, and the hashing libraries."""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import argon2.low_level
import bcrypt
import nacl.pwhash
import pytest
from django.db import connection

import ciam.settings as real_settings
from tenants import clock, isolation
from tests import walls

HASHING_FUNCTIONS = (
    (nacl.pwhash, "verify"),
    (nacl.pwhash.argon2id, "str"),
    (argon2.low_level, "verify_secret"),
    (bcrypt, "checkpw"),
    (bcrypt, "hashpw"),
    (hashlib, "pbkdf2_hmac"),
    (hashlib, "scrypt"),
    (hashlib, "md5"),
)

ACCEPTANCE = (
    "browser",
    "npm",
    "protocol",
    "servers",
    "trial",
)  # each starts real programs, and shares them in one process


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in ACCEPTANCE:
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.acceptance)
                if not item.get_closest_marker("xdist_group"):
                    item.add_marker(pytest.mark.xdist_group(name))


def pytest_runtest_setup(item: pytest.Item) -> None:
    needs_postgresql = item.get_closest_marker("race") or item.get_closest_marker("postgresql")
    if needs_postgresql and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: give a DATABASE_URL")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything is there that a test may need, so a skipped test is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CIAM_CI") == "1" and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if os.environ.get("CIAM_CI") == "1":
        for report in terminalreporter.stats.get("skipped", []):
            terminalreporter.write_line(f"Skipped, which fails CI: {report.nodeid}: {report.longrepr[2]}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """On PostgreSQL the server's role in the tests' database is no owner of the tables, so that their policies hold."""
    if connection.vendor != "postgresql":
        yield
        return
    with django_db_blocker.unblock():
        walls.log_in_as_application(connection)
    yield
    with django_db_blocker.unblock():
        walls.log_in_as_owner(connection)


@pytest.fixture(autouse=True)
def reach() -> Iterator[None]:
    """Let tests make and read rows of all tenants; each request begins outside of them (ciam.middleware)."""
    with isolation.across_tenants():
        yield


@pytest.fixture
def pass_time() -> Iterator[Callable[[float], None]]:
    """Moves the server's clock on, the one place where time is read."""

    def move(seconds: float) -> None:
        clock.shift += timedelta(seconds=seconds)

    yield move
    clock.shift = timedelta()


@pytest.fixture
def full_hash_costs(settings: Any) -> None:
    """Hash passwords at the costs of a real server."""
    settings.PASSWORD_HASHERS = real_settings.PASSWORD_HASHERS
    settings.PASSWORD_COSTS = real_settings.PASSWORD_COSTS


@pytest.fixture
def hashing_calls(monkeypatch) -> list[tuple[Any, ...]]:
    """Name and arguments of each call of a library that hashes passwords or compares hashes; the call still works."""
    calls: list[tuple[Any, ...]] = []

    def record(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            calls.append((name, *arguments))
            return function(*arguments, **options)

        return called

    for module, name in HASHING_FUNCTIONS:
        monkeypatch.setattr(module, name, record(name, getattr(module, name)))
    return calls
