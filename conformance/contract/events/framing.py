"""Events: how a stream is framed, and how its events are named and numbered.

The page says nothing of stream events, yet every client relies on those of the API
family that it documents. What breaks official clients is a MUST, what they survive
a SHOULD. ``stream.state_machine`` reads each stream once, for all requirements.
"""

from typing import Final

from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import ruled
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import (
    LEVELS_IF_MODELS_REQUIRE,
    Capability,
    must,
    should,
)
from conformance.model.sources import (
    OPEN_RESPONSES,
    OPENAI_API,
    REPORTED_BUGS,
    WHATWG_SSE,
)

STREAMING: Final = f"{OPENAI_API}, streaming events"

DATA = must(
    "events.data-is-one-json-object",
    "The data of each event is one JSON object.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="an error frame is glued to a frame that was still open",
    covers=("SE-22", "SE-27"),
)


@check(DATA, on=ruled(Rule.DATA), exercised_by=basic.streamed_text)
def data_is_one_json_object(found: tuple[Finding, ...]) -> Findings:
    """Judge every event but ``[DONE]``, and but one that the end of a stream cut."""
    yield from found


TYPE = must(
    "events.data-has-a-type",
    "The data of each event has a type that is a text.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the type is written into the event line alone",
    covers=("SE-23",),
)


@check(TYPE, on=ruled(Rule.TYPE), exercised_by=basic.streamed_text)
def data_has_a_type(found: tuple[Finding, ...]) -> Findings:
    """Judge each object; one that belongs to another API is another clause's."""
    yield from found


FOREIGN = must(
    "events.no-event-of-another-api",
    "No event is a chunk or an error of another API.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="an upstream's chat completion chunk or bare error is passed on as it came",
    covers=("SE-21", "OI-11"),
)


@check(FOREIGN, on=ruled(Rule.FOREIGN), exercised_by=basic.streamed_text)
def no_event_of_another_api(found: tuple[Finding, ...]) -> Findings:
    """Judge data without a type that has ``choices``, ``error`` or a chat object."""
    yield from found


NAME = must(
    "events.name-matches-type",
    "An event that has a name has its type as its name.",
    source=f"{OPEN_RESPONSES}, HTTP responses",
    needs=Capability.STREAMING,
    cause="names are copied from the upstream while types are rewritten",
    covers=("SE-23",),
)


@check(NAME, on=ruled(Rule.NAME), exercised_by=basic.streamed_text)
def name_matches_type(found: tuple[Finding, ...]) -> Findings:
    """Judge events with an ``event`` line; frames of data alone are legal."""
    yield from found


VOCABULARY = should(
    "events.type-has-a-known-prefix",
    "The type of each event is of the family of response events.",
    source=f"{OPEN_RESPONSES}, extending streaming events",
    needs=Capability.STREAMING,
    cause="events of the upstream's own account keeping leak to the client",
    covers=("SE-27",),
)


@check(VOCABULARY, on=ruled(Rule.VOCABULARY), exercised_by=basic.streamed_text)
def type_has_a_known_prefix(found: tuple[Finding, ...]) -> Findings:
    """Let ``response.*``, ``error``, ``keepalive``, ``vendor:*`` pass, known or not."""
    yield from found


EMPTY = must(
    "events.every-event-has-data",
    "No event consists of a name alone.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a filter empties an event instead of leaving it out",
    covers=("SE-27",),
)


@check(EMPTY, on=ruled(Rule.EMPTY), exercised_by=basic.streamed_text)
def every_event_has_data(found: tuple[Finding, ...]) -> Findings:
    """Judge event lines that a blank line follows before any data.

    A browser drops them; official SDKs parse the absent data, and die of it.
    """
    yield from found


CLOSED = must(
    "events.last-event-ends-with-blank-line",
    "The last event of a stream ends in a blank line.",
    source=f"{WHATWG_SSE}, section 9.2.6",
    needs=Capability.STREAMING,
    cause="the buffer of the read loop is not flushed when the upstream ends",
    covers=("SE-35",),
)


@check(CLOSED, on=ruled(Rule.CLOSED), exercised_by=basic.streamed_text)
def last_event_ends_with_blank_line(found: tuple[Finding, ...]) -> Findings:
    """Judge streams that came whole: by the standard the open event is dropped."""
    yield from found


CHARACTERS = must(
    "events.text-has-no-lone-surrogate",
    "No text of an event has half a character.",
    source="RFC 8259 (JSON), section 8.2",
    needs=Capability.STREAMING,
    cause="text is cut into deltas between the two halves of an emoji",
    covers=("SE-32",),
)


@check(CHARACTERS, on=ruled(Rule.CHARACTERS), exercised_by=basic.streamed_text)
def text_has_no_lone_surrogate(found: tuple[Finding, ...]) -> Findings:
    """Judge lone surrogates, which strict JSON parsers refuse, in deltas and ends.

    Requests that sent one themselves are left out.
    """
    yield from found


NUMBERED = should(
    "events.sequence-number-is-an-integer",
    "Each event has a sequence_number that is an integer.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway writes its own events without counting them",
    covers=("SE-01",),
)


@check(NUMBERED, on=ruled(Rule.NUMBERED), exercised_by=basic.streamed_text)
def sequence_number_is_an_integer(found: tuple[Finding, ...]) -> Findings:
    """Judge ``error`` and ``response.*`` events; extensions need no number."""
    yield from found


COUNTS_UP = must(
    "events.sequence-number-counts-up",
    "Each sequence_number is greater than the one before it.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the number is a constant, or starts again with each upstream",
    covers=("SE-02",),
)


@check(COUNTS_UP, on=ruled(Rule.COUNTS_UP), exercised_by=basic.streamed_text)
def sequence_number_counts_up(found: tuple[Finding, ...]) -> Findings:
    """Judge neighbours that both have one; the contract names no first number."""
    yield from found


NO_GAP = should(
    "events.sequence-number-has-no-gap",
    "Each sequence_number is one greater than the one before it.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a filter takes events out without numbering the others again",
    covers=("SE-03",),
)


@check(NO_GAP, on=ruled(Rule.NO_GAP), exercised_by=basic.streamed_text)
def sequence_number_has_no_gap(found: tuple[Finding, ...]) -> Findings:
    """Judge neighbours that both have one, and that count up."""
    yield from found
