"""Faults that break requirements of ``contract/responses/model.py``."""

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_each_response,
    change_json_response,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_reply(breaks="responses.model-is-a-string")
def response_model_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response has no ``model``."""
    return change_json_response(reply, remove_fields("model"))


@on_reply(breaks="responses.model-is-a-string")
def response_model_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``model`` of a JSON response is an empty string."""
    return change_json_response(reply, set_fields(model=""))


@on_reply(breaks="responses.model-is-the-requested-one")
def upstream_model_name_returned(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``model`` is the upstream's name of the model in every response."""
    return change_each_response(reply, set_fields(model="upstream-large-v3"))


@on_reply(
    breaks={
        "responses.model-is-the-requested-one",
        "responses.model-is-the-same-in-streams",
    }
)
def upstream_model_name_returned_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``model`` is the upstream's name of the model in streams, but not in JSON."""
    if not reply.streamed:
        return reply
    return change_each_response(reply, set_fields(model="upstream-large-v3"))
