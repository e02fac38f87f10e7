"""``conformance report``: write the report of a journal again."""

from conformance.cli.journal_output import journal_in, show_report
from conformance.contract.catalogue import catalogue
from conformance.run.journal import read
from conformance.run.reevaluate import restore


def report(journal: str, report_dir: str | None, formats: str, lang: str) -> int:
    """Show the report of a journal again; returns its exit code."""
    recorded = read(journal_in(journal))
    return show_report(
        restore(recorded, catalogue()), recorded, report_dir, formats, lang
    )
