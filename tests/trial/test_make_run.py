"""What a newcomer does: run, paste the printed lines, stop, run again."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import free_port, until

pytestmark = pytest.mark.trial

ROOT = Path(__file__).resolve().parent.parent.parent


def bare_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}


@contextmanager
def running(directory: Path, port: int, **more: str) -> Iterator[str]:
    """A trial server with an environment that says nothing else; yields what it printed when it was up."""
    environment = bare_environment() | {"CIAM_DATA_DIR": str(directory), "PORT": str(port)} | more
    log = directory.parent / f"{directory.name}.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "ciam.trial"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield _printed(log, server)
        finally:
            os.killpg(server.pid, signal.SIGINT)
            assert server.wait(20) == 0


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _printed(log: Path, server: "subprocess.Popen[bytes]") -> str:
    for _ in range(600):
        text = log.read_text()
        if "Ctrl-C" in text or server.poll() is not None:
            return text
        time.sleep(0.05)
    raise AssertionError("The server did not come up.")


def paste(text: str) -> str:
    """Run the printed lines as a newcomer would, and return what the last one printed."""
    lines = [line[2:] for line in text.splitlines() if line.startswith("  ")]
    shell = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return shell.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trial") / "var"


def test_printed_lines_sign_a_user_up(directory: Path) -> None:
    with running(directory, free_port()) as text:
        assert re.fullmatch(r'\{"sub": "[0-9a-f]{32}"\}', paste(text))
        assert re.fullmatch(r'\{"sub": "[0-9a-f]{32}"\}', paste(text))

    printed = (directory.parent / f"{directory.name}.log").read_text()
    assert '"event": "request"' not in printed  # the lines to paste stay on the screen
    assert '"path": "/signup"' in (directory / "requests.log").read_text()


def test_the_printed_address_shows_a_page(directory: Path) -> None:
    port = free_port()
    with running(directory, port, HOST="localhost") as text:
        request = urllib.request.Request(f"http://localhost:{port}/", headers={"Accept": "text/html"})
        with urllib.request.urlopen(request, timeout=5) as answer:
            page = answer.read().decode()

    assert f"The server is up: http://localhost:{port}\n" in text
    assert "/signup?client_id=demo-shop" in page


def test_second_run_keeps_data_and_secrets(directory: Path) -> None:
    before = json.loads((directory / "quickstart.json").read_text())
    environment = (directory / "env").read_text()

    with running(directory, free_port()) as text:
        assert re.fullmatch(r'\{"sub": "[0-9a-f]{32}"\}', paste(text))

    after = json.loads((directory / "quickstart.json").read_text())
    assert (directory / "env").read_text() == environment
    assert after | {"base_url": "", "admin_url": ""} == before | {"base_url": "", "admin_url": ""}


def test_quickstart_tells_all_and_only_its_owner(directory: Path) -> None:
    facts = json.loads((directory / "quickstart.json").read_text())

    assert list(facts) == [
        "base_url",
        "admin_url",
        "admin_username",
        "admin_password",
        "tenant",
        "client_id",
        "client_secret",
    ]
    assert all(facts.values())
    for name in ("quickstart.json", "env"):
        assert stat.S_IMODE((directory / name).stat().st_mode) == 0o600


def test_a_port_in_use_is_named_at_once(directory: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        run = subprocess.run(
            [sys.executable, "-m", "ciam.trial"],
            cwd=ROOT,
            env=bare_environment() | {"CIAM_DATA_DIR": str(directory), "PORT": str(port)},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"Port {port} is in use. Choose another one: PORT={port + 1} make run\n"


def test_ctrl_c_stops_a_server_that_is_not_up_yet(directory: Path) -> None:
    port = free_port()
    environment = bare_environment() | {"CIAM_DATA_DIR": str(directory), "PORT": str(port)}
    environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"  # nobody there: it is never ready
    server = subprocess.Popen(
        [sys.executable, "-m", "ciam.trial"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: answers(port), within=20)

        server.send_signal(signal.SIGINT)

        assert server.wait(20) == 0  # its web server may miss the first signal while it starts
    finally:
        server.kill()


@pytest.mark.parametrize("seconds", [0.5, 1, 2])
def test_ctrl_c_stops_a_server_that_is_being_loaded(directory: Path, seconds: float) -> None:
    environment = bare_environment() | {"CIAM_DATA_DIR": str(directory), "PORT": str(free_port())}
    server = subprocess.Popen([sys.executable, "-m", "ciam.trial"], cwd=ROOT, env=environment)
    time.sleep(seconds)  # at no state that can be seen from outside

    try:
        server.send_signal(signal.SIGINT)

        assert server.wait(20) in (0, -signal.SIGINT)
    finally:
        server.kill()
