"""Web and worker side by side: they start together, and end together."""

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from ciam.serve import GRACE_SECONDS

PR_SET_PDEATHSIG = 1


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def run_until_stopped(
    commands: list[list[str]], environment: Mapping[str, str], *, is_up: Callable[[], bool], when_up: Callable[[], None]
) -> int:
    """Run the commands until one ends or we are told to stop; the exit status for the shell.

    Ctrl-C reaches us alone: granian's workers may miss a signal that they get beside their parent.
    """
    children = [
        subprocess.Popen(command, env=environment, process_group=0, preexec_fn=_end_with_parent)  # noqa: S603, PLW1509 - no threads yet
        for command in commands
    ]
    stopping = [False]

    def stop(*_: object) -> None:
        stopping[0] = True
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    is_greeted = False
    while all(child.poll() is None for child in children):
        if not is_greeted and is_up():
            is_greeted = True
            when_up()
        time.sleep(0.05)
    stop_was_asked = stopping[0]
    stop()
    for child in children:
        _end(child)
    return 0 if stop_was_asked else 1


def _end_with_parent() -> None:
    """On Linux, be told to stop when the parent is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _end(child: "subprocess.Popen[bytes]") -> None:
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
