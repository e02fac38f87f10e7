"""What we send: bytes with places for the keys, which only the target fills."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from conformance.model.node import Json

KEY: Final = "${KEY}"
"""Stands for the first key in a header, a path or a body."""

SECOND_KEY: Final = "${SECOND_KEY}"
"""Stands for the second key, which belongs to somebody else."""

KEY_TRUNCATED: Final = "${KEY:cut}"
"""Stands for the first key without its last character."""

KEY_CASE_SWAPPED: Final = "${KEY:swapped}"
"""Stands for the first key with the case of every letter swapped."""

BEARER: Final = f"Bearer {KEY}"

PATH: Final = "/v1/responses"

JSON_TYPE: Final = "application/json"

_DELIVERY: Final = frozenset({"stream", "stream_options"})
"""Members that say how an answer is delivered, and nothing of what is asked."""


@dataclass(frozen=True)
class Request:
    """One request, before any key is put in.

    ``content`` holds the exact bytes of the body. ``headers`` replace the
    defaults (bearer key, JSON media type); a value of ``None`` takes one away.
    ``keyed`` says that ``path`` or ``content`` has a place for a key.
    ``hang_up_after`` closes the connection after so many server-sent events.
    """

    content: bytes = b""
    method: str = "POST"
    path: str = PATH
    headers: Mapping[str, str | None] = field(default_factory=dict)
    has_key_placeholder: bool = False
    disconnect_after: int | None = None

    @classmethod
    def of(
        cls,
        body: Json,
        *,
        headers: Mapping[str, str | None] | None = None,
        disconnect_after: int | None = None,
        has_key_placeholder: bool = False,
    ) -> "Request":
        """Build a POST whose body is ``body`` as compact JSON in UTF-8."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return cls(
            content.encode("utf-8", "surrogatepass"),
            headers=headers or {},
            disconnect_after=disconnect_after,
            has_key_placeholder=has_key_placeholder,
        )

    @cached_property
    def json(self) -> Json:
        """Return the body as a JSON value, or ``None`` when it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> Json:
        """Return a member of the body, or ``None`` when there is none."""
        body = self.json
        return body.get(name) if isinstance(body, dict) else None

    @property
    def streamed(self) -> bool:
        """Say whether the body asks for a stream."""
        return self.field("stream") is True

    @cached_property
    def prompt_digest(self) -> str:
        """Return a digest of the body, equal for bodies that ask the same thing.

        The order of members does not count, nor does how the answer is to be
        delivered (``stream``, ``stream_options``).
        """
        asked = self.json
        if not isinstance(asked, dict):
            return _digest(self.content)
        said = {k: v for k, v in asked.items() if k not in _DELIVERY}
        return _digest(json.dumps(said, sort_keys=True).encode())

    @property
    def all_headers(self) -> dict[str, str]:
        """Return the headers to send, defaults included, places unfilled."""
        defaults = {"authorization": BEARER, "content-type": JSON_TYPE}
        asked = {name.lower(): value for name, value in self.headers.items()}
        merged = defaults | asked
        return {name: value for name, value in merged.items() if value is not None}

    @property
    def has_bearer_key(self) -> bool:
        """Say whether the first key is sent as a bearer token, as it should be."""
        return self.all_headers.get("authorization") == BEARER


def _digest(content: bytes) -> str:
    """Return 16 characters that no other content of a run has; very many are kept."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()
