"""``conformance-baseline.toml``: read with its mistakes named, rewritten with care.

Each entry is a table of ``[[expected]]`` with ``requirement`` and ``reason``, and as
it likes ``target``, ``issue`` and ``expires``. Comments and the order of entries
outlive an update.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from conformance.errors import ConfigurationError, UnknownName
from conformance.model.baseline import Baseline, ExpectedFailure
from conformance.model.report import Report
from conformance.model.verdict import Outcome

NAME: Final = "conformance-baseline.toml"
TABLE: Final = "expected"
MEMBERS: Final = ("requirement", "reason", "target", "issue", "expires")


def _entry(
    path: Path,
    number: int,
    entry: Any,  # noqa: ANN401 -- any TOML value
    known: frozenset[str],
) -> ExpectedFailure:
    where = f"{path}, entry {number}"
    if not isinstance(entry, dict):
        raise ConfigurationError(f"{where} is no table", f"write it as [[{TABLE}]]")
    for member in entry:
        if member not in MEMBERS:
            raise UnknownName.of(f"member of an entry ({where})", member, MEMBERS)
    for member in ("requirement", "reason"):
        if not isinstance(entry.get(member), str) or not entry[member].strip():
            raise ConfigurationError(
                f"{where} has no {member}", f'write {member} = "…"'
            )
    if entry["requirement"] not in known:
        raise UnknownName.of(f"requirement ({where})", entry["requirement"], known)
    for member in ("target", "issue"):
        if not isinstance(entry.get(member, ""), str):
            raise ConfigurationError(f"{where}: {member} must be a text")
    expires = entry.get("expires")
    if expires is not None and type(expires) is not date:
        raise ConfigurationError(
            f"{where}: expires must be a date, not {expires!r}",
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
    """Read a baseline file.

    Raises ``ConfigurationError`` or ``UnknownName``, which name the entry.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"the baseline {path} cannot be read: {error.strerror}",
            "make one with --update-baseline",
        ) from None
    except ValueError as error:
        raise ConfigurationError(f"the baseline {path} is not TOML: {error}") from None
    for member in table:
        if member != TABLE:
            raise UnknownName.of(f"table in {path}", member, [TABLE])
    entries = table.get(TABLE, [])
    if not isinstance(entries, list):
        raise ConfigurationError(f"{path}: {TABLE} must be a list, written [[{TABLE}]]")
    names = frozenset(known)
    excuses = tuple(
        _entry(path, number, entry, names) for number, entry in enumerate(entries, 1)
    )
    return Baseline(excuses, today, str(path))


def _document(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        return tomlkit.document()
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except TOMLKitError as error:
        raise ConfigurationError(f"the baseline {path} is not TOML: {error}") from None


def _drop(document: tomlkit.TOMLDocument, ids: set[str], url: str) -> int:
    """Take out the entries for these requirements that speak of ``url``."""
    entries = document.get(TABLE, [])
    kept = [
        entry
        for entry in entries
        if entry["requirement"] not in ids
        or not ExpectedFailure("", "", entry.get("target", "")).applies_to(url)
    ]
    dropped = len(entries) - len(kept)
    _replace(document, kept)
    return dropped


def _replace(document: tomlkit.TOMLDocument, entries: list[Any]) -> None:
    """Put ``entries`` in the place of all that there are; none leaves no table."""
    document.pop(TABLE, None)
    if entries:
        several = tomlkit.aot()
        for entry in entries:
            several.append(entry)
        document[TABLE] = several


def updated(path: Path, report: Report, today: date) -> int:
    """Add an entry for each requirement that failed; return how many were added."""
    document = _document(path)
    failed = [r for r in report.results if r.outcome is Outcome.FAILED]
    _drop(document, {result.requirement.id for result in failed}, report.target.url)
    entries = list(document.get(TABLE, []))
    for result in failed:
        entry = tomlkit.table()
        entry["requirement"] = result.requirement.id
        entry["reason"] = f"failed on {today}; say here why that is excused"
        entries.append(entry)
    _replace(document, entries)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return len(failed)


def pruned(path: Path, report: Report) -> int:
    """Take out the entries that are stale or expired; return how many went."""
    document = _document(path)
    gone = {complaint.requirement for complaint in report.baseline_problems}
    count = _drop(document, gone, report.target.url)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return count
