"""Wrong values: the message names the place, what is expected, and what was given."""

import os
from pathlib import Path

import click.testing
import pytest

from conformance.cli.app import main
from tests.cli.option_runs import variable

SECRET = "sk-very-secret-0123456789"  # noqa: S105 -- not a real key
REMOVE = "hint: correct the value, or remove it to use the default"


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory, with a key in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-default")


def invoke(*argv: str, **environ: str) -> click.testing.Result:
    """Plan a run in this process."""
    runner = click.testing.CliRunner(env=environ)
    return runner.invoke(
        main, ["run", "http://127.0.0.1:9", "--model=m", "--plan", *argv]
    )


def with_file(text: str) -> click.testing.Result:
    """Plan a run with this ``conformance.toml`` in the working directory."""
    Path("conformance.toml").write_text(text, "utf-8")
    return invoke()


WRONG = [
    ("profile", "opena", "unknown profile: 'opena'\n  hint: did you mean 'openai'?"),
    ("require", "tool", "unknown capability: 'tool'\n  hint: did you mean 'tools'?"),
    ("level", "shoud", "unknown level: 'shoud'\n  hint: did you mean 'should'?"),
    ("format", "jsn", "unknown report format: 'jsn'\n  hint: did you mean 'json'?"),
    ("lang", "zhh", "unknown language: 'zhh'\n  hint: did you mean 'zh'?"),
    ("seed", "x", "expected an integer, got 'x'"),
    ("generated", "some", "expected an integer, 0 or more, or all, got 'some'"),
    ("concurrency", "0", "expected an integer, 1 or more, got '0'"),
    ("rate", "5/h", "expected a rate such as 5/s or 300/m, got '5/h'"),
    ("rate", "0/s", "expected a rate such as 5/s or 300/m, got '0/s'"),
    ("timeout", "nan", "expected a number of seconds above 0, got 'nan'"),
    ("max-requests", "1.5", "expected an integer, 1 or more, got '1.5'"),
    ("max-seconds", "inf", "expected a number of seconds above 0, got 'inf'"),
    (
        "catalogue",
        "x",
        "expected the date of a catalogue, from 2026-11-22 to 2026-11-22, got 'x'",
    ),
    ("header", SECRET, "expected 'Name: value', got a value that is not shown"),
    (
        "api-key-env",
        SECRET,
        "expected the name of an environment variable, got a value that is not shown",
    ),
    (
        "second-key-env",
        SECRET,
        "expected the name of an environment variable, got a value that is not shown",
    ),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_wrong_value_of_a_flag(name: str, value: str, message: str) -> None:
    """The message begins with the flag."""
    result = invoke(f"--{name}={value}")

    assert f"error: --{name}: {message}\n" in result.output
    assert "hint: " in result.output
    assert result.exit_code == 2
    assert SECRET not in result.output


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_wrong_value_of_a_variable(name: str, value: str, message: str) -> None:
    """The message begins with the variable."""
    result = invoke(**{variable(name): value})

    assert f"error: the variable {variable(name)}: {message}\n" in result.output
    assert result.exit_code == 2
    assert SECRET not in result.output


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_wrong_value_in_the_file(name: str, value: str, message: str) -> None:
    """The message begins with the file and the key as it is written there."""
    key = name.replace("-", "_")
    result = with_file(f'{key} = "{value}"\n')

    assert f"error: conformance.toml: {key}: {message}\n" in result.output
    assert result.exit_code == 2
    assert SECRET not in result.output


@pytest.mark.parametrize("source", ["variable", "file"])
def test_shrink_is_yes_or_no(source: str) -> None:
    """In the spellings that click accepts."""
    if source == "file":
        result = with_file('shrink = "maybe"\n')
    else:
        result = invoke(CONFORMANCE_SHRINK="maybe")

    assert "shrink: expected yes or no" in result.output.lower()
    assert "'maybe'" in result.output
    assert REMOVE in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("modell = 'm'", "unknown setting in conformance.toml: 'modell'"),
        ("modell = 'm'", "hint: did you mean 'model'?"),
        ("model = ['m']", "conformance.toml: model: expected one value, got an array"),
        (
            "only = {a = 1}",
            "conformance.toml: only: expected a string or an array, got a table",
        ),
        ("only = [['a']]", "expected a string or an array, got an array"),
        (
            "max-requests = 1\nmax_requests = 2",
            "conformance.toml: max_requests is also set as max-requests",
        ),
        ("model", "conformance.toml is not TOML: "),
        (f"api-key = '{SECRET}'", "conformance.toml contains an API key (api-key)"),
        (f"second_key = '{SECRET}'", "conformance.toml contains an API key"),
        (f"key = '{SECRET}'", "hint: name an environment variable with api-key-env"),
    ],
)
def test_wrong_file(text: str, message: str) -> None:
    """The message names the file and the key; a secret is not shown."""
    result = with_file(text)

    assert message in result.output
    assert "hint: " in result.output
    assert result.exit_code == 2
    assert SECRET not in result.output


def test_file_that_cannot_be_decoded_is_a_usage_error() -> None:
    """It is not UTF-8."""
    Path("conformance.toml").write_bytes(b"model = '\xff'")
    result = invoke()

    assert "error: conformance.toml is not TOML: " in result.output
    assert result.exit_code == 2


def test_key_given_as_the_name_of_a_variable_is_not_shown() -> None:
    """If it could be a name: it has no capital letters only."""
    result = invoke("--api-key-env=sk_very_secret")

    assert "is not set" in result.output
    assert "sk_very_secret" not in result.output
    assert result.exit_code == 2


def test_key_as_an_option_is_not_shown() -> None:
    """There is no option for it."""
    result = invoke(f"--api-key={SECRET}")

    assert "no such option '--api-key'" in result.output
    assert SECRET not in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate = 'x'\n[targets.a]\nurl = 'embedded'", "t.toml: rate: expected a rate"),
        (
            "[targets.a]\nurl = 'embedded'\nmax_requests = 0",
            "t.toml, targets.a: max_requests: expected an integer, 1 or more, got '0'",
        ),
        (
            "[targets.a]\nurl = 'embedded'\nprofile = 'opena'",
            "t.toml, targets.a: profile: unknown profile: 'opena'",
        ),
        (
            f"[targets.a]\nurl = 'embedded'\napi_key = '{SECRET}'",
            "t.toml, targets.a contains an API key (api_key)",
        ),
    ],
)
def test_wrong_targets_file(text: str, message: str) -> None:
    """The message names the table."""
    Path("t.toml").write_text(text, "utf-8")
    result = click.testing.CliRunner().invoke(main, ["compare", "--targets", "t.toml"])

    assert message in result.output
    assert result.exit_code == 2
    assert SECRET not in result.output
