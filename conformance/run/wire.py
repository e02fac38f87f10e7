"""One request out, all that comes back in: within a total time and a byte cap."""

import asyncio
import ssl
import time
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self
from urllib.request import getproxies

import conformance
from conformance.core.exchange import Exchange, Failure, Trouble
from conformance.core.request import Request
from conformance.core.sse import frames
from conformance.run.address import Address
from conformance.run.network import Answer, Broken, Connection, Tls
from conformance.run.settings import Limits
from conformance.run.target import Target

if TYPE_CHECKING:
    from conformance.run.proxied import Proxied

_ZIPPED = {"gzip": 47, "x-gzip": 47, "deflate": 47}
"""Content encodings that we offer, with the window bits that zlib wants."""


@dataclass
class _Intake:
    """The body as it grows: decoded, capped, with the arrival of each piece."""

    cap: int
    sent_at: float
    encoding: str = ""
    body: bytearray = field(default_factory=bytearray)
    chunks: list[tuple[float, int]] = field(default_factory=list)
    wire_bytes: int = 0
    failure: Failure | None = None

    def __post_init__(self) -> None:
        """Choose the decoder, once for the whole body."""
        bits = _ZIPPED.get(self.encoding)
        self._decoder = zlib.decompressobj(bits) if bits else None
        if self.encoding not in {"", "identity", *_ZIPPED}:
            self.failure = Failure(Trouble.ENCODING, f"not asked for: {self.encoding}")

    def take(self, piece: bytes) -> bool:
        """Add what arrived; return false when there is no more to be read."""
        self.wire_bytes += len(piece)
        room = self.cap - len(self.body)
        if self._decoder:
            try:
                piece = self._decoder.decompress(piece, room + 1)
            except zlib.error as error:
                self.failure = Failure(Trouble.ENCODING, str(error))
                return False
        self.body += piece[:room]
        self.chunks.append((time.monotonic() - self.sent_at, len(self.body)))
        if len(piece) > room:
            self.failure = Failure(Trouble.TOO_LARGE, f"more than {self.cap} bytes")
            return False
        return True

    def close(self) -> None:
        """Note a compressed body that ended inside its last block."""
        if self._decoder and self.wire_bytes and not self._decoder.eof:
            self.failure = self.failure or Failure(Trouble.ENCODING, "it ends early")


_ALWAYS = {
    "user-agent": f"{conformance.__name__}/{conformance.__version__}",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
}
"""Headers of every request, unless it has its own."""


def trusted() -> ssl.SSLContext:
    """Return whom we trust: certifi's list, or the one that the environment names."""
    import httpx  # noqa: PLC0415 -- dear, and only needed for TLS

    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Lane:
    """One connection at a time; no redirect is followed.

    Where the environment names a proxy for a target, httpx goes through it. ``tls``
    is asked once it is needed; all lanes of a run share one answer.
    """

    def __init__(self, limits: Limits, tls: Tls = trusted) -> None:
        self._limits = limits
        self._tls = tls
        self._addresses: dict[str, Address] = {}
        self._connection: Connection | None = None
        self._proxied: Proxied | None = None
        self._may_be_proxied = bool(getproxies())

    async def __aenter__(self) -> Self:
        """Return the lane itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        for way in (self._connection, self._proxied):
            if way:
                await way.close()

    async def send(
        self, method: str, url: str, headers: dict[str, str], content: bytes
    ) -> Answer:
        """Send a request; the body of the answer is still to be read.

        Raises ``Broken`` and ``OSError``.
        """
        asked = _ALWAYS | headers
        if self._may_be_proxied and (proxied := self._proxy(url)):
            return await proxied.ask(method, url, asked, content)
        address = self._addresses.get(url)
        if address is None:
            address = self._addresses[url] = Address.of(url)
        if self._connection and not self._connection.serves(address):
            await self._connection.close()
            self._connection = None
        if self._connection is None:
            self._connection = await Connection.to(address, self._tls)
        return await self._connection.ask(method, address.path, asked, content)

    def _proxy(self, url: str) -> "Proxied | None":
        """Return the proxy on the way to a target, made when it is first asked for."""
        from conformance.run.proxied import Proxied  # noqa: PLC0415 -- brings httpx

        if self._proxied is None:
            self._proxied = Proxied.to(url, self._tls(), self._limits.timeout)
            self._may_be_proxied = self._proxied is not None
        return self._proxied


def _heard_enough(request: Request, intake: _Intake) -> bool:
    if request.hang_up_after is None:
        return False
    told = sum(1 for frame in frames(bytes(intake.body)) if frame.finished)
    return told >= request.hang_up_after


async def _receive(answer: Answer, intake: _Intake, request: Request) -> None:
    while (piece := await answer.read()) is not None:
        if not intake.take(piece) or _heard_enough(request, intake):
            return
    intake.close()


async def send(
    lane: Lane,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    """Send ``request`` and return all that came back. Never raises for the target.

    A kept-alive connection that the server had closed meanwhile is not its
    fault: a request that got no byte back is sent once more on a new one.
    """
    exchange = await _attempt(lane, target, request, limits, run_started)
    idle = exchange.failure and exchange.failure.trouble is Trouble.CUT
    if idle and exchange.status == 0 and not exchange.wire_bytes:
        return await _attempt(lane, target, request, limits, run_started)
    return exchange


async def _attempt(
    lane: Lane,
    target: Target,
    request: Request,
    limits: Limits,
    run_started: float,
) -> Exchange:
    url, headers, content = target.fill(request)
    sent_at = time.monotonic()
    intake = _Intake(limits.largest_body, sent_at)
    answer: Answer | None = None
    failure: Failure | None = None
    try:
        async with asyncio.timeout(limits.timeout):
            answer = await lane.send(request.method, url, headers, content)
            codings = (v for n, v in answer.headers if n == "content-encoding")
            encoding = ", ".join(codings).strip().lower()
            intake = _Intake(limits.largest_body, sent_at, encoding)
            try:
                await _receive(answer, intake, request)
            finally:
                await answer.close()
    except TimeoutError:
        failure = Failure(Trouble.TIMEOUT, f"no end within {limits.timeout:g} s")
    except Broken as broken:
        failure = broken.failure
    except OSError as error:
        failure = Failure(Trouble.CUT, str(error) or type(error).__name__)
    elapsed = time.monotonic() - sent_at
    return Exchange(
        request,
        answer.status if answer else 0,
        _masked(answer, target) if answer else (),
        target.mask(bytes(intake.body)),
        tuple(intake.chunks),
        sent_at - run_started,
        elapsed,
        failure or intake.failure,
        intake.wire_bytes,
        answer.version if answer else "",
        origin=target.origin,
    )


def _masked(answer: Answer, target: Target) -> tuple[tuple[str, str], ...]:
    return tuple((name, target.mask_text(value)) for name, value in answer.headers)
