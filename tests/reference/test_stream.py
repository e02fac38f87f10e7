"""Streams and response objects, validated with the models of two other projects."""

import json
from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from openresponses_types import types as openresponses
from pydantic import BaseModel, TypeAdapter

from conformance.reference.gateway import Gateway
from conformance.reference.stream import deltas
from conformance.reference.tokens import Style
from tests.reference.client import TIME, WEATHER, GatewayClient, Json

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}

REQUESTS: dict[str, Json] = {
    "plain": {"input": "Reply with exactly: h\u00e9llo \u6f22\u5b57 \U0001f600"},
    "one character": {"input": "Reply with exactly: x"},
    "no input": {},
    "long": {"input": "Count from 1 to 2000"},
    "truncated": {"input": "Count from 1 to 2000", "max_output_tokens": 16},
    "call": {"input": "The weather in Turin?", "tools": [WEATHER]},
    "calls": {"input": "Weather in Turin and in Oslo?", "tools": [WEATHER, TIME]},
    "truncated call": {
        "input": "The weather?",
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "name": "get_weather"},
        "max_output_tokens": 4,
    },
    "reasoning": {"input": "Hi", "reasoning": {"effort": "low", "summary": "auto"}},
    "truncated reasoning": {
        "input": "Hi",
        "reasoning": {"effort": "high", "summary": "auto"},
        "max_output_tokens": 3,
    },
    "every field": {
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


OPENRESPONSES_ONLY = {"store", "presence_penalty", "frequency_penalty"}
"""Fields that OpenResponses requires, and that the SDK's model does not define."""

SDK_EVENTS: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)

OPENRESPONSES_EVENTS: dict[str, type[BaseModel]] = {
    str(*model.model_fields["type"].annotation): model
    for name, model in vars(openresponses).items()
    if name.endswith("StreamingEvent")
}


@pytest.fixture(params=REQUESTS)
def fields(request: pytest.FixtureRequest) -> Json:
    """Return the fields of each request in turn."""
    return REQUESTS[request.param]


def events_for(fields: Json, profile: str = "newapi") -> list[Json]:
    """Return the events of the streamed response."""
    reply = GatewayClient(Gateway(profile)).create(**fields, stream=True)
    assert reply.events is not None
    return list(reply.events)


@pytest.mark.parametrize("style", ["responses", "both"])
def test_sdk_model_accepts_every_response(fields: Json, style: Style) -> None:
    """The SDK's model defines every field except those that OpenResponses adds."""
    client = GatewayClient(Gateway("openai", usage_style=style))
    response = Response.model_validate(client.create(**fields).payload)
    assert set(response.model_extra or ()) <= OPENRESPONSES_ONLY
    assert response.usage is not None
    assert all(not item.model_extra for item in response.output)


def test_sdk_models_accept_every_event(fields: Json) -> None:
    """Each event is valid for the SDK model of its type."""
    for event in events_for(fields, "openai"):
        assert SDK_EVENTS.validate_python(event).type == event["type"]


def test_openresponses_model_accepts_every_response(fields: Json) -> None:
    """The response is valid for the OpenResponses model and has all of its fields."""
    payload = GatewayClient(Gateway("openresponses")).create(**fields).payload
    response = openresponses.ResponseResource.model_validate(payload)
    assert set(openresponses.ResponseResource.model_fields) <= set(payload)
    assert response.id == payload["id"]


def test_openresponses_models_accept_every_event(fields: Json) -> None:
    """Each event is valid for the OpenResponses model of its type."""
    for event in events_for(fields, "openresponses"):
        OPENRESPONSES_EVENTS[event["type"]].model_validate(event)


def test_sequence_numbers_count_up_from_0(fields: Json) -> None:
    """They have no gap."""
    numbers = [event["sequence_number"] for event in events_for(fields)]
    assert numbers == list(range(len(numbers)))


def test_stream_starts_with_created_and_ends_with_a_terminal_event(
    fields: Json,
) -> None:
    """Only these three events are about the response."""
    types = [event["type"] for event in events_for(fields)]
    assert types[:2] == ["response.created", "response.in_progress"]
    assert types[-1] in {"response.completed", "response.incomplete"}
    assert len([t for t in types if t.count(".") == 1]) == 3


def test_terminal_event_matches_the_status(fields: Json) -> None:
    """Its type contains the ``status`` of its response, and ``usage`` is complete."""
    last = events_for(fields)[-1]
    assert last["type"] == f"response.{last['response']['status']}"
    assert last["response"]["usage"]["total_tokens"] > 0


def test_joined_deltas_equal_the_text(fields: Json) -> None:
    """They equal the done event and the finished item."""
    events = events_for(fields)
    for item in events[-1]["response"]["output"]:
        own = [e for e in events if e.get("item_id") == item["id"]]
        joined = "".join(e["delta"] for e in own if e["type"].endswith("delta"))
        done = [e for e in own if e["type"].endswith(".done") and "part" not in e]
        done_texts = {e.get("text", e.get("arguments")) for e in done} or {""}
        parts = item.get("content") or item.get("summary") or []
        assert {joined} == done_texts
        assert joined == item.get("arguments", "".join(p["text"] for p in parts))


def test_every_item_is_added_and_done(fields: Json) -> None:
    """Added events, done events and the final snapshot have the same items."""
    events = events_for(fields)
    final = [(i, item["id"]) for i, item in enumerate(events[-1]["response"]["output"])]
    for edge in ("added", "done"):
        type_ = f"response.output_item.{edge}"
        items = [e for e in events if e["type"] == type_]
        assert [(e["output_index"], e["item"]["id"]) for e in items] == final
    done = [e["item"] for e in events if e["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]


def test_content_index_starts_at_0_in_each_item() -> None:
    """The message after a reasoning item has content index 0."""
    parts = [e for e in events_for(REQUESTS["reasoning"]) if "content_index" in e]
    assert {(e["output_index"], e["content_index"]) for e in parts} == {(1, 0)}


def test_all_snapshots_have_the_same_id(fields: Json) -> None:
    """Before the end they have neither output nor ``usage``."""
    snapshots = [e["response"] for e in events_for(fields) if "response" in e]
    assert len({snapshot["id"] for snapshot in snapshots}) == 1
    for snapshot in snapshots[:-1]:
        assert (snapshot["status"], snapshot["output"]) == ("in_progress", [])
        assert snapshot["usage"] is None


def test_final_response_equals_the_json_response() -> None:
    """Only ids and times differ."""
    client = GatewayClient(Gateway())
    plain = client.create(input="Count from 1 to 30").payload
    events = client.create(input="Count from 1 to 30", stream=True).events or ()
    for item, streamed_item in zip(
        plain["output"], events[-1]["response"]["output"], strict=True
    ):
        assert item["content"] == streamed_item["content"]
    assert plain["usage"] == events[-1]["response"]["usage"]
    assert set(plain) == set(events[-1]["response"])


@pytest.mark.parametrize("text", ["", "a", "ab", "Hello", "word " * 5000])
def test_text_is_split_into_deltas(text: str) -> None:
    """There are at least two, unless the text is shorter, and at most 200."""
    split = list(deltas(text))
    assert "".join(split) == text
    assert min(len(text), 2) <= len(split) <= 200


def test_only_openresponses_streams_end_with_done() -> None:
    """``[DONE]`` is sent if the document of the profile requires it."""
    for profile, done in (
        ("newapi", False),
        ("openai", False),
        ("openresponses", True),
    ):
        assert GatewayClient(Gateway(profile)).create(stream=True).done is done


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("chat", {"prompt_tokens", "completion_tokens"}),
        ("responses", {"input_tokens", "output_tokens"}),
        (
            "both",
            {"prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"},
        ),
    ],
)
def test_token_counts_add_up_in_each_style(style: Style, names: set[str]) -> None:
    """Each style has all of its counts."""
    client = GatewayClient(Gateway(usage_style=style))
    usage = client.create(input="Hi", reasoning={"effort": "low"}).payload["usage"]
    counts = {name for name in usage if not name.endswith("_details")}
    assert counts == names | {"total_tokens"}
    for prompt, completion in (("prompt", "completion"), ("input", "output")):
        if f"{prompt}_tokens" in usage:
            output_tokens = usage[f"{completion}_tokens"]
            assert usage[f"{prompt}_tokens"] + output_tokens == usage["total_tokens"]
            details = usage[f"{completion}_tokens_details"]
            assert 0 < details["reasoning_tokens"] < output_tokens


def test_every_event_is_strict_json(fields: Json) -> None:
    """Events contain neither ``NaN`` nor unpaired surrogates."""
    for event in events_for(fields):
        text = json.dumps(event, allow_nan=False, ensure_ascii=False)
        assert json.loads(text.encode()) == event
