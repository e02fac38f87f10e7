"""``conformance run``: test a server and write the report."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from conformance.cli.click_options import OptionsCommand, run_parameters
from conformance.cli.error_handling import INTERRUPTED
from conformance.errors import INTERNAL_ERROR, ConfigurationError

if TYPE_CHECKING:
    from conformance.model.report import Report
    from conformance.model.settings import Settings
    from conformance.pytest_plugin.items import ConformancePlugin


@click.command(cls=OptionsCommand, params=run_parameters())
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Dry run: show the number of requests and tokens, and send nothing.",
)
@click.option("--quiet", is_flag=True, help="Print only the verdict.")
@click.option(
    "--update-baseline",
    "update",
    is_flag=True,
    help="Add all failures to the baseline file.",
)
@click.option(
    "--prune-baseline",
    "prune",
    is_flag=True,
    help="Remove stale and expired entries from the baseline file.",
)
def run(
    *,
    plan_only: bool,
    quiet: bool,
    update: bool,
    prune: bool,
    **options: Any,  # noqa: ANN401 -- each option has its own type
) -> None:
    """Test the server at URL, or the embedded gateway.

    Every option can also be set in conformance.toml (model = "…") or as an environment
    variable (CONFORMANCE_MODEL). Flags override variables, which override the file.

    Exit codes: 0 conformant, 1 a MUST requirement failed or a baseline entry is stale
    or expired, 2 usage error, 3 a MUST requirement could not be tested, 4 internal
    error, 130 interrupted.
    """
    mode = RunMode(plan_only=plan_only, quiet=quiet, update=update, prune=prune)
    sys.exit(execute(options, os.environ, mode))


class RunMode(NamedTuple):
    """The flags that decide what a run prints, and how it changes the baseline.

    ``update`` adds failures to it; ``prune`` removes stale and expired entries.
    """

    plan_only: bool = False
    quiet: bool = False
    update: bool = False
    prune: bool = False


def execute(
    options: Mapping[str, Any], environ: Mapping[str, str], mode: RunMode
) -> int:
    """Run with these options and return the exit code.

    ``options`` maps ``Option.key`` to parsed values. Raises ``ConformanceError``.
    """
    from conformance.cli.options import settings_from
    from conformance.cli.plan_text import plan_lines
    from conformance.cli.pytest_run import run_pytest

    baseline = _baseline_to_change(options["baseline"], mode)
    with ExitStack() as stack:
        if not options["url"]:
            from conformance.cli.embedded import start_embedded_gateway

            target, keys = start_embedded_gateway(options["profile"].name, stack)
            options, environ = {**options, **target}, {**environ, **keys}
        settings = settings_from(options, environ)
        plugin = _create_plugin(settings, options["format"])
        if mode.plan_only:
            click.echo("\n".join(plan_lines(plugin.plan)))
            return 0
        run_pytest(plugin, quiet=mode.quiet)
        exit_code = _print_result(plugin, quiet=mode.quiet)
        if plugin.report and baseline:
            return _update_baseline(baseline, plugin.report, mode)
        return exit_code


def _baseline_to_change(name: str | None, mode: RunMode) -> Path | None:
    """Return the baseline file that the run changes, or ``None``.

    A file that is to be updated is created if it does not exist.
    """
    from conformance.reports import baseline_file

    if not mode.update and not mode.prune:
        return None
    if not name:
        raise ConfigurationError(
            "no baseline file given", f"name it: --baseline {baseline_file.NAME}"
        )
    path = Path(name)
    if mode.update and not path.exists():
        path.write_text("", encoding="utf-8")
    return path


def _create_plugin(
    settings: "Settings", formats: tuple[str, ...]
) -> "ConformancePlugin":
    """Plan the run; print a notice if planning must first generate requests."""
    from conformance.property_based.corpus import is_stored
    from conformance.pytest_plugin.items import ConformancePlugin
    from conformance.run.session import run_name

    name = run_name(settings, datetime.now(UTC))
    directory = settings.report_dir or Path("reports") / name
    if settings.generated != 0 and not is_stored(settings.seed):
        reason = f"first run with --seed {settings.seed}; cached afterwards"
        click.echo(f"generating requests ({reason})", err=True)
    return ConformancePlugin(settings, formats, directory, allure="allure" in formats)


def _print_result(plugin: "ConformancePlugin", *, quiet: bool) -> int:
    """Print the report and return the exit code; raise the error that ended the run."""
    from conformance.reports import github_actions, render_report

    if plugin.error:
        raise plugin.error
    if plugin.report is None and plugin.interrupted:
        return INTERRUPTED  # before the first request was sent
    if plugin.report is None:
        click.echo("internal error: pytest ended without a report", err=True)
        return INTERNAL_ERROR
    text = render_report("text", plugin.report, plugin.evidence)
    text = text.splitlines()[-1] if quiet else text.rstrip("\n")
    text = github_actions.disable_workflow_commands(text, os.environ)
    click.echo(text.rstrip("\n"))
    for line in github_actions.publish(plugin.report, plugin.evidence, os.environ):
        click.echo(line)
    click.echo(f"report: {plugin.directory}")
    return plugin.report.exit_code


def _update_baseline(path: Path, report: "Report", mode: RunMode) -> int:
    """Change the baseline file as ``mode`` says.

    Returns the exit code of the report with the changed baseline.
    """
    from conformance.reports import baseline_file
    from conformance.reports.wording import count

    if mode.update:
        added = baseline_file.add_failures(path, report, datetime.now(UTC).date())
        entries = count(added, "entry", "entries")
        click.echo(f"{path}: {entries} added; write a reason for each")
        report = baseline_file.with_failures_expected(report)
    if mode.prune:
        removed = baseline_file.prune(path, report)
        click.echo(f"{path}: {count(removed, 'entry', 'entries')} removed")
        report = baseline_file.without_problems(report)
    return report.exit_code
