"""The server under test: its URL, its headers and its API keys.

After the command-line options are read, only this module handles the value of a key.
``Target.insert_keys`` puts keys into requests. ``Target.redact`` removes them from
everything that the server sends.
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
"""Minimum length in characters of a long secret.

Parts of a long key are redacted, too. The value of a header that the user adds is
redacted only if it is long.
"""

_END_LENGTH = 12
"""Number of characters at the end of a long key that are redacted."""


def _may_be_coincidence(key: str) -> bool:
    """Return whether a response may contain this short or plain key by chance."""
    return len(key) < 6 or (len(key) < 16 and key.isalnum())


def _is_not_secret(key: str) -> bool:
    """Return whether a key is a short word or number, as for servers without keys.

    Redacting a key such as ``none`` or ``test`` would only change responses. It would
    protect nothing.
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
    request. Their values may be secret, like keys.
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
        """Return the scheme, host and port of the target. Keys are sent only there."""
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
        """Yield each string to redact, and the words that describe it in its marker."""
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
                yield key[-_END_LENGTH:], f"the end of the {name}"
        for name, value in self.headers:
            if len(value) >= LONG_KEY:
                yield value, f"the value of header {name}"

    @cached_property
    def _redactions(self) -> tuple[re.Pattern[bytes], dict[bytes, bytes]] | None:
        markers = {
            secret.encode(): REDACTED.format(description).encode()
            for secret, description in self._secrets()
        }
        if not markers:
            return None
        longest_first = sorted(markers, key=len, reverse=True)
        return re.compile(b"|".join(map(re.escape, longest_first))), markers

    def redact(self, data: bytes) -> bytes:
        """Return ``data`` with a marker in place of each secret or part of a secret."""
        if not self._redactions:
            return data
        pattern, markers = self._redactions
        return pattern.sub(lambda match: markers[match.group()], data)

    def redact_text(self, text: str) -> str:
        """Return ``text`` with a marker in place of each secret or part of a secret."""
        return self.redact(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )
