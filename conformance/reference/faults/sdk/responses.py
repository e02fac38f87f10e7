"""Faults that break requirements of `contract/sdk/responses.py`.

The official client fails on these responses, although no document forbids them.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import change_each_response, set_fields
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead


@on_reply(breaks={"sdk.reads-a-response", "sdk.reads-a-stream"})
def private_field_in_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response has the private field `_fields_set` of a serialized object."""
    return change_each_response(reply, set_fields(_fields_set=["id"]))


@on_wire(breaks="sdk.reads-the-error-message")
def error_body_with_bom(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """The body of an error response begins with a UTF-8 byte order mark."""
    if head.status < 400 or head.raw is not None:
        return head, chunks
    body = BOM_UTF8 + b"".join(chunk.data for chunk in chunks)
    return head.with_header("content-length", str(len(body))), [Chunk(body)]


@on_reply(breaks="sdk.does-not-retry-refused-requests")
def x_should_retry_on_every_error(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every error response has the header `x-should-retry: true`."""
    return reply.with_headers(x_should_retry="true") if reply.is_rejection else reply
