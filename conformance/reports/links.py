"""Create relative links from a comparison or trend page to the reports it shows."""

import os
from pathlib import Path
from urllib.parse import quote

from conformance.reports import saved


def relative_link(target: Path, page_folder: Path) -> str:
    """Return the percent-encoded link to ``target`` from a page in ``page_folder``.

    A file on another drive has no relative path; the link to it is absolute.
    """
    try:
        relative = Path(os.path.relpath(target.resolve(), page_folder.resolve()))
    except ValueError:
        return target.resolve().as_uri()
    return quote(relative.as_posix())


def link_to_report(directory: Path, page_folder: Path) -> str:
    """Return the link to the report in ``directory`` from a page in ``page_folder``.

    The link is to ``report.html`` if it exists, otherwise to ``report.json``.
    """
    page = directory / "report.html"
    return relative_link(
        page if page.is_file() else directory / saved.FILE, page_folder
    )
