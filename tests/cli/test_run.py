"""Messages and exit codes of the command line."""

import json
import subprocess
import sys
from pathlib import Path

import click.testing
import pytest

from conformance.cli.app import main
from conformance.reference.faults import FAULTS
from conformance.reference.server import GatewayServer, gateway_server
from tests.reports.test_json import schema_violations

COMMANDS = main.commands.values()
KEYS = ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY", "CONFORMANCE_URL")


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty directory, with no key in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, argv)


def run_against(
    gateway: GatewayServer, *argv: str, key: str | None = None
) -> click.testing.Result:
    """Run against a gateway, without generated requests."""
    runner = click.testing.CliRunner(
        env={"CONFORMANCE_API_KEY": key or gateway.key, "SECOND": gateway.second_key}
    )
    options = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
    return runner.invoke(
        main, ["run", gateway.url, *options, "--second-key-env", "SECOND", *argv]
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["run", "gw.example", "--model", "m"], "not an http or https URL"),
        (["run", "http://gw.example"], "no model given"),
        (["run", "http://gw.example", "--model", "m"], "no API key"),
        (["run", "--profile", "newapp"], "did you mean 'newapi'?"),
        (["run", "--only", "usage.total-is-the-sums"], "usage.total-is-the-sum'?"),
        (["run", "--only", "usages"], "did you mean 'usage'?"),
        (["run", "--rate", "fast"], "--rate: expected a rate such as 5/s"),
        (
            ["run", "--concurrency", "many"],
            "--concurrency: expected an integer, 1 or more, got 'many'",
        ),
        (
            ["run", "--timeout", "-1"],
            "--timeout: expected a number of seconds above 0, got '-1'",
        ),
        (["run", "--generated", "-1"], "--generated: expected an integer, 0 or more"),
        (["run", "--format", "jsn"], "did you mean 'json'?"),
        (["run", "--lang", "zhh"], "did you mean 'zh'?"),
        (["run", "--level", "shall"], "did you mean 'should'?"),
        (["run", "--require", "tool"], "did you mean 'tools'?"),
        (["run", "--header", "nonsense"], "--header: expected 'Name: value'"),
        (["explain", "usage.total-is-the-sums"], "did you mean"),
        (["serve", "--fault", "no-such-fault"], "unknown fault: 'no-such-fault'"),
        (["judge", "nowhere.ndjson"], "nowhere.ndjson cannot be read"),
        (["list", "--profile", "openia"], "did you mean 'openai'?"),
        (["runn"], "hint: did you mean 'run'?"),
        (["run", "--modell", "m"], "error: no such option '--modell'"),
        (["--nonsense"], "error: no such option '--nonsense'"),
        (["explain"], "hint: see `main explain --help`"),
    ],
)
def test_usage_error_has_a_message_and_exit_code_2(
    argv: list[str], message: str
) -> None:
    """The message names the problem, and the closest valid name."""
    result = invoke(*argv)

    assert message in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(("value", "state"), [("", "is empty"), (None, "is not set")])
def test_variable_without_a_key_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch, value: str | None, state: str
) -> None:
    """The message says whether it is empty or not set."""
    if value is not None:
        monkeypatch.setenv("MINE", value)
    result = invoke("run", "http://h", "--model", "m", "--api-key-env", "MINE")

    assert f"MINE {state}" in result.output
    assert result.exit_code == 2


def test_missing_client_cannot_be_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "openai", None)
    result = invoke("run", "--require", "sdk")

    assert "pip install 'responses-conformance[openai]'" in result.output
    assert result.exit_code == 2


def test_key_with_a_line_break_is_rejected_without_being_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cannot be part of a header."""
    monkeypatch.setenv("MINE", "sk-very-secret\n")
    result = invoke("run", "http://h", "--model", "m", "--api-key-env", "MINE")

    assert "line break" in result.output
    assert "very-secret" not in result.output
    assert result.exit_code == 2


def test_unreachable_host_exits_3_and_names_the_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing was tested, so there is no verdict."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-x")
    result = invoke("run", "http://127.0.0.1:9/v1", "--model", "m")

    assert "http://127.0.0.1:9/v1/responses: no connection" in result.output
    assert result.exit_code == 3


def test_conforming_gateway_exits_0() -> None:
    """The report directory contains every default file."""
    with gateway_server() as gateway:
        result = run_against(gateway)

    assert result.exit_code == 0, result.output
    assert "conformant: " in result.output
    written = {path.name for path in Path("out").iterdir()}
    assert {"report.json", "junit.xml", "summary.md", "journal.ndjson"} <= written
    assert schema_violations(Path("out/report.json").read_text("utf-8")) == []


def test_failed_must_exits_1() -> None:
    """The requirement is shown with its evidence."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    with gateway_server(faults=[fault]) as gateway:
        result = run_against(gateway, "--only", "usage")

    assert result.exit_code == 1
    assert "failed  MUST  usage.total-is-the-sum" in result.output
    assert "reproduce x-" in result.output


def test_rejected_key_exits_3() -> None:
    """A gateway that rejects the key has not been tested."""
    with gateway_server() as gateway:
        result = run_against(gateway, key="sk-another-user")

    assert result.exit_code == 3
    assert "401" in result.output


def test_internal_error_exits_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not look like a verdict on the server."""

    def fail(*_: object) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr("conformance.reports.json.render", fail)
    with gateway_server() as gateway:
        result = run_against(gateway, "--only", "usage", "--format", "json")

    assert result.exit_code == 4
    assert "RuntimeError: boom" in result.output
    assert "internal error: this is a bug in conformance" in result.output


def test_plan_sends_nothing() -> None:
    """It shows the number of requests and tokens."""
    with gateway_server() as gateway:
        result = run_against(gateway, "--plan")

    assert result.exit_code == 0
    assert " model responses, " in result.output
    assert not Path("out").exists()


def test_journal_is_re_evaluated_to_the_same_verdicts() -> None:
    """Without network access."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    with gateway_server(faults=[fault]) as gateway:
        run_against(gateway)
    again = invoke("judge", "out", "--format", "json")
    second = json.loads(again.output)
    first = json.loads(Path("out/report.json").read_text("utf-8"))

    def outcomes(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
        return {r["id"]: r["outcome"] for r in report["requirements"]}

    assert outcomes(second) == outcomes(first)
    assert again.exit_code == 1


def test_report_of_a_journal_is_written_in_another_format() -> None:
    """Formats that the run did not write."""
    with gateway_server() as gateway:
        run_against(gateway, "--only", "usage")
    again = invoke("report", "out", "--format", "markdown")

    assert again.exit_code == 0
    assert "# Conformance" in again.output


def test_journal_without_a_footer_is_rejected() -> None:
    """It belongs to a run that did not finish."""
    with gateway_server() as gateway:
        run_against(gateway, "--only", "usage")
    lines = Path("out/journal.ndjson").read_text("utf-8").splitlines(keepends=True)
    Path("truncated.ndjson").write_text("".join(lines[:-1]), "utf-8")
    result = invoke("judge", "truncated.ndjson")

    assert "no footer" in result.output
    assert result.exit_code == 2


def test_no_file_contains_a_key() -> None:
    """Neither does the terminal."""
    with gateway_server() as gateway:
        result = run_against(gateway, "--format", "json,markdown,junit,allure")
        keys = [gateway.key.encode(), gateway.second_key.encode()]

    files = [path for path in Path("out").rglob("*") if path.is_file()]
    assert len(files) > 4
    for key in keys:
        assert key not in result.output.encode()
        assert [path for path in files if key in path.read_bytes()] == []


def test_flags_override_variables_which_override_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """For every option."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-x")
    Path("conformance.toml").write_text(
        'url = "http://127.0.0.1:9"\nmodel = "from-file"\nprofile = "opena"\n', "utf-8"
    )
    by_file = invoke("run", "--plan")
    monkeypatch.setenv("CONFORMANCE_PROFILE", "openai")
    by_variable = invoke("run", "http://127.0.0.1:9", "--plan")
    by_flag = invoke("run", "http://127.0.0.1:9", "--profile", "newap", "--plan")

    assert "did you mean 'openai'?" in by_file.output
    assert by_variable.exit_code == 0
    assert "did you mean 'newapi'?" in by_flag.output


def test_key_in_the_file_is_rejected() -> None:
    """Keys are read from environment variables only."""
    Path("conformance.toml").write_text('api_key = "sk-secret"\n', "utf-8")
    result = invoke("run", "http://127.0.0.1:9", "--plan")

    assert "contains an API key (api_key)" in result.output
    assert "sk-secret" not in result.output
    assert result.exit_code == 2


def test_explain_describes_a_requirement_and_its_faults() -> None:
    """Level, source, check, usual cause and faults."""
    result = invoke("explain", "usage.total-is-the-sum")

    assert "Source:\n  openapi/newapi.yaml" in result.output
    assert "Evaluated on: every usage object." in result.output
    assert "  total-tokens-off-by-one: " in result.output
    assert result.exit_code == 0


def test_list_and_faults_name_every_requirement_and_fault() -> None:
    """Both read the catalogue."""
    assert "usage.total-is-the-sum" in invoke("list").output
    assert all(name in invoke("faults").output for name in FAULTS)


def test_page_of_a_journal_equals_the_page_of_its_run() -> None:
    """In the selected language, with the requirements that were not run."""
    formats = ["--format", "html,json"]
    with gateway_server(faults=[FAULTS["total-tokens-off-by-one"]]) as gateway:
        run_against(gateway, "--only", "usage", "--lang", "zh", *formats)
    result = invoke("report", "out", "--report-dir", "again", "--lang", "zh", *formats)
    page, again = (Path(name, "report.html").read_text() for name in ("out", "again"))

    assert result.exit_code == 1
    assert 'data-lang="zh"' in page
    assert "--only" in page
    assert page == again


def test_unknown_fault_suggests_similar_names_only() -> None:
    """Not all of the more than 400 names."""
    result = invoke("serve", "--fault", "total-tokens-off-by-two")

    assert "did you mean 'total-tokens-off-by-one'" in result.output
    assert "`conformance faults` lists all of them" in result.output
    assert len(result.output) < 400


def test_help_shows_complete_summaries_of_the_commands() -> None:
    """At 80 columns."""
    _, _, commands = invoke("--help").output.partition("Commands:")

    assert "..." not in commands
    assert max(len(command.get_short_help_str(100)) for command in COMMANDS) <= 60


def test_help_loads_no_slow_package() -> None:
    """Every command imports them when it runs."""
    code = "import sys; import conformance.cli.app; print(*sys.modules)"
    result = subprocess.run(  # noqa: S603 -- this interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    slow = {"httpx", "jinja2", "pytest", "rich", "schemathesis", "starlette"}

    assert slow & set(result.stdout.split()) == set()
