"""The command line: ``python -m tests.real``."""

import shlex
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from tests.real.errors import RealServerError
from tests.real.home import home
from tests.real.judging import INTERRUPTED, judge, keys, options, worst
from tests.real.running import (
    UPSTREAM_VARIABLE,
    UPSTREAMS,
    needed,
    running,
    running_process,
)
from tests.real.servers import NAMES, TARGETS
from tests.real.target import Running

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
    help="What answers behind a gateway.",
)


class _WithRest(click.Command):
    """A command whose words after ``--`` are somebody else's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        cut = args.index("--") if "--" in args else len(args)
        super().parse_args(ctx, args[:cut])
        ctx.args = args[cut + 1 :]
        return ctx.args


class _Group(click.Group):
    """A group whose commands show our errors as messages, not as tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click types it
        try:
            return super().invoke(ctx)
        except RealServerError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group)
def main() -> None:
    """Install, start and judge third-party servers on loopback."""
    # Every `finally` on the way out ends a server, so that none is left behind.  A
    # shell has its background jobs ignore SIGINT, and they would hand that on.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


@main.command(name="list")
def list_() -> None:
    """Show the targets, and which of them are installed."""
    click.echo(f"installed under {home()}\n")
    for target in TARGETS:
        mark = "*" if target.packages.installed else " "
        behind = ", over an upstream" if target.needs_upstream else ""
        second = ", two keys" if target.has_second_key else ""
        click.echo(f"{mark} {target.name:20} {target.summary}")
        click.echo(f"  {'':20} profile {target.profile}{behind}{second}")
        for deviation in target.deviations:
            click.echo(f"  {'':20} - {deviation}")


@main.command()
@click.argument("names", metavar="[NAME...]", nargs=-1, type=click.Choice(NAMES))
@click.option("--all", "everything", is_flag=True, help="Every target.")
@_upstream
def install(names: tuple[str, ...], upstream: str, *, everything: bool) -> None:
    """Install what the targets need, upstreams included, into the cache folder."""
    if bool(names) == everything:
        raise click.UsageError("name targets, or give --all")
    chosen = NAMES if everything else names
    targets = [target for name in chosen for target in needed(name, upstream)]
    distinct = {target.packages.name: target.packages for target in targets}
    for packages in distinct.values():
        click.echo(f"{packages.name}: ", nl=False)
        begun = time.monotonic()
        packages.install()
        click.echo(f"ready in {packages.folder} ({time.monotonic() - begun:.0f} s)")


@main.command()
@click.argument("name", metavar="NAME", type=click.Choice(NAMES))
@click.option("--port", type=click.IntRange(1, 65535), help="Default: a free one.")
@_upstream
def start(name: str, port: int | None, upstream: str) -> None:
    """Serve one target in the foreground until it is interrupted."""
    try:
        with running_process(name, upstream=upstream, port=port) as (server, process):
            describe(server)
            while process.alive:
                time.sleep(0.2)
            raise process.failure(f"ended with {process.child.returncode}")
    except KeyboardInterrupt:
        click.echo(f"{name} has ended")


@main.command(name="judge", cls=_WithRest)
@_names
@click.option(
    "--report-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Each report goes to DIR/NAME.  Default: where conformance puts it.",
)
@_upstream
@click.pass_context
def judge_(
    ctx: click.Context, names: tuple[str, ...], report_dir: Path | None, upstream: str
) -> None:
    """Start each target, judge it, end it; options after -- go to conformance."""
    codes: dict[str, int] = {}
    for name in names:
        folder = report_dir / name if report_dir else None
        try:
            with running(name, upstream=upstream) as server:
                codes[name] = judge(server, report_dir=folder, extra=ctx.args)
        except RealServerError as error:
            click.echo(f"Error: {error}", err=True)
            codes[name] = 4
        except KeyboardInterrupt:
            codes[name] = INTERRUPTED
        if codes[name] == INTERRUPTED:
            break
    for name, code in codes.items():
        click.echo(f"{name:20} exit code {code}")
    ctx.exit(worst(list(codes.values())))


def describe(server: Running) -> None:
    """Print what a client must know, and the command that judges the server."""
    click.echo(f"url      {server.url}")
    click.echo(f"model    {server.model}")
    for name, value in server.headers.items():
        click.echo(f"header   {name}: {value}")
    click.echo()
    for variable, key in keys(server).items():
        click.echo(f"export {variable}={key}")
    click.echo(shlex.join(["conformance", *options(server)]))
    click.echo("\nServing; Ctrl-C ends it.")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
