"""Build streams of events as a conforming server sends them, and check them."""

import json
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

import httpx2
import openai

from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import analyze_stream
from conformance.model.exchange import Exchange, TransportFailure
from conformance.model.request import Request

Json = Any

SSE = (("content-type", "text/event-stream"),)


def response(status: str, output: Sequence[Json] = ()) -> Json:
    """Return a response object as snapshots contain it.

    ``usage`` is ``null`` while the status is ``in_progress``.
    """
    counts = {"input_tokens": 3, "output_tokens": 9, "total_tokens": 12}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1760000000,
        "status": status,
        "model": "m",
        "output": list(output),
        "usage": None if status == "in_progress" else counts,
        "error": None,
        "incomplete_details": None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def text(said: str) -> Json:
    """Return an ``output_text`` part."""
    return {"type": "output_text", "text": said, "annotations": [], "logprobs": []}


def message(status: str, *parts: str) -> Json:
    """Return a message item with these texts as its parts."""
    return {
        "type": "message",
        "id": "msg_1",
        "status": status,
        "role": "assistant",
        "content": [text(part) for part in parts],
    }


def reasoning_item(*parts: str) -> Json:
    """Return a reasoning item with these texts as the parts of its summary."""
    summary = [{"type": "summary_text", "text": part} for part in parts]
    return {"type": "reasoning", "id": "rs_1", "summary": summary}


def call(status: str, arguments: str) -> Json:
    """Return a function call item."""
    return {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "get_weather",
        "arguments": arguments,
        "status": status,
    }


ARGUMENTS = '{"city": "Turin"}'
OUTPUT = (
    reasoning_item("I look at the sky."),
    message("completed", "Sunny \U0001f31e", "and warm."),
    call("completed", ARGUMENTS),
)

_THOUGHT: list[Json] = [
    {"type": "response.output_item.added", "item": reasoning_item()},
    {
        "type": "response.reasoning_summary_part.added",
        "item_id": "rs_1",
        "summary_index": 0,
        "part": {"type": "summary_text", "text": ""},
    },
    {
        "type": "response.reasoning_summary_text.delta",
        "item_id": "rs_1",
        "summary_index": 0,
        "delta": "I look ",
    },
    {
        "type": "response.reasoning_summary_text.delta",
        "item_id": "rs_1",
        "summary_index": 0,
        "delta": "at the sky.",
    },
    {
        "type": "response.reasoning_summary_text.done",
        "item_id": "rs_1",
        "summary_index": 0,
        "text": "I look at the sky.",
    },
    {
        "type": "response.reasoning_summary_part.done",
        "item_id": "rs_1",
        "summary_index": 0,
        "part": {"type": "summary_text", "text": "I look at the sky."},
    },
    {"type": "response.output_item.done", "item": OUTPUT[0]},
]


def _part(index: int, *deltas: str) -> list[Json]:
    whole, place = "".join(deltas), {"item_id": "msg_1", "content_index": index}
    return [
        {"type": "response.content_part.added", **place, "part": text("")},
        *(
            {
                "type": "response.output_text.delta",
                **place,
                "delta": delta,
                "logprobs": [],
            }
            for delta in deltas
        ),
        {
            "type": "response.output_text.done",
            **place,
            "text": whole,
            "logprobs": [],
        },
        {"type": "response.content_part.done", **place, "part": text(whole)},
    ]


_MESSAGE: list[Json] = [
    {"type": "response.output_item.added", "item": message("in_progress")},
    *_part(0, "Sunny", " \U0001f31e"),
    *_part(1, "and ", "warm."),
    {"type": "response.output_item.done", "item": OUTPUT[1]},
]

_CALL: list[Json] = [
    {"type": "response.output_item.added", "item": call("in_progress", "")},
    {
        "type": "response.function_call_arguments.delta",
        "item_id": "fc_1",
        "delta": ARGUMENTS[:9],
    },
    {
        "type": "response.function_call_arguments.delta",
        "item_id": "fc_1",
        "delta": ARGUMENTS[9:],
    },
    {
        "type": "response.function_call_arguments.done",
        "item_id": "fc_1",
        "name": "get_weather",
        "arguments": ARGUMENTS,
    },
    {"type": "response.output_item.done", "item": OUTPUT[2]},
]


def conforming() -> list[Json]:
    """Return the events of a conforming stream with reasoning, a message and a call."""
    tracks = (_THOUGHT, _MESSAGE, _CALL)
    told = [
        {**event, "output_index": index}
        for index, track in enumerate(tracks)
        for event in track
    ]
    started = response("in_progress")
    events = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
        *told,
        {"type": "response.completed", "response": response("completed", OUTPUT)},
    ]
    return numbered(deepcopy(events))


def numbered(events: Iterable[Json]) -> list[Json]:
    """Set the ``sequence_number`` of the events, starting at 0."""
    return [{**event, "sequence_number": n} for n, event in enumerate(events)]


def to_sse(events: Iterable[Json]) -> bytes:
    """Encode events as frames with one ``event`` and one ``data`` line."""
    return b"".join(
        f"event: {event.get('type')}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    )


def exchange(
    stream: Iterable[Json] | bytes,
    *,
    failure: TransportFailure | None = None,
    hang_up_after: int | None = None,
    chunks: tuple[tuple[float, int], ...] | None = None,
) -> Exchange:
    """Return an exchange whose body is a stream of events, or these bytes.

    Each chunk has the seconds until it arrived, and the offset at which it ends.
    """
    body = stream if isinstance(stream, bytes) else to_sse(stream)
    asked = Request.of(
        {"model": "m", "input": "Hi.", "stream": True}, disconnect_after=hang_up_after
    )
    arrived = chunks if chunks is not None else ((0.01, len(body)),)
    return Exchange(asked, 200, SSE, body, arrived, failure=failure, id="x-0001")


def broken_rules(stream: Iterable[Json] | Exchange) -> set[Rule]:
    """Return the rules that a stream violates."""
    whole = stream if isinstance(stream, Exchange) else exchange(stream)
    return {rule for rule, found in analyze_stream(whole).findings.items() if found}


def with_changed(type_: str, change: Callable[[Json], Json]) -> list[Json]:
    """Return the conforming stream with the events of one type changed."""
    return [change(e) if e["type"] == type_ else e for e in conforming()]


def accumulate_with_official_client(body: bytes) -> Any:  # noqa: ANN401 -- the response type of the client
    """Return the final response that the official client accumulates from a stream.

    Raises what the client raises.
    """
    sent = httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, content=body
    )
    http = httpx2.Client(transport=httpx2.MockTransport(lambda _: sent))
    with (
        openai.OpenAI(base_url="http://gw/v1", api_key="k", http_client=http) as client,
        client.responses.stream(model="m", input="Hi.") as stream,
    ):
        return stream.get_final_response()
