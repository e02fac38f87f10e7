"""A server that sends given bytes and records the requests that it receives."""

import re
import socket
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

Script = Callable[[bytes], Iterable[bytes]]
"""A function from the bytes of a request to the chunks that are sent back."""


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return an HTTP/1.1 response; ``content-length`` is added unless given."""
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", *headers]
    if not any(header.lower().startswith("content-length") for header in headers):
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class RawServer:
    """Answer one request on each connection with a script, then close it.

    ``max_body`` is how many bytes of a request body are read before that.
    """

    def __init__(self, script: Script, max_body: int = 1 << 40) -> None:
        self._script = script
        self._max_body = max_body
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self.requests: list[bytes] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        """Start to accept connections."""
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, and wait for every thread."""
        self._stopped.set()
        socket.create_connection(self._listener.getsockname()).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than the server runs."""
        self._stopped.wait(seconds)

    @property
    def stopped(self) -> bool:
        """Return whether the server is stopping."""
        return self._stopped.is_set()

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while not self.stopped:
            connection, _ = self._listener.accept()
            self._start(self._serve, connection)

    def _read(self, connection: socket.socket) -> bytes | None:
        """Return one complete request, or ``None`` if the client disconnected."""
        request = b""
        while True:
            head, end, body = request.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            size = int(length[1]) if length else 0
            if end and len(body) >= min(self._max_body, size):
                return request
            received = connection.recv(65536)
            if not received:
                return None
            request += received

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            request = self._read(connection)
            if request is None:
                return
            self.requests.append(request)
            try:
                for chunk in self._script(request):
                    if self.stopped:
                        return
                    connection.sendall(chunk)
            except OSError:
                return
