"""Faults that break requirements of `contract/state/unknown_ids.py`."""

from conformance.reference.fault import on_request
from conformance.reference.faults.state.continuation import afresh, previous
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="state.malformed-id-is-refused")
def malformed_previous_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What does not have the form of an id starts a new conversation."""
    named = request.field("previous_response_id")
    odd = isinstance(named, str) and not named.startswith("resp_")
    return afresh(request, gateway) if odd else request


@on_request(breaks="state.numeric-id-is-refused")
def numeric_previous_id_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A number as an id starts a new conversation."""
    named = request.field("previous_response_id")
    return (
        request.without_fields("previous_response_id")
        if isinstance(named, int)
        else request
    )


@on_request(breaks="state.conversation-is-private-to-its-key")
def conversation_readable_with_any_key(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A conversation is looked up by its id alone."""
    record = previous(request, gateway)
    if record is None or request.key is None:
        return request
    return request.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")


@on_request(breaks="state.response-is-private-to-its-key")
def response_readable_with_any_key(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A response is fetched by its id alone."""
    record = gateway.store.records.get(request.path.rpartition("/")[2])
    if request.method != "GET" or record is None or request.key is None:
        return request
    return request.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")
