"""``conformance run`` and ``serve``: a session, its progress, and its report."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import pytest
from rich.console import Console

from conformance import baseline_file, github
from conformance.core.baseline import STALE
from conformance.core.fields import PREFIX
from conformance.core.profile import profile_named
from conformance.core.report import Report
from conformance.core.verdict import Outcome
from conformance.engine import SPEC, Engine
from conformance.errors import OUR_ERROR, BadSetting, UnknownName
from conformance.formats import render
from conformance.options import gathered, settings_from
from conformance.progress import Progress
from conformance.run.plan import Plan
from conformance.run.session import run_name
from conformance.run.settings import Settings
from conformance.schema.corpus import is_kept

KEY_ENV: Final = "CONFORMANCE_EMBEDDED_KEY"
SECOND_KEY_ENV: Final = "CONFORMANCE_EMBEDDED_SECOND_KEY"
INTERRUPTED: Final = 130


def embedded(
    asked: Mapping[str, str], environ: Mapping[str, str], stack: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Start the embedded gateway on a free port; return how to reach and judge it."""
    from conformance.reference.serving import serving  # noqa: PLC0415 -- only without a URL

    profile = gathered(asked, environ).get("profile", "newapi")
    gateway = stack.enter_context(serving(profile=profile_named(profile).name))
    keys = {KEY_ENV: gateway.key, SECOND_KEY_ENV: gateway.second_key}
    options = {
        "url": gateway.url,
        "model": gateway.model,
        "api-key-env": KEY_ENV,
        "second-key-env": SECOND_KEY_ENV,
        "profile": profile,
    }
    return {**asked, **options}, {**environ, **keys}


def planned(plan: Plan) -> str:
    """Say what a run will cost a server that keeps the contract."""
    generated = sum(probe.name.startswith(PREFIX) for probe in plan.probes)
    drawn = f", {generated} of them generated" if generated else ""
    return (
        f"{len(plan.cases)} cases on {len(plan.probes)} probes{drawn}:"
        f" {plan.answers} answers, {plan.refusals} refusals,"
        f" at most {plan.tokens} output tokens"
    )


def _arguments(engine: Engine, formats: tuple[str, ...]) -> list[str]:
    """Return pytest's arguments: nothing of the user's own pytest is read."""
    arguments = [str(SPEC), "-c", os.devnull, "--rootdir", str(SPEC.parents[1])]
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
class How:
    """What a user wants of a run beside the judging."""

    plan_only: bool = False
    quiet: bool = False
    update: bool = False
    prune: bool = False


def run(asked: Mapping[str, str], environ: Mapping[str, str], how: How) -> int:
    """Run what was asked for, and return the exit code; raises ``SuiteError``."""
    baseline = gathered(asked, environ).get("baseline", "")
    if (how.update or how.prune) and not baseline:
        raise BadSetting(
            "no baseline to change", f"name it: --baseline {baseline_file.NAME}"
        )
    if how.update and not Path(baseline).exists():
        Path(baseline).write_text("", encoding="utf-8")
    with ExitStack() as stack:
        if not gathered(asked, environ).get("url"):
            asked, environ = embedded(asked, environ, stack)
        settings, formats = settings_from(asked, environ)
        engine = _engine(settings, formats)
        if how.plan_only:
            return _tell_plan(engine)
        _run(engine, quiet=how.quiet)
        code = _ended(engine, quiet=how.quiet)
        if engine.report and (how.update or how.prune):
            return _rewritten(Path(baseline), engine.report, how)
        return code


def _engine(settings: Settings, formats: tuple[str, ...]) -> Engine:
    name = run_name(settings, datetime.now(UTC))
    directory = settings.report_dir or Path("reports") / name
    if settings.generated != 0 and not is_kept(settings.seed):
        click.echo("drawing generated inputs, which later runs find ready", err=True)
    return Engine(settings, formats, directory, allure="allure" in formats)


def _tell_plan(engine: Engine) -> int:
    click.echo(planned(engine.plan))
    for probe in engine.plan.probes:
        cost = f"{probe.answers} answers, {probe.refusals} refusals"
        click.echo(f"  {probe.name}: {cost}: {probe.text}")
    return 0


def _rewritten(path: Path, report: Report, how: How) -> int:
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
            complaints=tuple(c for c in report.complaints if c.problem == STALE),
        )
    if how.prune:
        gone = baseline_file.pruned(path, report)
        click.echo(f"{path}: {gone} entries taken out")
        report = replace(report, complaints=())
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


def _run(engine: Engine, *, quiet: bool) -> None:
    console = Console(stderr=True, highlight=False)
    if not engine.plan.cases:
        raise BadSetting(
            "nothing is left to judge", "loosen --only, --level or --profile"
        )
    if not quiet:
        told = planned(engine.plan)
        console.print(told, soft_wrap=True)
    progress = Progress(console, engine.plan, quiet=quiet)
    engine.watcher = progress.watcher()
    with progress.shown(), _alone():
        pytest.main(_arguments(engine, engine.formats), plugins=[engine])


def _ended(engine: Engine, *, quiet: bool) -> int:
    """Print what the run came to, and return the exit code."""
    if engine.error:
        raise engine.error
    if engine.report is None and engine.interrupted:
        return INTERRUPTED  # before anything was sent
    if engine.report is None:
        click.echo("error: pytest ended before there was a report", err=True)
        return OUR_ERROR
    text = render("text", engine.report, engine.evidence)
    text = text.splitlines()[-1] if quiet else text.rstrip("\n")
    click.echo(github.hushed(text, os.environ).rstrip("\n"))
    for line in github.told(engine.report, engine.evidence, os.environ):
        click.echo(line)
    click.echo(f"report: {engine.directory}")
    return engine.report.exit_code


def serve(port: int, profile: str, faults: tuple[str, ...], latency: float) -> None:
    """Serve the embedded gateway until Ctrl-C; raises ``SuiteError``."""
    from conformance.reference.faults import FAULTS  # noqa: PLC0415 -- only here
    from conformance.reference.gateway import KEY, MODEL, SECOND_KEY  # noqa: PLC0415 -- only here
    from conformance.reference.serving import serve as serve_gateway  # noqa: PLC0415 -- only here

    profile_named(profile)
    for name in faults:
        if name not in FAULTS:
            raise UnknownName.of("fault", name, FAULTS)

    def announce(url: str) -> None:
        click.echo(f"serving {url}/v1/responses, model {MODEL}")
        click.echo(f"  export CONFORMANCE_API_KEY={KEY}")
        click.echo(f"  export CONFORMANCE_SECOND_KEY={SECOND_KEY}")
        click.echo(f"  conformance run {url} --model {MODEL}")
        sys.stdout.flush()

    try:
        serve_gateway(
            port,
            faults=[FAULTS[name] for name in faults],
            profile=profile,
            latency=latency,
            announce=announce,
        )
    except OSError as error:
        raise BadSetting(
            f"port {port} cannot be taken: {error.strerror}",
            "give another --port, or none for a free one",
        ) from None
