"""Running a gateway on a loopback port: in the background, or as a command."""

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
DATE_INTERVAL_SECONDS: Final = 1.0
MAX_HEADER_BYTES: Final = 1 << 20
_BACKLOG: Final = 2048
_ACCEPTING: Final = 5
"""Turns of the loop after which an accepted connection has its protocol."""


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application reach its connection, for wire faults."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it, too
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """A uvicorn that another thread can end at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    async def main_loop(self) -> None:
        """Say that we are up, then wait for the end; the Date header needs a tick."""
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        while not await self.on_tick(0):
            try:
                await asyncio.wait_for(self._ended.wait(), DATE_INTERVAL_SECONDS)
            except TimeoutError:
                continue
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop every connection, so that endless replies do not keep us.

        One that is being accepted when its server closes would never be dropped.
        """
        for _ in range(_ACCEPTING):
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            cast("_Protocol", connection).transport.abort()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002  # uvicorn's signature
        """End on a signal as on `end`; it is not raised again."""
        self.should_exit = True
        self.end()

    def end(self) -> None:
        """Stop, from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)


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
    """A bound TCP socket; port 0 takes a free one.

    It names its protocol, because asyncio sets TCP_NODELAY only on sockets that do,
    and without that every answer of two writes waits 40 ms for an acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


class GatewayServer:
    """An ASGI application on a free loopback port, while the ``with`` block lasts."""

    key: Final = KEY
    second_key: Final = SECOND_KEY
    model: Final = MODEL

    def __init__(self, app: ASGIApp) -> None:
        self._server = _Server(_config(app))
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Self:
        """Start, and know the URL."""
        listener = _listener(LOOPBACK, 0)
        self.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="gateway", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(MAX_START_SECONDS):
            raise RuntimeError(f"the gateway did not start in {MAX_START_SECONDS} s")
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Drop every connection and stop."""
        self._server.end()
        if self._thread is not None:
            self._thread.join()


def serving(
    app: ASGIApp | None = None,
    *,
    faults: Sequence[Fault] = (),
    profile: str = "newapi",
    latency: float = 0.0,
    usage_style: Style | None = None,
) -> GatewayServer:
    """Serve an application in the background, by default one gateway with faults."""
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
    """Serve a gateway until SIGINT or SIGTERM; port 0 takes a free one.

    ``announce`` is told the base URL before the first request is read. Raises
    `OSError` when the port is taken.
    """
    app = application(faults, profile=profile, latency=latency, usage_style=usage_style)
    with _listener(host, port) as listener:
        announce(f"http://{host}:{listener.getsockname()[1]}")
        _Server(_config(app)).run([listener])
