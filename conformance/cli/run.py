"""``conformance run``: a session, its progress, and its report."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import pytest
from rich.console import Console

from conformance.cli.embedded import start_embedded_gateway
from conformance.cli.options import settings_from
from conformance.cli.progress import Progress
from conformance.config import merge_options
from conformance.errors import INTERNAL_ERROR, ConfigurationError
from conformance.judge.plan import Plan
from conformance.model.baseline import STALE
from conformance.model.generated_input import PREFIX
from conformance.model.report import Report
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome
from conformance.property_based.corpus import is_stored
from conformance.pytest_plugin.items import CONTRACT, ConformancePlugin
from conformance.reports import baseline_file, github_actions, render_report
from conformance.run.session import run_name

INTERRUPTED: Final = 130


def describe_plan(plan: Plan) -> str:
    """Say what a run will cost a server that keeps the contract."""
    generated = sum(probe.name.startswith(PREFIX) for probe in plan.probes)
    drawn = f", {generated} of them generated" if generated else ""
    return (
        f"{len(plan.cases)} cases on {len(plan.probes)} probes{drawn}:"
        f" {plan.model_responses} answers, {plan.rejections} refusals,"
        f" at most {plan.max_output_tokens} output tokens"
    )


def _arguments(engine: ConformancePlugin, formats: tuple[str, ...]) -> list[str]:
    """Return pytest's arguments: nothing of the user's own pytest is read."""
    arguments = [str(CONTRACT), "-c", os.devnull, "--rootdir", str(CONTRACT.parents[1])]
    for plugin in ("cacheprovider", "terminal", "logging", "warnings", "faulthandler"):
        arguments += ["-p", f"no:{plugin}"]
    if "junit" in formats:
        arguments += ["--junitxml", str(engine.directory / "junit.xml")]
        arguments += ["-o", "junit_suite_name=conformance"]
    if "allure" in formats:
        results = engine.directory / "allure-results"
        arguments += ["-p", "allure_pytest.plugin", "--alluredir", str(results)]
    return arguments


@dataclass(frozen=True)
class RunOptions:
    """What a user wants of a run beside the judging."""

    plan_only: bool = False
    quiet: bool = False
    update: bool = False
    prune: bool = False


def run(asked: Mapping[str, str], environ: Mapping[str, str], how: RunOptions) -> int:
    """Run what was asked for, and return the exit code; raises ``SuiteError``."""
    baseline = merge_options(asked, environ).get("baseline", "")
    if (how.update or how.prune) and not baseline:
        raise ConfigurationError(
            "no baseline to change", f"name it: --baseline {baseline_file.NAME}"
        )
    if how.update and not Path(baseline).exists():
        Path(baseline).write_text("", encoding="utf-8")
    with ExitStack() as stack:
        if not merge_options(asked, environ).get("url"):
            asked, environ = start_embedded_gateway(asked, environ, stack)
        settings, formats = settings_from(asked, environ)
        engine = _engine(settings, formats)
        if how.plan_only:
            return _tell_plan(engine)
        _run(engine, quiet=how.quiet)
        code = _ended(engine, quiet=how.quiet)
        if engine.report and (how.update or how.prune):
            return _rewritten(Path(baseline), engine.report, how)
        return code


def _engine(settings: Settings, formats: tuple[str, ...]) -> ConformancePlugin:
    name = run_name(settings, datetime.now(UTC))
    directory = settings.report_dir or Path("reports") / name
    if settings.generated != 0 and not is_stored(settings.seed):
        click.echo("drawing generated inputs, which later runs find ready", err=True)
    return ConformancePlugin(settings, formats, directory, allure="allure" in formats)


def _tell_plan(engine: ConformancePlugin) -> int:
    click.echo(describe_plan(engine.plan))
    for probe in engine.plan.probes:
        cost = f"{probe.model_responses} answers, {probe.rejections} refusals"
        click.echo(f"  {probe.name}: {cost}: {probe.text}")
    return 0


def _rewritten(path: Path, report: Report, how: RunOptions) -> int:
    """Bring the baseline up to the report; return the code that it then has."""
    if how.update:
        today = datetime.now(UTC).date()
        added = baseline_file.updated(path, report, today)
        click.echo(f"{path}: {added} entries added; give each its reason")
        report = replace(
            report,
            verdicts=tuple(
                replace(v, outcome=Outcome.EXPECTED)
                if v.outcome is Outcome.FAILED
                else v
                for v in report.verdicts
            ),
            baseline_problems=tuple(
                c for c in report.baseline_problems if c.problem == STALE
            ),
        )
    if how.prune:
        gone = baseline_file.pruned(path, report)
        click.echo(f"{path}: {gone} entries taken out")
        report = replace(report, baseline_problems=())
    return report.exit_code


@contextmanager
def _alone() -> Iterator[None]:
    """Keep the plugins of the user's own tests out of a run, and only out of that."""
    name = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _run(engine: ConformancePlugin, *, quiet: bool) -> None:
    console = Console(stderr=True, highlight=False)
    if not engine.plan.cases:
        raise ConfigurationError(
            "nothing is left to judge", "loosen --only, --level or --profile"
        )
    if not quiet:
        told = describe_plan(engine.plan)
        console.print(told, soft_wrap=True)
    progress = Progress(console, engine.plan, quiet=quiet)
    engine.watcher = progress.watcher()
    with progress.shown(), _alone():
        pytest.main(_arguments(engine, engine.formats), plugins=[engine])


def _ended(engine: ConformancePlugin, *, quiet: bool) -> int:
    """Print what the run came to, and return the exit code."""
    if engine.error:
        raise engine.error
    if engine.report is None and engine.interrupted:
        return INTERRUPTED  # before anything was sent
    if engine.report is None:
        click.echo("error: pytest ended before there was a report", err=True)
        return INTERNAL_ERROR
    text = render_report("text", engine.report, engine.evidence)
    text = text.splitlines()[-1] if quiet else text.rstrip("\n")
    click.echo(github_actions.hushed(text, os.environ).rstrip("\n"))
    for line in github_actions.told(engine.report, engine.evidence, os.environ):
        click.echo(line)
    click.echo(f"report: {engine.directory}")
    return engine.report.exit_code
