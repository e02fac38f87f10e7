"""Probe for events that the basic probes and the tool probes do not produce."""

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

MAX_OUTPUT_TOKENS = 512
"""Output tokens for one response; reasoning may use most of them."""


@probe(
    model_responses=1, max_output_tokens=MAX_OUTPUT_TOKENS, needs=Capability.REASONING
)
def streamed_reasoning(context: ProbeContext) -> Steps:
    """Stream one response that needs reasoning, with a reasoning summary."""
    yield context.request(
        "Is 91 a prime number? Answer in one sentence.",
        reasoning={"effort": "low", "summary": "auto"},
        max_output_tokens=MAX_OUTPUT_TOKENS,
        stream=True,
    )
