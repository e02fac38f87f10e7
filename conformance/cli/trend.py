"""``conformance trend``: show the results of many reports over time."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from conformance.errors import InvalidReport

if TYPE_CHECKING:
    from conformance.reports.report_summary import ReportSummary

FILE: Final = "trend.html"
"""Name of the page if ``--output`` is not given."""


@click.command()
@click.argument("directory", type=click.Path(file_okay=False))
@click.option(
    "--output", metavar="FILE", help="Page to write [default: DIRECTORY/trend.html]."
)
def trend(directory: str, output: str | None) -> None:
    """Show the outcomes of many reports over time.

    All reports below DIRECTORY are read. A file that is not a valid report is
    skipped with a message.
    """
    from conformance.reports.trend import render_trend, summary_line
    from conformance.reports.trend_history import target_histories

    folder = Path(directory)
    page = Path(output) if output else folder / FILE
    reports, links = _read_reports(folder, page.parent)
    if not reports:
        raise InvalidReport(
            f"no report found below {folder}",
            "name the directory that contains the report directories, such as reports",
        )
    histories = target_histories(reports)
    page.parent.mkdir(parents=True, exist_ok=True)
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    page.write_text(render_trend(histories, links, made_at), "utf-8")
    for history in histories:
        click.echo(summary_line(history))
    click.echo(f"trend: {page}")


def _read_reports(
    folder: Path, page_folder: Path
) -> tuple[list["ReportSummary"], dict[str, str]]:
    """Return all reports below a folder, and the link to each by the report's name.

    The links are relative to ``page_folder``, the directory of the page.
    """
    from conformance.reports import saved
    from conformance.reports.links import link_to_report
    from conformance.reports.report_summary import ReportSummary

    reports, links = [], {}
    for path in saved.find_reports(folder):
        try:
            report = saved.read_report(path)
        except InvalidReport as error:
            click.echo(f"skipped: {error.message}", err=True)
            continue
        name = str(report.directory)
        reports.append(ReportSummary.of(report.document, name))
        links[name] = link_to_report(report.directory, page_folder)
    return reports, links
