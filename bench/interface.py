"""The processor time of one request, by Granian's own WSGI interface and by ours: `python -m bench.interface`.

Both serve the same application of one line, so the difference is what `ciam.rsgi` costs. The least of all rounds
counts: other work on the machine only adds to it.
"""

import argparse
import os
import socket
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench import processes

GET = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n"
POST = (
    b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Basic YTpi\r\n"
    b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n" + b" " * 100
)
TARGETS = {
    "wsgi": ["--blocking-threads", "4", "bench.interface:answer"],
    "rsgi": ["--factory", "bench.interface:make_ours"],
}
SERVER = ["--http", "1", "--no-ws", "--workers", "1", "--log-level", "warning"]


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The application of both: reads the body, as ours does, and says little."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


def make_ours() -> Any:
    from ciam import rsgi  # needs the settings

    return rsgi.Application(answer, 4)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.interface", description=__doc__)
    parser.add_argument("--requests", type=int, default=5_000, help="of each round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "ciam.settings",
        "CIAM_MODE": "trial",
        "SECRET_KEY": "only-for-a-bench-only-for-a-bench-only-for-a-bench",
    }
    for name, message in (("GET", GET), ("POST of 100 bytes", POST)):
        for connections in (1, 16):
            costs: dict[str, list[float]] = {interface: [] for interface in TARGETS}
            for _ in range(arguments.rounds):
                for interface in TARGETS:
                    costs[interface].append(_microseconds(interface, message, connections, arguments.requests))
            wsgi, ours = (min(costs[interface]) for interface in ("wsgi", "rsgi"))
            print(f"{name}, {connections} at once: WSGI {wsgi:.0f} us, ours {ours:.0f}, difference {ours - wsgi:+.0f}")
    return 0


def _microseconds(interface: str, message: bytes, connections: int, requests: int) -> float:
    """Processor time of the server for one request."""
    port = processes.free_port()
    command = [str(Path(sys.executable).parent / "granian"), "--interface", interface, "--port", str(port)]
    with ExitStack() as stack:
        log = stack.enter_context(tempfile.TemporaryFile())
        server = stack.enter_context(processes.running([*command, *SERVER, *TARGETS[interface]], log))
        processes.seconds_until_answer(f"http://127.0.0.1:{port}/", pause_seconds=0.05)
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(connections)]
        _ask(sockets, message, 500)
        before = _processor_nanoseconds(server)
        _ask(sockets, message, requests)
        return (_processor_nanoseconds(server) - before) / requests / 1_000


def _ask(sockets: list[socket.socket], message: bytes, requests: int) -> None:
    """One request on each connection, then all answers, and so on."""
    for _ in range(requests // len(sockets)):
        for one in sockets:
            one.sendall(message)
        for one in sockets:
            received = b""
            while not received.endswith(b"\r\n\r\n{}"):
                received += one.recv(65_536)


def _processor_nanoseconds(pid: int) -> int:
    """Of all threads of the program and its children, so far."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    threads = [thread for one in (pid, *children) for thread in Path(f"/proc/{one}/task").iterdir()]
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


if __name__ == "__main__":
    sys.exit(main())
