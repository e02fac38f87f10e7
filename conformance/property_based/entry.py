"""One generated request of the corpus."""

import hashlib
import json
from dataclasses import dataclass

from conformance.model.generated_input import PREFIX, GeneratedInput
from conformance.model.node import Json
from conformance.property_based.document import PLACEHOLDER


@dataclass(frozen=True, slots=True)
class Entry:
    """One generated request: its parsed name and its body.

    ``content`` is the body as JSON, with ``PLACEHOLDER`` as the model's name. It is
    empty for a request without a body.
    """

    generated: GeneratedInput
    content: str

    @property
    def probe(self) -> str:
        """Return the name of the probe that sends the request."""
        return PREFIX + self.generated.name

    def body_for(self, model: str) -> bytes:
        """Return the body with ``model`` instead of the placeholder."""
        return self.content.replace(
            json.dumps(PLACEHOLDER), json.dumps(model, ensure_ascii=False)
        ).encode()


def to_json(body: Json) -> str:
    """Return a body as it is sent; raises ``ValueError`` if it has no JSON form."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def digest(entries: tuple[Entry, ...]) -> str:
    """Return a digest of all names and bodies: equal corpora have equal digests."""
    text = "\n".join(f"{e.generated.name} {e.content}" for e in entries)
    return hashlib.sha256(text.encode()).hexdigest()
