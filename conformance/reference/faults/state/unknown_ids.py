"""Faults that break requirements of `contract/state/unknown_ids.py`."""

from conformance.reference.fault import on_request
from conformance.reference.faults.state.continuation import (
    answer_without_history,
    find_previous,
)
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="state.malformed-id-is-refused")
def malformed_previous_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An id without the prefix ``resp_`` starts a new conversation."""
    id_ = request.field("previous_response_id")
    malformed = isinstance(id_, str) and not id_.startswith("resp_")
    return answer_without_history(request, gateway) if malformed else request


@on_request(breaks="state.numeric-id-is-refused")
def numeric_previous_id_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A number as ``previous_response_id`` starts a new conversation."""
    id_ = request.field("previous_response_id")
    return (
        request.without_fields("previous_response_id")
        if isinstance(id_, int)
        else request
    )


@on_request(breaks="state.conversation-is-private-to-its-key")
def conversation_readable_with_any_key(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """Any key can continue a conversation by the id of its response."""
    record = find_previous(request, gateway)
    if record is None or request.key is None:
        return request
    return request.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")


@on_request(breaks="state.response-is-private-to-its-key")
def response_readable_with_any_key(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """Any key can fetch a stored response by its id."""
    record = gateway.store.records.get(request.path.rpartition("/")[2])
    if request.method != "GET" or record is None or request.key is None:
        return request
    return request.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")
