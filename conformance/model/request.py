"""A request, with placeholders for API keys that only ``Target`` replaces."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from conformance.model.node import Json

KEY: Final = "${KEY}"
"""Placeholder for the first key, the API key of the run, in header, path or body."""

SECOND_KEY: Final = "${SECOND_KEY}"
"""Placeholder for the second key, which belongs to another user."""

KEY_TRUNCATED: Final = "${KEY:cut}"
"""Placeholder for the first key without its last character."""

KEY_CASE_SWAPPED: Final = "${KEY:swapped}"
"""Placeholder for the first key with the case of every letter swapped."""

BEARER: Final = f"Bearer {KEY}"
"""The default ``Authorization`` header: the first key as a bearer token."""

PATH: Final = "/v1/responses"

JSON_TYPE: Final = "application/json"

_DELIVERY: Final = frozenset({"stream", "stream_options"})
"""Fields that control how a response is delivered, not what it contains."""


@dataclass(frozen=True)
class Request:
    """One request, before keys are inserted.

    ``content`` is the exact body. ``headers`` override the default headers, which are
    ``BEARER`` as authorization and ``JSON_TYPE`` as content type. ``None`` removes a
    default header. ``has_key_placeholder`` is true if ``path`` or ``content`` contains
    a placeholder for a key. ``disconnect_after`` is the number of server-sent events
    after which the client closes the connection.
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
        """Return a POST with ``body`` as compact JSON in UTF-8."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return cls(
            content.encode("utf-8", "surrogatepass"),
            headers=headers or {},
            disconnect_after=disconnect_after,
            has_key_placeholder=has_key_placeholder,
        )

    @cached_property
    def json(self) -> Json:
        """Return the body as a JSON value, or ``None`` if it is not JSON."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> Json:
        """Return a field of the body, or ``None`` if it is missing."""
        body = self.json
        return body.get(name) if isinstance(body, dict) else None

    @property
    def streamed(self) -> bool:
        """Return whether the body contains ``"stream": true``."""
        return self.field("stream") is True

    @cached_property
    def prompt_digest(self) -> str:
        """Return a digest of the body that is equal for equivalent prompts.

        It ignores the order of fields, ``stream`` and ``stream_options``.
        """
        body = self.json
        if not isinstance(body, dict):
            return _digest(self.content)
        prompt = {k: v for k, v in body.items() if k not in _DELIVERY}
        return _digest(json.dumps(prompt, sort_keys=True).encode())

    @property
    def all_headers(self) -> dict[str, str]:
        """Return the default headers, overridden by those of this request.

        Placeholders for keys are not replaced.
        """
        defaults = {"authorization": BEARER, "content-type": JSON_TYPE}
        given = {name.lower(): value for name, value in self.headers.items()}
        merged = defaults | given
        return {name: value for name, value in merged.items() if value is not None}

    @property
    def has_bearer_key(self) -> bool:
        """Return whether the first key is sent as a bearer token."""
        return self.all_headers.get("authorization") == BEARER


def _digest(content: bytes) -> str:
    """Return 16 hexadecimal digits: short, because a run stores very many."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()
