"""Report formats: one module each, named for its format.

A format has ``FILE``, the name of what it writes into a report directory, and
``render(report, evidence) -> str``. It never sends. ``junit`` and ``allure`` are
written by pytest and allure-pytest while the run goes on, and have no module.
"""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Protocol

from conformance.errors import UnknownName
from conformance.model.exchange import Exchange
from conformance.model.report import Report

FORMATS: Final = {
    "badge": "conformance.reports.badge",
    "har": "conformance.reports.har",
    "html": "conformance.reports.html.page",
    "json": "conformance.reports.json",
    "markdown": "conformance.reports.markdown",
    "shields": "conformance.reports.shields",
    "text": "conformance.reports.text",
}
"""The module of each format, imported only when the format is written."""

BY_PYTEST = ("allure", "junit")
DEFAULT = ("html", "json", "junit", "markdown")
BILINGUAL = ("html",)
"""Formats whose ``render_report`` takes the language to begin with as ``lang``."""


class Evidence(Protocol):
    """The exchanges behind a report."""

    def __call__(self, id_: str, /) -> Exchange | None:
        """Return an exchange by its id, or ``None`` when it was not kept."""

    def exchanges(self) -> Iterator[Exchange]:
        """Yield every exchange that was kept, in the order in which they ended."""


def select_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Return the formats of a comma-separated choice; raises ``UnknownName``."""
    known = {*FORMATS, *BY_PYTEST}
    wanted = tuple(dict.fromkeys(name for name in names if name))
    for name in wanted:
        if name not in known:
            raise UnknownName.of("report format", name, known)
    return wanted


def render_report(
    name: str, report: Report, evidence: Evidence, lang: str = "en"
) -> str:
    """Return the report in one format; ``name`` is one of ``FORMATS``."""
    module = importlib.import_module(FORMATS[name])
    spoken = {"lang": lang} if name in BILINGUAL else {}
    text: str = module.render(report, evidence, **spoken)
    return text


def write_reports(
    names: Iterable[str],
    report: Report,
    evidence: Evidence,
    directory: Path,
    lang: str = "en",
) -> tuple[Path, ...]:
    """Write the report into ``directory`` in each format that has a module."""
    written = []
    for name in names:
        if name in BY_PYTEST:
            continue
        module = importlib.import_module(FORMATS[name])
        path = directory / module.FILE
        path.write_text(render_report(name, report, evidence, lang), encoding="utf-8")
        written.append(path)
    return tuple(written)
