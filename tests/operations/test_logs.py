"""One JSON line for what happened, whoever tells it, and nothing in it that somebody sent."""

import json
import logging
import smtplib
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import IntegrityError, OperationalError

from accounts.errors import ProviderFailed
from accounts.importing.files import UnreadableFile
from ciam import logs
from ciam.tracebacks import describe
from tenants.callers import InvalidClient

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_line_has_time_level_logger_event_and_context(lines):
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id="0123456789abcdef")

    structlog.get_logger("ciam.example").warning("delivery", outcome="failed")

    line = lines.only("delivery")
    structlog.contextvars.clear_contextvars()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "ciam.example",
        "event": "delivery",
        "request_id": "0123456789abcdef",
        "outcome": "failed",
    }


@pytest.mark.parametrize("forgery", ['x\r\n{"level": "info"}', "\x1b[2J", "\x9b2J", "\u2028", "\x00"])
def test_a_line_stays_one_line_of_plain_characters(lines, forgery):
    """S-108"""
    structlog.get_logger("ciam.example").info("request", path=forgery)

    assert lines.only("request")["path"] == forgery
    assert lines.text.count("\n") == 1
    assert lines.text.rstrip("\n").isprintable()
    assert lines.text.isascii()


@pytest.mark.parametrize(
    ("name", "message", "arguments", "event"),
    [
        ("django.request", "%s: %s", ("Bad Request", "/path?code=123456"), "A request failed."),
        (
            "celery.app.trace",
            "Task %(name)s took %(seconds)d s",
            ({"name": "canary", "seconds": 3},),
            "Task … took 3 s",
        ),
        ("httpx2", 'HTTP Request: %s %s "%s %d"', ("POST", "https://gw/?k=canary", "HTTP/1.1", 200), None),
        ("django.security.DisallowedHost", "Invalid HTTP_HOST header: 'canary'", (), None),
        ("somebody", "%d pieces", ("canary",), "%d pieces"),
        ("somebody", "plain", (), "plain"),
        (
            "celery.worker.consumer.consumer",
            "Cannot connect to %s: %s",
            ("redis://:canary@host", ConnectionRefusedError(111, "refused")),
            "Cannot connect to …: builtins.ConnectionRefusedError: [Errno 111] refused",
        ),
        ("somebody", "it was %s", (ValueError("canary"),), "it was builtins.ValueError"),
    ],
)
def test_a_librarys_words_are_told_without_what_it_was_given(name, message, arguments, event):
    record = logging.LogRecord(name, logging.ERROR, "file.py", 1, message, arguments, None)

    line = logs.formatter().format(record)

    assert event in (None, json.loads(line)["event"])
    assert "canary" not in line
    assert "123456" not in line


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    with suppress(type(error)):
        raise error from cause
    return error


def test_an_exception_tells_its_way_but_no_values(lines):
    row = "DETAIL:  Failing row contains (canary@example.com, canary-hash)"
    error = raised(IntegrityError(row), cause=raised(ValueError("canary")))

    logging.getLogger("ciam.example").error("it failed", exc_info=error)

    told = lines.only("it failed")["exception"].splitlines()
    assert told[0] == "django.db.utils.IntegrityError"
    assert told[1].startswith("  tests/operations/test_logs.py:")
    assert told[1].endswith(":raised")
    assert told[2] == "caused by builtins.ValueError"
    assert "canary" not in lines.text


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (OperationalError("connection refused\nLINE 1: canary"), True),
        (ConnectionRefusedError(111, "connection refused"), True),
        (ImproperlyConfigured("connection refused"), True),
        (KeyError("connection refused"), False),
        (UnicodeEncodeError("utf-8", "connection refused", 0, 1, "connection refused"), False),
    ],
)
def test_messages_are_told_where_they_speak_of_servers_and_settings(error, is_told):
    told = describe(error)

    assert ("connection refused" in told) is is_told
    assert "canary" not in told


@pytest.mark.parametrize(
    ("error", "headline"),
    [
        (
            CommandError("There is no tenant acme.\nmore"),
            "django.core.management.base.CommandError: There is no tenant acme.",
        ),
        (ProviderFailed("The provider took too long."), "accounts.errors.ProviderFailed: The provider took too long."),
        (UnreadableFile("users.csv is empty."), "accounts.importing.files.UnreadableFile: users.csv is empty."),
        (InvalidClient(), "tenants.callers.InvalidClient"),
    ],
)
def test_messages_of_commands_and_of_our_own_exceptions_are_told(error, headline):
    assert describe(error).splitlines() == [headline]


def test_our_own_exception_does_not_tell_the_message_of_its_cause():
    error = raised(ProviderFailed("The provider's token answer is malformed."), cause=raised(ValueError("canary")))

    told = describe(error)

    assert "The provider's token answer is malformed." in told
    assert "caused by builtins.ValueError\n" in told
    assert "canary" not in told


def test_mail_servers_words_are_not_told():
    """An OSError of Python's, but it quotes recipients."""
    assert describe(smtplib.SMTPRecipientsRefused({"canary@example.com": (550, b"no")})) == (
        "smtplib.SMTPRecipientsRefused"
    )


def run_to_its_end(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_nothing_handles_is_a_line_too():
    run = run_to_its_end("import warnings; warnings.warn('old'); raise ValueError('canary')")

    warning, uncaught = run.stderr.splitlines()
    assert '"logger": "py.warnings"' in warning
    assert '"event": "uncaught", "exception": "builtins.ValueError\\n  <string>:1:<module>"' in uncaught
    assert (run.returncode, "canary" in run.stderr) == (1, False)


def test_exception_of_any_logger_tells_no_local_variable(lines):
    def fail() -> None:
        password = "canary"  # noqa: F841 - what a picture of local variables would show
        raise RuntimeError

    for logger in (structlog.get_logger("ciam.example"), logging.getLogger("somebody")):
        try:
            fail()
        except RuntimeError:
            logger.exception("it failed")

    assert len(lines.all("it failed")) == 2
    assert "canary" not in lines.text


def test_library_that_others_import_is_not_hidden_from_them():
    run = run_to_its_end("import rich, structlog.dev; print(structlog.dev.rich is rich)")

    assert run.stdout == "True\n"


def test_command_that_another_program_calls_says_why_it_failed():
    run = run_to_its_end("from django.core.management import call_command; call_command('provision', 'missing.yaml')")

    line = json.loads(run.stderr)
    assert (run.returncode, line["event"]) == (1, "uncaught")
    assert line["exception"].startswith(
        "django.core.management.base.CommandError: missing.yaml cannot be read: No such file or directory.\n"
    )


def test_pool_that_cannot_connect_is_told_once_in_ten_seconds(lines, monkeypatch):
    pool = logging.getLogger("psycopg.pool")
    at = time.time()
    for seconds in (0, 1, 9.9, 10.1, 11):
        monkeypatch.setattr(time, "time", lambda now=at + seconds: now)
        pool.warning("error connecting in %r: %s", "pool-1", "connection refused")

    assert lines.text.count("connection refused") == 2
