"""One generated request."""

import hashlib
import json
from dataclasses import dataclass

from conformance.model.generated_input import PREFIX, GeneratedInput
from conformance.property_based.document import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Entry:
    """One generated request: its name, and its body with ``PLACEHOLDER`` for a model.

    ``content`` is empty where the request has no body.
    """

    drawn: GeneratedInput
    content: str

    @property
    def probe(self) -> str:
        """Return the name of the probe that sends it."""
        return PREFIX + self.drawn.name

    def body_for(self, model: str) -> bytes:
        """Return the body that asks for ``model``."""
        return self.content.replace(
            json.dumps(PLACEHOLDER), json.dumps(model, ensure_ascii=False)
        ).encode()


def digest(entries: tuple[Entry, ...]) -> str:
    """Return a digest of names and bodies: equal corpora have equal digests."""
    whole = "\n".join(f"{e.drawn.name} {e.content}" for e in entries)
    return hashlib.sha256(whole.encode()).hexdigest()
