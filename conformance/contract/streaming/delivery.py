"""Streaming: when an answer is a stream, how it arrives, and what a hang-up leaves."""

from typing import Final

from conformance.contract.events.stream.framing import abandoned
from conformance.contract.probes import basic
from conformance.contract.streaming import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import Finding, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import (
    EVERY_2XX,
    EVERY_ANSWERED_REQUEST,
    EVERY_STREAM,
    Observation,
    only,
)
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS, WHATWG_SSE

STREAM_MEMBER: Final = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/stream"
)

MEDIA_TYPE = must(
    "streaming.media-type-is-event-stream",
    "A stream has the media type text/event-stream.",
    source=f"{WHATWG_SSE}, section 9.2.5",
    needs=Capability.STREAMING,
    cause="the gateway passes the body on without its content-type header",
    covers=("HD-05",),
)


@check(MEDIA_TYPE, on=EVERY_STREAM, exercised_by=basic.streamed_text)
def media_type_is_event_stream(exchange: Exchange) -> Findings:
    """Judge the media type alone; its parameters, such as charset, are free."""
    if exchange.media_type != SSE_TYPE:
        got = quote(exchange.header("content-type") or "none")
        yield exchange.finding("header content-type", SSE_TYPE, got)


EVERY_STREAM_ASKED = only(
    EVERY_ANSWERED_REQUEST, "every answer to stream true", lambda x: x.request.streamed
)

TRUE_STREAMS = must(
    "streaming.stream-true-returns-a-stream",
    "A request with stream true is answered by a stream.",
    source=STREAM_MEMBER,
    needs=Capability.STREAMING,
    cause="the flag is lost on the way to the upstream",
    covers=("ST-08", "HD-05"),
)


@check(TRUE_STREAMS, on=EVERY_STREAM_ASKED, exercised_by=basic.streamed_text)
def stream_true_returns_a_stream(exchange: Exchange) -> Findings:
    """Judge answers; a server that cannot stream should refuse, and say so."""
    if exchange.kind is not ResponseKind.STREAM:
        yield exchange.finding("", "a stream of events", "one JSON object")


def _asks_for_json(exchange: Exchange) -> bool:
    """Say whether a request is an object whose stream is false, null or absent."""
    body, accept = exchange.request.json, exchange.request.all_headers.get("accept", "")
    if not isinstance(body, dict) or SSE_TYPE in accept:
        return False
    return body.get("stream") is None or body["stream"] is False


UNASKED = must(
    "streaming.no-stream-unless-requested",
    "A request without stream true is not answered by a stream.",
    source=STREAM_MEMBER,
    cause="the gateway streams from its upstream, and does not put the answer together",
    covers=("ST-08",),
)


@check(
    UNASKED,
    on=only(EVERY_2XX, "every success without stream true", _asks_for_json),
    exercised_by=(basic.text, probes.json_and_stream),
)
def no_stream_unless_requested(exchange: Exchange) -> Findings:
    """Judge successes to requests whose stream is absent, null or false."""
    if exchange.kind is ResponseKind.RESPONSE:
        return
    told = any(event.type for event in exchange.events)
    if exchange.media_type != SSE_TYPE and not told:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield exchange.finding("", "one JSON object", f"a stream: {exchange.summary}")


FALSE_SERVED = must(
    "streaming.stream-false-is-accepted",
    "A request with stream false is served.",
    source=STREAM_MEMBER,
    needs=Capability.STREAMING,
    cause="the upstream can do nothing but stream",
    covers=("ST-08",),
)

Twins = tuple[Exchange, Exchange]


@check(FALSE_SERVED, on=probes.json_and_stream)
def stream_false_is_accepted(twins: Twins) -> Findings:
    """Judge a refusal; a breakdown is judged elsewhere."""
    plain = twins[0]
    if plain.kind is ResponseKind.CLIENT_ERROR:
        yield plain.finding("status", "an answer", plain.summary)
    elif not plain.has_response:
        raise Inconclusive(f"{plain.id}: {plain.summary}")


MANY: Final = 20
"""Deltas from which an answer counts as long."""

PATIENCE_S: Final = 1.0
"""Seconds of waiting below which nobody misses the first words."""

BURST_S: Final = 0.1
BURST_SHARE: Final = 0.05
"""A stream that takes no more than both, of seconds and of the wait, is a burst."""

GRADUAL = should(
    "streaming.long-response-is-not-buffered",
    "A long answer arrives while it is made.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a proxy or a filter gathers the whole stream before it lets it go",
    covers=("SE-30", "HD-01"),
)


def _pace(exchange: Exchange) -> Observation | None:
    """Note wait and length in seconds of a stream of many deltas."""
    events = exchange.events
    deltas = sum(event.type.endswith(".delta") for event in events)
    if deltas < MANY or abandoned(exchange):
        return None
    return Observation((events[0].at, events[-1].at), exchange.id, f"{deltas} deltas")


@check(GRADUAL, on=EVERY_STREAM.collecting(_pace), exercised_by=probes.long_stream)
def long_response_is_not_buffered(notes: list[Observation]) -> Findings:
    """Compare the wait for the first event with the time from it to the last.

    An answer that is whole within a second is passed, and so is a server that let
    one long answer of several arrive in pieces: a fast model may end in a burst.
    """
    slow = [note for note in notes if note.value[1] >= PATIENCE_S]
    bursts = [note for note in slow if _is_burst(*note.value)]
    if slow and len(bursts) == len(slow):
        for note in bursts:
            first, last = note.value
            got = f"all between {first:.3f} s and {last:.3f} s"
            wanted = "events while the answer is made"
            yield Finding(note.pointer, wanted, got, note.exchange)


def _is_burst(first: float, last: float) -> bool:
    return last - first <= min(BURST_S, BURST_SHARE * last)
