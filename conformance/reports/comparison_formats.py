"""Render a comparison as HTML, Markdown and JSON."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

import conformance
from conformance.model.node import Json
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.changes import Change
from conformance.reports.comparison import Comparison, Row
from conformance.reports.markdown import code, table_cell
from conformance.reports.report_summary import (
    UNTESTED,
    WITH_FINDINGS,
    Cell,
    ReportSummary,
)
from conformance.reports.static_pages import render_page
from conformance.reports.wording import outcome_label

SCHEMA_VERSION: Final = 1

NOT_TESTED: Final = "not tested"
"""Shown for a report that does not contain the requirement."""


@dataclass(frozen=True)
class ComparisonView:
    """A comparison, the links to the compared reports, and the time of the comparison.

    ``links`` has one link for each report, relative to the directory of the comparison.
    A link is empty if the reader cannot follow it. ``made_at`` is ISO 8601 in UTC.
    """

    comparison: Comparison
    links: tuple[str, ...]
    made_at: str

    def evidence(self, index: int, id_: str) -> str:
        """Return the link to a requirement in the report with this ``index``.

        Only an HTML report has an anchor for each requirement.
        """
        link = self.links[index]
        return f"{link}#{id_}" if link.endswith(".html") else link

    def without_links(self) -> "ComparisonView":
        """Return the view for a terminal, where users cannot follow relative links."""
        return replace(self, links=("",) * len(self.links))


def _failed(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, *WITH_FINDINGS))


def _untested(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, *UNTESTED))


def _unsupported(level: Level) -> Callable[[ReportSummary], str]:
    return lambda side: str(side.count(level, Outcome.UNSUPPORTED))


def _verdict(side: ReportSummary) -> str:
    return f"{side.verdict}, interrupted" if side.interrupted else side.verdict


_FACTS: Final[dict[str, Callable[[ReportSummary], str]]] = {
    "target": lambda side: side.url,
    "model": lambda side: side.model,
    "profile": lambda side: side.profile,
    "catalogue": lambda side: side.catalogue,
    "tested at": lambda side: side.started_at,
    "verdict": _verdict,
    "MUST failed": _failed(Level.MUST),
    "MUST not tested": _untested(Level.MUST),
    "MUST unsupported": _unsupported(Level.MUST),
    "SHOULD failed": _failed(Level.SHOULD),
    "SHOULD not tested": _untested(Level.SHOULD),
}
"""The rows of the table that describes each report: the heading and the value."""


def _changes_by_kind(view: ComparisonView) -> list[tuple[str, list[Json]]]:
    """Return the label of each kind of change, and the changes of this kind.

    Each change has the keys ``id``, ``href``, ``level`` and ``text``.
    """

    def outcome(cell: Cell | None) -> str:
        return outcome_label(cell.outcome) if cell else NOT_TESTED

    def described(change: Change) -> Json:
        cell = change.after or change.before
        reason = cell.reason if cell and cell.outcome is not Outcome.PASSED else ""
        before, after = outcome(change.before), outcome(change.after)
        return {
            "id": change.id,
            "href": view.evidence(1 if change.after else 0, change.id),
            "level": cell.level if cell else "",
            "text": f"{before} → {after}{': ' if reason else ''}{reason}",
        }

    changes = view.comparison.changes or ()
    return [
        (kind.label, [described(change) for change in group])
        for kind, group in groupby(changes, key=lambda change: change.kind)
    ]


def html(view: ComparisonView) -> str:
    """Return an HTML page, in which each outcome links to the report it is from."""
    comparison = view.comparison
    return render_page(
        "compare.html.j2",
        comparison=comparison,
        links=view.links,
        facts=[
            {"noun": noun, "values": [value_of(side) for side in comparison.sides]}
            for noun, value_of in _FACTS.items()
        ],
        changes=_changes_by_kind(view),
        sections=[
            (name, list(rows))
            for name, rows in groupby(comparison.rows, key=lambda row: row.section)
        ],
        evidence=view.evidence,
        not_tested=NOT_TESTED,
        made_at=view.made_at,
        version=conformance.__version__,
    )


def _linked(text: str, href: str) -> str:
    """Return a Markdown link, or only ``text`` if ``href`` is empty."""
    return f"[{text}]({href})" if href else text


def _matrix_line(view: ComparisonView, row: Row) -> str:
    """Return one requirement as a line of a Markdown table."""

    def linked(index: int, cell: Cell | None) -> str:
        if cell is None:
            return NOT_TESTED
        findings = f" ({cell.finding_count})" if cell.finding_count else ""
        label = outcome_label(cell.outcome)
        return _linked(label, view.evidence(index, row.id)) + findings

    cells = (linked(index, cell) for index, cell in enumerate(row.cells))
    return f"| {row.level} `{row.id}` | {' | '.join(cells)} |"


def _table(view: ComparisonView, title: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a Markdown table with one column for each report."""
    names = [table_cell(side.name) for side in view.comparison.sides]
    yield f"| {title} | {' | '.join(names)} |"
    yield f"|---|{'---|' * len(names)}"
    yield from lines
    yield ""


def _fact_lines(view: ComparisonView) -> Iterator[str]:
    """Yield the Markdown rows that describe the reports, and links to the reports."""
    for noun, value_of in _FACTS.items():
        values = [table_cell(value_of(side)) for side in view.comparison.sides]
        yield f"| {noun} | {' | '.join(values)} |"
    if any(view.links):
        links = [_linked("report", link) for link in view.links]
        yield f"| evidence | {' | '.join(links)} |"


def markdown(view: ComparisonView, *, differences_only: bool = False) -> str:
    """Return the comparison as Markdown, for a pull request or a terminal.

    With ``differences_only``, omit requirements with the same outcome in all reports.
    """
    comparison = view.comparison
    lines = ["# Comparison of `POST /v1/responses`", ""]
    lines += _table(view, "", _fact_lines(view))
    lines += ["The numbers count requirements. There is no score and no ranking.", ""]
    for difference in comparison.incompatibilities:
        lines += [f"**Reports are not directly comparable:** {code(difference)}.", ""]
    if comparison.changes is not None:
        lines += ["## Changes", ""]
        for label, changes in _changes_by_kind(view):
            lines += [f"**{len(changes)} {label}**", ""]
            lines += [f"* {c['level']} `{c['id']}`: {code(c['text'])}" for c in changes]
            lines.append("")
        if not comparison.changes:
            lines += ["None.", ""]
    rows, different = comparison.rows, comparison.different
    lines += [f"## Different outcomes: {len(different)} of {len(rows)}", ""]
    if different:
        matrix = (_matrix_line(view, row) for row in different)
        lines += _table(view, "requirement", matrix)
    if not differences_only:
        same = [row for row in rows if not row.differs]
        lines += [f"## Same outcome: {len(same)} of {len(rows)}", ""]
        if same:
            matrix = (_matrix_line(view, row) for row in same)
            lines += _table(view, "requirement", matrix)
    return "\n".join(lines).rstrip("\n") + "\n"


def _json_cell(view: ComparisonView, row: Row, index: int) -> Json:
    """Return a requirement in the report with this index; ``null`` if it is missing."""
    cell = row.cells[index]
    return cell and {
        "outcome": cell.outcome,
        "level": cell.level,
        "broken": cell.finding_count,
        "why": cell.reason,
        "evidence": view.evidence(index, row.id),
    }


def _json_report(side: ReportSummary, link: str) -> dict[str, Any]:
    return {
        "name": side.name,
        "page": link,
        "run": side.run,
        "target": {"url": side.url, "model": side.model, "profile": side.profile},
        "catalogue": side.catalogue,
        "started_at": side.started_at,
        "verdict": side.verdict,
        "interrupted": side.interrupted,
        "summary": side.counts,
    }


def _json_change(change: Change) -> Json:
    return {
        "kind": change.kind,
        "id": change.id,
        "before": change.before and change.before.outcome,
        "after": change.after and change.after.outcome,
    }


def document(view: ComparisonView) -> Json:
    """Return the comparison as a JSON value; see ``docs/comparison.schema.json``."""
    comparison = view.comparison
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "responses-conformance", "version": conformance.__version__},
        "made_at": view.made_at,
        "mismatches": list(comparison.incompatibilities),
        "reports": list(map(_json_report, comparison.sides, view.links)),
        "requirements": [
            {
                "id": row.id,
                "section": row.section,
                "level": row.level,
                "text": row.text,
                "differs": row.differs,
                "cells": [_json_cell(view, row, n) for n in range(len(row.cells))],
            }
            for row in comparison.rows
        ],
        "changes": None
        if comparison.changes is None
        else [_json_change(change) for change in comparison.changes],
    }


def as_json(view: ComparisonView) -> str:
    """Return the comparison as indented JSON."""
    return json.dumps(document(view), indent=2, ensure_ascii=False) + "\n"


WRITERS: Final[dict[str, tuple[str, Callable[[ComparisonView], str]]]] = {
    "html": ("compare.html", html),
    "json": ("compare.json", as_json),
    "markdown": ("compare.md", markdown),
}
"""The file name of each format, and the function that returns its content."""
