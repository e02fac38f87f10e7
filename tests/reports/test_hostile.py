"""No response prevents a report, or sends control characters to a terminal."""

import re
from pathlib import Path

import pytest

from conformance.reports import FORMATS, render_report, write_reports
from tests.reports import hostile

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_and_encoded(name: str, tmp_path: Path) -> None:
    """Lone surrogates cannot be encoded as UTF-8, so they are escaped."""
    (path,) = write_reports([name], *hostile.report(), tmp_path)

    assert path.read_text("utf-8")


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_control_characters_are_escaped(name: str) -> None:
    """Escape sequences and direction marks are visible text."""
    text = render_report(name, *hostile.report())

    assert not CONTROL.search(text)
    assert "\\x1b" in text
