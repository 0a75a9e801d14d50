"""The sockets on which a process of the web listens."""

import asyncio
import os
import socket
import stat
from collections.abc import Iterator

SILENT_SECONDS = 20
SECONDS_BETWEEN_LOOKS = 0.5


def bound_silence(loop: asyncio.AbstractEventLoop) -> None:
    """Let the system end each connection whose client takes nothing of its answer for `SILENT_SECONDS`.

    Granian has no such limit, and no code of ours sees a connection. It listens a moment after it has loaded us, so
    look until it does. Connections that are accepted from then on inherit the limit (tcp(7)); Linux alone has it.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        return
    found = list(_listeners())
    for listener in found:
        with listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENT_SECONDS * 1000)
    if not found:
        loop.call_later(SECONDS_BETWEEN_LOOKS, bound_silence, loop)


def _listeners() -> Iterator[socket.socket]:
    """Duplicates, to be closed, of this process's sockets that listen for TCP."""
    for name in os.listdir("/proc/self/fd"):
        try:
            if not stat.S_ISSOCK(os.stat(int(name)).st_mode):
                continue
            one = socket.socket(fileno=os.dup(int(name)))
        except OSError:  # closed meanwhile
            continue
        is_tcp = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
        if is_tcp and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            yield one
        else:
            one.close()
