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


def _is_plain(request: GatewayRequest) -> bool:
    """Whether this is the small question that follows a hang-up."""
    small = request.field("max_output_tokens") == 64 and not request.wants_stream
    return small and request.field("input") == "Say hello in one word."


@on_reply(breaks="streaming.not-every-stream-fails")
def every_stream_fails(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Whatever is streamed is an error, and nothing else."""
    if not reply.streamed:
        return reply
    told = {"code": "server_error", "message": "Something went wrong", "param": None}
    return reply.with_events([{"type": "error", "sequence_number": 0, **told}])


@on_reply(breaks="streaming.refused-request-gets-a-4xx")
def error_as_200_stream(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal of a streamed request is told inside a 200 stream."""
    if not request.wants_stream or reply.status != 400:
        return reply
    error = {"type": "error", "sequence_number": 0, **reply.payload["error"]}
    return GatewayResponse(events=({**error, "type": "error"},))


@on_wire(breaks="streaming.disables-proxy-buffering")
def anti_buffering_header_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """No header asks proxies to pass a stream on at once."""
    if not is_stream(head):
        return head, chunks
    bare = head.without("x-accel-buffering", "cache-control")
    return bare.with_header("cache-control", "private"), chunks


@on_reply(breaks="streaming.ends-with-done-marker", profiles=("openresponses",))
def done_marker_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No stream says [DONE]."""
    return replace(reply, done=False)


def _left_behind(request: GatewayRequest, reply: GatewayResponse) -> str:
    """Remember a word that a stream repeats; return it to the next plain question."""
    notes: dict[str, str] = request.fault_state
    final = final_response(reply)
    words = text_of(final).split() if final is not None else []
    if request.wants_stream and words and words.count(words[0]) > OFTEN:
        notes["left"] = words[0]
    return notes.get("left", "") if _is_plain(request) else ""


@on_reply(
    breaks={
        "streaming.disconnect-does-not-break-next-request",
        "errors.never-a-server-error",
    }
)
def disconnect_crashes_next_request(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The worker of a stream that was left fails at the next question."""
    if not _left_behind(request, reply):
        return reply
    refused = ApiError(500, "The worker is busy.", code="server_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(
    breaks={
        "streaming.disconnect-leaks-no-text",
        "isolation.no-text-from-another-request",
    }
)
def disconnect_leaks_into_next_response(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The rest of a stream that was left stands in the next answer."""
    word = _left_behind(request, reply)
    if not word:
        return reply
    return rebuild_stream(
        reply, lambda whole: with_text(whole, f"{word} {text_of(whole)}")
    )
