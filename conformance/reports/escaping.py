"""Escape control and bidirectional characters in text received from a server."""

import re
from typing import Final

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, except tab and line feed
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # direction, zero width
    "\u2028\u2029\ufff9-\ufffb\ud800-\udfff"  # line separators, surrogates
    "\U000e0000-\U000e007f]"  # tags
)


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def escape_control_characters(text: str) -> str:
    r"""Return ``text`` with invisible and control characters as escape sequences.

    The result cannot send commands to a terminal (``\x1b``, C1 controls) or reverse the
    direction of text (``\u202e``). It contains no lone surrogates, so UTF-8 can encode
    it. Tabs and line feeds are not changed.
    """
    return _UNSAFE.sub(_escaped, text)


def has_control_characters(text: str) -> bool:
    """Return whether ``escape_control_characters`` would change ``text``."""
    return _UNSAFE.search(text) is not None
