"""Send one request and read its response, within a total timeout and a size limit."""

import asyncio
import ssl
import time
import zlib
from dataclasses import dataclass, field
from typing import Final, Self

import httpx

import conformance
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.settings import Limits
from conformance.model.sse import frames
from conformance.run.target import Target

_ENCODINGS = {"gzip": 47, "x-gzip": 47, "deflate": 47}
"""Supported content encodings, with the window bits that zlib needs to decode them."""


@dataclass
class _BodyReader:
    """Collect a body: decode it, limit its size, and record when each chunk arrives."""

    max_bytes: int
    sent_at: float
    encoding: str = ""
    body: bytearray = field(default_factory=bytearray)
    chunks: list[tuple[float, int]] = field(default_factory=list)
    wire_bytes: int = 0
    failure: TransportFailure | None = None

    def __post_init__(self) -> None:
        """Choose the decoder."""
        bits = _ENCODINGS.get(self.encoding)
        self._decoder = zlib.decompressobj(bits) if bits else None
        if self.encoding not in {"", "identity", *_ENCODINGS}:
            self.failure = TransportFailure(
                FailureKind.ENCODING, f"not in Accept-Encoding: {self.encoding}"
            )

    def add(self, chunk: bytes) -> bool:
        """Add a chunk; return false if no more is to be read."""
        self.wire_bytes += len(chunk)
        room = self.max_bytes - len(self.body)
        if self._decoder:
            try:
                chunk = self._decoder.decompress(chunk, room + 1)
            except zlib.error as error:
                self.failure = TransportFailure(FailureKind.ENCODING, str(error))
                return False
        self.body += chunk[:room]
        self.chunks.append((time.monotonic() - self.sent_at, len(self.body)))
        if len(chunk) > room:
            self.failure = TransportFailure(
                FailureKind.TOO_LARGE, f"more than {self.max_bytes} bytes"
            )
            return False
        return True

    def close(self) -> None:
        """Record a failure if a compressed body ended early."""
        if self._decoder and self.wire_bytes and not self._decoder.eof:
            self.failure = self.failure or TransportFailure(
                FailureKind.ENCODING, "the compressed data ends early"
            )


_DEFAULT_HEADERS = {
    "user-agent": f"{conformance.__name__}/{conformance.__version__}",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
}
"""Headers of every request, unless the request sets them itself."""


_MAX_UNTHREADED_BODY: Final = 1 << 16
"""Size in bytes. Some servers reject a larger body before they have read all of it."""


class Connection:
    """One connection to a target, without redirects and with keep-alive.

    The httpx client is only used to find the transport for a URL, because it knows the
    proxy settings. Requests go directly to the transport, which takes a third of the
    time that the client would take. ``tls`` is shared by all connections, because
    loading certificates is slow. There is no timeout for a single read or write: the
    caller has a total one.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls or httpx.create_ssl_context()
        self._client = httpx.AsyncClient(
            verify=self.tls,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        self._transports: dict[str, tuple[httpx.URL, httpx.AsyncBaseTransport]] = {}

    async def __aenter__(self) -> Self:
        """Return the connection itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def send(
        self, method: str, url: str, headers: dict[str, str], content: bytes
    ) -> httpx.Response:
        """Send a request and return the response, whose body is not read yet."""
        if url not in self._transports:
            parsed = httpx.URL(url)
            transport = self._client._transport_for_url(parsed)  # noqa: SLF001 -- see above
            self._transports[url] = parsed, transport
        parsed, transport = self._transports[url]
        outgoing = httpx.Request(
            method,
            parsed,
            headers=_DEFAULT_HEADERS | headers,
            content=content,
        )
        return await transport.handle_async_request(outgoing)


def _reached_event_limit(request: Request, reader: _BodyReader) -> bool:
    if request.disconnect_after is None:
        return False
    received = sum(1 for frame in frames(bytes(reader.body)) if frame.terminated)
    return received >= request.disconnect_after


async def _receive(
    response: httpx.Response, reader: _BodyReader, request: Request
) -> None:
    async for chunk in response.aiter_raw():
        if not reader.add(chunk) or _reached_event_limit(request, reader):
            return
    reader.close()


def _failure(error: Exception, limits: Limits) -> TransportFailure:
    """Return the failure for an exception that the transport raised."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TransportFailure(
            FailureKind.TIMEOUT, f"no complete response in {limits.timeout:g} s"
        )
    if isinstance(error, httpx.LocalProtocolError):
        return TransportFailure(FailureKind.UNSENT, str(error))
    if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
        return TransportFailure(FailureKind.CONNECT, str(error))
    # h11 calls malformed HTTP "illegal"; any other error means that the response ended.
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error).lower():
        return TransportFailure(FailureKind.PROTOCOL, str(error))
    return TransportFailure(FailureKind.TRUNCATED, str(error) or type(error).__name__)


async def send(
    connection: Connection,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    """Send ``request`` and return the exchange, even if the target fails.

    A server may close an idle connection at any time. A request for which no byte was
    received is therefore sent once more, on a new connection. A large one is sent in a
    thread: if the server rejects it before it is completely sent, the rejection can
    only be read there.
    """
    exchange = await _attempt(connection, target, request, limits, run_started)
    closed = exchange.failure and exchange.failure.kind is FailureKind.TRUNCATED
    if not closed or exchange.status != 0 or exchange.wire_bytes:
        return exchange
    if len(request.content) > _MAX_UNTHREADED_BODY:
        arguments = (connection.tls, target, request, limits, run_started)
        return await asyncio.to_thread(_attempt_in_thread, *arguments)
    return await _attempt(connection, target, request, limits, run_started)


async def _attempt(
    connection: Connection,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    url, headers, content = target.insert_keys(request)
    sent_at = time.monotonic()
    reader = _BodyReader(limits.max_body_bytes, sent_at)
    response: httpx.Response | None = None
    try:
        async with asyncio.timeout(limits.timeout):
            response = await connection.send(request.method, url, headers, content)
            encoding = response.headers.get("content-encoding", "").strip().lower()
            reader = _BodyReader(limits.max_body_bytes, sent_at, encoding)
            try:
                await _receive(response, reader, request)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.HTTPError, OSError) as error:
        reader.failure = _failure(error, limits)
    return _to_exchange(request, target, response, reader, run_started)


def _attempt_in_thread(
    tls: ssl.SSLContext,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    """Send the request on a separate blocking connection.

    A server that rejects a large body early closes the connection while the request is
    still being sent. An asyncio transport then drops the response that was already
    received; a blocking socket does not.
    """
    url, headers, content = target.insert_keys(request)
    reader = _BodyReader(limits.max_body_bytes, time.monotonic())
    response: httpx.Response | None = None
    try:
        with (
            httpx.Client(verify=tls, timeout=limits.timeout) as client,
            client.stream(
                request.method, url, headers=_DEFAULT_HEADERS | headers, content=content
            ) as response,
        ):
            encoding = response.headers.get("content-encoding", "").strip().lower()
            reader = _BodyReader(limits.max_body_bytes, reader.sent_at, encoding)
            for chunk in response.iter_raw():
                if not reader.add(chunk):
                    break
                if time.monotonic() - reader.sent_at > limits.timeout:
                    reader.failure = _failure(TimeoutError(), limits)
                    break
            else:
                reader.close()
    except (httpx.HTTPError, OSError) as error:
        reader.failure = _failure(error, limits)
    return _to_exchange(request, target, response, reader, run_started)


def _to_exchange(
    request: Request,
    target: Target,
    response: httpx.Response | None,
    reader: _BodyReader,
    run_started: float,
) -> Exchange:
    """Return what was received as an exchange, with all keys redacted."""
    sent_at = reader.sent_at
    elapsed = time.monotonic() - sent_at
    return Exchange(
        request,
        response.status_code if response is not None else 0,
        _headers(response, target) if response is not None else (),
        target.redact(bytes(reader.body)),
        tuple(reader.chunks),
        sent_at - run_started,
        elapsed,
        reader.failure,
        reader.wire_bytes,
        _version(response) if response is not None else "",
        origin=target.origin,
    )


def _version(response: httpx.Response) -> str:
    version: bytes = response.extensions.get("http_version", b"HTTP/1.1")
    return version.decode("ascii", "ignore").removeprefix("HTTP/")


def _headers(response: httpx.Response, target: Target) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.lower(), target.redact_text(value))
        for name, value in response.headers.multi_items()
    )
