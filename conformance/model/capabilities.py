"""How a refusal tells that a server lacks a capability, and says so."""

from typing import Final

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.requirement import Capability

CAPABILITY_WORDS: Final[dict[Capability, tuple[str, ...]]] = {
    Capability.CORE: (),
    Capability.STREAMING: ("stream",),
    Capability.TOOLS: ("tool", "function"),
    Capability.REASONING: ("reasoning", "effort", "thinking"),
    Capability.STATE: (
        "previous_response",
        "previous response",
        "store",
        "stateful",
        "persist",
        "conversation",
    ),
    Capability.STRUCTURED: ("format", "schema", "structured", "json"),
    Capability.IMAGES: ("image", "vision", "modal", "content type", "content part"),
    Capability.SDK: (),
}
"""Words, in lower case, by one of which a refusal names the capability."""


def names_capability(exchange: Exchange, capability: Capability) -> bool:
    """Say whether an answer is a clear refusal of ``capability``.

    Clear is a 4xx, or a 501, whose body has a word for it. 401, 403 and 429
    speak of the caller, and refuse no capability.
    """
    if exchange.status in {401, 403, 429}:
        return False
    if exchange.kind is not ResponseKind.CLIENT_ERROR and exchange.status != 501:
        return False
    said = exchange.body[:65536].decode("utf-8", "replace").lower()
    return any(word in said for word in CAPABILITY_WORDS[capability])
