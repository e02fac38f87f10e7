"""The command line says what happened, in words and in its exit code."""

import json
import sys
from pathlib import Path

import click.testing
import pytest

from conformance.cli.app import main
from conformance.reference.faults import FAULTS
from conformance.reference.server import GatewayServer, serving
from tests.reports.test_json import problems

KEYS = ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY", "CONFORMANCE_URL")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty directory, with no key in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, argv)


def judged(
    gateway: GatewayServer, *argv: str, key: str | None = None
) -> click.testing.Result:
    """Run against a gateway, hand-written part only."""
    runner = click.testing.CliRunner(
        env={"CONFORMANCE_API_KEY": key or gateway.key, "SECOND": gateway.second_key}
    )
    usual = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
    return runner.invoke(
        main, ["run", gateway.url, *usual, "--second-key-env", "SECOND", *argv]
    )


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["run", "gw.example", "--model", "m"], "not an http or https URL"),
        (["run", "http://gw.example"], "no model to ask for"),
        (["run", "http://gw.example", "--model", "m"], "no key"),
        (["run", "--profile", "newapp"], "did you mean 'newapi'?"),
        (["run", "--only", "usage.total-is-the-sums"], "usage.total-is-the-sum'?"),
        (["run", "--only", "usages"], "did you mean 'usage'?"),
        (["run", "--rate", "fast"], "--rate must be like 5/s"),
        (["run", "--concurrency", "many"], "--concurrency must be a whole number"),
        (["run", "--timeout", "-1"], "--timeout must be more than 0"),
        (["run", "--generated", "-1"], "--generated must be 0 or more"),
        (["run", "--format", "jsn"], "did you mean 'json'?"),
        (["run", "--lang", "zhh"], "did you mean 'zh'?"),
        (["run", "--level", "shall"], "unknown level: 'shall'"),
        (["run", "--require", "tool"], "did you mean 'tools'?"),
        (["run", "--header", "nonsense"], "--header must be like 'Name: value'"),
        (["explain", "usage.total-is-the-sums"], "did you mean"),
        (["serve", "--fault", "no-such-fault"], "unknown fault"),
        (["judge", "nowhere.ndjson"], "nowhere.ndjson cannot be read"),
        (["list", "--profile", "x"], "unknown profile: 'x'"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(argv: list[str], said: str) -> None:
    """What was wrong, and the nearest thing that exists."""
    result = invoke(*argv)

    assert said in result.output
    assert result.exit_code == 2


@pytest.mark.parametrize(("value", "said"), [("", "is empty"), (None, "is not set")])
def test_a_variable_without_a_key_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, value: str | None, said: str
) -> None:
    """Empty and absent are told apart."""
    if value is not None:
        monkeypatch.setenv("MINE", value)
    result = invoke("run", "http://h", "--model", "m", "--api-key-env", "MINE")

    assert f"MINE {said}" in result.output
    assert result.exit_code == 2


def test_a_client_that_is_not_there_cannot_be_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What to install is told, instead of a pass without the client."""
    monkeypatch.setitem(sys.modules, "openai", None)
    result = invoke("run", "--require", "sdk")

    assert "pip install 'responses-conformance[openai]'" in result.output
    assert result.exit_code == 2


def test_a_key_that_no_header_can_carry_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line break that was copied along is named, the key is not shown."""
    monkeypatch.setenv("MINE", "sk-very-secret\n")
    result = invoke("run", "http://h", "--model", "m", "--api-key-env", "MINE")

    assert "line break" in result.output
    assert "very-secret" not in result.output
    assert result.exit_code == 2


def test_an_unreachable_host_exits_3_and_says_what_was_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing was shown, so nothing is granted and nobody is blamed."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-x")
    result = invoke("run", "http://127.0.0.1:9/v1", "--model", "m")

    assert "http://127.0.0.1:9/v1/responses: no connection" in result.output
    assert result.exit_code == 3


def test_a_sound_gateway_is_conformant() -> None:
    """Exit 0, and a report directory with every usual file."""
    with serving() as gateway:
        result = judged(gateway)

    assert result.exit_code == 0, result.output
    assert "conformant: " in result.output
    written = {path.name for path in Path("out").iterdir()}
    assert {"report.json", "junit.xml", "summary.md", "journal.ndjson"} <= written
    assert problems(Path("out/report.json").read_text("utf-8")) == []


def test_a_broken_must_exits_1() -> None:
    """The requirement is named with its evidence."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    with serving(faults=[fault]) as gateway:
        result = judged(gateway, "--only", "usage")

    assert result.exit_code == 1
    assert "failed  MUST  usage.total-is-the-sum" in result.output
    assert "reproduce x-" in result.output


def test_a_refused_key_is_inconclusive() -> None:
    """A gateway that lets us not in has not been judged."""
    with serving() as gateway:
        result = judged(gateway, key="sk-somebody-else")

    assert result.exit_code == 3
    assert "401" in result.output


def test_a_defect_of_ours_exits_4(monkeypatch: pytest.MonkeyPatch) -> None:
    """It never looks like a verdict on the server."""

    def broken(*_: object) -> str:
        raise RuntimeError("boom")

    monkeypatch.setattr("conformance.reports.json.render", broken)
    with serving() as gateway:
        result = judged(gateway, "--only", "usage", "--format", "json")

    assert result.exit_code == 4
    assert "RuntimeError: boom" in result.output
    assert "a defect of ours" in result.output


def test_a_plan_sends_nothing() -> None:
    """It says what would be spent."""
    with serving() as gateway:
        result = judged(gateway, "--plan")

    assert result.exit_code == 0
    assert " answers, " in result.output
    assert not Path("out").exists()


def test_a_journal_is_judged_again_to_the_same_verdicts() -> None:
    """No network, the same outcomes."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    with serving(faults=[fault]) as gateway:
        judged(gateway)
    again = invoke("judge", "out", "--format", "json")
    anew = json.loads(again.output)
    first = json.loads(Path("out/report.json").read_text("utf-8"))

    def outcomes(report: dict[str, list[dict[str, str]]]) -> dict[str, str]:
        return {r["id"]: r["outcome"] for r in report["requirements"]}

    assert outcomes(anew) == outcomes(first)
    assert again.exit_code == 1


def test_a_journal_is_told_again_in_another_format() -> None:
    """The verdicts are those of the run."""
    with serving() as gateway:
        judged(gateway, "--only", "usage")
    again = invoke("report", "out", "--format", "markdown")

    assert again.exit_code == 0
    assert "# Conformance" in again.output


def test_a_journal_without_its_footer_is_refused() -> None:
    """A run that was cut short is never read as a good one."""
    with serving() as gateway:
        judged(gateway, "--only", "usage")
    lines = Path("out/journal.ndjson").read_text("utf-8").splitlines(keepends=True)
    Path("cut.ndjson").write_text("".join(lines[:-1]), "utf-8")
    result = invoke("judge", "cut.ndjson")

    assert "no footer" in result.output
    assert result.exit_code == 2


def test_no_key_is_in_anything_written() -> None:
    """Not in the journal, nor in any report, nor on the screen."""
    with serving() as gateway:
        result = judged(gateway, "--format", "json,markdown,junit,allure")
        keys = [gateway.key.encode(), gateway.second_key.encode()]

    files = [path for path in Path("out").rglob("*") if path.is_file()]
    assert len(files) > 4
    for key in keys:
        assert key not in result.output.encode()
        assert [path for path in files if key in path.read_bytes()] == []


def test_settings_come_from_flags_then_variables_then_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One mechanism, the nearest wins."""
    monkeypatch.setenv("CONFORMANCE_API_KEY", "sk-x")
    Path("conformance.toml").write_text(
        'url = "http://127.0.0.1:9"\nmodel = "of-file"\nprofile = "nope"\n', "utf-8"
    )
    by_file = invoke("run", "--plan")
    monkeypatch.setenv("CONFORMANCE_PROFILE", "openai")
    by_variable = invoke("run", "http://127.0.0.1:9", "--plan")
    by_flag = invoke("run", "http://127.0.0.1:9", "--profile", "nix", "--plan")

    assert "unknown profile: 'nope'" in by_file.output
    assert by_variable.exit_code == 0
    assert "unknown profile: 'nix'" in by_flag.output


def test_a_key_in_the_file_is_refused() -> None:
    """Keys live in the environment."""
    Path("conformance.toml").write_text('api_key = "sk-secret"\n', "utf-8")
    result = invoke("run", "http://127.0.0.1:9", "--plan")

    assert "holds a key" in result.output
    assert "sk-secret" not in result.output
    assert result.exit_code == 2


def test_explain_tells_a_requirement_and_its_faults() -> None:
    """What is asked, where it is written, how it is judged."""
    result = invoke("explain", "usage.total-is-the-sum")

    assert "source: openapi/newapi.yaml" in result.output
    assert "judged on: every usage object" in result.output
    assert result.exit_code == 0


def test_list_and_faults_name_everything() -> None:
    """Both are read from the code that runs."""
    assert "usage.total-is-the-sum" in invoke("list").output
    assert all(name in invoke("faults").output for name in FAULTS)


def test_the_page_of_a_journal_is_the_page_of_its_run() -> None:
    """Word for word, with what was not run, in the language asked for."""
    formats = ["--format", "html,json"]
    with serving(faults=[FAULTS["total-tokens-off-by-one"]]) as gateway:
        judged(gateway, "--only", "usage", "--lang", "zh", *formats)
    done = invoke("report", "out", "--report-dir", "again", "--lang", "zh", *formats)
    page, again = (Path(name, "report.html").read_text() for name in ("out", "again"))

    assert done.exit_code == 1
    assert 'data-lang="zh"' in page
    assert "not selected by --only" in page
    assert page == again
