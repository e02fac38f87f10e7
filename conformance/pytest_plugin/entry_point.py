"""Run the suite in a pytest session: ``pytest --pyargs conformance``.

pytest loads this module in every session of its environment. It does nothing unless
``--conformance-url`` (or ``conformance_url`` in the configuration file) is given, so
everything slow is imported later.
"""

# ruff: noqa: PLC0415 -- slow imports wait until the plugin is used

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.config import OPTION_NAMES, OPTIONS

if TYPE_CHECKING:
    from conformance.pytest_plugin.items import ConformancePlugin

_PLUGIN: "pytest.StashKey[ConformancePlugin]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare every option as a flag and as a line of the configuration file."""
    group = parser.getgroup("conformance", "test POST /v1/responses of a server")
    for option in OPTIONS:
        text = option.help
        if option.separator:
            text += f" Separate several values by {option.separator}."
        group.addoption(
            f"--conformance-{option.name}", metavar=option.metavar, help=text
        )
        parser.addini(_ini_name(option.name), text, default="")


def _ini_name(name: str) -> str:
    return f"conformance_{name.replace('-', '_')}"


def _option(config: pytest.Config, name: str) -> str:
    """Return an option from the command line or the configuration file, or ``""``."""
    ini_name = _ini_name(name)
    return str(config.getoption(ini_name) or config.getini(ini_name) or "")


def pytest_configure(config: pytest.Config) -> None:
    """Plan the run if a URL is given; raises ``pytest.UsageError``."""
    if not _option(config, "url"):
        return
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
        options = {name: _option(config, name) for name in OPTION_NAMES}
        settings, formats = settings_from(options, os.environ)
        report_dir = options["report-dir"] or str(
            Path("reports") / run_name(settings, datetime.now(UTC))
        )
        plugin = ConformancePlugin(
            settings,
            formats,
            Path(report_dir),
            allure=bool(getattr(config.option, "allure_report_dir", None)),
        )
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_PLUGIN] = plugin
    config.pluginmanager.register(plugin, "conformance-run")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the report and the directory that it was written to."""
    plugin = config.stash.get(_PLUGIN, None)
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
