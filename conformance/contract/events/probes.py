"""Probe for reasoning events, which the basic and the tool probes do not produce."""

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

MAX_OUTPUT_TOKENS = 512
"""Maximum number of output tokens of a response; reasoning may use most of them."""


@probe(
    model_responses=1, max_output_tokens=MAX_OUTPUT_TOKENS, needs=Capability.REASONING
)
def streamed_reasoning(context: ProbeContext) -> Steps:
    """Stream the response to a prompt that needs reasoning; ask for a summary of it."""
    yield context.request(
        "Is 91 a prime number? Answer in one sentence.",
        reasoning={"effort": "low", "summary": "auto"},
        max_output_tokens=MAX_OUTPUT_TOKENS,
        stream=True,
    )
