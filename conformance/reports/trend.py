"""The trend page: the outcomes of many runs over time."""

from collections.abc import Mapping
from typing import Final

import conformance
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.comparison import BROKEN, ReportSummary
from conformance.reports.static_pages import render_page
from conformance.reports.trend_history import TargetHistory

SHOWN: Final = 40
"""Runs of one target whose outcomes are drawn side by side."""

_SIGNS: Final = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.EXPECTED: "≈",
    Outcome.UNSUPPORTED: "○",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NOT_RUN: "·",
    Outcome.ERROR: "!",
}


def _by_day(
    several: tuple[TargetHistory, ...],
) -> list[tuple[str, list[list[ReportSummary]]]]:
    """Return the runs of each day, newest day first, one list for each timeline."""
    days = {run.started_at[:10] for line in several for run in line.runs}
    return [
        (day, [[r for r in t.runs if r.started_at[:10] == day] for t in several])
        for day in sorted(days, reverse=True)
    ]


def rendered(
    several: tuple[TargetHistory, ...], homes: Mapping[str, str], at: str
) -> str:
    """Return the page; ``homes`` links each run, by its name, to its report."""

    def evidence(run: ReportSummary, id_: str) -> str:
        link = homes[run.name]
        return f"{link}#{id_}" if link.endswith(".html") else link

    def broken(run: ReportSummary) -> str:
        count = run.count(Level.MUST, *BROKEN)
        return f"{run.verdict}{f', {count} MUST' if count else ''}"

    return render_page(
        "trend.html.j2",
        timelines=several,
        days=_by_day(several),
        homes=homes,
        evidence=evidence,
        broken=broken,
        shown=SHOWN,
        signs=_SIGNS,
        made_at=at,
        version=conformance.__version__,
    )
