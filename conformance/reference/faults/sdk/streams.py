"""Faults that break requirements of `contract/sdk/streams.py`."""

from collections.abc import Iterable
from typing import Any

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import each_event, having
from conformance.reference.request import Asked
from conformance.reference.response_message import STREAM_TYPE, Chunk, Head, Reply

Json = Any


@on_reply(breaks="sdk.reads-a-stream")
def error_that_says_no_error(_asked: Asked, reply: Reply) -> Reply:
    """Each event has an error member with the code 0."""
    return each_event(reply, having(error={"code": 0, "message": ""}))


@on_wire(breaks="sdk.reads-the-framing")
def lone_time_to_retry(
    _asked: Asked, head: Head, chunks: Iterable[Chunk]
) -> tuple[Head, Iterable[Chunk]]:
    """A stream begins with a block that tells nothing but when to come back."""
    if head.raw is not None or head.header("content-type") != STREAM_TYPE:
        return head, chunks
    return head, (Chunk(b"retry: 3000\n\n"), *chunks)


def _announced(reply: Reply, type_: str, **members: Json) -> Reply:
    def nulled(event: Json) -> Json:
        added = event["type"] == "response.output_item.added"
        if added and event["item"]["type"] == type_:
            event["item"].update(members)
        return event

    return each_event(reply, nulled)


@on_reply(breaks="sdk.accumulates-a-stream")
def announced_without_content(_asked: Asked, reply: Reply) -> Reply:
    """A message is announced with null for its content."""
    return _announced(reply, "message", content=None)


@on_reply(breaks="sdk.accumulates-a-stream")
def announced_without_arguments(_asked: Asked, reply: Reply) -> Reply:
    """A function call is announced with null for its arguments."""
    return _announced(reply, "function_call", arguments=None)
