"""The server under test: its URL, its headers and its API keys.

Only this module handles the value of a key once the options are read.
``Target.insert_keys`` puts keys into requests, ``Target.redact`` removes them from
everything that is received.
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
"""Minimum length of a key of which a long part is redacted, too."""

_PART = 12


def _may_be_coincidence(key: str) -> bool:
    """Return whether a response may contain a key so short or plain by chance."""
    return len(key) < 6 or (len(key) < 16 and key.isalnum())


def _is_not_secret(key: str) -> bool:
    """Return whether a key is a plain word or number, as used for keyless servers.

    Redacting ``none`` or ``test`` would change responses and protect nothing.
    """
    mixed = not key.isalpha() and not key.isdigit()
    return _may_be_coincidence(key) and (len(key) < 8 or not mixed)


def read_url(text: str) -> str:
    """Return the base URL of a target, without ``/v1`` and without a trailing slash.

    Accepts ``https://host``, ``https://host/v1`` and ``https://host/v1/responses``,
    each with an optional path prefix. Raises ``ConfigurationError`` for anything else.
    """
    hint = "use a URL like https://gateway.example or http://127.0.0.1:3000/v1"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(
            f"the URL {text!r} cannot be parsed: {error}", hint
        ) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"the URL {text!r} is not an http or https URL", hint)
    if parts.username or parts.password:
        raise ConfigurationError(
            "the URL contains a user name or password",
            "set the key in an environment variable (--api-key-env)",
        )
    if parts.query or parts.fragment:
        raise ConfigurationError(f"the URL {text!r} has a query or a fragment", hint)
    path = parts.path.rstrip("/").removesuffix("/responses").removesuffix("/v1")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"


@dataclass(frozen=True)
class Target:
    """The base URL of the server under test, and its credentials.

    ``base`` is a URL as returned by ``read_url``. ``headers`` are added to every
    request; like keys, they may be secret.
    """

    base: str
    key: str = field(default="", repr=False)
    second_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def url(self) -> str:
        """Return the URL of the endpoint under test."""
        return self.base + PATH

    @property
    def origin(self) -> str:
        """Return scheme, host and port: keys are sent only to this origin."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.netloc}"

    def _replace_placeholders(self, text: str) -> str:
        keys = {
            KEY: self.key,
            SECOND_KEY: self.second_key,
            KEY_TRUNCATED: self.key[:-1],
            KEY_CASE_SWAPPED: self.key.swapcase(),
        }
        for placeholder, key in keys.items():
            text = text.replace(placeholder, key)
        return text

    def insert_keys(self, request: Request) -> tuple[str, dict[str, str], bytes]:
        """Return URL, headers and body to send, with keys instead of placeholders."""
        headers = dict(self.headers) | {
            name: self._replace_placeholders(value)
            for name, value in request.all_headers.items()
        }
        path, content = request.path, request.content
        if request.has_key_placeholder:
            path = self._replace_placeholders(path)
            content = self._replace_placeholders(content.decode()).encode()
        return self.base + path, headers, content

    def _secrets(self) -> Iterator[tuple[str, str]]:
        """Yield each string to redact, and its name in the marker."""
        for name, key in (("key", self.key), ("second key", self.second_key)):
            if not key or _is_not_secret(key):
                continue
            if _may_be_coincidence(key):
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
    def _redactions(self) -> tuple[re.Pattern[bytes], dict[bytes, bytes]] | None:
        markers = {
            secret.encode(): REDACTED.format(name).encode()
            for secret, name in self._secrets()
        }
        if not markers:
            return None
        longest_first = sorted(markers, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, longest_first))), markers

    def redact(self, data: bytes) -> bytes:
        """Return ``data`` with a marker instead of each key in it."""
        if not self._redactions:
            return data
        pattern, markers = self._redactions
        return pattern.sub(lambda match: markers[match.group()], data)

    def redact_text(self, text: str) -> str:
        """Return ``text`` with a marker instead of each key in it."""
        return self.redact(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )
