"""Faults that break requirements of `contract/streaming/delivery.py`."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import final_response
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead
from conformance.reference.stream import stream_events
from conformance.reference.variants.streams import is_stream

Sent = tuple[ResponseHead, Iterable[Chunk]]
"""A response as it is sent: its head, and the chunks of its body."""

MIN_BUFFERED_CHUNKS: Final = 40
"""Minimum number of chunks in a stream for the gateway to buffer it."""

BUFFER_DELAY_S: Final = 1.1
"""Time in seconds from the headers to the chunk that contains the whole stream."""


@on_reply(breaks="streaming.media-type-is-event-stream")
def stream_media_type_is_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream has the media type ``text/plain``."""
    return replace(reply, media_type="text/plain") if reply.streamed else reply


@on_reply(breaks="streaming.stream-true-returns-a-stream")
def stream_true_ignored(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with ``stream: true`` gets a JSON response."""
    return GatewayResponse(payload=final_response(reply)) if reply.streamed else reply


@on_reply(breaks="streaming.no-stream-unless-requested")
def stream_false_ignored(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with ``stream: false`` gets a stream."""
    final = final_response(reply)
    if request.field("stream") is not False or not request.is_create or final is None:
        return reply
    return GatewayResponse(events=stream_events(final))


@on_request(breaks="streaming.stream-false-is-accepted")
def stream_false_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with ``stream: false`` is rejected."""
    if request.field("stream") is not False:
        return request
    error = ApiError(
        400, "Stream must be true.", param="stream", code="unsupported_value"
    )
    return GatewayResponse(400, payload=error.envelope())


@on_wire(breaks="streaming.long-response-is-not-buffered")
def stream_buffered(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A long stream is buffered until its end and then sent in one piece."""
    if not is_stream(head):
        return head, chunks
    buffered = list(chunks)
    if len(buffered) < MIN_BUFFERED_CHUNKS:
        return head, buffered
    return head, [Chunk(b"".join(chunk.data for chunk in buffered), BUFFER_DELAY_S)]
