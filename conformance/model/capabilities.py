"""Recognize error responses that name a capability as unsupported."""

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
"""Lower-case words: an error body that contains one of them names the capability.

No error names ``CORE`` or ``SDK``, so they have no words.
"""


def names_capability(exchange: Exchange, capability: Capability) -> bool:
    """Return whether the response is an error that names ``capability``.

    Such an error is a 4xx or a 501 with one of the capability's words in the first
    64 KiB of its body. 401, 403 and 429 are about the client, so they reject no
    capability.
    """
    if exchange.status in {401, 403, 429}:
        return False
    if exchange.kind is not ResponseKind.CLIENT_ERROR and exchange.status != 501:
        return False
    text = exchange.body[:65536].decode("utf-8", "replace").lower()
    return any(word in text for word in CAPABILITY_WORDS[capability])
