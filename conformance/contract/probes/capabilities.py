"""The first probe of each capability, which shows whether the target supports it."""

from conformance.contract.images import probes as image_probes
from conformance.contract.probes import basic
from conformance.contract.reasoning import probes as reasoning_probes
from conformance.contract.state import probes as state_probes
from conformance.contract.structured import probes as structured_probes
from conformance.contract.tools import probes as tool_probes
from conformance.model.probe import Probe
from conformance.model.requirement import Capability

CAPABILITY_PROBES: dict[Capability, Probe] = {
    Capability.CORE: basic.text,
    Capability.STREAMING: basic.streamed_text,
    Capability.TOOLS: tool_probes.tool_choice_auto,
    Capability.REASONING: reasoning_probes.reasoning_with_tiny_cap,
    Capability.STATE: state_probes.two_turn_recall,
    Capability.STRUCTURED: structured_probes.json_schema_output,
    Capability.IMAGES: image_probes.image_input,
}
"""The first probe of each capability.

The other probes of the capability are evaluated only after this one.
"""
