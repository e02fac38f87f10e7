"""Faults that break requirements of `contract/images/input_images.py`."""

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="images.image-is-accepted-or-clearly-refused")
def image_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with an image is rejected with an error that gives no reason."""
    if b'"input_image"' not in request.raw:
        return request
    error = ApiError(400, "The request is not valid.", code="invalid_request")
    return GatewayResponse(400, payload=error.envelope())
