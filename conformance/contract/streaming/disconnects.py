"""Requirements about rejected streams, proxies, failing streams and disconnects."""

from typing import Final

from conformance.contract.events.stream.framing import is_abandoned
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

MIN_FAILED_STREAMS: Final = 3
"""Minimum number of streams, all failed, that count as a defect.

Fewer streams may all fail by coincidence."""

REJECTED_WITH_4XX = should(
    "streaming.refused-request-gets-a-4xx",
    "A rejected streaming request gets a 4xx status, not an error in a 200 stream.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway opens the stream before it validates the request",
    covers=("HD-05", "ER-01"),
)


@check(REJECTED_WITH_4XX, on=probes.refused_streams)
def refused_request_gets_a_4xx(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check for 200 responses whose events contain only an error.

    Does not require that the invalid requests are rejected: the section ``requests``
    does.
    """
    rejected = 0
    for exchange in exchanges:
        is_200_error = exchange.status == 200 and _is_error_stream(exchange)
        rejected += is_200_error or exchange.kind is ResponseKind.CLIENT_ERROR
        if is_200_error:
            yield exchange.finding("status", "a 4xx status", exchange.summary)
    if not rejected:
        raise Inconclusive("no request was rejected")


def _is_error_stream(exchange: Exchange) -> bool:
    """Return whether a stream has an ``error`` or ``response.failed`` event.

    Also true for a stream in which no event has a type and the string ``"error"``
    occurs.
    """
    types = {event.type for event in exchange.events}
    mentions_error = exchange.media_type == SSE_TYPE and b'"error"' in exchange.body
    has_error_event = not types.isdisjoint({"error", "response.failed"})
    return has_error_event or (mentions_error and not any(types))


UNBUFFERED = may(
    "streaming.disables-proxy-buffering",
    "A stream has `X-Accel-Buffering: no`, or a `Cache-Control` with `no-cache` or "
    "`no-transform`.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway was developed without a proxy in front of it",
    covers=("HD-01",),
)


@check(UNBUFFERED, on=EVERY_STREAM, exercised_by=basic.streamed_text)
def disables_proxy_buffering(exchange: Exchange) -> Findings:
    """Check the headers that ask proxies not to buffer or change the stream.

    Does not check whether a proxy buffers the stream:
    ``streaming.long-response-is-not-buffered`` does.
    """
    buffering = exchange.header("x-accel-buffering") or ""
    control = (exchange.header("cache-control") or "").lower()
    has_directive = "no-cache" in control or "no-transform" in control
    if buffering.strip().lower() != "no" and not has_directive:
        expected = "x-accel-buffering: no, or cache-control: no-cache or no-transform"
        got = f"cache-control: {control}" if control else "missing"
        yield exchange.finding("headers", expected, got)


DONE_MARKER = should(
    "streaming.ends-with-done-marker",
    "A stream ends with a frame whose data is `[DONE]`.",
    source=f"{OPEN_RESPONSES}, HTTP responses",
    needs=Capability.STREAMING,
    profiles={"openresponses"},
    cause="the upstream sends no `[DONE]`, and the gateway adds none",
)


@check(
    DONE_MARKER,
    on=only(
        EVERY_STREAM,
        "every stream with a terminal event",
        lambda exchange: (
            exchange.terminal is not None
            and not is_abandoned(exchange)
            and not exchange.failure
        ),
    ),
    exercised_by=basic.streamed_text,
)
def ends_with_done_marker(exchange: Exchange) -> Findings:
    """Check the last frame; only the profile ``openresponses`` requires the marker.

    Does not check streams without a terminal event, nor truncated ones.
    """
    last = exchange.frames[-1].data
    if last.strip() != "[DONE]":
        yield exchange.finding("the last event", "[DONE]", quote(last))


Turn = tuple[Exchange]
"""The exchange of one turn of the probe ``early-disconnect``, as a tuple of one.

Its first turn is a plain exchange instead: the disconnected stream."""

NEXT_REQUEST = must(
    "streaming.disconnect-does-not-break-next-request",
    "The request after a disconnected stream gets a response.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the worker blocks or crashes when the client disconnects",
    covers=("CC-05", "US-18"),
)


@check(NEXT_REQUEST, on=probes.early_disconnect)
def disconnect_does_not_break_next_request(
    stream_exchange: Exchange, following_turn: Turn, *repeated: Turn
) -> Findings:
    """Check for a closed connection or a 5xx after both of two disconnects.

    Inconclusive if only one of the two plain requests fails, or the first times out.
    Does not check whether a response is slow.
    """
    _require_stream(stream_exchange)
    (following,) = following_turn
    if following.has_response:
        return
    if following.kind is ResponseKind.CLIENT_ERROR:
        raise RejectedRequest(following)
    timed_out = following.failure and following.failure.kind is FailureKind.TIMEOUT
    if timed_out or following.kind is ResponseKind.UNRECOGNIZED:
        raise Inconclusive(f"{following.id}: {following.summary}")
    if not repeated or repeated[-1][0].has_response:
        raise Inconclusive(f"{following.id} failed only once: {following.summary}")
    yield following.finding("", "a response", following.summary)


STREAMS_SUCCEED = must(
    "streaming.not-every-stream-fails",
    "At least one stream of a run delivers a response instead of an error.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway uses a different upstream or upstream key for streams",
    covers=("SE-38",),
)


def _succeeded(exchange: Exchange) -> Observation | None:
    """Observe true for a stream with a response, false for one with an error.

    Return ``None`` for a stream that has neither, that failed or that the client ended.
    """
    if is_abandoned(exchange) or exchange.failure:
        return None
    response = exchange.response_or_none
    status = response.get("status") if response is not None else None
    succeeded = status is not None and status.value in {"completed", "incomplete"}
    if not succeeded and not _is_error_stream(exchange):
        return None
    return Observation(succeeded, exchange.id)


@check(
    STREAMS_SUCCEED,
    on=EVERY_STREAM.collecting(_succeeded),
    exercised_by=basic.streamed_text,
)
def not_every_stream_fails(observations: list[Observation]) -> Findings:
    """Check all streams of the run together: not all may be errors.

    Inconclusive if fewer than three streams were sent and all failed. Does not check
    each stream by itself: one may fail by coincidence.
    """
    if any(each.value for each in observations):
        return
    first = observations[0].exchange
    if len(observations) < MIN_FAILED_STREAMS:
        raise Inconclusive(f"{first} failed, but too few streams were sent to conclude")
    got = f"an error in each of {len(observations)} streams"
    yield Finding("", "at least one stream with a response", got, first)


NO_LEAK = must(
    "streaming.disconnect-leaks-no-text",
    "Text of a disconnected stream does not appear in the next response.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the converter keeps its state after the request that filled it",
    covers=("CC-05", "CC-02"),
)


@check(NO_LEAK, on=probes.early_disconnect)
def disconnect_leaks_no_text(
    stream_exchange: Exchange, following_turn: Turn, *_repeated: Turn
) -> Findings:
    """Search the response to the plain request for the random word of the stream.

    Does not check a response without text, nor responses to later requests.
    """
    _require_stream(stream_exchange)
    (following,) = following_turn
    if not following.text.strip():
        raise Inconclusive(f"{following.id}: the response has no text")
    word = _repeated_word(stream_exchange)
    if word.encode() in following.body:
        yield following.finding("the text", f"no {word}", following.summary)


def _require_stream(exchange: Exchange) -> None:
    """Raise ``RejectedRequest`` for a 4xx, ``Inconclusive`` for other non-streams."""
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        raise RejectedRequest(exchange)
    if exchange.kind is not ResponseKind.STREAM:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def _repeated_word(exchange: Exchange) -> str:
    """Return the random word that the prompt of ``early_disconnect`` repeats."""
    prompt = exchange.request.field("input")
    return str(prompt).rpartition(" ")[2]
