"""Change every option, and report whether a test of options fails.

``python -m tests.mutate_options > docs/options-mutation.md`` changes a copy of the
checkout in these ways, one at a time, and runs the tests of options against each:

* *removed*: the option is not in the table
* *renamed*: it has another name
* *default*: it has another default, or one if it has none
* *ignored*: its value is parsed, and the run uses the default
* *ignored by pytest*: the plugin does not pass it on

Exits with 1 if a change makes no test fail.
"""

import ast
import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from typing import Final, NamedTuple

import click

from conformance.config.options import OPTIONS

ROOT: Final = Path(__file__).parents[1]
COMMAND: Final = "python -m tests.mutate_options > docs/options-mutation.md"
TESTS: Final = (
    "tests/cli/test_options.py",
    "tests/cli/test_option_limits.py",
    "tests/cli/test_option_sources.py",
    "tests/pytest_plugin/test_plugin_options.py",
)
CHANGES: Final = ("removed", "renamed", "default", "ignored", "ignored by pytest")
CHANGED: Final = (
    "conformance/config/options.py",
    "conformance/cli/options.py",
    "conformance/cli/run.py",
    "conformance/pytest_plugin/entry_point.py",
)
NOTHING_SELECTED: Final = 5
"""Exit code of pytest."""

WORKERS: Final = 2
OTHER_DEFAULTS: Final = {
    "url": "http://127.0.0.1:9",
    "model": "scripted-mini",
    "api-key-env": "MINE",
    "second-key-env": "MINE",
    "profile": "openai",
    "header": "X-Default: 1",
    "only": "usage",
    "require": "tools",
    "level": "must",
    "seed": "1",
    "generated": "121",
    "shrink": False,
    "case": "usage.total-is-the-sum[every exchange]",
    "concurrency": "15",
    "rate": "1000/s",
    "timeout": "61",
    "max-requests": "100000",
    "max-seconds": "3600",
    "report-dir": "reports/default",
    "catalogue": "2026-11-22",
    "baseline": "known.toml",
    "format": "html,json,junit",
    "lang": "zh",
}
"""Defaults close to the present ones. That of ``catalogue`` is today's newest."""


class Mutant(NamedTuple):
    """One change of one option."""

    option: str
    change: str

    def apply(self, root: Path) -> None:
        """Change the sources in a copy of the checkout."""
        key = self.option.replace("-", "_")
        match self.change:
            case "ignored":
                path = root / "conformance/cli/options.py"
                default = f"_defaults()[{key!r}]"
                if self.option == "format":
                    path = root / "conformance/cli/run.py"
                    default = "('html', 'json', 'junit', 'markdown')"
                text = path.read_text("utf-8").replace(f'options["{key}"]', default)
                path.write_text(text + _DEFAULTS, "utf-8")
            case "ignored by pytest":
                path = root / "conformance/pytest_plugin/entry_point.py"
                text = path.read_text("utf-8")
                loop = "    for option in OPTIONS:\n        values ="
                skipped = f"[o for o in OPTIONS if o.name != {self.option!r}]"
                if loop not in text:
                    raise SystemExit(f"{path} has no loop over the options")
                path.write_text(
                    text.replace(loop, loop.replace("OPTIONS", skipped)), "utf-8"
                )
            case _:
                path = root / "conformance/config/options.py"
                path.write_text(self._change_table(path.read_text("utf-8")), "utf-8")

    def _change_table(self, text: str) -> str:
        """Return ``config/options.py`` with another entry for the option."""
        tree = ast.parse(text)
        (call,) = (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Option"
            and isinstance(node.args[0], ast.Constant)
            and node.args[0].value == self.option
        )
        lines = text.splitlines(keepends=True)
        start, end = call.lineno - 1, call.end_lineno or 0
        entry = "".join(lines[start:end])
        if self.change == "removed":
            changed = ""
        elif self.change == "renamed":
            changed = entry.replace(f'"{self.option}"', f'"{self.option}-x"', 1)
        else:
            default = f"default={OTHER_DEFAULTS[self.option]!r},"
            changed = re.sub(r" default=.*,", f" {default}", entry)
            if changed == entry:
                changed = entry.replace(" default_text=", f" {default} default_text=")
        if changed == entry:
            raise SystemExit(f"{self.option}: nothing to change")
        return "".join([*lines[:start], changed, *lines[end:]])


_DEFAULTS: Final = """

def _defaults():
    from conformance.cli.click_options import OptionsCommand, run_parameters
    import click
    command = click.Command("x", params=run_parameters())
    for parameter in command.params:
        parameter.envvar = None
    return command.make_context("x", []).params
"""


class Result(NamedTuple):
    """Whether the tests killed a mutant, and the first test that failed."""

    mutant: Mutant
    is_killed: bool
    test: str


def mutants() -> Iterator[Mutant]:
    """Yield every change of every option."""
    for option in OPTIONS:
        for change in CHANGES:
            yield Mutant(option.name, change)


class Checkout:
    """A copy of the checkout, in which one change is made at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for name in ("conformance", "tests", "docs", "openapi"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", root)
        compileall.compile_dir(root, quiet=1)

    def evaluate(self, mutant: Mutant) -> Result:
        """Run the tests against one mutant: those that name the option first."""
        before = {path: path.read_bytes() for path in map(self._root.joinpath, CHANGED)}
        mutant.apply(self._root)
        try:
            words = f"test_{mutant.option.replace('-', '_')}"
            tests = TESTS
            if mutant.change == "ignored by pytest":
                tests, words = TESTS[::-1], f"{words} or by_pytest_flag"
            for selection in (["-k", words], []):
                code, test = self._run_tests([*tests, *selection])
                if code not in {0, NOTHING_SELECTED}:
                    return Result(mutant, is_killed=True, test=test or "an error")
            return Result(mutant, is_killed=False, test="")
        finally:
            for path, content in before.items():
                path.write_bytes(content)

    def _run_tests(self, selection: Sequence[str]) -> tuple[int, str]:
        """Return the exit code of pytest, and the first test that failed.

        No bytecode is written: that of a change would remain after it.
        """
        flags = ["-x", "-q", "-rf", "-p", "no:cacheprovider", "--tb=no"]
        environ = {
            "PYTHONPATH": str(self._root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        result = subprocess.run(  # noqa: S603 -- this interpreter
            [sys.executable, "-m", "pytest", *flags, *selection],
            cwd=self._root,
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        failed = re.search(
            r"^(?:FAILED|ERROR) (?:\S+?::)?(\S+)", result.stdout, re.MULTILINE
        )
        return result.returncode, failed[1] if failed else ""


def report(results: list[Result]) -> str:
    """Return the results as a Markdown document."""
    killed = sum(result.is_killed for result in results)
    lines = [
        "# Changed options",
        "",
        "The tests of options run against a copy of the checkout in which one option",
        "is changed. A change is found if a test fails; the table names the first one.",
        "",
        "* **removed**: the option is not in the table",
        "* **renamed**: it has another name",
        "* **default**: it has another default, or one if it has none",
        "* **ignored**: its value is parsed, and the run uses the default",
        "* **ignored by pytest**: the plugin does not pass it on",
        "",
        "```sh",
        COMMAND,
        "```",
        "",
        f"{killed} of {len(results)} changes are found.",
        "",
        "| option | change | found by |",
        "|---|---|---|",
    ]
    for (option, change), is_killed, test in results:
        found = f"`{test}`" if is_killed else "**nothing**"
        lines.append(f"| `{option}` | {change} | {found} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Print the document; return 1 if a change is not found."""
    selected = [m for m in mutants() if not sys.argv[1:] or m.option in sys.argv[1:]]
    results = list[Result]()
    with ExitStack() as stack:
        checkouts = SimpleQueue[Checkout]()
        for _ in range(WORKERS):
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            checkouts.put(Checkout(Path(directory)))

        def evaluate(mutant: Mutant) -> Result:
            checkout = checkouts.get()
            try:
                return checkout.evaluate(mutant)
            finally:
                checkouts.put(checkout)

        pool = stack.enter_context(ThreadPoolExecutor(WORKERS))
        for result in pool.map(evaluate, selected):
            click.echo(result, err=True)
            results.append(result)
    click.echo(report(results), nl=False)
    return 0 if all(result.is_killed for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
