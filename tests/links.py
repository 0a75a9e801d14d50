"""A network link to a server, which tests may cut, silence and mend."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Link:
    """Forwards each connection to its own port to another one."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self.listener.getsockname()[1])
        self.flows = threading.Event()
        self.is_cut = False
        self.sockets: set[socket.socket] = set()
        self.flows.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """Forward no byte; connections stay open, and new ones are accepted."""
        self.flows.clear()

    def cut(self) -> None:
        """Close all connections, and each new one at once."""
        self.is_cut = True
        self.end_connections()

    def end_connections(self) -> None:
        """Close all connections; new ones go on."""
        for one in list(self.sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def leads_to(self, host: str, port: int) -> Iterator[None]:
        """Lead to another server for a while."""
        usual = self.target
        self.target = (host, port)
        self.end_connections()
        try:
            yield
        finally:
            self.target = usual
            self.end_connections()

    def mend(self) -> None:
        self.is_cut = False
        self.flows.set()

    def close(self) -> None:
        self.listener.close()
        self.cut()
        self.flows.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self.target)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        self.sockets.add(source)
        try:
            while data := source.recv(65536):
                self.flows.wait()
                sink.sendall(data)
        except OSError:
            pass
        finally:
            self.sockets.discard(source)
            with suppress(OSError):
                sink.shutdown(socket.SHUT_RDWR)
            source.close()


@contextmanager
def open_link(host: str, port: int) -> Iterator[Link]:
    link = Link(host, port)
    try:
        yield link
    finally:
        link.close()
