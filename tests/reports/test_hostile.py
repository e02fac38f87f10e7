"""No answer keeps a report from being written, or reaches a terminal as a command."""

import re
from pathlib import Path

import pytest

from conformance.reports import FORMATS, render_report, write_reports
from tests.reports import hostile

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written(name: str, tmp_path: Path) -> None:
    """Half characters and all: a report that cannot be encoded would be lost."""
    (path,) = write_reports([name], *hostile.report(), tmp_path)

    assert path.read_text("utf-8")


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_nothing_is_obeyed(name: str) -> None:
    """Escape sequences and changes of direction are spelt out."""
    text = render_report(name, *hostile.report())

    assert not ACTING.search(text)
    assert "\\x1b" in text
