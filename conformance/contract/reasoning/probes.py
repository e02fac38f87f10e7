"""Probes that request reasoning."""

from typing import Final

from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

TINY_LIMIT: Final = 16
"""Limit in output tokens so low that reasoning alone may use it up."""

MAX_OUTPUT_TOKENS: Final = 512
"""Limit in tokens for the output of a response: reasoning and a few words."""


@probe(model_responses=1, max_output_tokens=TINY_LIMIT, needs=Capability.REASONING)
def reasoning_with_tiny_cap(context: ProbeContext) -> Steps:
    """Request low reasoning effort, with ``max_output_tokens`` set to 16."""
    yield context.request(reasoning={"effort": "low"}, max_output_tokens=TINY_LIMIT)


@probe(
    model_responses=2,
    max_output_tokens=2 * MAX_OUTPUT_TOKENS,
    needs=Capability.REASONING,
)
def reasoning_sent_back(context: ProbeContext) -> Steps:
    """Request reasoning with a summary, then send the complete output back as input."""
    prompt: Json = {
        "role": "user",
        "content": "How many of the numbers from 1 to 20 can be divided by 3? "
        "Answer with one number.",
    }
    first = yield context.request(
        [prompt],
        reasoning={"effort": "high", "summary": "auto"},
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    if first.has_response:
        items = first.response["output"].expect(list)
        thanks: Json = {"role": "user", "content": "Thank you. Say hello in one word."}
        yield context.request(
            [prompt, *items, thanks],
            reasoning={"effort": "medium"},
            max_output_tokens=MAX_OUTPUT_TOKENS,
        )
