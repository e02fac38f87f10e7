"""Usage: the token counts that a bill is made of.

The page names ``prompt_tokens``, ``completion_tokens`` and ``total_tokens``; many
deployments pass their upstream's ``input_tokens`` and ``output_tokens`` on, or send
both. Arithmetic is judged on every style that is there.
"""

from typing import Final

from conformance.core.check import Findings, check
from conformance.core.exchange import Exchange
from conformance.core.node import Node
from conformance.core.requirement import must
from conformance.core.sources import PAGE
from conformance.core.subject import EVERY_USAGE
from conformance.spec.probes import basic

STYLES: Final = (
    ("prompt_tokens", "completion_tokens"),
    ("input_tokens", "output_tokens"),
)
"""The two names of each side of a bill: what went in, what came out."""

TOTAL = must(
    "usage.total-is-the-sum",
    "The total_tokens of an answer is the sum of its prompt and completion tokens.",
    source=f"{PAGE}#/components/schemas/Usage/properties/total_tokens",
    cause="the gateway adds cached or reasoning tokens to the total a second time",
    covers=("US-06", "US-14"),
)


@check(TOTAL, on=EVERY_USAGE, shown_by=basic.text)
def total_is_the_sum(usage: Node, _exchange: Exchange) -> Findings:
    """Judge each style that is complete; a missing count has a clause of its own."""
    total = usage.get("total_tokens")
    if total is None or not total.is_a(int):
        return
    for side_in, side_out in STYLES:
        spent, made = usage.get(side_in), usage.get(side_out)
        if spent and made and spent.is_a(int) and made.is_a(int):
            summed = spent.value + made.value
            yield from total.differs(summed, f"{spent.value} + {made.value}")
