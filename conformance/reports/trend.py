"""Render the trend page: the outcomes of many runs over time."""

from collections.abc import Mapping
from typing import Final

import conformance
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.report_summary import WITH_FINDINGS, ReportSummary
from conformance.reports.static_pages import render_page
from conformance.reports.trend_history import TargetHistory
from conformance.reports.wording import count

MAX_RUNS: Final = 40
"""Maximum number of runs that the page shows in the history of a requirement."""

_SIGNS: Final = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.EXPECTED: "≈",
    Outcome.UNSUPPORTED: "○",
    Outcome.INCONCLUSIVE: "?",
    Outcome.NOT_RUN: "·",
    Outcome.ERROR: "!",
}
"""The sign of each outcome in the history of a requirement."""


def summary_line(history: TargetHistory) -> str:
    """Return the latest verdict on a target, and how many outcomes ever changed."""
    latest = history.latest
    changed = count(len(history.changed), "requirement")
    return (
        f"{latest.host} {latest.model} {latest.profile}:"
        f" {count(len(history.runs), 'report')},"
        f" {latest.verdict} on {latest.started_at[:10]}, {changed} changed"
    )


def _runs_by_day(
    histories: tuple[TargetHistory, ...],
) -> list[tuple[str, list[list[ReportSummary]]]]:
    """Return each day, the latest first, with a list of its runs for each history.

    The lists of a day are in the order of ``histories``.
    """
    days = {run.started_at[:10] for history in histories for run in history.runs}
    return [
        (
            day,
            [
                [run for run in history.runs if run.started_at[:10] == day]
                for history in histories
            ],
        )
        for day in sorted(days, reverse=True)
    ]


def render_trend(
    histories: tuple[TargetHistory, ...], links: Mapping[str, str], made_at: str
) -> str:
    """Return the trend page in HTML.

    ``links`` maps the name of a run to the link to its report. ``made_at`` is the time
    at which the page is written.
    """

    def evidence(run: ReportSummary, id_: str) -> str:
        link = links[run.name]
        return f"{link}#{id_}" if link.endswith(".html") else link

    def verdict(run: ReportSummary) -> str:
        failed = run.count(Level.MUST, *WITH_FINDINGS)
        return f"{run.verdict}{f', {failed} MUST' if failed else ''}"

    return render_page(
        "trend.html.j2",
        histories=histories,
        days=_runs_by_day(histories),
        links=links,
        evidence=evidence,
        verdict=verdict,
        max_runs=MAX_RUNS,
        signs={outcome: _SIGNS[outcome] for outcome in Outcome},
        made_at=made_at,
        version=conformance.__version__,
    )
