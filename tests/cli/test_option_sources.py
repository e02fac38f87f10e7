"""Every source of every option reaches the settings of the run."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click.testing
import pytest

from conformance.cli import compare_targets
from conformance.cli.app import main
from conformance.config.options import OPTIONS, REPORT_FORMATS
from conformance.model.baseline import Baseline
from conformance.model.settings import Settings
from conformance.pytest_plugin import entry_point
from conformance.pytest_plugin.items import ConformancePlugin
from conformance.reports import BY_PYTEST
from conformance.reports import FORMATS as FORMAT_MODULES
from tests.cli.option_runs import flags_of, variable
from tests.cli.option_values import DEFAULTS, FORMATS, GIVEN, HELP, KNOWN, VALUES

Start = Callable[[Mapping[str, str]], int]


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory; the environment has keys, and no options."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-default")
    monkeypatch.setenv("MINE", "sk-mine")
    monkeypatch.setenv("THEIRS", "sk-theirs")
    Path("known.toml").write_text(KNOWN, "utf-8")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ConformancePlugin]:
    """Return the runs that were planned; nothing is sent."""
    plugins = list[ConformancePlugin]()
    original = ConformancePlugin.__post_init__

    def record(self: ConformancePlugin) -> None:
        plugins.append(self)
        original(self)

    monkeypatch.setattr(ConformancePlugin, "__post_init__", record)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return plugins


def write_toml(options: Mapping[str, str], file: str = "conformance.toml") -> None:
    """Write options into a TOML file, as strings."""
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in options.items()]
    Path(file).write_text("".join(lines), "utf-8")


def invoke(*argv: str, **environ: str) -> click.testing.Result:
    """Plan a run on the command line."""
    runner = click.testing.CliRunner(env=environ)
    return runner.invoke(main, ["run", "--plan", *argv])


def run_pytest(*argv: str) -> int:
    """Collect the cases in a pytest session in this process."""
    arguments = ["--collect-only", "-p", "no:cacheprovider", *argv]
    arguments += ["-p", "no:terminal", "--rootdir", ".", "--pyargs", "conformance"]
    return int(pytest.main(arguments, plugins=[entry_point]))


def by_flag(options: Mapping[str, str]) -> int:
    """Plan a run on the command line."""
    return invoke(*flags_of(options)).exit_code


def by_variable(options: Mapping[str, str]) -> int:
    """Plan a run on the command line."""
    return invoke(**{variable(k): v for k, v in options.items()}).exit_code


def by_file(options: Mapping[str, str]) -> int:
    """Plan a run on the command line."""
    write_toml(options)
    return invoke().exit_code


def by_pytest_flag(options: Mapping[str, str]) -> int:
    """Plan a run in a pytest session."""
    return run_pytest(*(f"--conformance-{k}={v}" for k, v in options.items()))


def by_pytest_line(options: Mapping[str, str]) -> int:
    """Plan a run in a pytest session."""
    names = {f"conformance_{k.replace('-', '_')}": v for k, v in options.items()}
    lines = [f"{name} = {value}\n" for name, value in names.items()]
    Path("pytest.ini").write_text("[pytest]\n" + "".join(lines), "utf-8")
    return run_pytest()


def by_pytest_file(options: Mapping[str, str]) -> int:
    """Plan a run in a pytest session; only the URL is a flag."""
    write_toml(options)
    return run_pytest(f"--conformance-url={options['url']}")


def by_targets_file(options: Mapping[str, str]) -> int:
    """Plan the run of a target as ``compare --targets`` starts it."""
    given = {k: v for k, v in options.items() if k not in {"report-dir", "format"}}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in given.items()]
    Path("t.toml").write_text("[targets.a]\n" + "".join(lines), "utf-8")
    targets = compare_targets.read(Path("t.toml"))
    with ExitStack() as stack:
        (target,) = compare_targets.prepare(targets, os.environ, stack)
    formats = ["--format=har,json", "--report-dir=out"]
    return invoke(*target.arguments, *formats).exit_code


SOURCES: list[Start] = [
    by_flag,
    by_variable,
    by_file,
    by_pytest_flag,
    by_pytest_line,
    by_pytest_file,
    by_targets_file,
]


@pytest.mark.parametrize("start", SOURCES)
def test_every_option_reaches_the_run(
    started: list[ConformancePlugin], monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    """From each source; the selected catalogue is not the newest one."""
    for module in ("cli.options", "config.types"):
        monkeypatch.setattr(f"conformance.{module}.CATALOGUE", "2999-01-31")
    assert start(VALUES) == 0
    (plugin,) = started

    entries = Baseline(plugin.settings.baseline.entries)
    assert replace(plugin.settings, baseline=entries) == GIVEN
    assert (plugin.formats, plugin.directory) == (("har", "json"), Path("out"))


@pytest.mark.parametrize("start", SOURCES[:-1])
def test_every_default_reaches_the_run(
    started: list[ConformancePlugin], start: Start
) -> None:
    """If only URL and model are given."""
    assert start({"url": "http://127.0.0.1:9", "model": "m"}) == 0
    (plugin,) = started

    assert plugin.settings == DEFAULTS
    assert plugin.formats == FORMATS
    assert plugin.directory.name.endswith("-127.0.0.1-9-newapi")


def test_defaults_in_python_are_those_of_the_table() -> None:
    """For callers that create ``Settings`` themselves."""
    assert Settings("http://127.0.0.1:9", "m", "sk-default") == DEFAULTS


def test_help_shows_the_defaults() -> None:
    """The value, or in parentheses what happens without one."""
    result = click.testing.CliRunner().invoke(main, ["run", "--help"])
    text = " ".join(result.output.split())

    for name, default in HELP.items():
        shown = {"shrink": "shrink"}.get(name, default)
        if name != "url":
            _, _, described = text.partition(f" --{name} ")
            end = described.split("[default: ")[1].split("]")[0]
            assert end in {shown, f"({shown})"}, name


def test_help_of_pytest_shows_the_defaults() -> None:
    """With the same texts."""
    parser = pytest.Parser(_ispytest=True)
    entry_point.pytest_addoption(parser)
    group = parser.getgroup("conformance")
    shown = {option.names()[0]: option.attrs()["help"] for option in group.options}

    assert {name.removeprefix("--conformance-") for name in shown} == set(HELP)
    for name, default in HELP.items():
        assert f"[default: {default}]" in shown[f"--conformance-{name}"]


def test_help_does_not_depend_on_the_file() -> None:
    """Neither on its values, nor on its errors."""
    write_toml({"concurrency": "99", "nonsense": "1"})
    result = click.testing.CliRunner().invoke(main, ["run", "--help"])

    assert result.exit_code == 0
    assert "99" not in result.output


def test_a_flag_overrides_a_variable_which_overrides_the_file(
    started: list[ConformancePlugin],
) -> None:
    """Each source has one option more than the one that overrides it."""
    options = {"url": "http://127.0.0.1:9", "model": "m"}
    options["generated"] = "0"
    write_toml({**options, "seed": "1", "concurrency": "1", "timeout": "1"})
    environ = {"CONFORMANCE_SEED": "2", "CONFORMANCE_CONCURRENCY": "2"}
    result = invoke("--seed", "3", **environ)

    assert result.exit_code == 0, result.output
    settings = started[0].settings
    limits = settings.limits
    assert (settings.seed, limits.concurrency, limits.timeout) == (3, 2, 1.0)


def test_in_pytest_a_variable_overrides_a_line_which_overrides_the_file(
    started: list[ConformancePlugin], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a flag overrides all of them."""
    write_toml({"seed": "1", "concurrency": "1", "timeout": "1", "max-requests": "1"})
    lines = {"url": "http://127.0.0.1:9", "model": "m", "seed": "2", "generated": "0"}
    monkeypatch.setenv("CONFORMANCE_SEED", "3")
    monkeypatch.setenv("CONFORMANCE_CONCURRENCY", "3")
    Path("pytest.ini").write_text(
        "[pytest]\nconformance_timeout = 2\nconformance_concurrency = 2\n"
        + "".join(f"conformance_{name} = {value}\n" for name, value in lines.items()),
        "utf-8",
    )
    assert run_pytest("--conformance-seed=4") == 0

    limits = replace(DEFAULTS.limits, concurrency=3, timeout=2.0, max_requests=1)
    assert started[0].settings == replace(DEFAULTS, seed=4, generated=0, limits=limits)


def test_lists_are_arrays_commas_or_repeated_flags(
    started: list[ConformancePlugin],
) -> None:
    """Headers are separated by line breaks instead of commas."""
    base = ["http://127.0.0.1:9", "--model=m", "--generated=0"]
    Path("conformance.toml").write_text(
        'only = ["usage", "status"]\nheader = ["a: 1,2", "b: 3"]\n', "utf-8"
    )
    invoke(*base)
    flags = ["--only=usage", "--only=status", "--header=a: 1,2", "--header=b: 3"]
    invoke(*base, *flags)
    environ = {"CONFORMANCE_ONLY": "usage, status", "CONFORMANCE_HEADER": "a: 1,2\nb:3"}
    invoke(*base, **environ)

    assert len(started) == 3
    for plugin in started:
        assert plugin.settings.only == ("usage", "status")
        assert plugin.settings.headers == (("a", "1,2"), ("b", "3"))


def test_toml_values_have_their_own_types(started: list[ConformancePlugin]) -> None:
    """Numbers, yes or no, and dates need no quotes; ``_`` can replace ``-``."""
    Path("conformance.toml").write_text(
        'url = "http://127.0.0.1:9"\nmodel = "m"\nseed = 7\ntimeout = 7.5\n'
        "generated = 0\nshrink = false\ncatalogue = 2026-11-22\nmax_requests = 9\n",
        "utf-8",
    )
    result = invoke()

    assert result.exit_code == 0, result.output
    limits = replace(DEFAULTS.limits, timeout=7.5, max_requests=9)
    expected = replace(DEFAULTS, seed=7, generated=0, shrink=False, limits=limits)
    assert started[0].settings == expected


def test_table_names_every_report_format() -> None:
    """Those that pytest writes, too."""
    assert sorted([*FORMAT_MODULES, *BY_PYTEST]) == list(REPORT_FORMATS)


def test_every_option_is_tested() -> None:
    """The tables in this file have every option."""
    names = [option.name for option in OPTIONS]

    assert list(VALUES) == list(HELP) == names
