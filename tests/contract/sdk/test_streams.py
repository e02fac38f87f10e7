"""SDK: what the official client reads from streams."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.clients import openai_client
from conformance.model.verdict import Outcome
from tests.contract.profile.sample_response import MESSAGE
from tests.contract.sdk.sample_exchanges import (
    CALL,
    Json,
    events_of,
    stream_exchange,
    verdict_of,
)


@pytest.mark.parametrize("item", [MESSAGE, CALL], ids=["message", "call"])
@pytest.mark.parametrize("status", ["completed", "incomplete"])
def test_stream_is_read_as_sent(item: Json, status: str) -> None:
    """The client yields every event, and the final response is complete."""
    stream = stream_exchange(*events_of(item, status))

    events = openai_client.read_events(stream).events
    assert events == tuple(event.type for event in stream.events)
    assert openai_client.read_final_response(stream).error == ""
    assert verdict_of("reads-a-stream", stream).outcome is Outcome.PASSED
    assert verdict_of("accumulates-a-stream", stream).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("item", "added_fields"),
    [(MESSAGE, {"content": None}), (CALL, {"arguments": None})],
)
def test_null_in_an_added_item_fails_only_accumulation(
    item: Json, added_fields: Json
) -> None:
    """The client can iterate over the events, but cannot append to null."""
    stream = stream_exchange(*events_of(item, **added_fields))

    read = verdict_of("reads-a-stream", stream)
    accumulated = verdict_of("accumulates-a-stream", stream)

    assert read.outcome is Outcome.PASSED
    assert accumulated.outcome is Outcome.FAILED
    assert "None" in accumulated.findings[0].got


def test_error_field_in_an_event_is_reported_once() -> None:
    """The client stops reading, so accumulation is not reported as well."""
    events = ({**event, "error": {"code": 0}} for event in events_of())
    stream = stream_exchange(*events)

    assert verdict_of("reads-a-stream", stream).outcome is Outcome.FAILED
    assert verdict_of("accumulates-a-stream", stream).outcome is Outcome.PASSED


def test_failure_explained_by_another_section_is_inconclusive() -> None:
    """A stream without its first event violates a requirement of another section."""
    stream = stream_exchange(*events_of()[1:])

    verdict = verdict_of("accumulates-a-stream", stream)

    assert openai_client.read_final_response(stream).error
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "explained by" in verdict.reason


@pytest.mark.parametrize(
    "reframe",
    [
        lambda body: b"retry: 3000\n\n" + body,
        lambda body: body.replace(b"event:", b"id: 1\nevent:").replace(
            b"\n\n", b"\n\n: alive\n\n"
        ),
    ],
    ids=["a lone retry", "a comment after an id"],
)
def test_frame_without_data_fails_only_a_should(
    reframe: Callable[[bytes], bytes],
) -> None:
    """By the SSE standard it is not an event, but the client raises an exception."""
    plain = stream_exchange(*events_of())
    reframed = replace(plain, body=reframe(plain.body), chunks=())

    assert reframed.events[0].type == "response.created"
    assert openai_client.read_events(reframed).error.startswith("JSONDecodeError")
    assert verdict_of("reads-a-stream", reframed).outcome is Outcome.PASSED
    assert verdict_of("accumulates-a-stream", reframed).outcome is Outcome.PASSED
    slug = "skips-frames-without-data"
    assert verdict_of(slug, reframed).outcome is Outcome.FAILED
    assert verdict_of(slug, plain).outcome is Outcome.PASSED


def test_stream_with_an_error_event_is_inconclusive() -> None:
    """The client has to raise an exception for it."""
    error = {"type": "error", "code": "c", "message": "m", "param": None}
    *events, last = events_of()

    verdict = verdict_of("reads-a-stream", stream_exchange(*events, error, last))

    assert verdict.outcome is Outcome.INCONCLUSIVE
