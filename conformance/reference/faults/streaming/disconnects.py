"""Faults that break requirements of `contract/streaming/disconnects.py`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_wire
from conformance.reference.faults.streaming.delivery import Sent
from conformance.reference.faults.streaming.json_equivalence import (
    text_of,
    with_text,
)
from conformance.reference.mutations import (
    final_response,
    rebuild_stream,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead
from conformance.reference.variants.streams import is_stream

OFTEN: Final = 20
"""How often a word stands in a stream whose reader will leave."""


def _is_plain(asked: GatewayRequest) -> bool:
    """Whether this is the small question that follows a hang-up."""
    small = asked.field("max_output_tokens") == 64 and not asked.wants_stream
    return small and asked.field("input") == "Say hello in one word."


@on_reply(breaks="streaming.some-stream-brings-an-answer")
def no_stream_at_all(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Whatever is streamed is an error, and nothing else."""
    if not reply.streamed:
        return reply
    told = {"code": "server_error", "message": "Something went wrong", "param": None}
    return reply.with_events([{"type": "error", "sequence_number": 0, **told}])


@on_reply(breaks="streaming.refusal-is-no-stream")
def refuses_in_a_stream(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal of a streamed request is told inside a 200 stream."""
    if not asked.wants_stream or reply.status != 400:
        return reply
    error = {"type": "error", "sequence_number": 0, **reply.payload["error"]}
    return GatewayResponse(events=({**error, "type": "error"},))


@on_wire(breaks="streaming.asks-proxies-not-to-buffer")
def silent_to_proxies(
    _asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """No header asks proxies to pass a stream on at once."""
    if not is_stream(head):
        return head, chunks
    bare = head.without("x-accel-buffering", "cache-control")
    return bare.with_header("cache-control", "private"), chunks


@on_reply(breaks="streaming.done-closes-the-stream", profiles=("openresponses",))
def no_done(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """No stream says [DONE]."""
    return replace(reply, done=False)


def _left_behind(asked: GatewayRequest, reply: GatewayResponse) -> str:
    """Remember a word that a stream repeats; return it to the next plain question."""
    notes: dict[str, str] = asked.fault_state
    final = final_response(reply)
    words = text_of(final).split() if final is not None else []
    if asked.wants_stream and words and words.count(words[0]) > OFTEN:
        notes["left"] = words[0]
    return notes.get("left", "") if _is_plain(asked) else ""


@on_reply(breaks={"streaming.hang-up-does-no-harm", "errors.never-a-server-error"})
def stuck_worker(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The worker of a stream that was left fails at the next question."""
    if not _left_behind(asked, reply):
        return reply
    refused = ApiError(500, "The worker is busy.", code="server_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(
    breaks={"streaming.hang-up-leaves-nothing-behind", "isolation.no-foreign-word"}
)
def leftover_words(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The rest of a stream that was left stands in the next answer."""
    word = _left_behind(asked, reply)
    if not word:
        return reply
    return rebuild_stream(
        reply, lambda whole: with_text(whole, f"{word} {text_of(whole)}")
    )
