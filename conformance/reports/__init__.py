"""Report formats, one module each.

A format module has ``FILE``, the name of its file in a report directory, and
``render(report, evidence) -> str``. It sends no requests. ``junit`` and ``allure`` have
no module: pytest and allure-pytest write them during the run.
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
"""The module of each format, imported when the format is written."""

BY_PYTEST = ("allure", "junit")
"""Formats that pytest and allure-pytest write during the run."""

BILINGUAL = ("html",)
"""Formats in two languages; ``lang`` of their ``render`` is the one shown first."""


class Evidence(Protocol):
    """The recorded exchanges of the run that a report is about."""

    def __call__(self, id_: str, /) -> Exchange | None:
        """Return an exchange by its id, or ``None`` if it was not recorded."""

    def exchanges(self) -> Iterator[Exchange]:
        """Yield every recorded exchange; the exchange that ended first comes first."""


def select_formats(names: Iterable[str]) -> tuple[str, ...]:
    """Return ``names`` without duplicates and empty names.

    Raises ``UnknownName`` for a name that is not a report format.
    """
    known = {*FORMATS, *BY_PYTEST}
    selected = tuple(dict.fromkeys(name for name in names if name))
    for name in selected:
        if name not in known:
            raise UnknownName.of("report format", name, known)
    return selected


def render_report(
    name: str, report: Report, evidence: Evidence, lang: str = "en"
) -> str:
    """Return the report in one format; ``name`` is a key of ``FORMATS``."""
    module = importlib.import_module(FORMATS[name])
    options = {"lang": lang} if name in BILINGUAL else {}
    text: str = module.render(report, evidence, **options)
    return text


def write_reports(
    names: Iterable[str],
    report: Report,
    evidence: Evidence,
    directory: Path,
    lang: str = "en",
) -> tuple[Path, ...]:
    """Write the report into ``directory`` in each format of ``names`` with a module.

    Return the paths of the written files.
    """
    written = []
    for name in names:
        if name in BY_PYTEST:
            continue
        module = importlib.import_module(FORMATS[name])
        path = directory / module.FILE
        path.write_text(render_report(name, report, evidence, lang), encoding="utf-8")
        written.append(path)
    return tuple(written)
