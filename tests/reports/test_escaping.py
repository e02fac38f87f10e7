"""What a server said is shown, and not obeyed."""

import pytest

from conformance.reports.escaping import (
    escape_control_characters,
    has_control_characters,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\x9b2J\x7f\x00\r", "\\x9b2J\\x7f\\x00\\x0d"),
        ("\u202egnp.exe\u2066\u2028", "\\u202egnp.exe\\u2066\\u2028"),
        ("\ud83d", "\\ud83d"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_acts_or_hides_is_spelt_out(text: str, shown: str) -> None:
    """Escape sequences, C1 controls, direction, half characters, tags."""
    assert has_control_characters(text)
    assert escape_control_characters(text) == shown
    escape_control_characters(text).encode("utf-8")


def test_what_is_plain_stays() -> None:
    """Every script, line feeds, tabs, and emoji that are joined of several."""
    text = "naïve 你好 سلام שלום\n\t👨\u200d👩\u200d👧 \u0645\u06cc\u200c\u062e"

    assert not has_control_characters(text)
    assert escape_control_characters(text) == text
