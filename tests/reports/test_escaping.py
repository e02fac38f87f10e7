"""Text from a server cannot control a terminal."""

import pytest

from conformance.reports.escaping import (
    escape_control_characters,
    has_control_characters,
)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J\x7f\x00\r", "\\x9b2J\\x7f\\x00\\x0d"),
        ("\u202egnp.exe\u2066\u2028", "\\u202egnp.exe\\u2066\\u2028"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_control_and_invisible_characters_are_escaped(text: str, escaped: str) -> None:
    """Escape sequences, C1 controls, direction marks, surrogates and tags."""
    assert has_control_characters(text)
    assert escape_control_characters(text) == escaped
    escape_control_characters(text).encode("utf-8")


def test_other_characters_are_unchanged() -> None:
    """All scripts, line feeds, tabs and emoji sequences."""
    text = "naïve 你好 سلام שלום\n\t👨\u200d👩\u200d👧 \u0645\u06cc\u200c\u062e"

    assert not has_control_characters(text)
    assert escape_control_characters(text) == text
