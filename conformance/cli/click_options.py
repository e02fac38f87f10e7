"""Command-line options that several commands share."""

from collections.abc import Callable, Mapping
from typing import Any

import click

from conformance.config import OPTIONS, Option, join_values

Command = Callable[..., object]


def lang_option(help_: str) -> Callable[[Command], Command]:
    """Return an option ``--lang`` with this help text."""
    return click.option(
        "--lang",
        type=click.Choice(["en", "zh"]),
        default="en",
        show_default=True,
        help=help_,
    )


def run_options(command: Command) -> Command:
    """Add the options in ``OPTIONS``, except the URL, which is an argument."""
    for option in reversed(OPTIONS):
        if option.name != "url":
            command = _click_option(option)(command)
    return command


def _click_option(option: Option) -> Callable[[Command], Command]:
    if option.name == "shrink":
        return click.option(
            "--no-shrink",
            "shrink",
            flag_value="no",
            help="Do not minimize the generated requests that fail.",
        )
    repeatable = bool(option.separator)
    return click.option(
        f"--{option.name}",
        metavar=option.metavar,
        multiple=repeatable,
        help=option.help + (" Can be repeated." if repeatable else ""),
    )


def options_by_name(flags: Mapping[str, Any]) -> dict[str, str]:
    """Return click's parameters by option name, each as one string."""
    options = {}
    for parameter, value in flags.items():
        name = parameter.replace("_", "-")
        values = value if isinstance(value, tuple) else (value or "",)
        options[name] = join_values(name, values)
    return options


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
