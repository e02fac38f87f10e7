"""Faults that break requirements of `contract/state/unknown_ids.py`."""

from conformance.reference.fault import on_request
from conformance.reference.faults.state.continuation import afresh, previous
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_request(breaks="state.malformed-id-is-refused")
def malformed_id_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What does not have the form of an id starts a new conversation."""
    named = asked.field("previous_response_id")
    odd = isinstance(named, str) and not named.startswith("resp_")
    return afresh(asked, gateway) if odd else asked


@on_request(breaks="state.number-is-no-id")
def number_id_ignored(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A number as an id starts a new conversation."""
    named = asked.field("previous_response_id")
    return (
        asked.without_fields("previous_response_id")
        if isinstance(named, int)
        else asked
    )


@on_request(breaks="state.foreign-conversation-stays-closed")
def conversations_open_to_all(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A conversation is looked up by its id alone."""
    record = previous(asked, gateway)
    if record is None or asked.key is None:
        return asked
    return asked.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")


@on_request(breaks="state.foreign-response-cannot-be-fetched")
def fetched_by_anybody(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A response is fetched by its id alone."""
    record = gateway.store.records.get(asked.path.rpartition("/")[2])
    if asked.method != "GET" or record is None or asked.key is None:
        return asked
    return asked.with_header("authorization", f"Bearer {gateway.keys[record.owner]}")
