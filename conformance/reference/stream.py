"""The events that tell a response object: a pure function of the finished one."""

from collections.abc import Iterator
from typing import Any, Final

from conformance.reference.response import summary_part, text_part

Json = Any

MAX_DELTAS: Final = 200
"""Deltas of one text; a longer text gets longer deltas."""

TERMINAL: Final = {
    "completed": "response.completed",
    "incomplete": "response.incomplete",
    "failed": "response.failed",
}


def events_of(response: Json) -> tuple[Json, ...]:
    """Every event of a stream that ends in ``response``, numbered from 0."""
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
        for number, event in enumerate(_life_cycle(started, response))
    )


def _life_cycle(started: Json, response: Json) -> Iterator[Json]:
    yield {"type": "response.created", "response": started}
    yield {"type": "response.in_progress", "response": started}
    for index, item in enumerate(response["output"]):
        place = {"item_id": item["id"], "output_index": index}
        added = {**item, **_EMPTY[item["type"]], "status": "in_progress"}
        yield {
            "type": "response.output_item.added", "output_index": index, "item": added
        }  # fmt: skip
        yield from _TELL[item["type"]](item, place)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": TERMINAL[response["status"]], "response": response}


def _message(item: Json, place: Json) -> Iterator[Json]:
    for i, part in enumerate(item["content"]):
        here = {**place, "content_index": i}
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


def _function_call(item: Json, place: Json) -> Iterator[Json]:
    kind = "response.function_call_arguments"
    for delta in deltas(item["arguments"]):
        yield {"type": f"{kind}.delta", **place, "delta": delta}
    done = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": f"{kind}.done", **place, **done}


def _reasoning(item: Json, place: Json) -> Iterator[Json]:
    kind = "response.reasoning_summary"
    for i, part in enumerate(item["summary"]):
        here = {**place, "summary_index": i}
        yield {"type": f"{kind}_part.added", **here, "part": summary_part("")}
        for delta in deltas(part["text"]):
            yield {"type": f"{kind}_text.delta", **here, "delta": delta}
        yield {"type": f"{kind}_text.done", **here, "text": part["text"]}
        yield {"type": f"{kind}_part.done", **here, "part": part}


_TELL: Final = {
    "message": _message,
    "function_call": _function_call,
    "reasoning": _reasoning,
}

_EMPTY: Final[dict[str, Json]] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "reasoning": {"summary": []},
}


def deltas(text: str) -> Iterator[str]:
    """Cut a text into pieces of a few characters, words or not; at least two."""
    size = max(-(-len(text) // MAX_DELTAS), min(3, len(text) // 2), 1)
    for start in range(0, len(text), size):
        yield text[start : start + size]
