"""The server under test: where it is, what it is asked for, and its keys.

This is the only module that sees a key. It puts keys into requests in
``Target.fill`` and takes them out of whatever comes back in ``Target.mask``.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from conformance.errors import ConfigurationError
from conformance.model.exchange import REDACTED
from conformance.model.request import (
    KEY,
    KEY_CASE_SWAPPED,
    KEY_TRUNCATED,
    PATH,
    SECOND_KEY,
    Request,
)

LONG_KEY = 24
"""Characters from which on a part of a key is a secret of its own."""

_PART = 12


def _may_be_chance(key: str) -> bool:
    """Say whether a key is so plain a word or number that answers may hold it."""
    return len(key) < 6 or (len(key) < 16 and key.isalnum())


def _is_no_secret(key: str) -> bool:
    """Say whether a key is a plain word or number, such as keyless servers are shown.

    To take ``none`` or ``test`` out of answers would change them, and hide nothing.
    """
    mixed = not key.isalpha() and not key.isdigit()
    return _may_be_chance(key) and (len(key) < 8 or not mixed)


def read_url(text: str) -> str:
    """Return the base of a target's URL, without ``/v1`` and a final slash.

    Accepts ``https://host``, ``https://host/v1`` and
    ``https://host/v1/responses``, each with a path before it. Raises
    ``ConfigurationError`` for anything that is no such URL.
    """
    hint = "give it like https://gateway.example or http://127.0.0.1:3000/v1"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(
            f"the URL {text!r} cannot be read: {error}", hint
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"the URL {text!r} is not an http or https URL", hint)
    if parts.username or parts.password:
        raise ConfigurationError(
            "the URL carries a name or password",
            "give the key in an environment variable (--api-key-env)",
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"the URL {text!r} has a query or a fragment", hint)
    path = parts.path.rstrip("/").removesuffix("/responses").removesuffix("/v1")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"


@dataclass(frozen=True)
class Target:
    """Where the server listens, and what it needs to let us in.

    ``base`` is what ``read_url`` returns. ``headers`` are the user's own and go
    with every request; they may be secret, as the keys are.
    """

    base: str
    key: str = field(default="", repr=False)
    second_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def url(self) -> str:
        """Return the URL that is judged."""
        return self.base + PATH

    @property
    def origin(self) -> str:
        """Return scheme, host and port: the only place a key is ever sent to."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    def _filled(self, text: str) -> str:
        places = {
            KEY: self.key,
            SECOND_KEY: self.second_key,
            KEY_TRUNCATED: self.key[:-1],
            KEY_CASE_SWAPPED: self.key.swapcase(),
        }
        for place, value in places.items():
            text = text.replace(place, value)
        return text

    def fill(self, request: Request) -> tuple[str, dict[str, str], bytes]:
        """Return the URL, the headers and the body to send, keys in their places."""
        headers = dict(self.headers) | {
            name: self._filled(value) for name, value in request.all_headers.items()
        }
        path, content = request.path, request.content
        if request.has_key_placeholder:
            path = self._filled(path)
            content = self._filled(content.decode()).encode()
        return self.base + path, headers, content

    def _secrets(self) -> Iterator[tuple[str, str]]:
        """Yield each text that must not be shown, and what to call it."""
        for name, key in (("key", self.key), ("second key", self.second_key)):
            if not key or _is_no_secret(key):
                continue
            if _may_be_chance(key):
                yield key, f"the {name}, or the same letters by chance,"
            else:
                yield key.swapcase(), f"the {name} with its case swapped"
                yield key[:-1], f"the {name} without its end"
                yield key, f"the {name}"
            yield hashlib.sha256(key.encode()).hexdigest(), f"the SHA-256 of the {name}"
            if len(key) >= LONG_KEY:
                yield key[:-4], f"most of the {name}"
                yield key[-_PART:], f"the end of the {name}"
        for name, value in self.headers:
            if len(value) >= LONG_KEY:
                yield value, f"the value of header {name}"

    @cached_property
    def _masks(self) -> tuple[re.Pattern[bytes], dict[bytes, bytes]] | None:
        marks = {
            secret.encode(): REDACTED.format(name).encode()
            for secret, name in self._secrets()
        }
        if not marks:
            return None
        longest_first = sorted(marks, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, longest_first))), marks

    def mask(self, data: bytes) -> bytes:
        """Return ``data`` with a mark in the place of every key in it."""
        if not self._masks:
            return data
        pattern, marks = self._masks
        return pattern.sub(lambda match: marks[match.group()], data)

    def mask_text(self, text: str) -> str:
        """Return ``text`` with a mark in the place of every key in it."""
        return self.mask(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )
