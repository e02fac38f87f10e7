"""The suite in somebody's own pytest job: ``pytest --pyargs conformance``.

Loaded in every pytest session of its environment, and does nothing there unless
``--conformance-url`` (or ``conformance_url`` in the configuration file) is given.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.pytest_plugin.items import ConformancePlugin

_OPTIONS = {
    "url": "base URL of the server to judge",
    "model": "model that the server is asked for",
    "api-key-env": "environment variable that holds the key",
    "second-key-env": "environment variable that holds a second key",
    "profile": "what the server promises: newapi, openai or openresponses",
    "only": "sections or requirement ids, separated by commas",
    "require": "capabilities that must not be unsupported, separated by commas",
    "header": "headers to send, like 'Name: value', one a line",
    "level": "must, should or may",
    "seed": "seed of generated inputs and words",
    "generated": "how many generated inputs to send",
    "shrink": "no to keep failing generated inputs as they are",
    "case": "the one case to run",
    "concurrency": "requests in flight at once",
    "rate": "requests a second or minute, like 5/s or 300/m",
    "timeout": "seconds that one answer may take in all",
    "max-requests": "requests that the run may send",
    "max-seconds": "seconds that the run may take",
    "report-dir": "directory for the reports",
    "baseline": "file of known failures, excused",
    "catalogue": "date of the catalogue that counts",
    "format": "report formats, separated by commas",
    "lang": "language that a report shows first, en or zh",
}

_ENGINE: "pytest.StashKey[ConformancePlugin]" = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare our options, each also as a line of the configuration file."""
    group = parser.getgroup("conformance", "judge POST /v1/responses of a server")
    for name, text in _OPTIONS.items():
        group.addoption(f"--conformance-{name}", metavar="VALUE", help=text)
        parser.addini(f"conformance_{name.replace('-', '_')}", text, default="")


def _asked(config: pytest.Config, name: str) -> str:
    underscored = f"conformance_{name.replace('-', '_')}"
    return str(config.getoption(underscored) or config.getini(underscored) or "")


def pytest_configure(config: pytest.Config) -> None:
    """Register the engine when a URL is given; wrong usage ends the session."""
    if not _asked(config, "url"):
        return
    from conformance.cli.options import settings_from  # noqa: PLC0415 -- as above
    from conformance.errors import ConformanceError  # noqa: PLC0415 -- as above
    from conformance.pytest_plugin.items import ConformancePlugin  # noqa: PLC0415 -- dear, and most sessions are not ours
    from conformance.run.session import run_name  # noqa: PLC0415 -- as above

    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError(
            "conformance sends concurrently by itself and cannot be split by xdist;"
            " run it with -n 0"
        )
    try:
        asked = {name: _asked(config, name) for name in _OPTIONS}
        settings, formats = settings_from(asked, os.environ)
        where = asked["report-dir"] or str(
            Path("reports") / run_name(settings, datetime.now(UTC))
        )
        engine = ConformancePlugin(
            settings,
            formats,
            Path(where),
            allure=bool(getattr(config.option, "allure_report_dir", None)),
        )
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[_ENGINE] = engine
    config.pluginmanager.register(engine, "conformance-engine")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what the run came to, and where its report lies."""
    engine = config.stash.get(_ENGINE, None)
    if engine is None or engine.report is None:
        return
    from conformance.reports import github_actions, render_report  # noqa: PLC0415 -- as above

    terminalreporter.section("conformance")
    text = render_report("text", engine.report, engine.evidence)
    terminalreporter.write(github_actions.hushed(text, os.environ))
    for line in github_actions.told(engine.report, engine.evidence, os.environ):
        terminalreporter.write_line(line)
    terminalreporter.write_line(f"report: {engine.directory}")
    if engine.error:
        terminalreporter.write_line(f"error: {engine.error}")
