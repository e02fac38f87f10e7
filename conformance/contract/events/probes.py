"""A conversation for those events that plain answers and calls do not bring."""

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

CAP = 512
"""Output tokens for one answer with its reasoning, which may take most of them."""


@probe(model_responses=1, max_output_tokens=CAP, needs=Capability.REASONING)
def streamed_reasoning(context: ProbeContext) -> Steps:
    """A question to think about, answered as a stream with a summary of the thought."""
    yield context.request(
        "Is 91 a prime number? Answer in one sentence.",
        reasoning={"effort": "low", "summary": "auto"},
        max_output_tokens=CAP,
        stream=True,
    )
