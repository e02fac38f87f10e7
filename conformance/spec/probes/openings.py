"""The first conversation about each capability: it tells whether to go on."""

from conformance.core.probe import Probe
from conformance.core.requirement import Capability
from conformance.spec.probes import basic, state, tools

OPENINGS: dict[Capability, Probe] = {
    Capability.CORE: basic.text,
    Capability.STREAMING: basic.streamed_text,
    Capability.TOOLS: tools.offered_tool,
    Capability.STATE: state.remembered_word,
}
"""What is asked first; the other probes of a capability wait for its answer."""
