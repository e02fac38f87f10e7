"""Faults that break requirements of `contract/transport/methods.py`."""

from dataclasses import replace

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="transport.other-method-creates-no-response")
def get_creates_response(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A GET request is handled like a POST."""
    is_get = request.path == "/v1/responses" and request.method == "GET"
    return replace(request, method="POST") if is_get else request


@on_request(breaks="transport.other-method-causes-no-server-error")
def patch_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A PATCH request gets a 500."""
    if request.method != "PATCH":
        return request
    error = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=error.envelope())


@on_reply(breaks="transport.other-method-is-405")
def other_method_returns_404(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests with methods other than POST get a 404 instead of a 405."""
    return replace(reply, status=404) if reply.status == 405 else reply


@on_reply(breaks="transport.405-lists-allowed-methods")
def allow_header_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """405 responses have no `Allow` header."""
    return replace(reply, headers={}) if reply.status == 405 else reply
