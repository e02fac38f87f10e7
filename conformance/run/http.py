"""One request out, all that comes back in: within a total time and a byte cap."""

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

_ZIPPED = {"gzip": 47, "x-gzip": 47, "deflate": 47}
"""Content encodings that we offer, with the window bits that zlib wants."""


@dataclass
class _BodyReader:
    """The body as it grows: decoded, capped, with the arrival of each piece."""

    cap: int
    sent_at: float
    encoding: str = ""
    body: bytearray = field(default_factory=bytearray)
    chunks: list[tuple[float, int]] = field(default_factory=list)
    wire_bytes: int = 0
    failure: TransportFailure | None = None

    def __post_init__(self) -> None:
        """Choose the decoder, once for the whole body."""
        bits = _ZIPPED.get(self.encoding)
        self._decoder = zlib.decompressobj(bits) if bits else None
        if self.encoding not in {"", "identity", *_ZIPPED}:
            self.failure = TransportFailure(
                FailureKind.ENCODING, f"not asked for: {self.encoding}"
            )

    def take(self, piece: bytes) -> bool:
        """Add what arrived; return false when there is no more to be read."""
        self.wire_bytes += len(piece)
        room = self.cap - len(self.body)
        if self._decoder:
            try:
                piece = self._decoder.decompress(piece, room + 1)
            except zlib.error as error:
                self.failure = TransportFailure(FailureKind.ENCODING, str(error))
                return False
        self.body += piece[:room]
        self.chunks.append((time.monotonic() - self.sent_at, len(self.body)))
        if len(piece) > room:
            self.failure = TransportFailure(
                FailureKind.TOO_LARGE, f"more than {self.cap} bytes"
            )
            return False
        return True

    def close(self) -> None:
        """Note a compressed body that ended inside its last block."""
        if self._decoder and self.wire_bytes and not self._decoder.eof:
            self.failure = self.failure or TransportFailure(
                FailureKind.ENCODING, "it ends early"
            )


_ALWAYS = {
    "user-agent": f"{conformance.__name__}/{conformance.__version__}",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
}
"""Headers of every request, unless it has its own."""


LARGE: Final = 1 << 16
"""Bytes of a body that a server may refuse before it has read them all."""


class Connection:
    """One connection at a time, by way of httpx, which follows no redirect.

    The client is asked once for the transport to a URL, since it knows of proxies;
    requests then go to the transport, which takes a third of the client's time.
    ``tls`` is made once for all lanes: reading the certificates takes long. A lane has
    no deadline of its own for every read and write, since its caller has one for all.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls or httpx.create_ssl_context()
        self._client = httpx.AsyncClient(
            verify=self.tls,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        self._ways: dict[str, tuple[httpx.URL, httpx.AsyncBaseTransport]] = {}

    async def __aenter__(self) -> Self:
        """Return the lane itself."""
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
        """Send a request; the body of the response is still to be read."""
        if url not in self._ways:
            parsed = httpx.URL(url)
            way = self._client._transport_for_url(parsed)  # noqa: SLF001 -- proxies, see above
            self._ways[url] = parsed, way
        parsed, way = self._ways[url]
        outgoing = httpx.Request(
            method,
            parsed,
            headers=_ALWAYS | headers,
            content=content,
        )
        return await way.handle_async_request(outgoing)


def _heard_enough(request: Request, intake: _BodyReader) -> bool:
    if request.disconnect_after is None:
        return False
    told = sum(1 for frame in frames(bytes(intake.body)) if frame.finished)
    return told >= request.disconnect_after


async def _receive(
    response: httpx.Response, intake: _BodyReader, request: Request
) -> None:
    async for piece in response.aiter_raw():
        if not intake.take(piece) or _heard_enough(request, intake):
            return
    intake.close()


def _failure(error: Exception, limits: Limits) -> TransportFailure:
    """Say in our words what the transport raised."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return TransportFailure(
            FailureKind.TIMEOUT, f"no end within {limits.timeout:g} s"
        )
    if isinstance(error, httpx.LocalProtocolError):
        return TransportFailure(FailureKind.UNSENT, str(error))
    if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
        return TransportFailure(FailureKind.CONNECT, str(error))
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error).lower():
        return TransportFailure(FailureKind.PROTOCOL, str(error))
    return TransportFailure(FailureKind.TRUNCATED, str(error) or type(error).__name__)


async def send(
    lane: Connection,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    """Send ``request`` and return all that came back. Never raises for the target.

    A kept-alive connection that the server had closed meanwhile is not its
    fault: a request that got no byte back is sent once more on a new one. A large one
    goes another way then, on which a refusal is read that came before its end.
    """
    exchange = await _attempt(lane, target, request, limits, run_started)
    idle = exchange.failure and exchange.failure.kind is FailureKind.TRUNCATED
    if not idle or exchange.status != 0 or exchange.wire_bytes:
        return exchange
    if len(request.content) > LARGE:
        again = (lane.tls, target, request, limits, run_started)
        return await asyncio.to_thread(_attempt_apart, *again)
    return await _attempt(lane, target, request, limits, run_started)


async def _attempt(
    lane: Connection,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    url, headers, content = target.fill(request)
    sent_at = time.monotonic()
    intake = _BodyReader(limits.largest_body, sent_at)
    response: httpx.Response | None = None
    try:
        async with asyncio.timeout(limits.timeout):
            response = await lane.send(request.method, url, headers, content)
            encoding = response.headers.get("content-encoding", "").strip().lower()
            intake = _BodyReader(limits.largest_body, sent_at, encoding)
            try:
                await _receive(response, intake, request)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.HTTPError, OSError) as error:
        intake.failure = _failure(error, limits)
    return _told(request, target, response, intake, run_started)


def _attempt_apart(
    tls: ssl.SSLContext,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    """Send on a blocking connection of its own, on another thread than the loop's.

    A server that refuses a body unread closes the connection while we still write.
    What it had said is lost with that on an asyncio transport, and is not here.
    """
    url, headers, content = target.fill(request)
    intake = _BodyReader(limits.largest_body, time.monotonic())
    response: httpx.Response | None = None
    try:
        with (
            httpx.Client(verify=tls, timeout=limits.timeout) as client,
            client.stream(
                request.method, url, headers=_ALWAYS | headers, content=content
            ) as response,
        ):
            encoding = response.headers.get("content-encoding", "").strip().lower()
            intake = _BodyReader(limits.largest_body, intake.sent_at, encoding)
            for piece in response.iter_raw():
                if not intake.take(piece):
                    break
                if time.monotonic() - intake.sent_at > limits.timeout:
                    intake.failure = _failure(TimeoutError(), limits)
                    break
            else:
                intake.close()
    except (httpx.HTTPError, OSError) as error:
        intake.failure = _failure(error, limits)
    return _told(request, target, response, intake, run_started)


def _told(
    request: Request,
    target: Target,
    response: httpx.Response | None,
    intake: _BodyReader,
    run_started: float,
) -> Exchange:
    """Return what came back, keys taken out, as the exchange that it was."""
    sent_at = intake.sent_at
    elapsed = time.monotonic() - sent_at
    return Exchange(
        request,
        response.status_code if response is not None else 0,
        _headers(response, target) if response is not None else (),
        target.mask(bytes(intake.body)),
        tuple(intake.chunks),
        sent_at - run_started,
        elapsed,
        intake.failure,
        intake.wire_bytes,
        _version(response) if response is not None else "",
        origin=target.origin,
    )


def _version(response: httpx.Response) -> str:
    told: bytes = response.extensions.get("http_version", b"HTTP/1.1")
    return told.decode("ascii", "ignore").removeprefix("HTTP/")


def _headers(response: httpx.Response, target: Target) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.lower(), target.mask_text(value))
        for name, value in response.headers.multi_items()
    )
