"""Functions with which faults change responses, items and events."""

import pytest

from conformance.reference.gateway import MODEL, Gateway
from conformance.reference.mutations import (
    change_each_event,
    change_each_item,
    change_each_response,
    final_response,
    rebuild_stream,
    renumber_events,
)
from conformance.reference.response_message import GatewayResponse
from tests.reference.client import Json, create_request


@pytest.fixture
def streamed() -> GatewayResponse:
    """Return a streamed response."""
    request = create_request(input="Reply with exactly: Hello", stream=True)
    return Gateway().answer(request)


def test_every_snapshot_is_changed(streamed: GatewayResponse) -> None:
    """The original stream is not modified."""
    changed = change_each_response(
        streamed, lambda response: {**response, "model": "other"}
    )
    snapshots = [e["response"] for e in changed.events or () if "response" in e]
    assert {snapshot["model"] for snapshot in snapshots} == {"other"}
    assert final_response(streamed)["model"] == MODEL


def test_every_item_is_changed(streamed: GatewayResponse) -> None:
    """Items are changed in events and in snapshots."""
    changed = change_each_item(streamed, lambda item: {**item, "id": "other"})
    items = [e["item"] for e in changed.events or () if "item" in e]
    items += final_response(changed)["output"]
    assert {item["id"] for item in items} == {"other"}
    assert len(items) == 3


def test_events_can_be_removed_and_renumbered(streamed: GatewayResponse) -> None:
    """Removing events leaves gaps; ``renumber_events`` closes them."""
    removed = change_each_event(streamed, lambda e: None if "delta" in e else e)
    numbers = [event["sequence_number"] for event in removed.events or ()]
    assert numbers != list(range(len(numbers)))
    again = [
        event["sequence_number"] for event in renumber_events(removed).events or ()
    ]
    assert again == list(range(len(numbers)))


def test_rebuilt_stream_matches_the_changed_response(streamed: GatewayResponse) -> None:
    """Deltas and snapshots have the changed text."""

    def in_capitals(response: Json) -> Json:
        response["output"][0]["content"][0]["text"] = "HELLO!"
        return response

    events = rebuild_stream(streamed, in_capitals).events or ()
    assert "".join(e.get("delta", "") for e in events) == "HELLO!"
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "HELLO!"
    json_reply = Gateway().answer(create_request(input="Hi"))
    changed = rebuild_stream(json_reply, in_capitals)
    assert changed.payload["output"][0]["content"][0]["text"] == "HELLO!"


def test_error_responses_are_not_changed() -> None:
    """They contain no response object."""
    error = Gateway().answer(create_request(key="wrong"))
    for function in (
        change_each_response,
        change_each_item,
        change_each_event,
        rebuild_stream,
    ):
        assert function(error, lambda _value: pytest.fail("changed")) == error
    assert renumber_events(error) == error
    assert error.is_rejection
    assert final_response(error) is None
