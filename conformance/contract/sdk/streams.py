"""The official client: what it makes of a stream, event by event and at its end."""

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from conformance.clients import openai_client
from conformance.contract.probes import basic
from conformance.contract.sdk.responses import (
    CLIENT,
    as_sent,
    chosen,
    is_read,
    judged,
    subject,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_STREAM, Observation
from conformance.model.sources import REPORTED_BUGS
from conformance.model.sse import plainly


def _is_told_to_its_end(exchange: Exchange) -> bool:
    """Leave out streams that tell of an error, for which the client has to raise."""
    ended = exchange.terminal is not None
    return (
        is_read(exchange) and ended and all(e.type != "error" for e in exchange.events)
    )


STREAMED: Final = subject(EVERY_STREAM, "every whole stream", _is_told_to_its_end)


def _course(exchange: Exchange) -> Hashable:
    """Return the course of a stream, runs of one type of event told once."""
    return tuple(type_ for type_, _ in groupby(e.type for e in exchange.events))


def _is_followed(exchange: Exchange) -> bool:
    """Say whether the client gives its program the events that stand in a stream."""
    reading = openai_client.read_events(exchange)
    return not reading.trouble and reading.events == tuple(
        event.type for event in exchange.events
    )


def _readable(exchange: Exchange) -> Exchange:
    """Return a stream as it came, or framed plainly where the client gets lost in it.

    By the standard a block without data is no event; the client takes it for an
    empty one. That is no fault of the server, and a SHOULD of its own.
    """
    if _is_followed(exchange):
        return exchange
    return replace(exchange, body=plainly(exchange.frames), chunks=())


STREAMS = must(
    "sdk.reads-a-stream",
    "The official client gives its program every event of a stream.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="an event has a member by which the client knows an error",
)


@check(STREAMS, on=STREAMED, exercised_by=basic.streamed_text, dependency=CLIENT)
def reads_a_stream(notes: list[Observation], *, profile: str) -> Findings:
    """Judge the types of the events in their order, whatever blocks stand between.

    A stream with an error is none.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        reading = openai_client.read_events(_readable(exchange))
        types = tuple(event.type for event in exchange.events)
        if reading.trouble or reading.events != types:
            got = reading.trouble or f"{len(reading.events)} of {len(types)} events"
            yield exchange.finding("", "a stream that the client reads", got)

    yield from judged(chosen(notes, _course), profile, read)


FRAMED = should(
    "sdk.skips-frames-without-data",
    "The official client finds its way through the blocks that are no events.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a lone retry line, or a comment behind an id, which the client misreads",
)


@check(FRAMED, on=STREAMED, exercised_by=basic.streamed_text, dependency=CLIENT)
def skips_frames_without_data(notes: list[Observation], *, profile: str) -> Findings:
    """Judge streams that the client reads once they are framed plainly.

    A SHOULD: such blocks are legal, and the client is wrong; its users suffer.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        if not _is_followed(exchange) and _is_followed(_readable(exchange)):
            got = (
                openai_client.read_events(exchange).trouble
                or "fewer events than were sent"
            )
            yield exchange.finding("", "no block that it takes for an event", got)

    yield from judged(chosen(notes, _course), profile, read)


ACCUMULATES = must(
    "sdk.accumulates-a-stream",
    "The official client's responses.stream ends in the response that was sent.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="an item is announced with null where its content or arguments will grow",
)


@check(ACCUMULATES, on=STREAMED, exercised_by=basic.streamed_text, dependency=CLIENT)
def accumulates_a_stream(notes: list[Observation], *, profile: str) -> Findings:
    """Judge the final response, or the last snapshot where it was not completed.

    A stream that cannot even be iterated over has a clause of its own.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        readable = _readable(exchange)
        reading = openai_client.read_final_response(readable)
        if reading.trouble and openai_client.read_events(readable).trouble:
            return
        yield from as_sent(exchange, reading, "responses.stream")

    yield from judged(chosen(notes, _course), profile, read)
