"""``conformance compare``: test the targets of a file, if any; compare reports."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.errors import ConfigurationError, UnknownName

if TYPE_CHECKING:
    from conformance.cli.compare_targets import FinishedRun
    from conformance.reports.comparison import Comparison, ComparisonBasis
    from conformance.reports.report_summary import ReportSummary
    from conformance.reports.saved import SavedReport


@click.command()
@click.argument("reports", metavar="[NAME=]REPORT...", nargs=-1)
@click.option(
    "--targets",
    "targets_file",
    metavar="FILE",
    help="TOML file of targets to test first, all at the same time.",
)
@click.option(
    "--report-dir",
    metavar="DIR",
    help="Directory for the comparison [default: reports/compare-<time>].",
)
@click.option(
    "--format",
    "formats",
    metavar="NAMES",
    default="html,json,markdown",
    show_default=True,
    help="Comma-separated formats of the comparison.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Compare reports even if their profiles or catalogues differ.",
)
def compare(
    reports: tuple[str, ...],
    *,
    targets_file: str | None,
    report_dir: str | None,
    formats: str,
    force: bool,
) -> None:
    """Compare reports requirement by requirement.

    A REPORT is the report directory of a run; NAME= sets its column heading. Two
    reports of the same target are shown as a list of changes, from the older to the
    newer report.
    """
    sys.exit(
        _compare(reports, targets_file or "", report_dir or "", formats, force=force)
    )


def _compare(
    arguments: Sequence[str],
    targets_file: str,
    report_dir: str,
    formats: str,
    *,
    force: bool,
) -> int:
    """Write the comparison, print its summary and return the exit code.

    ``arguments`` have the form ``PATH`` or ``NAME=PATH``. The exit code is 0, or that
    of ``combined_exit_code`` if targets are tested. Raises ``ConformanceError``.
    """
    from conformance.reports import saved
    from conformance.reports.comparison import compare_reports
    from conformance.reports.wording import count

    selected_formats = _select_formats(formats)
    now = datetime.now(UTC)
    directory = Path(report_dir or f"reports/compare-{now:%Y%m%dT%H%M%SZ}")
    named_paths = [_split_name(argument) for argument in arguments]
    report_set = _ReportSet(
        [saved.read_report(path) for _, path in named_paths],
        [name for name, _ in named_paths],
    )
    exit_code = 0
    if targets_file:
        exit_code = _test_targets(
            Path(targets_file), report_set, directory, force=force
        )
    if len(report_set.reports) < 2 and exit_code:
        click.echo("nothing to compare: fewer than two reports exist", err=True)
        return exit_code
    if len(report_set.reports) < 2:
        raise ConfigurationError(
            f"nothing to compare: {count(len(report_set.reports), 'report')} given",
            "name two or more report directories, or a file with --targets",
        )
    summaries = report_set.summaries()
    _require_compatible(summaries, force=force)
    directories = {
        summary.name: report.directory
        for summary, report in zip(summaries, report_set.reports, strict=True)
    }
    _write(compare_reports(summaries), directories, directory, selected_formats, now)
    return exit_code


def _select_formats(text: str) -> tuple[str, ...]:
    """Return the formats in a comma-separated list; raises ``UnknownName``."""
    from conformance.reports.comparison_formats import WRITERS

    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name))
    for name in names:
        if name not in WRITERS:
            raise UnknownName.of("format of a comparison", name, WRITERS)
    return names


def _split_name(argument: str) -> tuple[str, Path]:
    """Return the name and the path in ``NAME=PATH``.

    The name is empty if the argument has no ``=``, or is itself an existing path.
    """
    name, equals, path = argument.partition("=")
    whole = Path(argument)
    return (name, Path(path)) if name and equals and not whole.exists() else ("", whole)


class _ReportSet:
    """The reports to compare, each with the name that the user chose, or ``""``."""

    def __init__(self, reports: list["SavedReport"], names: list[str]) -> None:
        self.reports = reports
        self.names = names

    def summaries(self) -> list["ReportSummary"]:
        """Return the summary of each report, with a unique name."""
        from conformance.reports.comparison import unique_names
        from conformance.reports.report_summary import ReportSummary

        summaries = [ReportSummary.of(report.document) for report in self.reports]
        names = [
            given or unique
            for given, unique in zip(self.names, unique_names(summaries), strict=True)
        ]
        if len(set(names)) < len(names):
            names = [f"{name} ({n})" for n, name in enumerate(names, 1)]
        return [
            ReportSummary.of(report.document, name)
            for report, name in zip(self.reports, names, strict=True)
        ]


def _require_compatible(bases: Sequence["ComparisonBasis"], *, force: bool) -> None:
    """Raise ``ConfigurationError`` if profiles or catalogues differ, unless forced."""
    from conformance.reports.comparison import incompatibilities

    if not force and (differences := list(incompatibilities(bases))):
        raise ConfigurationError(
            "; ".join(differences),
            "use the same --profile and --catalogue for all, or compare anyway with"
            " --force",
        )


def _test_targets(
    path: Path, report_set: _ReportSet, directory: Path, *, force: bool
) -> int:
    """Test the targets of a file and add their reports; return the exit code.

    Raises ``ConformanceError`` before the first request if the file is invalid or the
    reports would not be comparable.
    """
    from conformance.cli import compare_targets
    from conformance.reports import saved

    targets = compare_targets.read(path)
    with ExitStack() as stack:
        prepared = list(compare_targets.prepare(targets, os.environ, stack))
        _require_compatible([*report_set.summaries(), *prepared], force=force)
        runs = compare_targets.run(prepared, directory, _print_finished)
    for finished in runs:
        if finished.has_report:
            report_set.reports.append(saved.read_report(finished.directory))
            report_set.names.append(finished.name)
    return compare_targets.combined_exit_code(runs)


def _print_finished(finished: "FinishedRun") -> None:
    """Print the exit code and the output of a target's run."""
    output = finished.output or "no output"
    click.echo(f"{finished.name}: exit {finished.exit_code}: {output}")


def _write(
    comparison: "Comparison",
    directories: dict[str, Path],
    directory: Path,
    formats: tuple[str, ...],
    now: datetime,
) -> None:
    """Write the comparison into ``directory``, and print a summary.

    ``directories`` maps the name of each report to its directory.
    """
    from conformance.reports.comparison_formats import (
        WRITERS,
        ComparisonView,
        markdown,
    )
    from conformance.reports.links import link_to_report

    directory.mkdir(parents=True, exist_ok=True)
    links = tuple(
        link_to_report(directories[side.name], directory) for side in comparison.sides
    )
    view = ComparisonView(comparison, links, now.isoformat(timespec="seconds"))
    for name in formats:
        file, render = WRITERS[name]
        (directory / file).write_text(render(view), "utf-8")
    click.echo(markdown(view.without_links(), differences_only=True), nl=False)
    click.echo(f"comparison: {directory}")
