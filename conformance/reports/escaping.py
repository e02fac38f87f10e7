"""Text of a server, made harmless to look at: what would not be seen is spelt out."""

import re
from typing import Final

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # direction, no width
    "\u2028\u2029\ufff9-\ufffb\ud800-\udfff"  # line ends of few, half characters
    "\U000e0000-\U000e007f]"  # tags
)


def _spelt(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def escape_control_characters(text: str) -> str:
    r"""Return ``text`` with each character that acts or hides spelt out.

    A terminal or a page that shows the result neither obeys an escape sequence
    (``\x1b`` and the C1 controls), nor writes backwards (``\u202e``), nor fails to
    be encoded. Tabs and line feeds stay as they are.
    """
    return _HIDDEN.sub(_spelt, text)


def has_control_characters(text: str) -> bool:
    """Return whether ``escape_control_characters`` would change ``text``."""
    return _HIDDEN.search(text) is not None
