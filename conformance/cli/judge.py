"""``conformance judge``: evaluate the exchanges of a journal with today's catalogue."""

from conformance.cli.journal_output import journal_in, show_report
from conformance.contract.catalogue import catalogue
from conformance.run.journal import read
from conformance.run.reevaluate import reevaluate


def judge(journal: str, report_dir: str | None, formats: str, lang: str) -> int:
    """Judge a journal anew and show the report; returns its exit code."""
    recorded = read(journal_in(journal))
    made = reevaluate(recorded, catalogue())
    return show_report(made, recorded, report_dir, formats, lang)
