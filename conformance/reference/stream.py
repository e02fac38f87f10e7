"""Generate the events of a stream from the finished response object."""

from collections.abc import Iterator
from typing import Any, Final

from conformance.reference.response import summary_part, text_part

Json = Any

MAX_DELTAS: Final = 200
"""Maximum number of deltas of one text; a longer text has longer deltas."""

TERMINAL_EVENTS: Final = {
    "completed": "response.completed",
    "incomplete": "response.incomplete",
    "failed": "response.failed",
}
"""Type of the last event of a stream, by the status of the finished response."""


def stream_events(response: Json) -> tuple[Json, ...]:
    """Return the events of a stream that ends with ``response``, numbered from 0."""
    started = {
        **response,
        "status": "in_progress",
        "output": [],
        "usage": None,
        "error": None,
        "incomplete_details": None,
        "completed_at": None,
    }
    return tuple(
        {"type": event["type"], "sequence_number": number, **event}
        for number, event in enumerate(_events(started, response))
    )


def _events(started: Json, response: Json) -> Iterator[Json]:
    """Yield the events without sequence numbers.

    ``started`` is the response object as it is before the model generates output.
    """
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, item in enumerate(response["output"]):
        location = {"item_id": item["id"], "output_index": index}
        added = {**item, **_EMPTY_FIELDS[item["type"]], "status": "in_progress"}
        yield {
            "type": "response.output_item.added", "output_index": index, "item": added
        }  # fmt: skip
        yield from _ITEM_EVENTS[item["type"]](item, location)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": TERMINAL_EVENTS[response["status"]], "response": response}


def _message(item: Json, location: Json) -> Iterator[Json]:
    for i, part in enumerate(item["content"]):
        here = {**location, "content_index": i}
        empty = text_part("")
        yield {"type": "response.content_part.added", **here, "part": empty}
        for delta in deltas(part["text"]):
            yield {
                "type": "response.output_text.delta",
                **here,
                "delta": delta,
                "logprobs": [],
            }
        yield {
            "type": "response.output_text.done",
            **here,
            "text": part["text"],
            "logprobs": [],
        }
        yield {"type": "response.content_part.done", **here, "part": part}


def _function_call(item: Json, location: Json) -> Iterator[Json]:
    prefix = "response.function_call_arguments"
    for delta in deltas(item["arguments"]):
        yield {"type": f"{prefix}.delta", **location, "delta": delta}
    done = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": f"{prefix}.done", **location, **done}


def _reasoning(item: Json, location: Json) -> Iterator[Json]:
    prefix = "response.reasoning_summary"
    for i, part in enumerate(item["summary"]):
        here = {**location, "summary_index": i}
        yield {"type": f"{prefix}_part.added", **here, "part": summary_part("")}
        for delta in deltas(part["text"]):
            yield {"type": f"{prefix}_text.delta", **here, "delta": delta}
        yield {"type": f"{prefix}_text.done", **here, "text": part["text"]}
        yield {"type": f"{prefix}_part.done", **here, "part": part}


_ITEM_EVENTS: Final = {
    "message": _message,
    "function_call": _function_call,
    "reasoning": _reasoning,
}

_EMPTY_FIELDS: Final[dict[str, Json]] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "reasoning": {"summary": []},
}
"""Fields of an item that are empty in ``response.output_item.added``, by type."""


def deltas(text: str) -> Iterator[str]:
    """Yield the deltas of a text; they may split words.

    A text of two or more characters has at least two and at most `MAX_DELTAS` deltas.
    """
    size = max(-(-len(text) // MAX_DELTAS), min(3, len(text) // 2), 1)
    for start in range(0, len(text), size):
        yield text[start : start + size]
