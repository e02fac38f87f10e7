"""The command line: read the flags, call one function, show what it returned."""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import click

from conformance.errors import INTERNAL_ERROR, ConformanceError


class ErrorHandlingGroup(click.Group):
    """Turn every ``ConformanceError`` into a message and its exit code."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; the only place where an error becomes an exit code."""
        try:
            return super().invoke(ctx)
        except ConformanceError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 -- whatever it is, it must not look like a verdict
            click.echo(traceback.format_exc(), err=True, nl=False)
            click.echo("error: that is a defect of ours, not of the server", err=True)
            ctx.exit(INTERNAL_ERROR)


@click.group(
    cls=ErrorHandlingGroup, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="responses-conformance")
def main() -> None:
    """Judge, with evidence, whether POST /v1/responses keeps its contract."""


_RUN_OPTIONS = (
    click.option("--model", help="Model that the server is asked for."),
    click.option("--api-key-env", metavar="VAR", help="Variable that holds the key."),
    click.option(
        "--second-key-env", metavar="VAR", help="Variable with somebody else's key."
    ),
    click.option("--profile", help="newapi (default), openai or openresponses."),
    click.option(
        "--header", multiple=True, metavar="'NAME: VALUE'", help="Sent every time."
    ),
    click.option("--only", multiple=True, help="A section or a requirement id."),
    click.option("--require", multiple=True, help="A capability that must be there."),
    click.option("--level", help="Judge must, should or may (default) and above."),
    click.option("--seed", help="Seed of generated inputs and words."),
    click.option("--generated", metavar="N|all", help="Generated inputs (120)."),
    click.option(
        "--no-shrink",
        "shrink",
        flag_value="no",
        help="Keep failing inputs as they are.",
    ),
    click.option("--case", metavar="ID", help="Run this one case alone."),
    click.option("--concurrency", metavar="N", help="Requests in flight (16)."),
    click.option("--rate", metavar="N/s|N/m", help="Requests a second or minute."),
    click.option("--timeout", metavar="S", help="Seconds for one whole answer (60)."),
    click.option("--max-requests", metavar="N", help="Requests that may be sent."),
    click.option("--max-seconds", metavar="S", help="Seconds that the run may take."),
    click.option("--report-dir", metavar="DIR", help="Where the report goes."),
    click.option("--catalogue", metavar="DATE", help="Only what existed on that day."),
    click.option("--baseline", metavar="FILE", help="Known failures, excused."),
    click.option("--format", metavar="NAMES", help="html,json,junit,markdown,har,…"),
    click.option("--lang", help="Language a report shows first: en (default) or zh."),
)


def _run_options(command: Callable[..., object]) -> Callable[..., object]:
    for option in reversed(_RUN_OPTIONS):
        command = option(command)
    return command


def _joined(flags: Mapping[str, Any]) -> dict[str, str]:
    """Return flags by their names on the command line, several values as one."""
    joined = {}
    for name, value in flags.items():
        several = value if isinstance(value, tuple) else (value or "",)
        joint = "\n" if name == "header" else ","
        joined[name.replace("_", "-")] = joint.join(several)
    return joined


@main.command()
@click.argument("url", required=False)
@_run_options
@click.option("--plan", "plan_only", is_flag=True, help="Say what is sent, send none.")
@click.option("--quiet", is_flag=True, help="Print the verdict only.")
@click.option("--update-baseline", "update", is_flag=True, help="Excuse all failures.")
@click.option("--prune-baseline", "prune", is_flag=True, help="Drop what is over.")
def run(
    url: str | None,
    *,
    plan_only: bool,
    quiet: bool,
    update: bool,
    prune: bool,
    **flags: Any,  # noqa: ANN401 -- click's own types
) -> None:
    """Judge the server at URL; without one, the embedded gateway."""
    from conformance.cli import run as command  # noqa: PLC0415 -- --help must not pay for it

    asked = _joined(flags) | {"url": url or ""}
    how = command.RunOptions(
        plan_only=plan_only, quiet=quiet, update=update, prune=prune
    )
    sys.exit(command.run(asked, os.environ, how))


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True)
@click.option("--profile", default="newapi", show_default=True)
@click.option("--fault", "faults", multiple=True, help="A defect to be given.")
@click.option("--latency", type=click.FloatRange(0), default=0.0, metavar="S")
def serve(port: int, profile: str, faults: tuple[str, ...], latency: float) -> None:
    """Start the embedded gateway and keep it up until Ctrl-C."""
    from conformance.cli import serve as command  # noqa: PLC0415 -- as above

    command.serve(port, profile, faults, latency)


@main.command()
@click.argument("reports", metavar="[NAME=]REPORT...", nargs=-1)
@click.option("--targets", "file", metavar="FILE", help="Judge all it names first.")
@click.option("--report-dir", metavar="DIR", help="Where the comparison goes.")
@click.option("--format", "formats", default="html,json,markdown", show_default=True)
@click.option("--force", is_flag=True, help="Even by different profiles, catalogues.")
def compare(
    reports: tuple[str, ...],
    *,
    file: str | None,
    report_dir: str | None,
    formats: str,
    force: bool,
) -> None:
    """Compare REPORTS, requirement by requirement; of one target, what changed."""
    from conformance.cli import compare as command  # noqa: PLC0415 -- as above

    where = report_dir or ""
    sys.exit(command.compare(reports, file or "", where, formats, force=force))


@main.command()
@click.argument("directory", type=click.Path(file_okay=False))
@click.option("--output", metavar="FILE", help="The page (DIRECTORY/trend.html).")
def trend(directory: str, output: str | None) -> None:
    """Show all reports below DIRECTORY over time, on one page."""
    from conformance.cli import trend as command  # noqa: PLC0415 -- as above

    sys.exit(command.trend(directory, output or ""))


@main.command()
@click.argument("kind", metavar="github|gitlab|jenkins|tox")
@click.option("--output", metavar="FILE", help="Where the job goes; - to show it.")
@click.option("--install", metavar="SPEC", help="What pip installs, pinned by default.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def init(kind: str, *, output: str | None, install: str | None, force: bool) -> None:
    """Write a job that judges a gateway on a CI server."""
    from conformance.cli import init as command  # noqa: PLC0415 -- as above

    sys.exit(command.init(kind, output or "", install or "", force=force))


_LANG = click.option(
    "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True
)


@main.command("list")
@click.option("--profile", default="newapi", show_default=True)
@click.option("--coverage", is_flag=True, help="Count the known defects covered.")
@click.option(
    "--format",
    "shape",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Markdown holds all profiles at once.",
)
@_LANG
def list_(profile: str, *, coverage: bool, shape: str, lang: str) -> None:
    """List every requirement, by section."""
    from conformance.cli import list as command  # noqa: PLC0415 -- as above
    from conformance.reports import requirements_document  # noqa: PLC0415 -- as above

    if shape == "markdown":
        text = requirements_document.requirements_markdown(lang)
    else:
        text = (
            command.describe_coverage()
            if coverage
            else command.list_requirements(profile)
        )
    click.echo(text, nl=False)


@main.command()
@click.argument("requirement_id")
def explain(requirement_id: str) -> None:
    """Show one requirement: what it asks, where it stands, how it is judged."""
    from conformance.cli import explain as command  # noqa: PLC0415 -- as above

    click.echo(command.explain(requirement_id), nl=False)


@main.command()
def faults() -> None:
    """List the defects that the embedded gateway can be given."""
    from conformance.cli import faults as command  # noqa: PLC0415 -- as above

    click.echo(command.list_faults(), nl=False)


@main.command()
@click.argument("journal", type=click.Path(dir_okay=True))
@click.option("--report-dir", metavar="DIR", help="Where the new report goes.")
@click.option("--format", "formats", default="text", show_default=True)
@_LANG
def judge(journal: str, report_dir: str | None, formats: str, lang: str) -> None:
    """Judge the exchanges of a JOURNAL anew, with today's catalogue; sends nothing."""
    from conformance.cli import judge as command  # noqa: PLC0415 -- as above

    sys.exit(command.judge(journal, report_dir, formats, lang))


@main.command()
@click.argument("journal", type=click.Path(dir_okay=True))
@click.option("--report-dir", metavar="DIR", help="Where the report goes.")
@click.option("--format", "formats", default="text", show_default=True)
@_LANG
def report(journal: str, report_dir: str | None, formats: str, lang: str) -> None:
    """Write the report of a JOURNAL again, with the verdicts that are in it."""
    from conformance.cli import report as command  # noqa: PLC0415 -- as above

    sys.exit(command.report(journal, report_dir, formats, lang))
