"""SDK: what the official Python client reads from the streams of a run."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from conformance.clients import openai_client
from conformance.contract.probes import basic
from conformance.contract.sdk.responses import (
    CLIENT,
    collecting_scope,
    expect_as_sent,
    is_readable,
    shortest_of_each_form,
    unexplained_findings,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_STREAM, Observation
from conformance.model.sources import REPORTED_BUGS
from conformance.model.sse import normalized


def _is_complete_without_error(exchange: Exchange) -> bool:
    """Return whether a stream is complete and has no ``error`` event.

    Streams with an ``error`` event are left out because the client correctly raises an
    exception for it.
    """
    return (
        is_readable(exchange)
        and exchange.terminal is not None
        and all(event.type != "error" for event in exchange.events)
    )


COMPLETE_STREAMS: Final = collecting_scope(
    EVERY_STREAM, "every complete stream", _is_complete_without_error
)


def _event_types(exchange: Exchange) -> Hashable:
    """Return the sequence of event types; equal consecutive types count once."""
    return tuple(type_ for type_, _ in groupby(event.type for event in exchange.events))


def _client_yields_all_events(exchange: Exchange) -> bool:
    """Return whether the client yields exactly the events of the stream."""
    result = openai_client.read_events(exchange)
    return not result.error and result.events == tuple(
        event.type for event in exchange.events
    )


def _normalized(exchange: Exchange) -> Exchange:
    """Return the stream; if the client misreads it, without the frames without data.

    By the SSE standard, a frame without data is not an event, but the client reads it
    as an empty event. The server is not at fault, so only the SHOULD
    `sdk.skips-frames-without-data` covers these frames.
    """
    if _client_yields_all_events(exchange):
        return exchange
    return replace(exchange, body=normalized(exchange.frames), chunks=())


READS_STREAM = must(
    "sdk.reads-a-stream",
    "The official client yields every event of a stream.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="an event has a field that the client reads as an error",
)


@check(
    READS_STREAM,
    on=COMPLETE_STREAMS,
    exercised_by=basic.streamed_text,
    dependency=CLIENT,
)
def reads_a_stream(observations: list[Observation], *, profile: str) -> Findings:
    """Check the types of the events and their order.

    Does not check frames without data, or streams with an ``error`` event.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        result = openai_client.read_events(_normalized(exchange))
        types = tuple(event.type for event in exchange.events)
        if result.error or result.events != types:
            got = result.error or f"{len(result.events)} events"
            expected = f"{len(types)} events from the client, as sent"
            yield exchange.finding("", expected, got)

    exchanges = shortest_of_each_form(observations, _event_types)
    yield from unexplained_findings(exchanges, profile, read)


SKIPS_FRAMES = should(
    "sdk.skips-frames-without-data",
    "The official client yields every event of a stream that has frames without data.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway sends a frame with only `retry`, or a comment after an `id`",
)


@check(
    SKIPS_FRAMES,
    on=COMPLETE_STREAMS,
    exercised_by=basic.streamed_text,
    dependency=CLIENT,
)
def skips_frames_without_data(
    observations: list[Observation], *, profile: str
) -> Findings:
    """Check streams that the client reads correctly only without such frames.

    The requirement is a SHOULD: the frames are valid and the client is wrong, but users
    of the client are affected. Does not check streams that the client misreads even
    without these frames.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        if not _client_yields_all_events(exchange) and _client_yields_all_events(
            _normalized(exchange)
        ):
            result = openai_client.read_events(exchange)
            got = result.error or f"{len(result.events)} events"
            expected = f"{len(exchange.events)} events from the client, as sent"
            yield exchange.finding("", expected, got)

    exchanges = shortest_of_each_form(observations, _event_types)
    yield from unexplained_findings(exchanges, profile, read)


ACCUMULATES_STREAM = must(
    "sdk.accumulates-a-stream",
    "The official client's `responses.stream` returns the text and function calls of "
    "a stream unchanged.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="`response.output_item.added` has `null` as `content` or `arguments`",
)


@check(
    ACCUMULATES_STREAM,
    on=COMPLETE_STREAMS,
    exercised_by=basic.streamed_text,
    dependency=CLIENT,
)
def accumulates_a_stream(observations: list[Observation], *, profile: str) -> Findings:
    """Check the text and function calls of the final response that the client returns.

    The client returns a final response only for completed streams. For other streams,
    the last response object in the client's events is checked. Does not check streams
    over which the client cannot iterate, which `sdk.reads-a-stream` covers.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        stream = _normalized(exchange)
        result = openai_client.read_final_response(stream)
        if result.error and openai_client.read_events(stream).error:
            return
        yield from expect_as_sent(exchange, result, "responses.stream")

    exchanges = shortest_of_each_form(observations, _event_types)
    yield from unexplained_findings(exchanges, profile, read)
