"""Requirements about the frames of a stream, and the name and number of each event.

New API's document does not describe stream events, yet every client relies on the
events of the Responses API. What breaks official clients is a MUST; what they
tolerate is a SHOULD. ``stream.state_machine`` reads each stream once and finds the
violations of all requirements of this section. Each check only reports the findings
of its own requirement.
"""

from typing import Final

from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.scope import stream_rule
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

DATA_IS_JSON = must(
    "events.data-is-one-json-object",
    "The `data` of each event is one JSON object.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway writes an error into a frame that is still open",
    covers=("SE-22", "SE-27"),
)


@check(
    DATA_IS_JSON,
    on=stream_rule(Rule.DATA_IS_JSON),
    exercised_by=basic.streamed_text,
)
def data_is_one_json_object(findings: tuple[Finding, ...]) -> Findings:
    """Check that the data of each event parses as one JSON object.

    Does not check ``[DONE]``, nor a last frame that was truncated.
    """
    yield from findings


TYPE_PRESENT = must(
    "events.data-has-a-type",
    "The `data` of each event has a `type` that is a non-empty string.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway writes the type only into the `event` field",
    covers=("SE-23",),
)


@check(
    TYPE_PRESENT,
    on=stream_rule(Rule.TYPE_PRESENT),
    exercised_by=basic.streamed_text,
)
def data_has_a_type(findings: tuple[Finding, ...]) -> Findings:
    """Check the ``type`` of each event whose data is an object.

    Does not check events of another API: ``events.no-event-of-another-api`` does.
    """
    yield from findings


NO_OTHER_API = must(
    "events.no-event-of-another-api",
    "No event is a chunk or an error object of another API.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway relays a chat completion chunk or a bare error of its upstream",
    covers=("SE-21", "OI-11"),
)


@check(
    NO_OTHER_API,
    on=stream_rule(Rule.NO_OTHER_API),
    exercised_by=basic.streamed_text,
)
def no_event_of_another_api(findings: tuple[Finding, ...]) -> Findings:
    """Check events without a ``type`` for the fields of another API.

    These fields are ``choices``, ``error``, and an ``object`` that begins with
    ``chat.``. Does not check events that have a ``type``.
    """
    yield from findings


NAME_MATCHES_TYPE = must(
    "events.name-matches-type",
    "The `event` field of a frame, if present, equals the `type` in its data.",
    source=f"{OPEN_RESPONSES}, HTTP responses",
    needs=Capability.STREAMING,
    cause="the gateway copies names from the upstream but rewrites the types",
    covers=("SE-23",),
)


@check(
    NAME_MATCHES_TYPE,
    on=stream_rule(Rule.NAME_MATCHES_TYPE),
    exercised_by=basic.streamed_text,
)
def name_matches_type(findings: tuple[Finding, ...]) -> Findings:
    """Compare the ``event`` field of each frame with the ``type`` in its data.

    Does not require an ``event`` field: frames with only ``data`` are valid.
    """
    yield from findings


KNOWN_PREFIX = should(
    "events.type-has-a-known-prefix",
    "Each event type is `response.*`, `error`, `keepalive` or `vendor:*`.",
    source=f"{OPEN_RESPONSES}, extending streaming events",
    needs=Capability.STREAMING,
    cause="the gateway forwards internal accounting events of its upstream",
    covers=("SE-27",),
)


@check(
    KNOWN_PREFIX,
    on=stream_rule(Rule.KNOWN_PREFIX),
    exercised_by=basic.streamed_text,
)
def type_has_a_known_prefix(findings: tuple[Finding, ...]) -> Findings:
    """Check the form of each event type.

    Does not check that the API has an event of this type: ``response.note`` passes.
    """
    yield from findings


DATA_PRESENT = must(
    "events.every-event-has-data",
    "A frame with an `event` field also has a `data` field.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="a filter removes the data of an event and leaves its name",
    covers=("SE-27",),
)


@check(
    DATA_PRESENT,
    on=stream_rule(Rule.DATA_PRESENT),
    exercised_by=basic.streamed_text,
)
def every_event_has_data(findings: tuple[Finding, ...]) -> Findings:
    """Check for a blank line that follows an ``event`` field before any ``data``.

    A browser drops such a frame. Official SDKs parse its data and raise an exception.
    Reports only the first such frame of a stream.
    """
    yield from findings


FINAL_BLANK_LINE = must(
    "events.last-event-ends-with-blank-line",
    "The last event of a stream ends with a blank line.",
    source=f"{WHATWG_SSE}, section 9.2.6",
    needs=Capability.STREAMING,
    cause="the gateway does not flush its read buffer when the upstream ends",
    covers=("SE-35",),
)


@check(
    FINAL_BLANK_LINE,
    on=stream_rule(Rule.FINAL_BLANK_LINE),
    exercised_by=basic.streamed_text,
)
def last_event_ends_with_blank_line(findings: tuple[Finding, ...]) -> Findings:
    """Check that a blank line follows the last frame: without it, browsers drop it.

    Does not check streams that failed or that the client ended, nor a last frame
    whose data is not an object, such as ``[DONE]``.
    """
    yield from findings


NO_LONE_SURROGATE = must(
    "events.text-has-no-lone-surrogate",
    "The text in delta and done events contains no lone surrogate.",
    source="RFC 8259 (JSON), section 8.2",
    needs=Capability.STREAMING,
    cause="the gateway splits text between the two surrogates of an emoji",
    covers=("SE-32",),
)


@check(
    NO_LONE_SURROGATE,
    on=stream_rule(Rule.NO_LONE_SURROGATE),
    exercised_by=basic.streamed_text,
)
def text_has_no_lone_surrogate(findings: tuple[Finding, ...]) -> Findings:
    """Check each delta, and the complete text in each done event.

    A lone surrogate is one half of a UTF-16 pair. Strict JSON parsers reject it.
    Does not check responses to a request that itself contains an escaped surrogate.
    """
    yield from findings


NUMBER_IS_INTEGER = should(
    "events.sequence-number-is-an-integer",
    "Each `response.*` and `error` event has an integer `sequence_number`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway adds its own events without a number",
    covers=("SE-01",),
)


@check(
    NUMBER_IS_INTEGER,
    on=stream_rule(Rule.NUMBER_IS_INTEGER),
    exercised_by=basic.streamed_text,
)
def sequence_number_is_an_integer(findings: tuple[Finding, ...]) -> Findings:
    """Check ``sequence_number`` in ``response.*`` and ``error`` events.

    Does not check other events, such as ``keepalive``.
    """
    yield from findings


NUMBER_COUNTS_UP = must(
    "events.sequence-number-counts-up",
    "Each `sequence_number` is greater than the previous one.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends a constant, or restarts the numbers for each upstream",
    covers=("SE-02",),
)


@check(
    NUMBER_COUNTS_UP,
    on=stream_rule(Rule.NUMBER_COUNTS_UP),
    exercised_by=basic.streamed_text,
)
def sequence_number_counts_up(findings: tuple[Finding, ...]) -> Findings:
    """Compare the ``sequence_number`` of each two consecutive events.

    Does not compare numbers that are not integers, and does not check the first number
    of a stream: no document defines it.
    """
    yield from findings


NUMBER_HAS_NO_GAP = should(
    "events.sequence-number-has-no-gap",
    "Each `sequence_number` is one greater than the previous one.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a filter removes events and does not renumber the others",
    covers=("SE-03",),
)


@check(
    NUMBER_HAS_NO_GAP,
    on=stream_rule(Rule.NUMBER_HAS_NO_GAP),
    exercised_by=basic.streamed_text,
)
def sequence_number_has_no_gap(findings: tuple[Finding, ...]) -> Findings:
    """Compare the ``sequence_number`` of each two consecutive events.

    Does not check a number that is not greater than the previous one:
    ``events.sequence-number-counts-up`` does.
    """
    yield from findings
