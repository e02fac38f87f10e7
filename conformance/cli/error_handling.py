"""Turn exceptions into messages and exit codes."""

import traceback
from typing import Any, Final, NoReturn

import click

from conformance.errors import INTERNAL_ERROR, ConformanceError

INTERRUPTED: Final = 130
"""Exit code of an interrupted run."""


class ErrorHandlingGroup(click.Group):
    """A command group that prints every error as ``error: …`` with a hint.

    Exit codes: that of the ``ConformanceError``, 2 for a usage error, and
    ``INTERNAL_ERROR`` for any other exception, so that a bug is not read as a verdict.
    """

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:  # noqa: ANN401 -- passed on as click gives it
        """Parse the options of the group, which precede the name of the command."""
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            _exit_with_usage_error(error)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            _exit_with_usage_error(error)
        except ConformanceError as error:
            click.echo(f"error: {error}", err=True)
            ctx.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 -- every exception needs the right exit code
            click.echo(traceback.format_exc(), err=True, nl=False)
            click.echo(
                "internal error: this is a bug in conformance, not in the server under"
                " test\n  hint: please report it with the lines above",
                err=True,
            )
            ctx.exit(INTERNAL_ERROR)


def _exit_with_usage_error(error: click.UsageError) -> NoReturn:
    """Print a usage error of click in the format of all other errors, and exit."""
    no_arguments = getattr(click.exceptions, "NoArgsIsHelpError", ())
    if isinstance(error, no_arguments):
        raise error  # its message is the help page
    message, _, suggestion = error.format_message().partition(" Did you mean ")
    message = message.rstrip(".")
    click.echo(f"error: {message[:1].lower()}{message[1:]}", err=True)
    if suggestion:
        click.echo(f"  hint: did you mean {suggestion}", err=True)
    elif error.ctx:
        click.echo(f"  hint: see `{error.ctx.command_path} --help`", err=True)
    raise click.exceptions.Exit(error.exit_code) from None
