"""``conformance report``: write the report of a recorded run again."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import sys

import click

from conformance.cli.click_options import journal_options


@click.command()
@journal_options
def report(journal: str, report_dir: str | None, formats: str, lang: str) -> None:
    """Write the report of a recorded run again.

    JOURNAL is the report directory of a run, or its journal.ndjson. The verdicts are
    those of the run; use `conformance judge` to evaluate the exchanges again.
    """
    from conformance.cli.journal_output import journal_path, write_or_print
    from conformance.contract.catalogue import catalogue
    from conformance.run.journal import read
    from conformance.run.reevaluate import restore

    loaded = read(journal_path(journal))
    restored = restore(loaded, catalogue())
    sys.exit(write_or_print(restored, loaded, report_dir, formats, lang))
