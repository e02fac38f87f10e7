"""Probes with one short prompt; most requirements can be checked on their responses."""

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability


@probe(model_responses=1)
def text(context: ProbeContext) -> Steps:
    """Send one short prompt."""
    yield context.request()


@probe(model_responses=1, needs=Capability.STREAMING)
def streamed_text(context: ProbeContext) -> Steps:
    """Send the short prompt of the probe ``text`` as a streaming request."""
    yield context.request(stream=True)
