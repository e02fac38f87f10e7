"""Whatever a server sends, an exchange ends in time and is evidence."""

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

ASK = Request.of({"model": "m", "input": "hi"})
SHORT = Limits(timeout=0.6, largest_body=10_000)
SECRET = "sk-0123456789abcdefghijklmnopqrstuv"  # noqa: S105 -- made up


def exchanged(url: str, request: Request = ASK, limits: Limits = SHORT) -> Exchange:
    """Send one request to a server and return what came."""

    async def once() -> Exchange:
        async with Connection() as lane:
            target = Target(url, SECRET)
            return await send(lane, target, request, limits, time.monotonic())

    return asyncio.run(once())


def trouble_of(exchange: Exchange) -> FailureKind | None:
    """Return what ended the exchange early, if anything did."""
    return exchange.failure.kind if exchange.failure else None


def test_a_whole_answer_is_kept_byte_by_byte() -> None:
    """The body is what was sent, with its length and the arrival of its end."""
    with RawServer(lambda _: [http(b'{"id": 1}', "x-a: 1", "X-A: 2")]) as server:
        exchange = exchanged(server.url)

    assert (exchange.status, exchange.body, exchange.wire_bytes) == (
        200,
        b'{"id": 1}',
        9,
    )
    assert [v for n, v in exchange.headers if n == "x-a"] == ["1", "2"]
    assert exchange.chunks[-1][1] == 9
    assert exchange.failure is None


def test_a_body_that_dribbles_ends_at_the_total_deadline() -> None:
    """A byte now and then resets no clock."""

    def dribble(_head: bytes) -> Iterator[bytes]:
        yield http(b"", "content-length: 1000")
        while not server.ended:
            yield b"x"
            server.pause(0.05)

    with RawServer(dribble) as server:
        exchange = exchanged(server.url)

    assert trouble_of(exchange) is FailureKind.TIMEOUT
    assert exchange.status == 200
    assert exchange.body.startswith(b"x")


def test_silence_ends_at_the_deadline() -> None:
    """No answer is no answer, and says so."""

    def silence(_head: bytes) -> Iterator[bytes]:
        server.pause(5)
        yield b""

    with RawServer(silence) as server:
        exchange = exchanged(server.url)

    assert trouble_of(exchange) is FailureKind.TIMEOUT
    assert exchange.kind is ResponseKind.NO_RESPONSE


def test_an_endless_stream_ends_at_the_cap() -> None:
    """The cap counts bytes, whatever the framing."""

    def endless(_head: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        while not server.ended:
            yield b'data: {"type": "x"}\n\n' * 50

    with RawServer(endless) as server:
        exchange = exchanged(server.url, limits=Limits(timeout=20, largest_body=9_999))

    assert trouble_of(exchange) is FailureKind.TOO_LARGE
    assert len(exchange.body) == 9_999


def test_a_gzip_bomb_is_not_unpacked() -> None:
    """A megabyte of zeros in a kilobyte stops at the cap."""
    bomb = gzip.compress(b"0" * 10_000_000)
    with RawServer(lambda _: [http(bomb, "content-encoding: gzip")]) as server:
        exchange = exchanged(server.url, limits=Limits(timeout=20, largest_body=9_999))

    assert trouble_of(exchange) is FailureKind.TOO_LARGE
    assert len(exchange.body) == 9_999


def test_gzip_is_unpacked() -> None:
    """The body is the text, and the wire bytes are what crossed."""
    packed = gzip.compress(b'{"id": "x"}')
    with RawServer(lambda _: [http(packed, "content-encoding: gzip")]) as server:
        exchange = exchanged(server.url)

    assert exchange.json.value == {"id": "x"}
    assert exchange.wire_bytes == len(packed)


def test_plain_bytes_called_gzip_are_a_failure_of_encoding() -> None:
    """The label is not believed."""
    with RawServer(lambda _: [http(b'{"id": 1}', "content-encoding: gzip")]) as server:
        exchange = exchanged(server.url)

    assert trouble_of(exchange) is FailureKind.ENCODING


def test_a_body_cut_short_is_noticed() -> None:
    """Fewer bytes than promised are a cut, and what came is kept."""
    with RawServer(lambda _: [http(b'{"id"', "content-length: 99")]) as server:
        exchange = exchanged(server.url)

    assert trouble_of(exchange) is FailureKind.TRUNCATED
    assert exchange.body == b'{"id"'


def test_what_is_not_http_is_evidence_too() -> None:
    """Garbage in place of a status line raises nothing."""
    with RawServer(lambda _: [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]) as server:
        exchange = exchanged(server.url)

    assert trouble_of(exchange) in {FailureKind.PROTOCOL, FailureKind.TRUNCATED}
    assert exchange.status == 0


def test_a_redirect_is_not_followed() -> None:
    """The key goes to the target's own origin and nowhere else."""
    with RawServer(lambda _: [http(b"{}")]) as elsewhere:
        away = http(b"", f"location: {elsewhere.url}/", status="307 Temporary Redirect")
        with RawServer(lambda _: [away]) as server:
            exchange = exchanged(server.url)

        assert exchange.status == 307
        assert elsewhere.requests == []


def test_a_key_is_sent_and_never_kept() -> None:
    """It stands in the header on the wire, and nowhere in the exchange."""

    def repeat(head: bytes) -> Iterable[bytes]:
        said = json.dumps({"error": {"message": head.decode()}}).encode()
        return [http(said, f"x-echo: {SECRET}", status="401 Unauthorized")]

    with RawServer(repeat) as server:
        exchange = exchanged(server.url)

    assert f"Bearer {SECRET}".encode() in server.requests[0]
    assert SECRET not in repr(exchange)
    assert b"[conformance: the key was here]" in exchange.body
    assert exchange.header("x-echo") == "[conformance: the key was here]"


def test_a_key_has_its_place_in_path_and_body() -> None:
    """A keyed request carries it there; its record carries the place."""
    request = Request(
        f'{{"api_key": "{KEY}"}}'.encode(),
        path=f"/v1/responses?key={KEY}",
        headers={"authorization": None},
        has_key_placeholder=True,
    )
    with RawServer(lambda _: [http(b"{}")]) as server:
        exchange = exchanged(server.url, request)

    assert f"?key={SECRET} ".encode() in server.requests[0]
    assert b"authorization" not in server.requests[0].lower()
    assert SECRET not in repr(exchange)


def test_hanging_up_ends_after_so_many_events() -> None:
    """The rest of the stream is not waited for."""

    def tick(_head: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
        for number in range(1000):
            yield b'data: {"type": "%d"}\n\n' % number
            server.pause(0.02)

    request = Request.of({"model": "m", "stream": True}, disconnect_after=2)
    with RawServer(tick) as server:
        exchange = exchanged(server.url, request, Limits(timeout=20))

    assert exchange.failure is None
    assert 2 <= len(exchange.events) < 1000


def test_a_closed_idle_connection_is_tried_once_more() -> None:
    """A server may close what it keeps alive at any time; nobody is blamed."""
    seen = []

    def once_mute(head: bytes) -> Iterable[bytes]:
        seen.append(head)
        return [] if len(seen) == 1 else [http(b'{"id": 1}')]

    with RawServer(once_mute) as server:
        exchange = exchanged(server.url)

    assert exchange.status == 200
    assert len(seen) == 2


def test_a_refusal_before_the_end_of_the_body_is_read() -> None:
    """A proxy with a limit says 413, and closes the connection on what still comes."""
    said = http(b'{"error": {"message": "too large"}}', status="413 Content Too Large")
    with RawServer(lambda _: [said], most=1000) as server:
        exchange = exchanged(server.url, Request.of({"input": "x" * 8_000_000}))

    assert exchange.status == 413
    assert exchange.body.startswith(b'{"error"')


def test_what_http_cannot_carry_is_our_own_trouble() -> None:
    """The server never saw it, and is not blamed."""
    request = Request.of({"model": "m"}, headers={"x-odd": "a\nb"})
    with RawServer(lambda _: [http(b"{}")]) as server:
        exchange = exchanged(server.url, request)

    assert trouble_of(exchange) is FailureKind.UNSENT
    assert exchange.kind is ResponseKind.NO_RESPONSE
