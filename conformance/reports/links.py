"""Relative links from a page to the reports that it shows."""

import os
from pathlib import Path
from urllib.parse import quote

from conformance.reports import saved


def relative_link(target: Path, page_folder: Path) -> str:
    """Return the percent-encoded link from a page in ``page_folder`` to a file."""
    try:
        relative = Path(os.path.relpath(target.resolve(), page_folder.resolve()))
    except ValueError:  # on another drive
        return target.resolve().as_uri()
    return quote(relative.as_posix())


def link_to_report(directory: Path, page_folder: Path) -> str:
    """Return the link to ``report.html``, or to ``report.json`` if there is no page."""
    page = directory / "report.html"
    return relative_link(
        page if page.is_file() else directory / saved.FILE, page_folder
    )
