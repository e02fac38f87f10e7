"""``conformance judge``: re-evaluate recorded exchanges."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import sys

import click

from conformance.cli.click_options import journal_options


@click.command()
@journal_options
def judge(journal: str, report_dir: str | None, formats: str, lang: str) -> None:
    """Re-evaluate a recorded run with the current checks.

    JOURNAL is the report directory of a run, or its journal.ndjson. Nothing is sent.
    """
    from conformance.cli.journal_output import journal_path, write_or_print
    from conformance.contract.catalogue import catalogue
    from conformance.run.journal import read
    from conformance.run.reevaluate import reevaluate

    loaded = read(journal_path(journal))
    report = reevaluate(loaded, catalogue())
    sys.exit(write_or_print(report, loaded, report_dir, formats, lang))
