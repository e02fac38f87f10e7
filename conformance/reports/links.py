"""Relative links from a page to the reports that it compares."""

import os
from pathlib import Path
from urllib.parse import quote

from conformance.reports import saved


def link(to: Path, below: Path) -> str:
    """Return the link from a page in ``below`` to a file, percent-encoded."""
    try:
        relative = Path(os.path.relpath(to.resolve(), below.resolve()))
    except ValueError:  # on another drive
        return to.resolve().as_uri()
    return quote(relative.as_posix())


def home(directory: Path, below: Path) -> str:
    """Return the link to the best page of a report directory."""
    found = directory / "report.html"
    return link(found if found.is_file() else directory / saved.FILE, below)
