"""Read and rewrite ``conformance-baseline.toml``.

Each ``[[expected]]`` table is an entry. It has a ``requirement`` and a ``reason``, and
optionally ``target``, ``issue`` and ``expires``. An update keeps comments and the order
of the entries that it does not remove.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from conformance.errors import ConfigurationError, UnknownName
from conformance.model.baseline import STALE, Baseline, ExpectedFailure
from conformance.model.report import Report
from conformance.model.verdict import Outcome

NAME: Final = "conformance-baseline.toml"
"""Usual name of a baseline file."""

TABLE: Final = "expected"
FIELDS: Final = ("requirement", "reason", "target", "issue", "expires")
"""Fields that an entry may have."""


def _parse_entry(
    path: Path,
    number: int,
    entry: Any,  # noqa: ANN401 -- any TOML value
    known: frozenset[str],
) -> ExpectedFailure:
    """Return the entry with this number, counted from 1; ``known`` are known ids."""
    location = f"{path}, entry {number}"
    if not isinstance(entry, dict):
        raise ConfigurationError(
            f"{location} is not a table", f"write it as [[{TABLE}]]"
        )
    for name in entry:
        if name not in FIELDS:
            raise UnknownName.of(f"field in {location}", name, FIELDS)
    for name in ("requirement", "reason"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise ConfigurationError(f"{location} has no {name}", f'add {name} = "…"')
    if entry["requirement"] not in known:
        raise UnknownName.of(f"requirement in {location}", entry["requirement"], known)
    for name in ("target", "issue"):
        if not isinstance(entry.get(name, ""), str):
            raise ConfigurationError(f"{location}: {name} must be a string")
    expires = entry.get("expires")
    if expires is not None and type(expires) is not date:
        raise ConfigurationError(
            f"{location}: expires must be a date, not {expires!r}",
            "write it without quotes: expires = 2026-12-31",
        )
    return ExpectedFailure(
        entry["requirement"],
        entry["reason"],
        entry.get("target", ""),
        entry.get("issue", ""),
        expires,
    )


def read(path: Path, known: Iterable[str], today: date) -> Baseline:
    """Read a baseline file; ``known`` are the requirement ids that an entry may name.

    ``today`` is the date that decides which entries have expired. Raises
    ``ConfigurationError`` or ``UnknownName``. The message names the invalid entry.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"the baseline {path} cannot be read: {error.strerror}",
            "create it with --update-baseline",
        ) from None
    except ValueError as error:
        raise ConfigurationError(f"the baseline {path} is not TOML: {error}") from None
    for name in document:
        if name != TABLE:
            raise UnknownName.of(f"table in {path}", name, [TABLE])
    entries = document.get(TABLE, [])
    if not isinstance(entries, list):
        raise ConfigurationError(f"{path}: {TABLE} must be a list, written [[{TABLE}]]")
    ids = frozenset(known)
    expected = tuple(
        _parse_entry(path, number, entry, ids)
        for number, entry in enumerate(entries, 1)
    )
    return Baseline(expected, today, str(path))


def _load(path: Path) -> tomlkit.TOMLDocument:
    """Read the baseline at ``path`` with its comments; empty if there is no file."""
    if not path.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except TOMLKitError as error:
        raise ConfigurationError(f"the baseline {path} is not TOML: {error}") from None


def _remove(document: tomlkit.TOMLDocument, ids: set[str], url: str) -> int:
    """Remove the entries for ``ids`` that apply to the target at ``url``.

    Return the number of removed entries.
    """
    entries = document.get(TABLE, [])
    remaining = [
        entry
        for entry in entries
        if entry["requirement"] not in ids
        or not ExpectedFailure("", "", entry.get("target", "")).applies_to(url)
    ]
    removed = len(entries) - len(remaining)
    _replace_entries(document, remaining)
    return removed


def _replace_entries(document: tomlkit.TOMLDocument, entries: list[Any]) -> None:
    """Replace all entries with ``entries``; if it is empty, remove the table itself."""
    document.pop(TABLE, None)
    if entries:
        tables = tomlkit.aot()
        for entry in entries:
            tables.append(entry)
        document[TABLE] = tables


def add_failures(path: Path, report: Report, today: date) -> int:
    """Write an entry for each failed requirement to the baseline at ``path``.

    It replaces earlier entries for the requirement that apply to the target. Return the
    number of written entries.
    """
    document = _load(path)
    failed = [r for r in report.results if r.outcome is Outcome.FAILED]
    _remove(document, {result.requirement.id for result in failed}, report.target.url)
    entries = list(document.get(TABLE, []))
    for result in failed:
        entry = tomlkit.table()
        entry["requirement"] = result.requirement.id
        entry["reason"] = f"failed on {today}; explain here why this is expected"
        entries.append(entry)
    _replace_entries(document, entries)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return len(failed)


def with_failures_expected(report: Report) -> Report:
    """Return the report as if the baseline had contained all its failures.

    Stale entries remain a problem. Expired ones do not: ``add_failures`` replaces them.
    """
    return replace(
        report,
        verdicts=tuple(
            replace(v, outcome=Outcome.EXPECTED) if v.outcome is Outcome.FAILED else v
            for v in report.verdicts
        ),
        baseline_problems=tuple(
            problem for problem in report.baseline_problems if problem.problem == STALE
        ),
    )


def without_problems(report: Report) -> Report:
    """Return the report as if no entry of the baseline were stale or had expired."""
    return replace(report, baseline_problems=())


def prune(path: Path, report: Report) -> int:
    """Remove the entries that ``report`` names as stale or expired from the baseline.

    Return the number of removed entries.
    """
    document = _load(path)
    ids = {problem.requirement for problem in report.baseline_problems}
    removed = _remove(document, ids, report.target.url)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return removed
