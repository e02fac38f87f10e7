"""The command line: ``python -m tests.real``."""

import shlex
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from tests.real.cache import cache_directory
from tests.real.conformance_run import (
    INTERRUPTED,
    key_variables,
    run_arguments,
    run_conformance,
    worst_exit_code,
)
from tests.real.errors import RealServerError
from tests.real.launcher import (
    UPSTREAM_VARIABLE,
    UPSTREAMS,
    required_targets,
    run_target,
    run_target_process,
)
from tests.real.servers import NAMES, TARGETS
from tests.real.target import RunningServer

_names = click.argument(
    "names", metavar="NAME...", nargs=-1, type=click.Choice(NAMES), required=True
)
_upstream = click.option(
    "--upstream",
    type=click.Choice(UPSTREAMS),
    default=UPSTREAMS[0],
    envvar=UPSTREAM_VARIABLE,
    show_default=True,
    show_envvar=True,
    help="The upstream of gateways.",
)


class _PassThroughCommand(click.Command):
    """A command that leaves the arguments after ``--`` unparsed, in ``ctx.args``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        super().parse_args(ctx, args[:end])
        ctx.args = args[end + 1 :]
        return ctx.args


class _Group(click.Group):
    """A group that shows a ``RealServerError`` as a message without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click types it
        try:
            return super().invoke(ctx)
        except RealServerError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
def main() -> None:
    """Install, start and test third-party servers on loopback."""
    # An exception runs the `finally` blocks that stop the servers. A shell makes
    # background jobs ignore SIGINT, and their child processes would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


@main.command(name="list")
def list_() -> None:
    """List the targets; a star marks those that are installed."""
    click.echo(f"installed in {cache_directory()}\n")
    for target in TARGETS:
        mark = "*" if target.packages.is_installed else " "
        upstream = ", needs an upstream" if target.needs_upstream else ""
        second_key = ", two keys" if target.has_second_key else ""
        click.echo(f"{mark} {target.name:20} {target.summary}")
        click.echo(f"  {'':20} profile {target.profile}{upstream}{second_key}")
        for deviation in target.deviations:
            click.echo(f"  {'':20} - {deviation}")


@main.command()
@click.argument("names", metavar="[NAME...]", nargs=-1, type=click.Choice(NAMES))
@click.option("--all", "everything", is_flag=True, help="Install every target.")
@_upstream
def install(names: tuple[str, ...], upstream: str, *, everything: bool) -> None:
    """Install the packages of targets and their upstreams."""
    if bool(names) == everything:
        raise click.UsageError("give either target names or --all")
    selected = NAMES if everything else names
    targets = [t for name in selected for t in required_targets(name, upstream)]
    unique = {target.packages.name: target.packages for target in targets}
    for packages in unique.values():
        click.echo(f"{packages.name}: ", nl=False)
        start = time.monotonic()
        packages.install()
        click.echo(f"ready in {packages.directory} ({time.monotonic() - start:.0f} s)")


@main.command()
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port of the server [default: free]."
)
@_upstream
def start(name: str, port: int | None, upstream: str) -> None:
    """Run one target in the foreground until Ctrl-C."""
    try:
        with run_target_process(name, upstream=upstream, port=port) as running:
            server, process = running
            describe(server)
            while process.is_running:
                time.sleep(0.2)
            raise process.error(f"exited with {process.child.returncode}")
    except KeyboardInterrupt:
        click.echo(f"{name} has been stopped")


@main.command(name="judge", cls=_PassThroughCommand)
@_names
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write each report to DIRECTORY/NAME [default: that of conformance run].",
)
@_upstream
@click.pass_context
def judge(
    ctx: click.Context, names: tuple[str, ...], report_dir: Path | None, upstream: str
) -> None:
    """Start, test and stop each target.

    Arguments after -- are passed to conformance run.
    """
    codes: dict[str, int] = {}
    for name in names:
        directory = report_dir / name if report_dir else None
        try:
            with run_target(name, upstream=upstream) as server:
                codes[name] = run_conformance(
                    server, report_dir=directory, extra=ctx.args
                )
        except RealServerError as error:
            click.echo(f"Error: {error}", err=True)
            codes[name] = 4
        except KeyboardInterrupt:
            codes[name] = INTERRUPTED
        if codes[name] == INTERRUPTED:
            break
    for name, code in codes.items():
        click.echo(f"{name:20} exit code {code}")
    ctx.exit(worst_exit_code(list(codes.values())))


def describe(server: RunningServer) -> None:
    """Print how clients reach the server, and the command that tests it."""
    click.echo(f"url      {server.url}")
    click.echo(f"model    {server.model}")
    for name, value in server.headers.items():
        click.echo(f"header   {name}: {value}")
    click.echo()
    for variable, key in key_variables(server).items():
        click.echo(f"export {variable}={key}")
    click.echo(shlex.join(["conformance", *run_arguments(server)]))
    click.echo("\nThe server is running. Stop it with Ctrl-C.")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
