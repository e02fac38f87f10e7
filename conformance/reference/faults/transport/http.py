"""Faults that break requirements of `contract/transport/http.py`.

All of them affect only requests with two spaces after ``Bearer``, which one probe
sends, so that no requirement about other requests fails.
"""

from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.fault import on_request, on_wire
from conformance.reference.faults.transport.bodies import WireResponse
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    DISCONNECT,
    RESET,
    Chunk,
    GatewayResponse,
    ResponseHead,
)


def _has_two_spaces(request: GatewayRequest) -> bool:
    """Return whether the Authorization header contains two spaces in sequence."""
    return "  " in request.headers.get("authorization", "")


@on_wire(breaks="transport.every-request-gets-a-response")
def connection_closed_without_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """The connection is closed without a response."""
    return head, [DISCONNECT] if _has_two_spaces(request) else chunks


@on_wire(breaks="transport.every-request-gets-a-response")
def connection_reset_without_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """The connection is reset without a response."""
    return head, [RESET] if _has_two_spaces(request) else chunks


@on_wire(breaks="transport.every-request-gets-a-response")
def non_http_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """The response is an SMTP greeting instead of HTTP."""
    if not _has_two_spaces(request):
        return head, chunks
    return replace(head, raw=b"220 mail.example ESMTP ready\r\n\r\n"), []


@on_request(breaks="transport.no-redirect")
def redirect_to_another_host(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with two spaces after `Bearer` is redirected to another host."""
    if not _has_two_spaces(request):
        return request
    elsewhere = "https://elsewhere.example/v1/responses"
    return GatewayResponse(307, headers={"location": elsewhere}, raw=b"")
