"""Run the suite in a pytest session: ``pytest --pyargs conformance``.

pytest loads this module in every session of its environment. It does nothing unless
``--conformance-url`` (or ``conformance_url`` in the configuration file) is given, so
everything slow is imported later.
"""

# ruff: noqa: PLC0415 -- slow imports wait until the plugin is used

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from conformance.config.options import OPTIONS

if TYPE_CHECKING:
    from conformance.cli.option_files import FileOptions
    from conformance.pytest_plugin.items import ConformancePlugin

_FLAG_PREFIX: Final = "--conformance-"
_PLUGIN_KEY: "pytest.StashKey[ConformancePlugin]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare every option as a flag and as a line of the configuration file."""
    group = parser.getgroup("conformance", "test POST /v1/responses of a server")
    for option in OPTIONS:
        text = f"{option.help} [default: {option.shown_default}]"
        if option.separator:
            text += f" Separate several values by {option.separator}."
        group.addoption(
            f"{_FLAG_PREFIX}{option.name}",
            dest=option.ini_name,
            metavar=option.metavar,
            action="append",
            default=[],
            help=text,
        )
        parser.addini(option.ini_name, text, default="")


def _flags(config: pytest.Config) -> dict[str, list[str]]:
    """Return the values of each flag that are not empty, by ``Option.key``.

    For an option that cannot be repeated, return only the last value.
    """
    flags = dict[str, list[str]]()
    for option in OPTIONS:
        values = [value for value in config.getoption(option.ini_name) if value]
        flags[option.key] = values if option.separator else values[-1:]
    return flags


def _ini_options(config: pytest.Config) -> "FileOptions":
    """Return the options that pytest's configuration file sets."""
    from conformance.cli.option_files import FileOptions

    values = {
        option: value for option in OPTIONS if (value := config.getini(option.ini_name))
    }
    return FileOptions(
        {o.key: [value] if o.separator else value for o, value in values.items()},
        {o.key: f"{config.inipath}: {o.ini_name}" for o in values},
    )


def _is_used(config: pytest.Config) -> bool:
    """Return whether a flag or the configuration file names a URL."""
    name = "conformance_url"
    return bool(config.getoption(name) or config.getini(name))


def pytest_configure(config: pytest.Config) -> None:
    """Plan the run if a URL is given.

    Raises ``pytest.UsageError`` for invalid options.
    """
    if not _is_used(config):
        return
    from conformance.cli.click_options import parse_options
    from conformance.cli.options import settings_from
    from conformance.errors import ConformanceError
    from conformance.pytest_plugin.items import ConformancePlugin
    from conformance.run.session import run_name

    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError(
            "conformance sends concurrent requests itself and does not work with"
            " pytest-xdist; run it with -n 0"
        )
    try:
        options = parse_options(
            _flags(config),
            prefix=_FLAG_PREFIX.removeprefix("--"),
            file=_ini_options(config),
        )
        settings = settings_from(options, os.environ)
        name = run_name(settings, datetime.now(UTC))
        plugin = ConformancePlugin(
            settings,
            options["format"],
            settings.report_dir or Path("reports") / name,
            allure=bool(getattr(config.option, "allure_report_dir", None)),
        )
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_PLUGIN_KEY] = plugin
    config.pluginmanager.register(plugin, "conformance-run")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the report and the directory that it was written to."""
    plugin = config.stash.get(_PLUGIN_KEY, None)
    if plugin is None or plugin.report is None:
        return
    from conformance.reports import github_actions, render_report

    terminalreporter.section("conformance")
    text = render_report("text", plugin.report, plugin.evidence)
    text = github_actions.disable_workflow_commands(text, os.environ)
    terminalreporter.write(text)
    for line in github_actions.publish(plugin.report, plugin.evidence, os.environ):
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"report: {plugin.directory}")
    if plugin.error:
        terminalreporter.write_line(f"error: {plugin.error}")
