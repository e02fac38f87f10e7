"""Requirements about when a response is a stream, and how the stream arrives."""

from typing import Final

from conformance.contract.events.stream.framing import is_abandoned
from conformance.contract.probes import basic
from conformance.contract.streaming import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import Finding, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import (
    EVERY_2XX,
    EVERY_OBJECT_OR_STREAM,
    EVERY_STREAM,
    Observation,
    only,
)
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS, WHATWG_SSE

STREAM_FIELD: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/stream"

MEDIA_TYPE = must(
    "streaming.media-type-is-event-stream",
    "A stream has the media type `text/event-stream`.",
    source=f"{WHATWG_SSE}, section 9.2.5",
    needs=Capability.STREAMING,
    cause="the gateway forwards the body without its `content-type` header",
    covers=("HD-05",),
)


@check(MEDIA_TYPE, on=EVERY_STREAM, exercised_by=basic.streamed_text)
def media_type_is_event_stream(exchange: Exchange) -> Findings:
    """Check the media type in the ``content-type`` header.

    Does not check its parameters, such as ``charset``.
    """
    if exchange.media_type != SSE_TYPE:
        value = exchange.header("content-type")
        got = quote(value) if value else "missing"
        yield exchange.finding("header content-type", SSE_TYPE, got)


EVERY_STREAMING_REQUEST = only(
    EVERY_OBJECT_OR_STREAM,
    "every response to a request with `stream: true`",
    lambda exchange: exchange.request.streamed,
)

STREAM_TRUE = must(
    "streaming.stream-true-returns-a-stream",
    "A request with `stream: true` is answered with an event stream.",
    source=STREAM_FIELD,
    needs=Capability.STREAMING,
    cause="the gateway does not pass `stream` to the upstream",
    covers=("ST-08", "HD-05"),
)


@check(STREAM_TRUE, on=EVERY_STREAMING_REQUEST, exercised_by=basic.streamed_text)
def stream_true_returns_a_stream(exchange: Exchange) -> Findings:
    """Check each successful response to a request with ``stream: true``.

    Does not check errors: a server that cannot stream should reject the request.
    """
    if exchange.kind is not ResponseKind.STREAM:
        yield exchange.finding("", "an event stream", "one JSON object")


def _expects_json(exchange: Exchange) -> bool:
    """Return whether the request has ``stream`` false, ``null`` or missing.

    Return false if the body is not an object, or if the ``accept`` header contains
    ``text/event-stream``: both leave it unclear whether the client expects JSON.
    """
    body, accept = exchange.request.json, exchange.request.all_headers.get("accept", "")
    if not isinstance(body, dict) or SSE_TYPE in accept:
        return False
    return body.get("stream") is None or body["stream"] is False


NO_STREAM = must(
    "streaming.no-stream-unless-requested",
    "A request without `stream: true` is not answered with an event stream.",
    source=STREAM_FIELD,
    cause="the gateway streams from its upstream and does not assemble the response",
    covers=("ST-08",),
)


@check(
    NO_STREAM,
    on=only(EVERY_2XX, "every 2xx response without `stream: true`", _expects_json),
    exercised_by=(basic.text, probes.json_and_stream),
)
def no_stream_unless_requested(exchange: Exchange) -> Findings:
    """Check 2xx responses to requests with ``stream`` false, ``null`` or missing.

    Does not check other values of ``stream``, nor requests whose ``accept`` header
    contains ``text/event-stream``.
    """
    if exchange.kind is ResponseKind.RESPONSE:
        return
    has_events = any(event.type for event in exchange.events)
    if exchange.media_type != SSE_TYPE and not has_events:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    got = f"an event stream: {exchange.summary}"
    yield exchange.finding("", "one JSON object", got)


STREAM_FALSE = must(
    "streaming.stream-false-is-accepted",
    "A request with `stream: false` is accepted.",
    source=STREAM_FIELD,
    needs=Capability.STREAMING,
    cause="the upstream supports only streaming",
    covers=("ST-08",),
)

JsonAndStream = tuple[Exchange, Exchange]
"""The exchanges of the probe ``json-and-stream``: JSON response, then stream."""


@check(STREAM_FALSE, on=probes.json_and_stream)
def stream_false_is_accepted(exchanges: JsonAndStream) -> Findings:
    """Check that the request with ``stream: false`` is not rejected with a 4xx.

    Does not check server errors and missing responses: they are inconclusive here.
    """
    json_exchange, _ = exchanges
    if json_exchange.kind is ResponseKind.CLIENT_ERROR:
        yield json_exchange.finding("status", "a 2xx status", json_exchange.summary)
    elif not json_exchange.has_response:
        raise Inconclusive(f"{json_exchange.id}: {json_exchange.summary}")


MIN_DELTAS: Final = 20
"""Minimum number of deltas in a stream that counts as long."""

MIN_DURATION_S: Final = 1.0
"""Minimum time in seconds from the request to the last event of a checked stream.

A stream that is complete earlier may arrive all at once."""

MAX_BURST_S: Final = 0.1
"""Maximum time in seconds between the first and the last event of a burst."""

MAX_BURST_SHARE: Final = 0.05
"""The same maximum as a share of the time from the request to the last event.

A stream is a burst if it is within both limits."""

NOT_BUFFERED = should(
    "streaming.long-response-is-not-buffered",
    "A long streamed response arrives while it is generated.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a proxy or a filter buffers the complete stream before it forwards it",
    covers=("SE-30", "HD-01"),
)


def _arrival_times(exchange: Exchange) -> Observation | None:
    """Return when the first and the last event of a long stream arrived.

    Both times are in seconds after the request. Return ``None`` for a stream with fewer
    than ``MIN_DELTAS`` deltas, or one that the client ended.
    """
    events = exchange.events
    deltas = sum(event.type.endswith(".delta") for event in events)
    if deltas < MIN_DELTAS or is_abandoned(exchange):
        return None
    return Observation((events[0].at, events[-1].at), exchange.id, f"{deltas} deltas")


@check(
    NOT_BUFFERED,
    on=EVERY_STREAM.collecting(_arrival_times),
    exercised_by=probes.long_stream,
)
def long_response_is_not_buffered(observations: list[Observation]) -> Findings:
    """Compare the wait for the first event with the time between first and last event.

    Does not check streams that are complete within one second. Passes if at least one
    long stream of the run arrived gradually: a fast model may cause the other bursts.
    """
    slow = [each for each in observations if each.value[1] >= MIN_DURATION_S]
    bursts = [each for each in slow if _is_burst(*each.value)]
    if slow and len(bursts) == len(slow):
        for observation in bursts:
            first, last = observation.value
            expected = "events spread over the time of generation"
            got = f"all events between {first:.3f} s and {last:.3f} s"
            yield Finding(observation.pointer, expected, got, observation.exchange)


def _is_burst(first: float, last: float) -> bool:
    """Return whether all events arrived at about the same time.

    ``first`` and ``last`` are arrival times in seconds after the request.
    """
    return last - first <= min(MAX_BURST_S, MAX_BURST_SHARE * last)
