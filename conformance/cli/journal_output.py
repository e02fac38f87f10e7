"""Find a journal, and print or write the report made from it."""

from pathlib import Path

import click

from conformance.model.report import Report
from conformance.reports import BY_PYTEST, render_report, select_formats, write_reports
from conformance.run.journal import LoadedJournal


def journal_path(path: str) -> Path:
    """Return the path of a journal; ``path`` is the file or its report directory."""
    given = Path(path)
    return given / "journal.ndjson" if given.is_dir() else given


def write_or_print(
    report: Report,
    journal: LoadedJournal,
    report_dir: str | None,
    formats: str,
    lang: str,
) -> int:
    """Write the report to ``report_dir``, or print it if ``report_dir`` is ``None``.

    Returns the exit code of the report. Formats that pytest writes during a run are
    skipped. Raises ``UnknownName`` for an unknown format.
    """
    names = select_formats(name.strip() for name in formats.split(","))
    names = tuple(name for name in names if name not in BY_PYTEST)
    if report_dir is None:
        for name in names:
            click.echo(render_report(name, report, journal.reader, lang), nl=False)
        return report.exit_code
    directory = Path(report_dir)
    directory.mkdir(parents=True, exist_ok=True)
    for path in write_reports(names, report, journal.reader, directory, lang):
        click.echo(f"written: {path}")
    return report.exit_code
