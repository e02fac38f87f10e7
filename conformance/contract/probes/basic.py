"""The plain exchanges that most clauses can be judged on."""

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability


@probe(model_responses=1)
def text(context: ProbeContext) -> Steps:
    """One short question, one complete answer."""
    yield context.request()


@probe(model_responses=1, needs=Capability.STREAMING)
def streamed_text(context: ProbeContext) -> Steps:
    """The same short question, answered as a stream."""
    yield context.request(stream=True)
