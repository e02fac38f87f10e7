"""Run the planned cases with pytest, isolated from the user's own configuration."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from conformance.cli.plan_text import describe_plan
from conformance.cli.progress import Progress
from conformance.errors import ConfigurationError
from conformance.pytest_plugin.items import CONTRACT, ConformancePlugin

_DISABLE_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
"""Environment variable that stops pytest from loading installed plugins."""


def run_pytest(plugin: ConformancePlugin, *, quiet: bool) -> None:
    """Run the plan of ``plugin`` and show its progress on stderr.

    Raises ``ConfigurationError`` if the plan has no case.
    """
    console = Console(stderr=True, highlight=False)
    if not plugin.plan.cases:
        raise ConfigurationError(
            "no requirements selected", "widen --only, --level or --profile"
        )
    if not quiet:
        console.print(describe_plan(plugin.plan), soft_wrap=True)
    progress = Progress(console, plugin.plan, quiet=quiet)
    plugin.observer = progress.observer()
    with progress.live_display(), _without_other_plugins():
        pytest.main(_arguments(plugin), plugins=[plugin])


def _arguments(plugin: ConformancePlugin) -> list[str]:
    """Return the arguments of pytest; it ignores the user's configuration files."""
    arguments = [str(CONTRACT), "-c", os.devnull, "--rootdir", str(CONTRACT.parents[1])]
    for name in ("cacheprovider", "terminal", "logging", "warnings", "faulthandler"):
        arguments += ["-p", f"no:{name}"]
    if "junit" in plugin.formats:
        arguments += ["--junitxml", str(plugin.directory / "junit.xml")]
        arguments += ["-o", "junit_suite_name=conformance"]
    if "allure" in plugin.formats:
        results = plugin.directory / "allure-results"
        arguments += ["-p", "allure_pytest.plugin", "--alluredir", str(results)]
    return arguments


@contextmanager
def _without_other_plugins() -> Iterator[None]:
    """Prevent pytest from loading installed plugins within the ``with`` block."""
    previous = os.environ.get(_DISABLE_AUTOLOAD)
    os.environ[_DISABLE_AUTOLOAD] = "1"
    try:
        yield
    finally:
        if previous is None:
            del os.environ[_DISABLE_AUTOLOAD]
        else:
            os.environ[_DISABLE_AUTOLOAD] = previous
