"""``conformance trend``: all reports of a directory on one page, over time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

import conformance
from conformance import stored
from conformance.comparing import home
from conformance.core.comparison import BROKEN, Side
from conformance.core.history import Timeline, timelines
from conformance.core.requirement import Level
from conformance.core.verdict import Outcome
from conformance.errors import BadReport
from conformance.formats._pages import page

FILE: Final = "trend.html"
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


def _by_day(several: tuple[Timeline, ...]) -> list[tuple[str, list[list[Side]]]]:
    """Return the runs of each day, newest day first, one list for each timeline."""
    days = {run.started_at[:10] for line in several for run in line.runs}
    return [
        (day, [[r for r in t.runs if r.started_at[:10] == day] for t in several])
        for day in sorted(days, reverse=True)
    ]


def rendered(several: tuple[Timeline, ...], homes: Mapping[str, str], at: str) -> str:
    """Return the page; ``homes`` links each run, by its name, to its report."""

    def evidence(run: Side, id_: str) -> str:
        link = homes[run.name]
        return f"{link}#{id_}" if link.endswith(".html") else link

    def broken(run: Side) -> str:
        count = run.count(Level.MUST, *BROKEN)
        return f"{run.verdict}{f', {count} MUST' if count else ''}"

    return page(
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


def trend(directory: str, output: str) -> int:
    """Write one page over all reports below ``directory``; returns 0.

    A file that is no report is named and left out. Raises ``BadReport`` when none
    is left.
    """
    folder = Path(directory)
    out = Path(output) if output else folder / FILE
    homes, sides = {}, []
    for path in stored.found_in(folder):
        try:
            report = stored.read(path)
        except BadReport as error:
            click.echo(f"left out: {error.message}", err=True)
            continue
        name = str(report.directory)
        sides.append(replace(Side.of(report.document), name=name))
        homes[name] = home(report.directory, out.parent)
    if not sides:
        raise BadReport(
            f"{folder} holds no report",
            "give the directory above the report directories, like reports",
        )
    several = timelines(sides)
    out.parent.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    out.write_text(rendered(several, homes, at), "utf-8")
    for line in several:
        latest = line.latest
        click.echo(
            f"{latest.host} {latest.model} {latest.profile}: {len(line.runs)} reports,"
            f" {latest.verdict} on {latest.started_at[:10]},"
            f" {len(line.changed)} requirements have changed"
        )
    click.echo(f"trend: {out}")
    return 0
