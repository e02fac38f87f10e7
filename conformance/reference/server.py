"""Serve a gateway on a TCP port, in a background thread or until a signal."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Final, Self, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from conformance.reference.app import application
from conformance.reference.fault import Fault
from conformance.reference.gateway import KEY, MODEL, SECOND_KEY
from conformance.reference.http_response import TRANSPORT
from conformance.reference.tokens import Style

LOOPBACK: Final = "127.0.0.1"
MAX_START_SECONDS: Final = 30.0
"""Maximum time in seconds that a server may take to start."""

DATE_INTERVAL_SECONDS: Final = 1.0
"""Interval in seconds at which uvicorn updates the Date header."""

MAX_HEADER_BYTES: Final = 1 << 20
"""Maximum size in bytes of a request line with the headers."""

_BACKLOG: Final = 2048
"""Maximum number of connections that wait to be accepted."""

_ACCEPT_ITERATIONS: Final = 5
"""Event loop iterations until uvicorn has registered an accepted connection."""


class _Protocol(H11Protocol):
    """HTTP/1.1 protocol that gives wire faults access to the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows the type, too
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """A uvicorn server that another thread can stop without delay."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    async def main_loop(self) -> None:
        """Signal readiness, then update the Date header until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._stopping.wait(), DATE_INTERVAL_SECONDS)
            except TimeoutError:
                continue
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Abort every connection, because endless responses would delay the shutdown.

        First wait for connections that are just being accepted. They are not registered
        yet, so they would stay open.
        """
        for _ in range(_ACCEPT_ITERATIONS):
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).transport.abort()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's signature
        """Stop as with `stop`; unlike uvicorn, do not raise the signal again."""
        self.should_exit = True
        self.stop()

    def stop(self) -> None:
        """Stop the server; can be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        timeout_graceful_shutdown=1,
        backlog=_BACKLOG,
    )


def _listener(host: str, port: int) -> socket.socket:
    """Return a listening TCP socket; port 0 selects a free port.

    The protocol is given explicitly, because asyncio sets TCP_NODELAY only on sockets
    with ``IPPROTO_TCP``. Without TCP_NODELAY, a response in two writes waits 40 ms for
    an acknowledgment.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows the option would let two servers share the port.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


class GatewayServer:
    """Serve an ASGI application on a free loopback port inside a ``with`` block."""

    key: Final = KEY
    second_key: Final = SECOND_KEY
    model: Final = MODEL

    def __init__(self, app: ASGIApp) -> None:
        self._server = _Server(_config(app))
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start the server and set `url`."""
        listener = _listener(LOOPBACK, 0)
        self.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="gateway", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(MAX_START_SECONDS):
            raise RuntimeError(
                f"the embedded gateway did not start within {MAX_START_SECONDS:g} s"
            )
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Abort every connection and stop the server."""
        self._server.stop()
        if self._thread is not None:
            self._thread.join()


def gateway_server(
    app: ASGIApp | None = None,
    *,
    faults: Sequence[Fault] = (),
    profile: str = "newapi",
    latency: float = 0.0,
    usage_style: Style | None = None,
) -> GatewayServer:
    """Return a server for ``app``, by default the embedded gateway with ``faults``.

    ``latency`` is the delay before each response in seconds. If ``app`` is given, all
    other arguments are ignored.
    """
    if app is None:
        app = application(
            faults, profile=profile, latency=latency, usage_style=usage_style
        )
    return GatewayServer(app)


def serve(
    port: int = 0,
    *,
    host: str = LOOPBACK,
    faults: Sequence[Fault] = (),
    profile: str = "newapi",
    latency: float = 0.0,
    usage_style: Style | None = None,
    announce: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve a gateway until SIGINT or SIGTERM; port 0 selects a free port.

    ``announce`` is called with the base URL before the first request is read.
    ``latency`` is the delay before each response in seconds. Raises `OSError` if the
    port is in use.
    """
    app = application(faults, profile=profile, latency=latency, usage_style=usage_style)
    with _listener(host, port) as listener:
        announce(f"http://{host}:{listener.getsockname()[1]}")
        _Server(_config(app)).run([listener])
