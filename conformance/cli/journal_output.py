"""What ``judge`` and ``report`` share: find the journal, show or write the report."""

from pathlib import Path

import click

from conformance.model.report import Report
from conformance.reports import BY_PYTEST, render_report, select_formats, write_reports
from conformance.run.journal import LoadedJournal


def journal_in(path: str) -> Path:
    """Return the journal that ``path`` names, as a file or as its directory."""
    given = Path(path)
    return given / "journal.ndjson" if given.is_dir() else given


def show_report(
    made: Report,
    recorded: LoadedJournal,
    report_dir: str | None,
    formats: str,
    lang: str,
) -> int:
    """Write the report into a directory, or print it; return its exit code."""
    names = select_formats(name.strip() for name in formats.split(","))
    names = tuple(name for name in names if name not in BY_PYTEST)
    if report_dir is None:
        for name in names:
            click.echo(render_report(name, made, recorded.kept, lang), nl=False)
        return made.exit_code
    directory = Path(report_dir)
    directory.mkdir(parents=True, exist_ok=True)
    for path in write_reports(names, made, recorded.kept, directory, lang):
        click.echo(f"written: {path}")
    return made.exit_code
