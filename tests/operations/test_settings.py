"""A setting that is wrong is named at start, and what it says is not repeated (S-106)."""

import json
import os
import runpy
import subprocess
import sys
import traceback
import warnings
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from ciam import command_line, system_checks

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "vCq3mXw9TzR5kLb7NpH2sYd8FgJ4aQe6"
HONEST = {
    "CIAM_MODE": "production",
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://ciam.example.com",
    "DATABASE_URL": "postgres://ciam:s3cr%40t@127.0.0.1:5432/ciam",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}

WRONG = [
    ("SECRET_KEY", ""),
    ("SECRET_KEY", "canary-too-short"),
    ("SECRET_KEY", "canary" * 8),
    ("SECRET_KEY_FALLBACKS", f"{KEY},canary-too-short"),
    ("CIAM_MODE", "canary"),
    ("CIAM_MODE", ""),
    ("PUBLIC_URL", ""),
    ("PUBLIC_URL", "canary.example.com"),
    ("PUBLIC_URL", "https://canary.example.com/path"),
    ("PUBLIC_URL", "https://user:canary@example.com"),
    ("HOST", "canary.example.com"),
    ("HOST", ""),
    ("CIAM_LOG_FILE", "/no/such/canary/requests.log"),
    ("PORT", "canary"),
    ("PORT", "70000"),
    ("CIAM_WEB_THREADS", "canary"),
    ("CIAM_WEB_WORKERS", "0"),
    ("CIAM_SENDING_THREADS", "-1"),
    ("CIAM_VERDICT_WAIT_SECONDS", "canary"),
    ("CIAM_VERDICT_WAIT_SECONDS", "60"),
    ("CIAM_VERDICT_WAIT_SECONDS", "nan"),
    ("CIAM_SHARED_HOSTS", "*"),
    ("CIAM_SHARED_HOSTS", "https://canary.example.com"),
    ("CIAM_AUDIT_DAYS", "29"),
    ("CIAM_AUDIT_DAYS", "0"),
    ("CIAM_AUDIT_DAYS", "canary"),
    ("CIAM_RATE_LIMITS", "canary"),
    ("CIAM_RATE_LIMITS", "off"),
    ("CIAM_LOG_LEVEL", "canary"),
    ("DATABASE_URL", "mysql://user:canary@127.0.0.1/ciam"),
    ("DATABASE_URL", "postgres://user:canary#1/2@127.0.0.1:5432/ciam"),
    ("DATABASE_URL", "canary"),
    ("DATABASE_URL", "postgres://user:canary@127.0.0.1:5432/ciam?sslmode=require"),
    ("DATABASE_URL", "postgres://user:canary@127.0.0.1:5432/ciam?sslmode=prefer"),
    ("DATABASE_URL", "postgres://user:canary@127.0.0.1:5432/ciam?socket_timeout=1"),
    ("REDIS_URL", "http://canary@127.0.0.1"),
    ("REDIS_URL", "rediss://:canary@127.0.0.1/0?ssl_cert_reqs=none"),
    ("REDIS_URL", "redis://:canary@127.0.0.1/0?socket_timeout=1"),
]


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Reads the settings anew, in an environment that says nothing else."""

    def read(**variables: str) -> dict[str, object]:
        environment = {"CIAM_DATA_DIR": str(tmp_path)} | HONEST | variables
        for name in set(os.environ) - {"PATH", "HOME"}:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "ciam" / "settings.py"))

    return read


def test_honest_settings_are_read(read):
    found = read()

    assert found["DATABASES"]["default"]["PASSWORD"] == "s3cr@t"
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_variable_is_named_and_not_repeated(read, name, value):
    with warnings.catch_warnings(record=True) as warned, pytest.raises(ImproperlyConfigured) as refused:
        read(**{name: value})

    told = "".join(traceback.format_exception(refused.value)) + "".join(str(warning.message) for warning in warned)
    assert str(refused.value).startswith(name)
    assert "canary" not in told


def test_a_database_urls_own_options_are_kept(read):
    found = read(DATABASE_URL=f"{HONEST['DATABASE_URL']}?sslmode=verify-full")

    assert found["DATABASES"]["default"]["OPTIONS"]["sslmode"] == "verify-full"


def run(*command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | HONEST | variables
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("part", "variables", "named"),
    [
        ("web", {"CIAM_TRUSTED_PROXIES": "10.0.0.0/8, canary"}, "CIAM_TRUSTED_PROXIES"),
        ("worker", {"CIAM_METRICS_NETWORKS": "10.0.0.1/8"}, "CIAM_METRICS_NETWORKS"),
        ("worker", {"CIAM_OUTBOUND_NETWORKS": "mail.internal"}, "CIAM_OUTBOUND_NETWORKS"),
        ("web", {"CIAM_WEB_THREADS": "canary"}, "CIAM_WEB_THREADS"),
        ("worker", {"REDIS_URL": ""}, "REDIS_URL"),
        ("web", {"CIAM_DATA_DIR": "/proc/canary"}, "CIAM_DATA_DIR"),
    ],
)
def test_no_part_starts_with_a_wrong_setting(tmp_path, part, variables, named):
    ended = run("-m", "ciam.serve", part, **({"CIAM_DATA_DIR": str(tmp_path)} | variables))

    last = json.loads(ended.stderr.splitlines()[-1])
    assert (ended.returncode, ended.stdout) == (1, "")
    assert (last["level"], last["event"].startswith(named)) == ("critical", True)
    assert "canary" not in ended.stderr


def test_a_part_that_there_is_not_is_refused():
    assert run("-m", "ciam.serve", "everything").returncode == 2


def test_check_deploy_is_clean_with_honest_settings(tmp_path):
    ended = run(
        "manage.py", "check", "--deploy", "--fail-level", "DEBUG", CIAM_DATA_DIR=str(tmp_path), SECRET_KEY=KEY * 2
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "no issues" in ended.stdout


# The system checks


def ids(messages) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "proxy.example.com", "10.0.0.*", ""])
def test_networks_that_are_none_are_errors(settings, text):
    settings.TRUSTED_PROXIES = ["127.0.0.1", text]
    settings.METRICS_NETWORKS = settings.OUTBOUND_NETWORKS = [text]

    found = system_checks.check_networks()

    assert ids(found) == ["ciam.E001", "ciam.E002", "ciam.E003"]
    assert [message.msg for message in found] == [
        f"{name} is a list of networks, such as 10.0.0.0/8, and one of them is none."
        for name in ("CIAM_TRUSTED_PROXIES", "CIAM_METRICS_NETWORKS", "CIAM_OUTBOUND_NETWORKS")
    ]


def test_networks_and_addresses_are_right(settings):
    settings.TRUSTED_PROXIES = settings.METRICS_NETWORKS = ["127.0.0.1", "10.0.0.0/8", "fd00::/8", "::1"]

    assert system_checks.check_networks() == []


def test_what_is_unwise_in_production_is_a_warning(settings, monkeypatch):
    settings.IS_TRIAL = settings.IS_HTTPS = False
    settings.IS_EAGER = True
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")

    assert ids(system_checks.check_production()) == ["ciam.W001", "ciam.W002", "ciam.W003"]


@pytest.mark.parametrize(
    ("host", "mode", "warned"),
    [
        ("db.example.com", None, True),
        ("db.example.com", "disable", True),
        ("db.example.com", "verify-full", False),
        ("127.0.0.1", None, False),
        ("", None, False),
        ("/run/postgresql", None, False),
    ],
)
def test_link_to_another_host_without_verification_is_a_warning(settings, monkeypatch, host, mode, warned):
    settings.IS_TRIAL, settings.IS_HTTPS, settings.IS_EAGER = False, True, False
    database = {"ENGINE": "ciam.postgresql", "HOST": host, "OPTIONS": {"sslmode": mode} if mode else {}}
    monkeypatch.setitem(settings.DATABASES, "default", database)

    assert ids(system_checks.check_production()) == (["ciam.W005"] if warned else [])


def test_a_trial_in_production_is_a_warning(settings):
    assert ids(system_checks.check_production()) == ["ciam.W004"]


@pytest.mark.parametrize("command", ["ciam_check", "migrate", "outbox", "help"])
def test_a_command_without_its_environment_says_what_is_missing(tmp_path, command):
    ended = run("manage.py", command, CIAM_DATA_DIR=str(tmp_path), SECRET_KEY="")

    if command != "help":
        assert ended.returncode == 1
        assert ended.stderr.startswith("SECRET_KEY is missing")
        assert ended.stderr.count("\n") == 1
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("database", "sentence"),
    [
        ("sqlite:///{}/new.sqlite3", command_line.NO_TABLES),
        ("sqlite:///{}/no/such/directory/ciam.sqlite3", command_line.NO_DATABASE),
        ("postgres://nobody:canary@127.0.0.1:1/ciam", command_line.NO_DATABASE),
    ],
)
@pytest.mark.parametrize("command", [["ciam_check"], ["export_config", "shop"]])
def test_a_command_without_its_tables_says_what_is_missing(tmp_path, command, database, sentence):
    url = database.format(tmp_path)

    ended = run("manage.py", *command, CIAM_DATA_DIR=str(tmp_path), SECRET_KEY=KEY, DATABASE_URL=url)

    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, sentence)
    assert "Traceback" not in ended.stderr
    assert "canary" not in ended.stderr


@pytest.mark.parametrize(("given", "read_as"), [("localhost", "127.0.0.1"), ("::", "::"), ("0.0.0.0", "0.0.0.0")])  # noqa: S104 - one that an operator may choose
def test_addresses_to_listen_on_are_read(read, given, read_as):
    assert read(HOST=given)["HOST"] == read_as


def test_lines_go_to_the_file_that_is_named(read, tmp_path):
    file = str(tmp_path / "requests.log")

    handlers = read(CIAM_LOG_FILE=file)["LOGGING"]["handlers"]

    assert handlers["file"]["filename"] == file
    assert handlers["stderr"]["level"] == "WARNING"
