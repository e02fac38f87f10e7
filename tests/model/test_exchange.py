"""An exchange is seen for what it is, and its views never guess."""

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


def came(
    body: bytes | str | dict[str, object],
    status: int = 200,
    media_type: str = "application/json",
    *,
    streamed: bool = False,
) -> Exchange:
    """Return an exchange with this answer."""
    raw = json.dumps(body) if isinstance(body, dict) else body
    content = raw.encode() if isinstance(raw, str) else raw
    request = Request.of({"model": "m", "stream": streamed})
    return Exchange(request, status, (("content-type", media_type),), content)


def stream(*events: dict[str, object]) -> Exchange:
    """Return an exchange with these server-sent events."""
    text = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return came(text, media_type="text/event-stream", streamed=True)


@pytest.mark.parametrize(
    ("exchange", "kind"),
    [
        (came(OK), ResponseKind.RESPONSE),
        (stream({"type": "response.created"}), ResponseKind.STREAM),
        (came({"error": {}}, 404), ResponseKind.CLIENT_ERROR),
        (came("", 401), ResponseKind.CLIENT_ERROR),
        (came({"error": {}}, 503), ResponseKind.SERVER_ERROR),
        (came("<html>", media_type="text/html"), ResponseKind.UNRECOGNIZED),
        (came("{}"), ResponseKind.UNRECOGNIZED),
        (came('{"error": {"message": "no"}}'), ResponseKind.UNRECOGNIZED),
        (came(""), ResponseKind.UNRECOGNIZED),
        (
            came("data: [DONE]\n\n", media_type="text/event-stream"),
            ResponseKind.UNRECOGNIZED,
        ),
        (came("", 302), ResponseKind.UNRECOGNIZED),
        (
            Exchange(Request(), failure=TransportFailure(FailureKind.TIMEOUT)),
            ResponseKind.NO_RESPONSE,
        ),
    ],
)
def test_an_answer_is_one_of_six_kinds(exchange: Exchange, kind: ResponseKind) -> None:
    """By its status, its media type, and whether the contract knows its shape."""
    assert exchange.kind is kind


@pytest.mark.parametrize(
    ("exchange", "error"),
    [
        (came({"error": {}}, 400), RejectedRequest),
        (came({"error": {}}, 429), Inconclusive),
        (came({"error": {}}, 500), Inconclusive),
        (came("<html>"), Inconclusive),
        (stream({"type": "response.created"}), Inconclusive),
        (stream({"type": "response.completed"}), UnexpectedValue),
    ],
)
def test_no_response_object_is_made_up(
    exchange: Exchange, error: type[Exception]
) -> None:
    """What has none says so, each in the way that its verdict needs."""
    with pytest.raises(error):
        _ = exchange.response
    assert exchange.response_or_none is None


def test_the_last_snapshot_of_a_stream_is_its_response() -> None:
    """With a pointer that names the event."""
    ended = stream(
        {"type": "response.created", "response": {"id": "r"}},
        {"type": "response.completed", "response": OK},
    )

    assert ended.response.value == OK
    assert ended.response["status"].pointer == "event 1 /response/status"


def test_what_a_lenient_parser_passes_over_is_noted() -> None:
    """Members that stand twice, and numbers that JSON does not have."""
    odd = came('{"id": 1, "usage": {"a": NaN, "a": 2}, "id": 3}')

    assert sorted(odd.parsed_body.repeated) == ["a", "id"]
    assert odd.parsed_body.constants == ("NaN",)


@pytest.mark.parametrize("body", ["[" * 100_000, '{"id":', '{"a":1} x'])
def test_what_is_not_one_json_value_is_malformed(body: str) -> None:
    """Depth, truncation and trailing bytes never break a check."""
    with pytest.raises(UnexpectedValue):
        _ = came(body).json


def test_text_is_joined_from_whatever_is_there() -> None:
    """Parts of another form count as nothing."""
    output = [
        {"type": "reasoning", "content": [{"text": "hm"}]},
        {"type": "message", "content": [{"text": "a"}, {"text": None}, 7]},
        {"type": "message", "content": None},
        {"type": "message", "content": [{"type": "output_text", "text": "b"}]},
        "odd",
    ]

    assert came({**OK, "output": output}).text == "ab"


def test_events_know_when_they_came() -> None:
    """The arrival is that of the piece which held the end of the frame."""
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
    "spoil",
    [
        lambda x: x.events[0].data,
        lambda x: x.events[1].data["sequence_number"],
    ],
)
def test_an_event_that_is_not_json_is_malformed(
    spoil: Callable[[Exchange], object],
) -> None:
    """Its type is nothing, its data a finding."""
    exchange = came(
        'data: {"type"\n\ndata: {"type": "a"}\n\n', media_type="text/event-stream"
    )

    assert [event.type for event in exchange.events] == ["", "a"]
    with pytest.raises(UnexpectedValue):
        spoil(exchange)
