"""Check the frames of a stream, and the type and number of each event."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.contract.events.stream.rules import MISSING, Rule, StreamFindings
from conformance.contract.events.stream.text_events import ERROR, non_empty_string
from conformance.model.event import Event
from conformance.model.exchange import Exchange, FailureKind
from conformance.model.node import Json, UnexpectedValue, is_a
from conformance.model.sse import names_without_data

TypedEvent = tuple[Event, str, dict[str, Json]]
"""An event, its non-empty type, and its data: a JSON object."""

CLIENT_SIDE_FAILURES: Final = frozenset(
    (
        FailureKind.TIMEOUT,
        FailureKind.TOO_LARGE,
        FailureKind.ENCODING,
        FailureKind.PROTOCOL,
    )
)
"""Kinds of failure after which the client stops reading, so the end is unknown."""

_KNOWN_TYPE: Final = re.compile(r"response\..+|error|keepalive|[^:]+:.+", re.DOTALL)
_FIELDS_OF_OTHER_APIS: Final = frozenset(("choices", "error"))


def is_abandoned(exchange: Exchange) -> bool:
    """Return whether the client, and not the server, ended the stream."""
    disconnected = exchange.request.disconnect_after is not None
    failure = exchange.failure
    return disconnected or bool(failure and failure.kind in CLIENT_SIDE_FAILURES)


def typed_events(exchange: Exchange, findings: StreamFindings) -> Iterator[TypedEvent]:
    """Check frames, types and numbers; yield each event that has a type."""
    _check_frames(exchange, findings)
    for rule in (Rule.NO_OTHER_API, Rule.NAME_MATCHES_TYPE, Rule.NUMBER_COUNTS_UP):
        findings.record(rule)
    previous_number: int | None = None
    for event in exchange.events:
        data = _object_of(event, findings)
        if data is None:
            continue
        previous_number = _check_number(event, data, previous_number, findings)
        type_ = non_empty_string(data, "type")
        if type_ is None:
            _report_missing_type(event, data, findings)
            continue
        findings.record(Rule.TYPE_PRESENT)
        name = event.frame.name
        if name:
            expected = f'the event name "{type_}"'
            findings.check(
                Rule.NAME_MATCHES_TYPE, name == type_, event, "", expected, name
            )
        findings.check(
            Rule.KNOWN_PREFIX,
            _KNOWN_TYPE.fullmatch(type_) is not None,
            event,
            "/type",
            "response.*, error, keepalive or vendor:*",
            type_,
        )
        yield event, type_, data


def _check_frames(exchange: Exchange, findings: StreamFindings) -> None:
    """Check for frames without data, and for the blank line after the last frame."""
    may_be_truncated = bool(exchange.failure) or is_abandoned(exchange)
    without_data = findings.record(Rule.DATA_PRESENT)
    if name := next(names_without_data(exchange.body), ""):
        got = f"only 'event: {name}'"
        without_data.append(exchange.finding("the stream", "a data field", got))
    for frame in exchange.frames[-1:]:
        blank_line = findings.record(Rule.FINAL_BLANK_LINE)
        if not (frame.terminated or may_be_truncated) and _looks_like_an_object(
            frame.data
        ):
            blank_line.append(
                exchange.finding("the last event", "a blank line at its end", MISSING)
            )


def _looks_like_an_object(data: str) -> bool:
    return data.lstrip().startswith("{") and data.rstrip().endswith("}")


def _object_of(event: Event, findings: StreamFindings) -> dict[str, Json] | None:
    """Return the data of an event if it is a JSON object, else record a finding.

    Return ``None`` without a finding if the data does not parse and no blank line ends
    the frame: the frame may be truncated.
    """
    try:
        value = event.data.value
    except UnexpectedValue as error:
        if event.frame.terminated:
            findings.record(Rule.DATA_IS_JSON).append(error.finding)
        return None
    is_object = is_a(value, dict)
    findings.check(Rule.DATA_IS_JSON, is_object, event, "", "one JSON object", value)
    return value if is_object else None


def _report_missing_type(
    event: Event, data: dict[str, Json], findings: StreamFindings
) -> None:
    """Record that an event is from another API, or else that it lacks its type."""
    object_ = data.get("object")
    is_other_api = not _FIELDS_OF_OTHER_APIS.isdisjoint(data) or (
        isinstance(object_, str) and object_.startswith("chat.")
    )
    if is_other_api:
        expected = "an event of the Responses API"
        findings.check(Rule.NO_OTHER_API, False, event, "", expected, data)  # noqa: FBT003 -- the rule is broken
        return
    got = data.get("type", MISSING)
    findings.check(
        Rule.TYPE_PRESENT,
        False,  # noqa: FBT003 -- the rule is broken
        event,
        "/type",
        "a non-empty string",
        got,
    )


def _check_number(
    event: Event,
    data: dict[str, Json],
    previous: int | None,
    findings: StreamFindings,
) -> int | None:
    """Compare the sequence number of an event with ``previous``; return the number.

    ``previous`` is the number of the event before, or ``None``. Return ``None`` if the
    number is not an integer: then the next event has no number to be compared with.
    """
    name, pointer = "sequence_number", "/sequence_number"
    value = data.get(name)
    number = value if isinstance(value, int) and is_a(value, int) else None
    if event.type == ERROR or event.type.startswith("response."):
        got = data.get(name, MISSING)
        is_integer = number is not None
        findings.check(
            Rule.NUMBER_IS_INTEGER, is_integer, event, pointer, "an integer", got
        )
    if number is None or previous is None:
        return number
    expected = f"an integer greater than {previous}"
    counts_up = number > previous
    if findings.check(
        Rule.NUMBER_COUNTS_UP, counts_up, event, pointer, expected, number
    ):
        has_no_gap = number == previous + 1
        expected = f"{previous + 1}"
        findings.check(
            Rule.NUMBER_HAS_NO_GAP, has_no_gap, event, pointer, expected, number
        )
    return number
