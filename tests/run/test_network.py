"""A connection is used again where that is safe, and reaches whatever httpx reached."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from conformance.core.exchange import Exchange, Trouble
from conformance.core.request import Request
from conformance.run import network
from conformance.run.address import Address
from conformance.run.settings import Limits
from conformance.run.target import Target
from conformance.run.wire import Lane, send
from tests.run.raw import RawServer, http

CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""Signed by itself for localhost, 127.0.0.1 and ::1; its key is in it."""

ASK = Request.of({"model": "m", "input": "hi"})
LIMITS = Limits(timeout=5)
KEY = "sk-0123456789abcdefghijklmnopqrstuv"
OK = http(b'{"id": 1}')
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the proxies of this machine out."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def context() -> ssl.SSLContext:
    """Return what trusts the certificate alone."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


async def request_of(reader: asyncio.StreamReader) -> bytes:
    """Read one whole request whose length is told; empty at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


class Keeping:
    """A server that keeps connections alive, and counts them.

    ``after`` is what it sends behind each answer, unasked.
    """

    def __init__(self, after: bytes = b"") -> None:
        self.after = after
        self.connections = 0
        self.requests: list[bytes] = []

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer whatever comes on one connection."""
        self.connections += 1
        try:
            while asked := await request_of(reader):
                self.requests.append(asked)
                writer.write(OK)
                await writer.drain()
                if self.after:
                    writer.write(self.after)
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(
    serve: Serve, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve while the block lasts, and tell the URL."""
    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    name = f"[{host}]" if ":" in host else host
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://{name}:{port}"
    finally:
        server.close()
        await server.wait_closed()


async def several(
    lane: Lane, url: str, number: int, between: Callable[[], None] = lambda: None
) -> list[Exchange]:
    """Send one request after another on a lane."""
    came = []
    for _ in range(number):
        came.append(await send(lane, Target(url, KEY), ASK, LIMITS, time.monotonic()))
        await asyncio.sleep(0.05)
        between()
    return came


def test_a_connection_is_used_again() -> None:
    """One connection serves one request after another."""
    keeping = Keeping()

    async def run() -> list[Exchange]:
        async with listening(keeping.serve) as url, Lane(LIMITS) as lane:
            return await several(lane, url, 3)

    assert [x.status for x in asyncio.run(run())] == [200, 200, 200]
    assert keeping.connections == 1


def test_bytes_that_nobody_asked_for_are_no_answer() -> None:
    """What a server sends behind an answer is not taken for the next one."""
    keeping = Keeping(after=http(b'{"id": "stray"}'))

    async def run() -> list[Exchange]:
        async with listening(keeping.serve) as url, Lane(LIMITS) as lane:
            return await several(lane, url, 3)

    assert [x.json.value for x in asyncio.run(run())] == [{"id": 1}] * 3
    assert keeping.connections == 3


def test_a_connection_that_idled_is_not_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Servers close what idles; we are there first."""
    monkeypatch.setattr(network, "IDLE", 0.0)
    keeping = Keeping()

    async def run() -> list[Exchange]:
        async with listening(keeping.serve) as url, Lane(LIMITS) as lane:
            return await several(lane, url, 2)

    assert [x.status for x in asyncio.run(run())] == [200, 200]
    assert keeping.connections == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_tls_is_spoken_with_whom_we_trust(host: str) -> None:
    """The certificate is verified, for names and both kinds of addresses."""
    keeping = Keeping()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(CERTIFICATE)

    async def run() -> list[Exchange]:
        async with (
            listening(keeping.serve, host, served) as url,
            Lane(LIMITS, context) as lane,
        ):
            return await several(lane, url, 2)

    assert [x.status for x in asyncio.run(run())] == [200, 200]
    assert keeping.connections == 1


def test_a_certificate_of_a_stranger_is_no_connection() -> None:
    """Nothing is sent to a server that may be somebody else."""
    keeping = Keeping()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    served.load_cert_chain(CERTIFICATE)

    async def run() -> list[Exchange]:
        async with (
            listening(keeping.serve, tls=served) as url,
            Lane(LIMITS) as lane,
        ):
            return await several(lane, url, 1)

    (exchange,) = asyncio.run(run())
    assert exchange.failure
    assert exchange.failure.trouble is Trouble.CONNECT
    assert "certificate" in exchange.failure.detail
    assert keeping.requests == []


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes to the proxy, with the whole URL in its first line."""
    with RawServer(lambda _: [OK]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)

        async def run() -> list[Exchange]:
            async with Lane(LIMITS) as lane:
                return await several(lane, "http://gateway.invalid", 1)

        (exchange,) = asyncio.run(run())

    assert exchange.json.value == {"id": 1}
    assert proxy.requests[0].startswith(b"POST http://gateway.invalid/v1/responses ")


def test_a_proxy_is_left_out_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``NO_PROXY`` names the host of the target."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with RawServer(lambda _: [OK]) as server:

        async def run() -> list[Exchange]:
            async with Lane(LIMITS) as lane:
                return await several(lane, server.url, 1)

        (exchange,) = asyncio.run(run())

    assert exchange.status == 200
    assert server.requests[0].startswith(b"POST /v1/responses ")


@pytest.mark.parametrize("proxied", [False, True])
def test_a_body_cut_short_is_a_cut_on_either_way(
    monkeypatch: pytest.MonkeyPatch, *, proxied: bool
) -> None:
    """Both ways tell the same trouble, and keep what came."""
    with RawServer(lambda _: [http(b'{"id"', "content-length: 99")]) as server:
        if proxied:
            monkeypatch.setenv("HTTP_PROXY", server.url)
        url = "http://gateway.invalid" if proxied else server.url

        async def run() -> list[Exchange]:
            async with Lane(LIMITS) as lane:
                return await several(lane, url, 1)

        (exchange,) = asyncio.run(run())

    assert exchange.failure
    assert exchange.failure.trouble is Trouble.CUT
    assert exchange.body == b'{"id"'


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:3000/v1/responses",
        "http://host/v1/responses",
        "http://host:80/v1/responses?a=b&c=%20d",
        "https://host:443/a%2Fb/v1/responses?key=a b+c/d==",
        "https://[::1]:8443/v1/responses?key=ä",
        "https://bücher.example/v1/responses",
        "http://host/v1/<resp>/{x}?q=<1>",
    ],
)
def test_an_address_is_what_httpx_makes_of_it(url: str) -> None:
    """Host, port, Host header and path are those of a client known to be good."""
    known, ours = httpx.URL(url), Address.of(url)

    assert ours.host == known.raw_host.decode()
    assert ours.port == (known.port or (443 if ours.secure else 80))
    assert ours.name == known.netloc.decode()
    assert ours.path == known.raw_path.decode()
