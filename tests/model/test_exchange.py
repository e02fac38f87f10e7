"""The kind of a response, and what an exchange returns from its body."""

import json
from collections.abc import Callable

import pytest

from conformance.model.exchange import (
    Exchange,
    FailureKind,
    Inconclusive,
    RejectedRequest,
    ResponseKind,
    TransportFailure,
)
from conformance.model.node import UnexpectedValue
from conformance.model.request import Request

OK: dict[str, object] = {
    "id": "r",
    "object": "response",
    "status": "completed",
    "output": [],
}


def exchange_with(
    body: bytes | str | dict[str, object],
    status: int = 200,
    media_type: str = "application/json",
    *,
    streamed: bool = False,
) -> Exchange:
    """Return an exchange with this response."""
    raw = json.dumps(body) if isinstance(body, dict) else body
    content = raw.encode() if isinstance(raw, str) else raw
    request = Request.of({"model": "m", "stream": streamed})
    return Exchange(request, status, (("content-type", media_type),), content)


def stream(*events: dict[str, object]) -> Exchange:
    """Return an exchange with these server-sent events."""
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return exchange_with(text, media_type="text/event-stream", streamed=True)


@pytest.mark.parametrize(
    ("exchange", "kind"),
    [
        (exchange_with(OK), ResponseKind.RESPONSE),
        (stream({"type": "response.created"}), ResponseKind.STREAM),
        (exchange_with({"error": {}}, 404), ResponseKind.CLIENT_ERROR),
        (exchange_with("", 401), ResponseKind.CLIENT_ERROR),
        (exchange_with({"error": {}}, 503), ResponseKind.SERVER_ERROR),
        (exchange_with("<html>", media_type="text/html"), ResponseKind.UNRECOGNIZED),
        (exchange_with("{}"), ResponseKind.UNRECOGNIZED),
        (exchange_with('{"error": {"message": "no"}}'), ResponseKind.UNRECOGNIZED),
        (exchange_with(""), ResponseKind.UNRECOGNIZED),
        (
            exchange_with("data: [DONE]\n\n", media_type="text/event-stream"),
            ResponseKind.UNRECOGNIZED,
        ),
        (exchange_with("", 302), ResponseKind.UNRECOGNIZED),
        (
            Exchange(Request(), failure=TransportFailure(FailureKind.TIMEOUT)),
            ResponseKind.NO_RESPONSE,
        ),
    ],
)
def test_kind_of_a_response(exchange: Exchange, kind: ResponseKind) -> None:
    """The kind depends on the status, the media type and the form of the body."""
    assert exchange.kind is kind


@pytest.mark.parametrize(
    ("exchange", "error"),
    [
        (exchange_with({"error": {}}, 400), RejectedRequest),
        (exchange_with({"error": {}}, 429), Inconclusive),
        (exchange_with({"error": {}}, 500), Inconclusive),
        (exchange_with("<html>"), Inconclusive),
        (stream({"type": "response.created"}), Inconclusive),
        (stream({"type": "response.completed"}), UnexpectedValue),
    ],
)
def test_missing_response_object_raises(
    exchange: Exchange, error: type[Exception]
) -> None:
    """The exception decides the verdict; ``response_or_none`` does not raise."""
    with pytest.raises(error):
        _ = exchange.response
    assert exchange.response_or_none is None


def test_response_of_a_stream_is_that_of_its_terminal_event() -> None:
    """Its pointers name the event."""
    exchange = stream(
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.completed", "response": OK},
    )

    assert exchange.response.value == OK
    assert exchange.response["status"].pointer == "event 1 /response/status"


def test_repeated_names_and_nan_are_reported() -> None:
    """A lenient parser accepts both silently."""
    exchange = exchange_with('{"id": 1, "usage": {"a": NaN, "a": 2}, "id": 3}')

    assert sorted(exchange.parsed_body.repeated) == ["a", "id"]
    assert exchange.parsed_body.constants == ("NaN",)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"id":', '{"a":1} x'])
def test_body_that_is_not_one_json_value_raises(body: str) -> None:
    """Deep nesting, truncation and trailing bytes are findings."""
    with pytest.raises(UnexpectedValue):
        _ = exchange_with(body).json


def test_text_is_the_concatenated_text_of_message_items() -> None:
    """Parts without a string ``text`` are skipped."""
    output = [
        {"type": "reasoning", "content": [{"text": "hm"}]},
        {"type": "message", "content": [{"text": "a"}, {"text": None}, 7]},
        {"type": "message", "content": None},
        {"type": "message", "content": [{"type": "output_text", "text": "b"}]},
        "odd",
    ]

    assert exchange_with({**OK, "output": output}).text == "ab"


def test_event_arrives_with_the_chunk_that_ends_it() -> None:
    """Each event has the time of that chunk."""
    first, second = b'data: {"type": "a"}\n\n', b'data: {"type": "b"}\n\n'
    request = Request.of({"stream": True})
    exchange = Exchange(
        request,
        200,
        (("content-type", "text/event-stream"),),
        first + second,
        ((0.1, 5), (0.2, len(first)), (0.9, len(first + second))),
    )

    assert [(event.type, event.at) for event in exchange.events] == [
        ("a", 0.2),
        ("b", 0.9),
    ]


@pytest.mark.parametrize(
    "read",
    [
        lambda x: x.events[0].data,
        lambda x: x.events[1].data["sequence_number"],
    ],
)
def test_event_without_json_data_raises(
    read: Callable[[Exchange], object],
) -> None:
    """Its type is an empty string."""
    exchange = exchange_with(
        'data: {"type"\n\ndata: {"type": "a"}\n\n', media_type="text/event-stream"
    )

    assert [event.type for event in exchange.events] == ["", "a"]
    with pytest.raises(UnexpectedValue):
        read(exchange)
