"""A comparison as a page, as Markdown and as JSON."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import conformance
from conformance.model.node import Json
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.comparison import (
    BROKEN,
    UNJUDGED,
    Cell,
    Change,
    Comparison,
    ReportSummary,
    Row,
)
from conformance.reports.markdown import code
from conformance.reports.static_pages import render_page

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True)
class ComparisonView:
    """A comparison, where each report's page lies, and when it was made.

    ``homes`` are links relative to where the comparison is written, empty where
    there is nothing to lead to; ``made_at`` is ISO 8601 in UTC.
    """

    comparison: Comparison
    homes: tuple[str, ...]
    made_at: str

    def evidence(self, place: int, id_: str) -> str:
        """Return the link to what a report says of a clause."""
        home = self.homes[place]
        return f"{home}#{id_}" if home.endswith(".html") else home


def _broken(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, *BROKEN))


def _unjudged(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, *UNJUDGED))


def _unsupported(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, Outcome.UNSUPPORTED))


def _verdict(side: ReportSummary) -> str:
    return f"{side.verdict}, interrupted" if side.interrupted else side.verdict


_FACTS: Final[dict[str, Callable[[ReportSummary], str]]] = {
    "target": lambda side: side.url,
    "model": lambda side: side.model,
    "profile": lambda side: side.profile,
    "catalogue": lambda side: side.catalogue,
    "judged at": lambda side: side.started_at,
    "verdict": _verdict,
    "MUST broken": _broken(Level.MUST),
    "MUST not judged": _unjudged(Level.MUST),
    "MUST unsupported": _unsupported(Level.MUST),
    "SHOULD broken": _broken(Level.SHOULD),
    "SHOULD not judged": _unjudged(Level.SHOULD),
}


def _changes(shown: ComparisonView) -> list[tuple[str, list[Json]]]:
    """Return the changes by their kind, each with a link and in words."""

    def told(change: Change) -> Json:
        cell = change.after or change.before
        why = cell.why if cell and cell.outcome is not Outcome.PASSED else ""
        was = change.before.outcome if change.before else "not asked"
        now = change.after.outcome if change.after else "not asked"
        return {
            "id": change.id,
            "href": shown.evidence(1 if change.after else 0, change.id),
            "level": cell.level if cell else "",
            "told": f"{was} → {now}{': ' if why else ''}{why}",
        }

    several = shown.comparison.changes or ()
    return [
        (str(kind), [told(change) for change in group])
        for kind, group in groupby(several, key=lambda change: change.kind)
    ]


def html(shown: ComparisonView) -> str:
    """Return the page: one table, whose cells lead to the evidence."""
    comparison = shown.comparison
    return render_page(
        "compare.html.j2",
        comparison=comparison,
        homes=shown.homes,
        facts=[
            {"noun": noun, "told": [of(side) for side in comparison.sides]}
            for noun, of in _FACTS.items()
        ],
        changes=_changes(shown),
        sections=[
            (name, list(rows))
            for name, rows in groupby(comparison.rows, key=lambda row: row.section)
        ],
        evidence=shown.evidence,
        made_at=shown.made_at,
        version=conformance.__version__,
    )


def _in_table(text: str) -> str:
    return code(text).replace("|", "\\|")


def _linked(text: str, href: str) -> str:
    return f"[{text}]({href})" if href else text


def _marked(shown: ComparisonView, row: Row) -> str:
    """Return one line of the matrix."""

    def marked(place: int, cell: Cell | None) -> str:
        if cell is None:
            return "not asked"
        count = f" ({cell.broken})" if cell.broken else ""
        return _linked(cell.outcome, shown.evidence(place, row.id)) + count

    cells = (marked(place, cell) for place, cell in enumerate(row.cells))
    return f"| {row.level} `{row.id}` | {' | '.join(cells)} |"


def _table(shown: ComparisonView, first: str, lines: Iterator[str]) -> Iterator[str]:
    names = [_in_table(side.name) for side in shown.comparison.sides]
    yield f"| {first} | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    yield from lines
    yield ""


def _facts(shown: ComparisonView) -> Iterator[str]:
    for noun, of in _FACTS.items():
        told = [_in_table(of(side)) for side in shown.comparison.sides]
        yield f"| {noun} | {' | '.join(told)} |"
    if any(shown.homes):
        links = [_linked("report", home) for home in shown.homes]
        yield f"| evidence | {' | '.join(links)} |"


def markdown(shown: ComparisonView, *, whole: bool = True) -> str:
    """Return the comparison for a pull request or, less ``whole``, a terminal."""
    comparison = shown.comparison
    lines = ["# Comparison of `POST /v1/responses`", ""]
    lines += _table(shown, "", _facts(shown))
    lines += ["Numbers of requirements; there is no score and no rank.", ""]
    for told in comparison.incompatibilities:
        lines += [f"**Not like for like:** {code(told)}.", ""]
    if comparison.changes is not None:
        lines += ["## What changed", ""]
        for kind, several in _changes(shown):
            lines += [f"**{len(several)} {kind}**", ""]
            lines += [f"* {c['level']} `{c['id']}`: {code(c['told'])}" for c in several]
            lines.append("")
        if not comparison.changes:
            lines += ["Nothing.", ""]
    every, different = comparison.rows, comparison.different
    lines += [f"## Where they differ: {len(different)} of {len(every)}", ""]
    matrix = (_marked(shown, row) for row in different)
    if different:
        lines += _table(shown, "requirement", matrix)
    if whole:
        same = [row for row in every if not row.differs]
        lines += [f"## Where they agree: {len(same)}", ""]
        if same:
            rest = (_marked(shown, row) for row in same)
            lines += _table(shown, "requirement", rest)
    return "\n".join(lines).rstrip("\n") + "\n"


def _cell(shown: ComparisonView, row: Row, place: int) -> Json:
    cell = row.cells[place]
    return cell and {
        "outcome": cell.outcome,
        "level": cell.level,
        "broken": cell.broken,
        "why": cell.why,
        "evidence": shown.evidence(place, row.id),
    }


def _side(side: ReportSummary, home: str) -> dict[str, Any]:
    return {
        "name": side.name,
        "page": home,
        "run": side.run,
        "target": {"url": side.url, "model": side.model, "profile": side.profile},
        "catalogue": side.catalogue,
        "started_at": side.started_at,
        "verdict": side.verdict,
        "interrupted": side.interrupted,
        "summary": side.counts,
    }


def _change(change: Change) -> Json:
    return {
        "kind": change.kind.name.lower().replace("_", "-"),
        "id": change.id,
        "before": change.before and change.before.outcome,
        "after": change.after and change.after.outcome,
    }


def document(shown: ComparisonView) -> Json:
    """Return the comparison as a JSON value; see ``docs/comparison.schema.json``."""
    comparison = shown.comparison
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "responses-conformance", "version": conformance.__version__},
        "made_at": shown.made_at,
        "mismatches": list(comparison.incompatibilities),
        "reports": list(map(_side, comparison.sides, shown.homes)),
        "requirements": [
            {
                "id": row.id,
                "section": row.section,
                "level": row.level,
                "text": row.text,
                "differs": row.differs,
                "cells": [_cell(shown, row, n) for n in range(len(row.cells))],
            }
            for row in comparison.rows
        ],
        "changes": None
        if comparison.changes is None
        else [_change(change) for change in comparison.changes],
    }


def as_json(shown: ComparisonView) -> str:
    """Return the comparison for a program."""
    return json.dumps(document(shown), indent=2, ensure_ascii=False) + "\n"
