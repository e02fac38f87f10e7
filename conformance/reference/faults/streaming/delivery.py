"""Defects of streaming: flags that are lost, streams held back, guests that left."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    final_response,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead
from conformance.reference.stream import events_of
from conformance.reference.variants.streams import is_stream

Sent = tuple[ResponseHead, Iterable[Chunk]]


MANY: Final = 40
"""Pieces from which a stream is held back."""


HELD_S: Final = 1.1
"""Seconds for which it is held back."""


@on_reply(breaks="streaming.media-type-is-event-stream")
def unlabelled_stream(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream is called plain text."""
    return replace(reply, media_type="text/plain") if reply.streamed else reply


@on_reply(breaks="streaming.true-brings-a-stream")
def deaf_to_stream(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A request for a stream is answered in one piece."""
    return GatewayResponse(payload=final_response(reply)) if reply.streamed else reply


@on_reply(breaks="streaming.unasked-answer-is-json")
def streams_when_told_not_to(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with stream false is answered by a stream."""
    final = final_response(reply)
    if asked.field("stream") is not False or not asked.is_create or final is None:
        return reply
    return GatewayResponse(events=events_of(final))


@on_request(breaks="streaming.false-is-served")
def only_streams(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with stream false is refused."""
    if asked.field("stream") is not False:
        return asked
    refused = ApiError(
        400, "Stream must be true.", param="stream", code="unsupported_value"
    )
    return GatewayResponse(400, payload=refused.envelope())


@on_wire(breaks="streaming.long-answer-arrives-in-pieces")
def held_back(
    _asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A long stream is gathered, and let go at its end."""
    if not is_stream(head):
        return head, chunks
    pieces = list(chunks)
    if len(pieces) < MANY:
        return head, pieces
    return head, [Chunk(b"".join(piece.data for piece in pieces), HELD_S)]
