"""Breaches of a stream's life: each under its own name, whatever else it brings."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.contract.events.stream.rules import MAX_FINDINGS, Rule
from conformance.contract.events.stream.state_machine import lifecycle
from conformance.contract.events.stream.text_events import KNOWN
from conformance.model.exchange import FailureKind, TransportFailure
from tests.contract.sample_streams import (
    accumulated,
    broken,
    changed,
    conforming,
    exchange,
    numbered,
    written,
)

Json = Any
Events = list[Json]


def part_events(type_: str, **members: Json) -> Json:
    """Return an event about the first part of the conforming message."""
    place = {"item_id": "msg_1", "output_index": 1, "content_index": 0}
    return {"type": f"response.{type_}", **place, **members}


def behind(type_: str, *more: Json) -> Events:
    """Return the conforming stream with more events behind the first of a type."""
    events = conforming()
    at = next(i for i, e in enumerate(events) if e["type"] == type_) + 1
    return numbered([*events[:at], *more, *events[at:]])


DELTA = "response.output_text.delta"
DONE = "response.output_item.done"


@pytest.mark.parametrize(
    ("events", "rules"),
    [
        (changed(DELTA, lambda e: {**e, "sequence_number": True}), {Rule.NUMBERED}),
        (changed(DELTA, lambda e: {**e, "sequence_number": 9.5}), {Rule.NUMBERED}),
        (changed(DELTA, lambda e: {**e, "output_index": "1"}), {Rule.OUTPUT_INDEX}),
        (changed(DELTA, lambda e: {**e, "output_index": -1}), {Rule.OUTPUT_INDEX}),
        (changed(DELTA, lambda e: {**e, "output_index": 2}), {Rule.ONE_INDEX}),
        (changed(DELTA, lambda e: {**e, "item_id": ""}), {Rule.ITEM_ID}),
        (changed(DELTA, lambda e: {**e, "item_id": "msg_2"}), {Rule.IDENTITY}),
        (
            changed(DELTA, lambda e: {**e, "item_id": "x", "output_index": 7}),
            {Rule.ANNOUNCED, Rule.IN_DELTAS},
        ),
        (changed(DELTA, lambda e: {**e, "content_index": None}), {Rule.CONTENT_INDEX}),
        (behind(DELTA, part_events("output_text.delta", delta=7)), {Rule.DELTA}),
        (behind(DELTA, part_events("output_text.delta")), {Rule.DELTA}),
        (
            behind(DONE, part_events("output_text.delta", delta="")),
            {Rule.ANNOUNCED},
        ),
        (
            behind("response.content_part.done", part_events("output_text.delta")),
            {Rule.DELTA, Rule.NOT_AFTER_DONE},
        ),
        (
            behind(DELTA, part_events("output_text.done", text=None)),
            {Rule.ADDS_UP},
        ),
        (
            behind(
                "response.output_text.done",
                part_events("output_text.done", text="Sunny \U0001f31e"),
            ),
            {Rule.NOT_AFTER_DONE},
        ),
        (
            behind(
                "response.content_part.added",
                part_events("refusal.delta", delta="I"),
                part_events("refusal.done", refusal="I will not."),
            ),
            {Rule.ADDS_UP, Rule.FINISHED_TEXT, Rule.SNAPSHOT_TEXT},
        ),
        (
            behind(
                "response.created",
                {"type": "response.custom_tool_call_input.delta", "delta": "x"},
            ),
            {Rule.OUTPUT_INDEX, Rule.ITEM_ID, Rule.ANNOUNCED},
        ),
        (
            changed(DONE, lambda e: {**e, "item": {**e["item"], "type": "other"}}),
            {Rule.IDENTITY},
        ),
        (changed(DONE, lambda e: {**e, "item": None}), {Rule.FINISHED}),
        (
            changed("response.completed", lambda e: {**e, "type": "response.failed"}),
            {Rule.AGREES},
        ),
        (
            changed("response.created", lambda e: {**e, "response": None}),
            {Rule.NESTED},
        ),
        (conforming()[:5], {Rule.TERMINAL}),
    ],
)
def test_a_breach_is_found_under_its_own_name(events: Events, rules: set[Rule]) -> None:
    """One defect breaks one rule, or as few as it can."""
    assert broken(events) == rules


def halved() -> Events:
    """Return the conforming stream with an emoji in two deltas of half of it each."""
    events = list[Json]()
    for event in conforming():
        if event.get("delta") == " \U0001f31e":
            events += [{**event, "delta": " \ud83c"}, {**event, "delta": "\udf1e"}]
        else:
            events.append(event)
    return numbered(events)


def test_halves_of_a_character_add_up_to_it() -> None:
    """They break a rule of their own, but not the sum: most languages join them."""
    assert broken(halved()) == {Rule.CHARACTERS}


@pytest.mark.parametrize(
    "trouble", [FailureKind.TIMEOUT, FailureKind.TOO_LARGE, FailureKind.ENCODING]
)
def test_a_stream_that_we_gave_up_on_is_not_blamed_for_its_end(
    trouble: FailureKind,
) -> None:
    """Whatever was there is judged; what was to come is not."""
    body = written(conforming())[:-40]
    assert broken(exchange(body, failure=TransportFailure(trouble))) == set()


def test_a_stream_that_we_left_is_not_blamed_for_its_end() -> None:
    """We hung up behind the sixth event, in the middle of the seventh."""
    body = written(conforming()[:6]) + b'event: x\ndata: {"ty'
    assert broken(exchange(body, hang_up_after=6)) == set()


def test_a_stream_that_the_server_broke_off_lacks_its_end() -> None:
    """The torn last frame is not blamed as well."""
    body = written(conforming())[:-40]
    cut = exchange(body, failure=TransportFailure(FailureKind.TRUNCATED, "peer closed"))
    assert broken(cut) == {Rule.TERMINAL}
    (finding,) = lifecycle(cut).breaches[Rule.TERMINAL]
    assert "connection closed inside the answer: peer closed" in finding.got


def test_a_last_event_left_open_is_lost_to_clients() -> None:
    """It is all there but for the blank line, by which a client would take it."""
    body = written(conforming()).removesuffix(b"\n")
    assert broken(exchange(body)) == {Rule.CLOSED}
    with pytest.raises(RuntimeError, match=r"response\.completed"):
        accumulated(body)


def test_an_event_of_a_name_alone_is_told() -> None:
    """The official client parses data that is not there."""
    body = b"event: codex.rate_limits\n\n" + written(conforming())
    assert broken(exchange(body)) == {Rule.EMPTY}
    with pytest.raises(ValueError, match="Expecting value"):
        accumulated(body)


def test_what_we_sent_may_come_back() -> None:
    """Half a character that stood in the request is not the server's making."""
    events = changed(DELTA, lambda e: {**e, "delta": "\ud800"})
    asked = exchange(events).request
    assert b"\\ud" not in asked.content
    assert Rule.CHARACTERS in broken(events)


def test_a_rule_broken_by_every_event_is_told_a_few_times() -> None:
    """The findings of one stream are few, however long it is."""
    bare = [{"type": "response.note"}] * 1000
    life = lifecycle(exchange([*conforming(), *bare]))
    assert len(life.breaches[Rule.NUMBERED]) == MAX_FINDINGS


def test_a_stream_is_read_once() -> None:
    """All clauses look at the same value."""
    whole = exchange(conforming())
    assert lifecycle(whole) is lifecycle(whole)


def test_findings_say_where() -> None:
    """A finding names the event, the place in it, and the exchange."""
    whole = exchange(changed("response.output_text.done", lambda e: {**e, "text": "S"}))
    finding = lifecycle(whole).breaches[Rule.ADDS_UP][0]
    assert finding.pointer == "event 13 /text"
    assert finding.exchange == "x-0001"
    assert finding.expected == '"Sunny \U0001f31e" from character 0 of 7'
    assert finding.got == '"S" from character 0 of 1'


odd = st.recursive(
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
"""Values that no server sends, of every JSON type."""

odd_events = st.lists(
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
        odd,
    ).flatmap(
        lambda event: st.sampled_from(sorted(KNOWN)).map(
            lambda type_: {**event, "type": type_}
        )
    ),
    min_size=1,
    max_size=12,
)


@given(odd_events)
def test_nonsense_is_read_to_its_end(events: Events) -> None:
    """No stream makes a check of ours break: that would be our bug."""
    assert set(lifecycle(exchange(events)).breaches) <= set(Rule)


@given(odd_events, st.integers(0, 20))
def test_nonsense_in_a_stream_is_read_to_its_end(events: Events, at: int) -> None:
    """The same between events that make sense."""
    whole = conforming()
    assert lifecycle(exchange([*whole[:at], *events, *whole[at:]])).breaches
