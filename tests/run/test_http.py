"""Sending one request: every response, however broken, becomes an exchange."""

import asyncio
import gzip
import json
import time
from collections.abc import Iterable, Iterator

from conformance.model.exchange import Exchange, FailureKind, ResponseKind
from conformance.model.request import KEY, Request
from conformance.model.settings import Limits
from conformance.run.http import Connection, send
from conformance.run.target import Target
from tests.run.raw import RawServer, http

REQUEST = Request.of({"model": "m", "input": "hi"})
SHORT = Limits(timeout=0.6, max_body_bytes=10_000)
SECRET = "sk-0123456789abcdefghijklmnopqrstuv"  # noqa: S105 -- made up


def exchange_with(
    url: str, request: Request = REQUEST, limits: Limits = SHORT
) -> Exchange:
    """Send one request to a server and return the exchange."""

    async def once() -> Exchange:
        async with Connection() as connection:
            target = Target(url, SECRET)
            return await send(connection, target, request, limits, time.monotonic())

    return asyncio.run(once())


def failure_kind(exchange: Exchange) -> FailureKind | None:
    """Return the kind of the failure that ended the exchange early, if any."""
    return exchange.failure.kind if exchange.failure else None


def test_complete_response_is_recorded() -> None:
    """Status, headers, body and the size of the body are as they were sent."""
    with RawServer(lambda _: [http(b'{"id": 1}', "x-a: 1", "X-A: 2")]) as server:
        exchange = exchange_with(server.url)

    assert (exchange.status, exchange.body, exchange.wire_bytes) == (
        200,
        b'{"id": 1}',
        9,
    )
    assert [v for n, v in exchange.headers if n == "x-a"] == ["1", "2"]
    assert exchange.chunks[-1][1] == 9
    assert exchange.failure is None


def test_slow_body_ends_at_the_total_timeout() -> None:
    """A byte from time to time does not restart the timeout."""

    def slow(_request: bytes) -> Iterator[bytes]:
        yield http(b"", "content-length: 1000")
        while not server.stopped:
            yield b"x"
            server.pause(0.05)

    with RawServer(slow) as server:
        exchange = exchange_with(server.url)

    assert failure_kind(exchange) is FailureKind.TIMEOUT
    assert exchange.status == 200
    assert exchange.body.startswith(b"x")


def test_missing_response_ends_at_the_timeout() -> None:
    """The kind of the exchange is ``NO_RESPONSE``."""

    def no_response(_request: bytes) -> Iterator[bytes]:
        server.pause(5)
        yield b""

    with RawServer(no_response) as server:
        exchange = exchange_with(server.url)

    assert failure_kind(exchange) is FailureKind.TIMEOUT
    assert exchange.kind is ResponseKind.NO_RESPONSE


def test_endless_stream_ends_at_the_size_limit() -> None:
    """The limit is in bytes, whatever the framing."""

    def endless(_request: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        while not server.stopped:
            yield b'data: {"type": "x"}\n\n' * 50

    with RawServer(endless) as server:
        exchange = exchange_with(
            server.url, limits=Limits(timeout=20, max_body_bytes=9_999)
        )

    assert failure_kind(exchange) is FailureKind.TOO_LARGE
    assert len(exchange.body) == 9_999


def test_gzip_bomb_ends_at_the_size_limit() -> None:
    """The limit counts bytes after decompression."""
    bomb = gzip.compress(b"0" * 10_000_000)
    with RawServer(lambda _: [http(bomb, "content-encoding: gzip")]) as server:
        exchange = exchange_with(
            server.url, limits=Limits(timeout=20, max_body_bytes=9_999)
        )

    assert failure_kind(exchange) is FailureKind.TOO_LARGE
    assert len(exchange.body) == 9_999


def test_gzip_body_is_decompressed() -> None:
    """``wire_bytes`` counts bytes before decompression."""
    compressed = gzip.compress(b'{"id": "x"}')
    with RawServer(lambda _: [http(compressed, "content-encoding: gzip")]) as server:
        exchange = exchange_with(server.url)

    assert exchange.json.value == {"id": "x"}
    assert exchange.wire_bytes == len(compressed)


def test_plain_body_labeled_gzip_is_an_encoding_failure() -> None:
    """The body does not match its ``content-encoding``."""
    with RawServer(lambda _: [http(b'{"id": 1}', "content-encoding: gzip")]) as server:
        exchange = exchange_with(server.url)

    assert failure_kind(exchange) is FailureKind.ENCODING


def test_body_shorter_than_its_content_length_is_truncated() -> None:
    """The bytes that were received are in the exchange."""
    with RawServer(lambda _: [http(b'{"id"', "content-length: 99")]) as server:
        exchange = exchange_with(server.url)

    assert failure_kind(exchange) is FailureKind.TRUNCATED
    assert exchange.body == b'{"id"'


def test_response_that_is_not_http_does_not_raise() -> None:
    """The exchange has no status, and a failure."""
    with RawServer(lambda _: [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]) as server:
        exchange = exchange_with(server.url)

    assert failure_kind(exchange) in {FailureKind.PROTOCOL, FailureKind.TRUNCATED}
    assert exchange.status == 0


def test_redirect_is_not_followed() -> None:
    """A key is sent only to the origin of the target."""
    with RawServer(lambda _: [http(b"{}")]) as elsewhere:
        location = f"location: {elsewhere.url}/"
        redirect = http(b"", location, status="307 Temporary Redirect")
        with RawServer(lambda _: [redirect]) as server:
            exchange = exchange_with(server.url)

        assert exchange.status == 307
        assert elsewhere.requests == []


def test_key_is_sent_but_not_in_the_exchange() -> None:
    """A key that the server returns is redacted in body and headers."""

    def echo(request: bytes) -> Iterable[bytes]:
        body = json.dumps({"error": {"message": request.decode()}}).encode()
        return [http(body, f"x-echo: {SECRET}", status="401 Unauthorized")]

    with RawServer(echo) as server:
        exchange = exchange_with(server.url)

    assert f"Bearer {SECRET}".encode() in server.requests[0]
    assert SECRET not in repr(exchange)
    assert b"[conformance: the key was here]" in exchange.body
    assert exchange.header("x-echo") == "[conformance: the key was here]"


def test_key_placeholders_in_path_and_body_are_replaced() -> None:
    """The exchange contains the placeholder, not the key."""
    request = Request(
        f'{{"api_key": "{KEY}"}}'.encode(),
        path=f"/v1/responses?key={KEY}",
        headers={"authorization": None},
        has_key_placeholder=True,
    )
    with RawServer(lambda _: [http(b"{}")]) as server:
        exchange = exchange_with(server.url, request)

    assert f"?key={SECRET} ".encode() in server.requests[0]
    assert b"authorization" not in server.requests[0].lower()
    assert SECRET not in repr(exchange)


def test_disconnect_after_a_number_of_events() -> None:
    """The rest of the stream is not read, and that is not a failure."""

    def many_events(_request: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        for number in range(1000):
            yield b'data: {"type": "%d"}\n\n' % number
            server.pause(0.02)

    request = Request.of({"model": "m", "stream": True}, disconnect_after=2)
    with RawServer(many_events) as server:
        exchange = exchange_with(server.url, request, Limits(timeout=20))

    assert exchange.failure is None
    assert 2 <= len(exchange.events) < 1000


def test_request_on_a_closed_connection_is_sent_once_more() -> None:
    """A server may close an idle connection at any time."""
    received = []

    def closed_at_first(request: bytes) -> Iterable[bytes]:
        received.append(request)
        return [] if len(received) == 1 else [http(b'{"id": 1}')]

    with RawServer(closed_at_first) as server:
        exchange = exchange_with(server.url)

    assert exchange.status == 200
    assert len(received) == 2


def test_rejection_before_the_end_of_a_large_body_is_read() -> None:
    """A proxy with a limit sends 413 and closes the connection at once."""
    body = b'{"error": {"message": "too large"}}'
    rejection = http(body, status="413 Content Too Large")
    with RawServer(lambda _: [rejection], max_body=1000) as server:
        exchange = exchange_with(server.url, Request.of({"input": "x" * 8_000_000}))

    assert exchange.status == 413
    assert exchange.body.startswith(b'{"error"')


def test_request_that_cannot_be_sent_has_its_own_kind_of_failure() -> None:
    """The server never received it, so the server did not fail."""
    request = Request.of({"model": "m"}, headers={"x-odd": "a\nb"})
    with RawServer(lambda _: [http(b"{}")]) as server:
        exchange = exchange_with(server.url, request)

    assert failure_kind(exchange) is FailureKind.UNSENT
    assert exchange.kind is ResponseKind.NO_RESPONSE
