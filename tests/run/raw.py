"""A server that says what bytes it is told, and keeps what it was sent."""

import re
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

Script = Callable[[bytes], Iterable[bytes]]
"""From the bytes of a request to the pieces that are sent back, one by one."""


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a whole HTTP/1.1 answer; ``content-length`` is added unless given."""
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", *headers]
    if not any(header.lower().startswith("content-length") for header in headers):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class RawServer:
    """Answers each connection once by its script, then closes it.

    ``most`` is how many bytes of a body it reads before that.
    """

    def __init__(self, script: Script, most: int = 1 << 40) -> None:
        self._script = script
        self._most = most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self.requests: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start to accept."""
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wait for every thread."""
        self._ended.set()
        socket.create_connection(self._listener.getsockname()).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the server."""
        self._ended.wait(seconds)

    @property
    def ended(self) -> bool:
        """Say whether the server is being stopped."""
        return self._ended.is_set()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while not self.ended:
            connection, _ = self._listener.accept()
            self._start(self._serve, connection)

    def _read(self, connection: socket.socket) -> bytes | None:
        """Return one whole request, or ``None`` when the client left."""
        request = b""
        while True:
            head, end, body = request.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if end and len(body) >= min(self._most, int(length[1]) if length else 0):
                return request
            piece = connection.recv(65536)
            if not piece:
                return None
            request += piece

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            request = self._read(connection)
            if request is None:
                return
            self.requests.append(request)
            try:
                for piece in self._script(request):
                    if self.ended:
                        return
                    connection.sendall(piece)
            except OSError:
                return
