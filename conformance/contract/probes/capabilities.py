"""The first conversation about each capability: it tells whether to go on."""

from conformance.core.probe import Probe
from conformance.core.requirement import Capability
from conformance.spec.probes import basic, images, reasoning, state, structured, tools

OPENINGS: dict[Capability, Probe] = {
    Capability.CORE: basic.text,
    Capability.STREAMING: basic.streamed_text,
    Capability.TOOLS: tools.offered_tool,
    Capability.REASONING: reasoning.starved_reasoning,
    Capability.STATE: state.remembered_word,
    Capability.STRUCTURED: structured.schema_answer,
    Capability.IMAGES: images.red_square,
}
"""What is asked first; the other probes of a capability wait for its answer."""
