"""Defects of pictures in the input."""

from conformance.reference.errors import Refused
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply


@on_request(breaks="images.picture-is-taken-or-refused-by-name")
def picture_refused_vaguely(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A request with a picture is refused without a word on why."""
    if b'"input_image"' not in asked.raw:
        return asked
    refused = Refused(400, "The request is not valid.", code="invalid_request")
    return Reply(400, payload=refused.envelope())
