"""Faults that break requirements of ``contract/usage/plausibility.py``."""

from typing import Final

from conformance.reference.fault import on_reply
from conformance.reference.faults.usage.totals import change_usage, recount
from conformance.reference.mutations import (
    change_final_snapshot,
    change_json_response,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

COMPLETION_IS_COUNTED: Final = frozenset(
    {"usage.completion-is-counted", "reasoning.visible-reasoning-is-counted"}
)
"""Requirements that an output count of 0 breaks."""


@on_reply(breaks={"usage.prompt-is-counted", *COMPLETION_IS_COUNTED})
def usage_all_zero(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """All counts are 0."""
    all_zero = recount(prompt=lambda _: 0, completion=lambda _: 0)
    return change_usage(reply, all_zero)


@on_reply(breaks="usage.prompt-is-counted")
def prompt_tokens_zero_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count of a stream is 0."""
    return change_usage(reply, recount(prompt=lambda _: 0), change_final_snapshot)


@on_reply(breaks=COMPLETION_IS_COUNTED)
def completion_tokens_zero(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The output count of a JSON response is 0, whatever it contains."""
    return change_usage(reply, recount(completion=lambda _: 0), change_json_response)


@on_reply(breaks="usage.billed-output-is-delivered")
def billed_output_dropped(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """If a request has no ``tools`` and no cap, the billed JSON output is empty."""
    if request.field("tools") or request.field("max_output_tokens"):
        return reply
    without_output = change_json_response(reply, set_fields(output=[]))
    return change_usage(without_output, recount(completion=lambda count: count + 20))


@on_reply(breaks="usage.completion-does-not-exceed-max-output-tokens")
def completion_tokens_exceed_cap(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The output count is 1.5 times ``max_output_tokens``."""
    cap = request.field("max_output_tokens")
    if not isinstance(cap, int) or cap < 16:
        return reply
    return change_usage(reply, recount(completion=lambda _: cap + cap // 2))
