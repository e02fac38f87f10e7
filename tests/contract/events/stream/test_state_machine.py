"""Each defect of a stream is found under the rule that it breaks, and no other."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import analyze_stream
from conformance.contract.events.stream.text_events import KNOWN
from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.request import Request
from tests.contract.sample_streams import (
    accumulate_with_official_client,
    broken_rules,
    conforming,
    exchange,
    numbered,
    to_sse,
    with_changed,
)

Json = Any
Events = list[Json]


def part_event(type_: str, **fields: Json) -> Json:
    """Return an event about the first part of the sample message."""
    ids = {"item_id": "msg_1", "output_index": 1, "content_index": 0}
    return {"type": f"response.{type_}", **ids, **fields}


def inserted_after(type_: str, *inserted: Json) -> Events:
    """Return the sample stream with events inserted after the first of a type."""
    events = conforming()
    at = next(i for i, e in enumerate(events) if e["type"] == type_) + 1
    return numbered([*events[:at], *inserted, *events[at:]])


DELTA = "response.output_text.delta"
DONE = "response.output_item.done"


@pytest.mark.parametrize(
    ("events", "rules"),
    [
        (
            with_changed(DELTA, lambda e: {**e, "sequence_number": True}),
            {Rule.NUMBER_IS_INTEGER},
        ),
        (
            with_changed(DELTA, lambda e: {**e, "sequence_number": 9.5}),
            {Rule.NUMBER_IS_INTEGER},
        ),
        (
            with_changed(DELTA, lambda e: {**e, "output_index": "1"}),
            {Rule.OUTPUT_INDEX},
        ),
        (with_changed(DELTA, lambda e: {**e, "output_index": -1}), {Rule.OUTPUT_INDEX}),
        (
            with_changed(DELTA, lambda e: {**e, "output_index": 2}),
            {Rule.ONE_ITEM_PER_INDEX},
        ),
        (with_changed(DELTA, lambda e: {**e, "item_id": ""}), {Rule.ITEM_ID}),
        (
            with_changed(DELTA, lambda e: {**e, "item_id": "msg_2"}),
            {Rule.SAME_IDENTITY},
        ),
        (
            with_changed(DELTA, lambda e: {**e, "item_id": "x", "output_index": 7}),
            {Rule.ITEM_ADDED_FIRST, Rule.SENT_IN_DELTAS},
        ),
        (
            with_changed(DELTA, lambda e: {**e, "content_index": None}),
            {Rule.CONTENT_INDEX},
        ),
        (
            inserted_after(DELTA, part_event("output_text.delta", delta=7)),
            {Rule.DELTA_IS_STRING},
        ),
        (
            inserted_after(DELTA, part_event("output_text.delta")),
            {Rule.DELTA_IS_STRING},
        ),
        (
            inserted_after(DONE, part_event("output_text.delta", delta="")),
            {Rule.ITEM_ADDED_FIRST},
        ),
        (
            inserted_after(
                "response.content_part.done", part_event("output_text.delta")
            ),
            {Rule.DELTA_IS_STRING, Rule.NO_DELTA_AFTER_DONE},
        ),
        (
            inserted_after(DELTA, part_event("output_text.done", text=None)),
            {Rule.DONE_TEXT},
        ),
        (
            inserted_after(
                "response.output_text.done",
                part_event("output_text.done", text="Sunny \U0001f31e"),
            ),
            {Rule.NO_DELTA_AFTER_DONE},
        ),
        (
            inserted_after(
                "response.content_part.added",
                part_event("refusal.delta", delta="I"),
                part_event("refusal.done", refusal="I will not."),
            ),
            {Rule.DONE_TEXT, Rule.DONE_ITEM_TEXT, Rule.SNAPSHOT_TEXT},
        ),
        (
            inserted_after(
                "response.created",
                {"type": "response.custom_tool_call_input.delta", "delta": "x"},
            ),
            {Rule.OUTPUT_INDEX, Rule.ITEM_ID, Rule.ITEM_ADDED_FIRST},
        ),
        (
            with_changed(DONE, lambda e: {**e, "item": {**e["item"], "type": "other"}}),
            {Rule.SAME_IDENTITY},
        ),
        (with_changed(DONE, lambda e: {**e, "item": None}), {Rule.ITEM_DONE}),
        (
            with_changed(
                "response.completed", lambda e: {**e, "type": "response.failed"}
            ),
            {Rule.TERMINAL_STATUS},
        ),
        (
            with_changed("response.created", lambda e: {**e, "response": None}),
            {Rule.SNAPSHOT_NESTED},
        ),
        (conforming()[:5], {Rule.TERMINAL_SENT}),
    ],
)
def test_a_defect_breaks_only_its_own_rules(events: Events, rules: set[Rule]) -> None:
    """One defect breaks one rule, or as few as possible."""
    assert broken_rules(events) == rules


def with_split_emoji() -> Events:
    """Return the sample stream with an emoji split into two surrogates."""
    events = list[Json]()
    for event in conforming():
        if event.get("delta") == " \U0001f31e":
            events += [{**event, "delta": " \ud83c"}, {**event, "delta": "\udf1e"}]
        else:
            events.append(event)
    return numbered(events)


def test_split_surrogates_do_not_change_the_sum_of_the_deltas() -> None:
    """They break only the rule about surrogates: most languages join them."""
    assert broken_rules(with_split_emoji()) == {Rule.NO_LONE_SURROGATE}


@pytest.mark.parametrize(
    "kind", [FailureKind.TIMEOUT, FailureKind.TOO_LARGE, FailureKind.ENCODING]
)
def test_a_stream_that_the_client_stopped_reading_needs_no_end(
    kind: FailureKind,
) -> None:
    """Only the events that arrived are checked."""
    body = to_sse(conforming())[:-40]
    assert broken_rules(exchange(body, failure=TransportFailure(kind))) == set()


def test_a_stream_that_the_client_disconnected_needs_no_end() -> None:
    """The client disconnects after six events, within the seventh."""
    body = to_sse(conforming()[:6]) + b'event: x\ndata: {"ty'
    assert broken_rules(exchange(body, hang_up_after=6)) == set()


def test_a_stream_that_the_server_disconnected_lacks_a_terminal_event() -> None:
    """The truncated last frame is not reported as well."""
    body = to_sse(conforming())[:-40]
    failure = TransportFailure(FailureKind.TRUNCATED, "peer closed")
    truncated = exchange(body, failure=failure)
    assert broken_rules(truncated) == {Rule.TERMINAL_SENT}
    (finding,) = analyze_stream(truncated).findings[Rule.TERMINAL_SENT]
    assert finding.got.startswith(f"{failure} after event ")


def test_a_missing_final_blank_line_is_found() -> None:
    """A client drops the last event without it."""
    body = to_sse(conforming()).removesuffix(b"\n")
    assert broken_rules(exchange(body)) == {Rule.FINAL_BLANK_LINE}
    with pytest.raises(RuntimeError, match=r"response\.completed"):
        accumulate_with_official_client(body)


def test_a_frame_without_data_is_found() -> None:
    """The official client parses the missing data and raises."""
    body = b"event: codex.rate_limits\n\n" + to_sse(conforming())
    assert broken_rules(exchange(body)) == {Rule.DATA_PRESENT}
    with pytest.raises(ValueError, match="Expecting value"):
        accumulate_with_official_client(body)


def test_a_lone_surrogate_is_a_finding_only_if_the_request_has_none() -> None:
    """The server may return what the client sent."""
    events = with_changed(DELTA, lambda e: {**e, "delta": "\ud800"})
    found = exchange(events)
    sent = Request(b'{"model": "m", "input": "\\ud800", "stream": true}')
    assert Rule.NO_LONE_SURROGATE in broken_rules(found)
    assert Rule.NO_LONE_SURROGATE not in broken_rules(replace(found, request=sent))


def test_the_findings_of_a_rule_are_limited() -> None:
    """A stream with 1,000 wrong events has five findings."""
    unnumbered = [{"type": "response.note"}] * 1000
    analysis = analyze_stream(exchange([*conforming(), *unnumbered]))
    assert len(analysis.findings[Rule.NUMBER_IS_INTEGER]) == 5


def test_a_stream_is_read_once() -> None:
    """All checks share one analysis."""
    stream = exchange(conforming())
    assert analyze_stream(stream) is analyze_stream(stream)


def test_a_finding_names_its_location() -> None:
    """It has the event, the JSON Pointer in its data, and the exchange."""
    truncated = with_changed("response.output_text.done", lambda e: {**e, "text": "S"})
    finding = analyze_stream(exchange(truncated)).findings[Rule.DONE_TEXT][0]
    assert finding.pointer == "event 13 /text"
    assert finding.exchange == "x-0001"
    assert finding.expected == '"Sunny \U0001f31e" from character 0 of 7'
    assert finding.got == '"S" from character 0 of 1'


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.sampled_from(["", "m", "\ud83c"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "content", "text", "output", "status"]),
            inner,
        )
    ),
    max_leaves=8,
)
"""Short JSON values of every type."""

random_events = st.lists(
    st.dictionaries(
        st.sampled_from(
            [
                "sequence_number",
                "output_index",
                "content_index",
                "summary_index",
                "item_id",
                "item",
                "part",
                "delta",
                "text",
                "arguments",
                "response",
                "error",
            ]
        ),
        values,
    ).flatmap(
        lambda event: st.sampled_from(sorted(KNOWN)).map(
            lambda type_: {**event, "type": type_}
        )
    ),
    min_size=1,
    max_size=12,
)


@given(random_events)
def test_random_events_are_analyzed_without_an_exception(events: Events) -> None:
    """No stream crashes a check."""
    assert set(analyze_stream(exchange(events)).findings) <= set(Rule)


@given(random_events, st.integers(0, 20))
def test_random_events_in_a_conforming_stream_are_analyzed(
    events: Events, at: int
) -> None:
    """No stream crashes a check, whatever events surround it."""
    stream = conforming()
    assert analyze_stream(exchange([*stream[:at], *events, *stream[at:]])).findings
