"""Faults that break requirements of `contract/streaming/disconnects.py`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_wire
from conformance.reference.faults.streaming.delivery import Sent
from conformance.reference.faults.streaming.json_equivalence import text_of, with_text
from conformance.reference.mutations import final_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead
from conformance.reference.variants.streams import is_stream

REPETITION_LIMIT: Final = 20
"""Maximum number of times that the first word of another stream occurs in it.

A stream with more occurrences is the one from which the client disconnects."""


def _follows_disconnect(request: GatewayRequest) -> bool:
    """Return whether this is the plain request of the probe ``early-disconnect``."""
    is_plain = request.field("max_output_tokens") == 64 and not request.wants_stream
    return is_plain and request.field("input") == "Say hello in one word."


@on_reply(breaks="streaming.not-every-stream-fails")
def every_stream_fails(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every stream consists of a single ``error`` event."""
    if not reply.streamed:
        return reply
    error = {"code": "server_error", "message": "Something went wrong", "param": None}
    return reply.with_events([{"type": "error", "sequence_number": 0, **error}])


@on_reply(breaks="streaming.refused-request-gets-a-4xx")
def error_as_200_stream(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An invalid streaming request gets an ``error`` event in a 200 stream."""
    if not request.wants_stream or reply.status != 400:
        return reply
    error = {"type": "error", "sequence_number": 0, **reply.payload["error"]}
    return GatewayResponse(events=({**error, "type": "error"},))


@on_wire(breaks="streaming.disables-proxy-buffering")
def anti_buffering_header_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """Streams have no header that disables buffering in proxies."""
    if not is_stream(head):
        return head, chunks
    head = head.without_headers("x-accel-buffering", "cache-control")
    return head.with_header("cache-control", "private"), chunks


@on_reply(breaks="streaming.ends-with-done-marker", profiles=("openresponses",))
def done_marker_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Streams do not end with a ``[DONE]`` frame."""
    return replace(reply, done=False)


def _word_of_disconnected_stream(
    request: GatewayRequest, reply: GatewayResponse
) -> str:
    """Return the word of the disconnected stream if this is the request after it.

    If this is the stream, store its word for that request. Return an empty string for
    every request except the one after the stream.
    """
    fault_state: dict[str, str] = request.fault_state
    final = final_response(reply)
    words = text_of(final).split() if final is not None else []
    if request.wants_stream and words and words.count(words[0]) > REPETITION_LIMIT:
        fault_state["repeated"] = words[0]
    return fault_state.get("repeated", "") if _follows_disconnect(request) else ""


@on_reply(
    breaks={
        "streaming.disconnect-does-not-break-next-request",
        "errors.never-a-server-error",
    }
)
def disconnect_crashes_next_request(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The request after a client disconnect gets a 500."""
    if not _word_of_disconnected_stream(request, reply):
        return reply
    error = ApiError(500, "The worker is busy.", code="server_error")
    return GatewayResponse(500, payload=error.envelope())


@on_reply(
    breaks={
        "streaming.disconnect-leaks-no-text",
        "isolation.no-text-from-another-request",
    }
)
def disconnect_leaks_into_next_response(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Text of a disconnected stream appears in the next response."""
    word = _word_of_disconnected_stream(request, reply)
    if not word:
        return reply
    return rebuild_stream(
        reply, lambda response: with_text(response, f"{word} {text_of(response)}")
    )
