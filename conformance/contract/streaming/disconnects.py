"""Streaming: refusals, proxies, the end of a stream, and clients that leave early."""

from typing import Final

from conformance.contract.events.stream.framing import abandoned
from conformance.contract.probes import basic
from conformance.contract.streaming import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import (
    SSE_TYPE,
    Exchange,
    FailureKind,
    Inconclusive,
    RejectedRequest,
    ResponseKind,
)
from conformance.model.node import Finding, quote
from conformance.model.requirement import Capability, may, must, should
from conformance.model.scope import EVERY_STREAM, Observation, only
from conformance.model.sources import OPEN_RESPONSES, REPORTED_BUGS

SEVERAL: Final = 3
"""Streams that all fail, from which on it is no bad luck."""

PLAIN_REFUSAL = should(
    "streaming.refused-request-gets-a-4xx",
    "A request that is refused at once gets a 4xx, stream true or not.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the stream is opened before the request is looked at",
    covers=("HD-05", "ER-01"),
)


@check(PLAIN_REFUSAL, on=probes.refused_streams)
def refused_request_gets_a_4xx(refused: tuple[Exchange, ...]) -> Findings:
    """Judge successes that tell an error in events; answering is judged elsewhere."""
    judged = 0
    for exchange in refused:
        failed = exchange.status == 200 and _tells_an_error(exchange)
        judged += failed or exchange.kind is ResponseKind.CLIENT_ERROR
        if failed:
            yield exchange.finding("status", "a 4xx", exchange.summary)
    if not judged:
        raise Inconclusive("none of the requests was refused")


def _tells_an_error(exchange: Exchange) -> bool:
    """Say whether a stream holds an error, or a failed response, and no answer."""
    types = {event.type for event in exchange.events}
    untyped = exchange.media_type == SSE_TYPE and b'"error"' in exchange.body
    failed = not types.isdisjoint({"error", "response.failed"})
    return failed or (untyped and not any(types))


UNBUFFERED = may(
    "streaming.disables-proxy-buffering",
    "A stream asks proxies not to gather or change it.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the headers were not needed where the gateway was developed",
    covers=("HD-01",),
)


@check(UNBUFFERED, on=EVERY_STREAM, exercised_by=basic.streamed_text)
def disables_proxy_buffering(exchange: Exchange) -> Findings:
    """Look for X-Accel-Buffering: no, or Cache-Control: no-cache or no-transform."""
    buffering = exchange.header("x-accel-buffering") or ""
    control = (exchange.header("cache-control") or "").lower()
    asked = "no-cache" in control or "no-transform" in control
    if buffering.strip().lower() != "no" and not asked:
        wanted = "x-accel-buffering: no, or cache-control: no-cache"
        got = f"cache-control: {control}" if control else "neither"
        yield exchange.finding("headers", wanted, got)


DONE = should(
    "streaming.ends-with-done-marker",
    "A stream is closed by a frame that says [DONE].",
    source=f"{OPEN_RESPONSES}, HTTP responses",
    needs=Capability.STREAMING,
    profiles={"openresponses"},
    cause="the upstream sends none, and the gateway adds none",
)


@check(
    DONE,
    on=only(
        EVERY_STREAM,
        "every stream with an end",
        lambda x: x.terminal is not None and not abandoned(x) and not x.failure,
    ),
    exercised_by=basic.streamed_text,
)
def ends_with_done_marker(exchange: Exchange) -> Findings:
    """Judge streams whose response came to its end; no other document asks for it."""
    last = exchange.frames[-1].data
    if last.strip() != "[DONE]":
        yield exchange.finding("the last event", "[DONE]", quote(last))


Left = tuple[Exchange]

WELL = must(
    "streaming.disconnect-does-not-break-next-request",
    "The request after a stream that was left early is answered.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a worker waits for the client that has gone, or dies of it",
    covers=("CC-05", "US-18"),
)


@check(WELL, on=probes.early_disconnect)
def disconnect_does_not_break_next_request(
    left: Exchange, after: Left, *again: Left
) -> Findings:
    """Judge a closed connection or a 5xx, twice in a row; slowness is no evidence."""
    _was_left(left)
    (following,) = after
    if following.has_response:
        return
    if following.kind is ResponseKind.CLIENT_ERROR:
        raise RejectedRequest(following)
    late = following.failure and following.failure.kind is FailureKind.TIMEOUT
    if late or following.kind is ResponseKind.UNRECOGNIZED:
        raise Inconclusive(f"{following.id}: {following.summary}")
    if not again or again[-1][0].has_response:
        raise Inconclusive(f"{following.id} may have been unlucky: {following.summary}")
    yield following.finding("", "an answer", following.summary)


ANSWERED = must(
    "streaming.not-every-stream-fails",
    "Where JSON answers come, not every stream ends in an error.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the streaming path has an upstream, or a key for it, of its own",
    covers=("SE-38",),
)


def _ending(exchange: Exchange) -> Observation | None:
    """Note whether a stream that went to its end brought an answer."""
    if abandoned(exchange) or exchange.failure:
        return None
    final = exchange.response_or_none
    status = final.get("status") if final is not None else None
    brought = status is not None and status.value in {"completed", "incomplete"}
    if not brought and not _tells_an_error(exchange):
        return None
    return Observation(brought, exchange.id)


@check(ANSWERED, on=EVERY_STREAM.collecting(_ending), exercised_by=basic.streamed_text)
def not_every_stream_fails(notes: list[Observation]) -> Findings:
    """Judge all streams of the run together: a single one may fail by chance."""
    if any(note.value for note in notes):
        return
    if len(notes) < SEVERAL:
        raise Inconclusive(f"{notes[0].exchange} failed, and may have been unlucky")
    got = f"an error in each of {len(notes)} streams"
    yield Finding("", "an answer in one stream at least", got, notes[0].exchange)


NO_REST = must(
    "streaming.disconnect-leaks-no-text",
    "No word of a stream that was left early is in the next answer.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a converter's state outlives the request that filled it",
    covers=("CC-05", "CC-02"),
)


@check(NO_REST, on=probes.early_disconnect)
def disconnect_leaks_no_text(left: Exchange, after: Left, *_again: Left) -> Findings:
    """Look for the made-up word of the stream in the whole body of the next answer."""
    _was_left(left)
    (following,) = after
    if not following.text.strip():
        raise Inconclusive(f"{following.id}: the answer says nothing")
    word = _word_of(left)
    if word.encode() in following.body:
        yield following.finding("the text", f"no {word}", following.summary)


def _was_left(exchange: Exchange) -> None:
    """Raise unless a stream was there to be left."""
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        raise RejectedRequest(exchange)
    if exchange.kind is not ResponseKind.STREAM:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def _word_of(exchange: Exchange) -> str:
    """Return the word that the stream was asked to repeat."""
    asked = exchange.request.field("input")
    return str(asked).rpartition(" ")[2]
