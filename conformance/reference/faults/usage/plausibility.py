"""Faults that break requirements of `contract/usage/plausibility.py`."""

from typing import Final

from conformance.reference.fault import on_reply
from conformance.reference.faults.usage.totals import billed, counting
from conformance.reference.mutations import (
    having,
    json_response,
    last_snapshot,
)
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

UNCOUNTED: Final = frozenset(
    {"usage.answer-is-counted", "reasoning.shown-thoughts-are-counted"}
)


@on_reply(breaks={"usage.prompt-is-counted", *UNCOUNTED})
def usage_all_zero(_asked: Asked, reply: Reply) -> Reply:
    """All counts are zero."""
    zeroed = counting(prompt=lambda _: 0, completion=lambda _: 0)
    return billed(reply, zeroed)


@on_reply(breaks="usage.prompt-is-counted")
def prompt_costs_nothing_in_streams(_asked: Asked, reply: Reply) -> Reply:
    """The prompt of a stream costs nothing."""
    return billed(reply, counting(prompt=lambda _: 0), last_snapshot)


@on_reply(breaks=UNCOUNTED)
def answer_costs_nothing(_asked: Asked, reply: Reply) -> Reply:
    """An answer costs nothing, whatever it says."""
    return billed(reply, counting(completion=lambda _: 0), json_response)


@on_reply(breaks="usage.billed-output-is-delivered")
def answer_lost_and_billed(asked: Asked, reply: Reply) -> Reply:
    """A plain answer is lost, yet not its price."""
    if asked.member("tools") or asked.member("max_output_tokens"):
        return reply
    lost = json_response(reply, having(output=[]))
    return billed(lost, counting(completion=lambda count: count + 20))


@on_reply(breaks="usage.completion-is-within-the-cap")
def more_billed_than_the_cap(asked: Asked, reply: Reply) -> Reply:
    """A capped answer is billed for half as much again as the cap allows."""
    cap = asked.member("max_output_tokens")
    if not isinstance(cap, int) or cap < 16:
        return reply
    return billed(reply, counting(completion=lambda _: cap + cap // 2))
