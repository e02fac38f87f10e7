"""Faults that break requirements of `contract/requests/unusual.py`."""

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_request
from conformance.reference.faults.requests.fields import error_response
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="requests.large-body-is-accepted")
def body_over_512_kb_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A body of more than 512 KB is rejected."""
    if request.is_create and len(request.raw) > 512 * 1024:
        message = "The request body is too large."
        return error_response(ApiError(413, message, code="request_too_large"))
    return request
