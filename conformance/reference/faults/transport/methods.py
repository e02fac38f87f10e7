"""Faults that break requirements of `contract/transport/methods.py`."""

import gzip
from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.transport.http import Sent, joined, with_body
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    Chunk,
    GatewayResponse,
    ResponseHead,
)


def _reads_no_gzip(request: GatewayRequest) -> bool:
    return request.headers.get("accept-encoding") == "identity"


@on_wire(breaks="transport.no-unrequested-compression")
def unrequested_gzip(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """Whoever reads no compression gets it all the same."""
    if not _reads_no_gzip(request):
        return head, chunks
    packed = gzip.compress(joined(chunks))
    return with_body(head.with_header("content-encoding", "gzip"), packed)


@on_request(breaks="transport.other-method-creates-no-response")
def get_creates_response(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A GET with a body is as good as a POST."""
    lists = request.path == "/v1/responses" and request.method == "GET"
    return replace(request, method="POST") if lists else request


@on_request(breaks="transport.other-method-causes-no-server-error")
def patch_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A PATCH meets an exception."""
    if request.method != "PATCH":
        return request
    refused = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(breaks="transport.other-method-is-405")
def other_method_returns_404(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Another method makes the endpoint disappear."""
    return replace(reply, status=404) if reply.status == 405 else reply


@on_reply(breaks="transport.405-lists-allowed-methods")
def allow_header_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 405 does not tell what is allowed."""
    return replace(reply, headers={}) if reply.status == 405 else reply
