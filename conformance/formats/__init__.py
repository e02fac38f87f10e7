"""Report formats: one module each, named for its format.

A format has ``FILE``, the name of what it writes into a report directory, and
``render(report, evidence) -> str``. It never sends. ``junit`` and ``allure`` are
written by pytest and allure-pytest while the run goes on, and have no module.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path

from conformance.core.exchange import Exchange
from conformance.core.report import Report
from conformance.errors import UnknownName

Evidence = Callable[[str], Exchange | None]
"""Gives an exchange by its id, or ``None`` when it was not kept."""

BY_PYTEST = ("allure", "junit")
DEFAULT = ("json", "junit", "markdown")


def rendered() -> tuple[str, ...]:
    """Return the formats that have a module, in alphabetical order."""
    return tuple(
        sorted(
            module.name
            for module in pkgutil.iter_modules(__path__)
            if not module.name.startswith("_") and not module.ispkg
        )
    )


def chosen(names: Iterable[str]) -> tuple[str, ...]:
    """Return the formats of a comma-separated choice; raises ``UnknownName``."""
    known = {*rendered(), *BY_PYTEST}
    wanted = tuple(dict.fromkeys(name for name in names if name))
    for name in wanted:
        if name not in known:
            raise UnknownName.of("report format", name, known)
    return wanted


def render(name: str, report: Report, evidence: Evidence) -> str:
    """Return the report in one format; ``name`` is one of ``rendered()``."""
    module = importlib.import_module(f"{__name__}.{name}")
    text: str = module.render(report, evidence)
    return text


def write(
    names: Iterable[str], report: Report, evidence: Evidence, directory: Path
) -> tuple[Path, ...]:
    """Write the report into ``directory`` in each format that has a module."""
    written = []
    for name in names:
        if name in BY_PYTEST:
            continue
        module = importlib.import_module(f"{__name__}.{name}")
        path = directory / module.FILE
        path.write_text(module.render(report, evidence), encoding="utf-8")
        written.append(path)
    return tuple(written)
