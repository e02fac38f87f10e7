"""``conformance trend``: all reports of a directory on one page, over time."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from conformance.errors import InvalidReport
from conformance.reports import saved
from conformance.reports.comparison import ReportSummary
from conformance.reports.links import home
from conformance.reports.trend import rendered
from conformance.reports.trend_history import timelines

FILE: Final = "trend.html"


def trend(directory: str, output: str) -> int:
    """Write one page over all reports below ``directory``; returns 0.

    A file that is no report is named and left out. Raises ``InvalidReport`` when none
    is left.
    """
    folder = Path(directory)
    out = Path(output) if output else folder / FILE
    homes, sides = {}, []
    for path in saved.find_reports(folder):
        try:
            report = saved.read_report(path)
        except InvalidReport as error:
            click.echo(f"left out: {error.message}", err=True)
            continue
        name = str(report.directory)
        sides.append(replace(ReportSummary.of(report.document), name=name))
        homes[name] = home(report.directory, out.parent)
    if not sides:
        raise InvalidReport(
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
