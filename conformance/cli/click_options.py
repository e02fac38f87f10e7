"""Command-line options that several commands share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import click

from conformance.cli.option_files import FileOptions, read_default_file
from conformance.config.options import OPTIONS, Option
from conformance.config.types import (
    FILE_LOCATIONS,
    FLAG_LOCATIONS,
    Several,
    YesNo,
)

Command = Callable[..., object]

_SEPARATORS: Final = {"commas": ",", "line breaks": "\n"}


class OptionsCommand(click.Command):
    """A command with the options of a run, which reads ``conformance.toml``.

    If ``ctx.obj`` is a ``FileOptions``, its values override those of the file.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the file before the flags, unless the help is requested."""
        flags, _, _ = self.make_parser(ctx).parse_args(list(args))
        help_option = self.get_help_option(ctx)
        needs_help = help_option and help_option.name in flags
        if not needs_help and not ctx.resilient_parsing:
            file = read_default_file() | (ctx.obj or FileOptions())
            ctx.default_map = dict(file.values)
            ctx.meta[FILE_LOCATIONS] = file.locations
        return super().parse_args(ctx, args)


def parse_options(
    flags: Mapping[str, str | Sequence[str]],
    *,
    prefix: str = "",
    file: FileOptions | None = None,
    locations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the value of every option, by ``Option.key``.

    ``flags`` and ``locations`` have option keys, too. A value in ``flags`` overrides
    the environment variable of its option. If it is invalid, the error names its
    location or, if that is unknown, the flag, which starts with ``prefix``. Raises
    ``ConformanceError``.
    """
    names = {option.key: option.name for option in OPTIONS}
    arguments = [
        f"--{prefix}{names[key]}={value}"
        for key, values in flags.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    command = OptionsCommand("options", params=list(_options_with_a_value(prefix)))
    meta = {FLAG_LOCATIONS: locations or {}}
    with click.Context(command, obj=file) as parent:
        parent.meta.update(meta)
        return command.make_context("options", arguments, parent=parent).params


def _options_with_a_value(prefix: str) -> Iterable[click.Parameter]:
    """Yield every option as ``--name=value``, even the URL and ``YesNo`` options."""
    for option in OPTIONS:
        yield _click_option(option, f"--{prefix}{option.name}")


def run_parameters() -> list[click.Parameter]:
    """Return the options of ``conformance run``; the URL is an argument."""
    parameters = list[click.Parameter]()
    for option in OPTIONS:
        if option.name == "url":
            parameters.append(
                click.Argument(
                    [option.key],
                    type=option.type,
                    default=option.default,
                    required=False,
                    envvar=option.variable,
                )
            )
        elif isinstance(option.type, YesNo):
            flags = f"--{option.name}/--no-{option.name}"
            parameters.append(_click_option(option, flags))
        else:
            parameters.append(_click_option(option, f"--{option.name}"))
    return parameters


def _click_option(option: Option, flags: str) -> click.Option:
    settings: dict[str, Any] = {
        "type": option.type,
        "default": option.default,
        "help": option.help,
    }
    if "/" not in flags:
        settings |= {"is_flag": False, "metavar": option.metavar}
    if option.separator:
        settings["type"] = Several(option.type, _SEPARATORS[option.separator])
        settings["default"] = [option.default] if option.default else None
        settings["help"] += " Can be repeated."
        settings |= {"multiple": True, "callback": _flatten}
    return click.Option(
        [flags, option.key],
        envvar=option.variable,
        show_default=option.default_text or True,
        **settings,
    )


def _flatten(
    _ctx: click.Context, _param: click.Parameter, value: Iterable[tuple[Any, ...]]
) -> tuple[Any, ...]:
    """Return the values of all flags of an option, without duplicates."""
    return tuple(dict.fromkeys(chain.from_iterable(value)))


def lang_option(help_: str) -> Callable[[Command], Command]:
    """Return an option ``--lang`` with this help text."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        default="en",
        show_default=True,
        help=help_,
    )


def journal_options(command: Command) -> Command:
    """Add the argument and options of a command that reads a journal."""
    for decorate in (
        lang_option("Language that the HTML report shows first."),
        click.option(
            "--format",
            "formats",
            metavar="NAMES",
            default="text",
            show_default=True,
            help="Comma-separated report formats.",
        ),
        click.option(
            "--report-dir",
            metavar="DIR",
            help="Directory for the report [default: print it].",
        ),
        click.argument("journal", type=click.Path(dir_okay=True)),
    ):
        command = decorate(command)
    return command
