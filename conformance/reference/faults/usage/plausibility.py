"""Faults that break requirements of `contract/usage/plausibility.py`."""

from typing import Final

from conformance.reference.fault import on_reply
from conformance.reference.faults.usage.totals import billed, counting
from conformance.reference.mutations import (
    change_final_snapshot,
    change_json_response,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

UNCOUNTED: Final = frozenset(
    {"usage.completion-is-counted", "reasoning.visible-reasoning-is-counted"}
)


@on_reply(breaks={"usage.prompt-is-counted", *UNCOUNTED})
def usage_all_zero(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """All counts are zero."""
    zeroed = counting(prompt=lambda _: 0, completion=lambda _: 0)
    return billed(reply, zeroed)


@on_reply(breaks="usage.prompt-is-counted")
def prompt_tokens_zero_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The prompt of a stream costs nothing."""
    return billed(reply, counting(prompt=lambda _: 0), change_final_snapshot)


@on_reply(breaks=UNCOUNTED)
def completion_tokens_zero(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer costs nothing, whatever it says."""
    return billed(reply, counting(completion=lambda _: 0), change_json_response)


@on_reply(breaks="usage.billed-output-is-delivered")
def billed_output_dropped(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A plain answer is lost, yet not its price."""
    if request.field("tools") or request.field("max_output_tokens"):
        return reply
    lost = change_json_response(reply, set_fields(output=[]))
    return billed(lost, counting(completion=lambda count: count + 20))


@on_reply(breaks="usage.completion-does-not-exceed-max-output-tokens")
def completion_tokens_exceed_cap(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A capped answer is billed for half as much again as the cap allows."""
    cap = request.field("max_output_tokens")
    if not isinstance(cap, int) or cap < 16:
        return reply
    return billed(reply, counting(completion=lambda _: cap + cap // 2))
