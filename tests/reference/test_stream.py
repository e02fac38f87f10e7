"""Streams, and the shape of every answer, judged by models that are not ours."""

import json
from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from openresponses_types import types as openresponses
from pydantic import BaseModel, TypeAdapter

from conformance.reference.gateway import Gateway
from conformance.reference.stream import deltas
from conformance.reference.tokens import Style
from tests.reference.client import TIME, WEATHER, Json, Speaker

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}

QUESTIONS: dict[str, Json] = {
    "plain": {"input": "Reply with exactly: h\u00e9llo \u6f22\u5b57 \U0001f600"},
    "one letter": {"input": "Reply with exactly: x"},
    "nothing": {},
    "long": {"input": "Count from 1 to 2000"},
    "cut": {"input": "Count from 1 to 2000", "max_output_tokens": 16},
    "call": {"input": "The weather in Turin?", "tools": [WEATHER]},
    "calls": {"input": "Weather in Turin and in Oslo?", "tools": [WEATHER, TIME]},
    "cut call": {
        "input": "The weather?",
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "name": "get_weather"},
        "max_output_tokens": 4,
    },
    "thought": {"input": "Hi", "reasoning": {"effort": "low", "summary": "auto"}},
    "cut thought": {
        "input": "Hi",
        "reasoning": {"effort": "high", "summary": "auto"},
        "max_output_tokens": 3,
    },
    "every member": {
        "input": [{"role": "user", "content": "Hi"}],
        "instructions": "Be brief.",
        "temperature": 0,
        "top_p": 1,
        "metadata": {"a": "b"},
        "truncation": "auto",
        "store": False,
        "parallel_tool_calls": False,
        "tools": [WEATHER],
        "tool_choice": "none",
        "text": {
            "format": {"type": "json_schema", "name": "n", "schema": SCHEMA},
            "verbosity": "low",
        },
    },
}


OPEN_ONLY = {"store", "presence_penalty", "frequency_penalty"}
"""Members that OpenResponses requires, and the SDK's response does not name."""

SDK_EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)

OPEN_EVENT: dict[str, type[BaseModel]] = {
    str(*model.model_fields["type"].annotation): model
    for name, model in vars(openresponses).items()
    if name.endswith("StreamingEvent")
}


@pytest.fixture(params=QUESTIONS)
def question(request: pytest.FixtureRequest) -> Json:
    """Each question in turn."""
    return QUESTIONS[request.param]


def events_for(question: Json, profile: str = "newapi") -> list[Json]:
    """The events that answer a question."""
    reply = Speaker(Gateway(profile)).ask(**question, stream=True)
    assert reply.events is not None
    return list(reply.events)


@pytest.mark.parametrize("style", ["responses", "both"])
def test_the_official_models_accept_every_answer(question: Json, style: Style) -> None:
    """An answer validates as the SDK's own response, which knows nearly all of it."""
    speaker = Speaker(Gateway("openai", usage_style=style))
    said = Response.model_validate(speaker.ask(**question).payload)
    assert set(said.model_extra or ()) <= OPEN_ONLY
    assert said.usage is not None
    assert all(not item.model_extra for item in said.output)


def test_the_official_models_accept_every_event(question: Json) -> None:
    """Each event validates as the SDK event of its type."""
    for event in events_for(question, "openai"):
        assert SDK_EVENT.validate_python(event).type == event["type"]


def test_the_open_models_accept_every_answer(question: Json) -> None:
    """An answer validates as an OpenResponses resource with all of its members."""
    payload = Speaker(Gateway("openresponses")).ask(**question).payload
    said = openresponses.ResponseResource.model_validate(payload)
    assert set(openresponses.ResponseResource.model_fields) <= set(payload)
    assert said.id == payload["id"]


def test_the_open_models_accept_every_event(question: Json) -> None:
    """Each event validates as the OpenResponses event of its type."""
    for event in events_for(question, "openresponses"):
        OPEN_EVENT[event["type"]].model_validate(event)


def test_numbers_count_up_from_zero(question: Json) -> None:
    """Sequence numbers are contiguous."""
    numbers = [event["sequence_number"] for event in events_for(question)]
    assert numbers == list(range(len(numbers)))


def test_a_stream_has_one_beginning_and_one_end(question: Json) -> None:
    """Created and in progress come first, one terminal event last."""
    types = [event["type"] for event in events_for(question)]
    assert types[:2] == ["response.created", "response.in_progress"]
    assert types[-1] in {"response.completed", "response.incomplete"}
    assert len([t for t in types if t.count(".") == 1]) == 3


def test_the_end_says_what_the_status_says(question: Json) -> None:
    """The terminal event is named after the embedded status."""
    last = events_for(question)[-1]
    assert last["type"] == f"response.{last['response']['status']}"
    assert last["response"]["usage"]["total_tokens"] > 0


def test_deltas_are_the_text(question: Json) -> None:
    """Joined deltas equal the done event, and the done event equals the item."""
    events = events_for(question)
    for item in events[-1]["response"]["output"]:
        mine = [e for e in events if e.get("item_id") == item["id"]]
        told = "".join(e["delta"] for e in mine if e["type"].endswith("delta"))
        done = [e for e in mine if e["type"].endswith((".done",)) and "part" not in e]
        whole = {e.get("text", e.get("arguments")) for e in done} or {""}
        parts = item.get("content") or item.get("summary") or []
        assert {told} == whole
        assert told == item.get("arguments", "".join(p["text"] for p in parts))


def test_every_item_is_announced_and_finished(question: Json) -> None:
    """Added, done and the final snapshot list the same items in the same places."""
    events = events_for(question)
    final = [(i, item["id"]) for i, item in enumerate(events[-1]["response"]["output"])]
    for edge in ("added", "done"):
        kind = f"response.output_item.{edge}"
        seen = [e for e in events if e["type"] == kind]
        assert [(e["output_index"], e["item"]["id"]) for e in seen] == final
    done = [e["item"] for e in events if e["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]


def test_content_parts_are_counted_within_their_item() -> None:
    """The message after a reasoning item starts at content index 0 again."""
    parts = [e for e in events_for(QUESTIONS["thought"]) if "content_index" in e]
    assert {(e["output_index"], e["content_index"]) for e in parts} == {(1, 0)}


def test_one_id_in_all_snapshots(question: Json) -> None:
    """Every snapshot is of the same response, before its end without its results."""
    snapshots = [e["response"] for e in events_for(question) if "response" in e]
    assert len({snapshot["id"] for snapshot in snapshots}) == 1
    for snapshot in snapshots[:-1]:
        assert (snapshot["status"], snapshot["output"]) == ("in_progress", [])
        assert snapshot["usage"] is None


def test_a_stream_ends_as_its_plain_answer() -> None:
    """But for ids and times, both modes give the same response."""
    speaker = Speaker(Gateway())
    plain = speaker.ask(input="Count from 1 to 30").payload
    events = speaker.ask(input="Count from 1 to 30", stream=True).events or ()
    for one, other in zip(
        plain["output"], events[-1]["response"]["output"], strict=True
    ):
        assert one["content"] == other["content"]
    assert plain["usage"] == events[-1]["response"]["usage"]
    assert set(plain) == set(events[-1]["response"])


@pytest.mark.parametrize("text", ["", "a", "ab", "Hello", "word " * 5000])
def test_texts_are_cut_into_several_deltas(text: str) -> None:
    """Nothing is lost, a short text comes in parts, a long one in not too many."""
    cut = list(deltas(text))
    assert "".join(cut) == text
    assert min(len(text), 2) <= len(cut) <= 200


def test_only_open_responses_streams_end_in_the_sentinel() -> None:
    """The sentinel is sent where its document demands it."""
    for profile, done in (
        ("newapi", False),
        ("openai", False),
        ("openresponses", True),
    ):
        assert Speaker(Gateway(profile)).ask(stream=True).done is done


@pytest.mark.parametrize(
    ("style", "members"),
    [
        ("chat", {"prompt_tokens", "completion_tokens"}),
        ("responses", {"input_tokens", "output_tokens"}),
        (
            "both",
            {"prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"},
        ),
    ],
)
def test_usage_styles_add_up(style: Style, members: set[str]) -> None:
    """Each style is complete, and the styles agree."""
    question: Json = {"input": "Hi", "reasoning": {"effort": "low"}}
    usage = Speaker(Gateway(usage_style=style)).ask(**question).payload["usage"]
    counts = {name for name in usage if not name.endswith("_details")}
    assert counts == members | {"total_tokens"}
    for one, other in (("prompt", "completion"), ("input", "output")):
        if f"{one}_tokens" in usage:
            sides = usage[f"{one}_tokens"], usage[f"{other}_tokens"]
            assert sum(sides) == usage["total_tokens"]
            hidden = usage[f"{other}_tokens_details"]["reasoning_tokens"]
            assert 0 < hidden < sides[1]


def test_every_answer_is_json_that_any_reader_reads(question: Json) -> None:
    """No constants beyond JSON, and no half characters, in any event."""
    for event in events_for(question):
        text = json.dumps(event, allow_nan=False, ensure_ascii=False)
        assert json.loads(text.encode()) == event
