"""``conformance compare``: reports side by side, each cell with its evidence."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from conformance.cli import compare_targets
from conformance.errors import ConfigurationError, UnknownName
from conformance.reports import saved
from conformance.reports.comparison import (
    ComparisonBasis,
    ReportSummary,
    compare_reports,
    incompatibilities,
    unique_names,
)
from conformance.reports.comparison_formats import (
    ComparisonView,
    as_json,
    html,
    markdown,
)
from conformance.reports.links import home
from conformance.reports.saved import SavedReport

WRITERS: Final[dict[str, tuple[str, Callable[[ComparisonView], str]]]] = {
    "html": ("compare.html", html),
    "json": ("compare.json", as_json),
    "markdown": ("compare.md", markdown),
}
"""The file and the function of each format."""


def _chosen(text: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name))
    for name in wanted:
        if name not in WRITERS:
            raise UnknownName.of("format of a comparison", name, WRITERS)
    return wanted


@dataclass
class _Gathered:
    """The reports to compare, with the names that somebody gave them."""

    reports: list[SavedReport]
    given: list[str]

    def sides(self) -> list[ReportSummary]:
        """Return the reports by names of which no two are the same."""
        sides = [ReportSummary.of(report.document) for report in self.reports]
        told = [g or n for g, n in zip(self.given, unique_names(sides), strict=True)]
        if len(set(told)) < len(told):
            told = [f"{name} ({n})" for n, name in enumerate(told, 1)]
        return [replace(s, name=name) for s, name in zip(sides, told, strict=True)]


def _allowed(several: Sequence[ComparisonBasis], *, force: bool) -> None:
    if not force and (told := list(incompatibilities(several))):
        raise ConfigurationError(
            "; ".join(told),
            "judge all by one --profile and one --catalogue, or compare them all the"
            " same with --force",
        )


def _named(given: str) -> tuple[str, Path]:
    """Read ``NAME=PATH``; a path that is there, or without ``=``, has no name."""
    name, equals, path = given.partition("=")
    plain = Path(given)
    return (name, Path(path)) if name and equals and not plain.exists() else ("", plain)


def _told(ran: compare_targets.FinishedRun) -> None:
    """Show how a target's run ended, in its own last words."""
    click.echo(f"{ran.name}: exit {ran.exit_code}: {ran.said or 'it said nothing'}")


def _judged(
    path: Path, gathered: _Gathered, out: Path, *, force: bool
) -> list[compare_targets.FinishedRun]:
    """Judge the targets of a file, once it is sure that they can be compared."""
    several = compare_targets.read(path)
    with ExitStack() as stack:
        prepared = list(compare_targets.prepare(several, os.environ, stack))
        _allowed([*gathered.sides(), *prepared], force=force)
        ran = compare_targets.run(prepared, out, _told)
    for one in ran:
        if (one.directory / saved.FILE).is_file():
            gathered.reports.append(saved.read_report(one.directory))
            gathered.given.append(one.name)
    return ran


def compare(
    paths: Sequence[str], file: str, report_dir: str, formats: str, *, force: bool
) -> int:
    """Compare reports, with those of the targets that ``file`` names judged first.

    Writes into ``report_dir`` and prints the summary. Returns 0, or what a run of a
    target without a report ended with; raises ``SuiteError``.
    """
    wanted = _chosen(formats)
    now = datetime.now(UTC)
    out = Path(report_dir or f"reports/compare-{now:%Y%m%dT%H%M%SZ}")
    named = [_named(path) for path in paths]
    gathered = _Gathered(
        [saved.read_report(path) for _, path in named], [n for n, _ in named]
    )
    ran = _judged(Path(file), gathered, out, force=force) if file else []
    code = compare_targets.combined_exit_code(ran)
    if len(gathered.reports) < 2 and code:
        click.echo("there are not two reports, so nothing was compared", err=True)
        return code
    if len(gathered.reports) < 2:
        raise ConfigurationError(
            f"nothing to compare: {len(gathered.reports)} report was given",
            "name two report directories or more, or a file of --targets",
        )
    sides = gathered.sides()
    _allowed(sides, force=force)
    comparison = compare_reports(sides)
    places = {s.name: r.directory for s, r in zip(sides, gathered.reports, strict=True)}
    out.mkdir(parents=True, exist_ok=True)
    homes = tuple(home(places[side.name], out) for side in comparison.sides)
    shown = ComparisonView(comparison, homes, now.isoformat(timespec="seconds"))
    for name in wanted:
        written, render = WRITERS[name]
        (out / written).write_text(render(shown), "utf-8")
    click.echo(
        markdown(replace(shown, homes=("",) * len(sides)), whole=False), nl=False
    )
    click.echo(f"comparison: {out}")
    return code
