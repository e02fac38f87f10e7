"""The judge is run as its users run it, and its report is read."""

import json
import sys
from pathlib import Path

import pytest

from tests.real.errors import CannotJudge
from tests.real.expecting import expected_file, surprises
from tests.real.judging import failed_musts, judge, worst
from tests.real.target import KEY, SECOND_KEY, Running

TELLS = f"""\
#!{sys.executable}
import json, os, pathlib, sys
told = {{name: value for name, value in os.environ.items() if "CONFORMANCE" in name}}
folder = pathlib.Path(sys.argv[sys.argv.index("--report-dir") + 1])
(folder / "told.json").write_text(json.dumps([sys.argv[1:], told]))
sys.exit(3)
"""
BARE = Running("bare", "http://127.0.0.1:9", "some-model", "openai")
FULL = Running(
    "full",
    "http://127.0.0.1:9",
    "some-model",
    "newapi",
    second_key=SECOND_KEY,
    headers={"x-one": "1"},
    concurrency=2,
)


@pytest.fixture
def program(tmp_path: Path) -> str:
    """Write a judge that tells what it was told, and ends with 3."""
    file = tmp_path / "conformance"
    file.write_text(TELLS)
    file.chmod(0o755)
    return str(file)


def test_the_judge_is_told_where_and_what(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys go through the environment, and the caller's own settings do not."""
    monkeypatch.setenv("CONFORMANCE_PROFILE", "openresponses")
    code = judge(FULL, report_dir=tmp_path, extra=["--seed", "7"], program=program)
    words, environment = json.loads((tmp_path / "told.json").read_text())

    assert code == 3
    assert environment == {
        "CONFORMANCE_API_KEY": KEY,
        "CONFORMANCE_SECOND_KEY": SECOND_KEY,
    }
    assert words == [
        *("run", "http://127.0.0.1:9", "--model", "some-model", "--profile", "newapi"),
        *("--api-key-env", "CONFORMANCE_API_KEY"),
        *("--second-key-env", "CONFORMANCE_SECOND_KEY", "--concurrency", "2"),
        *("--header", "x-one: 1", "--report-dir", str(tmp_path), "--seed", "7"),
    ]


def test_a_target_with_one_key_names_one(program: str, tmp_path: Path) -> None:
    """No second key is made up for a server that would refuse it."""
    judge(BARE, report_dir=tmp_path, program=program)
    words, environment = json.loads((tmp_path / "told.json").read_text())

    assert "--second-key-env" not in words
    assert environment == {"CONFORMANCE_API_KEY": KEY}


def test_failed_musts_are_read_from_the_report(tmp_path: Path) -> None:
    """Neither a failed SHOULD nor a MUST that could not be judged is one."""
    rows = [
        ("usage.b", "MUST", "failed"),
        ("usage.a", "MUST", "failed"),
        ("usage.c", "SHOULD", "failed"),
        ("usage.d", "MUST", "inconclusive"),
    ]
    report = [dict(zip(("id", "level", "outcome"), row, strict=True)) for row in rows]
    (tmp_path / "report.json").write_text(json.dumps({"requirements": report}))

    assert failed_musts(tmp_path) == ["usage.a", "usage.b"]


def test_a_judge_without_a_report_is_no_verdict(tmp_path: Path) -> None:
    """A missing report must not read as "nothing failed"."""
    with pytest.raises(CannotJudge, match=r"left no .*report\.json"):
        failed_musts(tmp_path)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 4], 4), ([1, 130], 130), ([0, -9], 4)],
)
def test_several_runs_have_the_worst_code(codes: list[int], expected: int) -> None:
    """An exit code that the judge does not have is our own error."""
    assert worst(codes) == expected


def test_a_missing_file_of_expectations_offers_a_draft(tmp_path: Path) -> None:
    """The draft lists what failed; the reasons are left to a human."""
    (told,) = surprises(tmp_path / "absent.json", ["usage.a"])

    assert '"usage.a": ""' in told


def expectations(folder: Path, always: object, at_times: object) -> Path:
    """Write a file of expectations."""
    file = folder / "fake.json"
    file.write_text(json.dumps({"always": always, "at_times": at_times}))
    return file


def test_each_difference_from_the_expectations_is_told(tmp_path: Path) -> None:
    """What newly fails, what newly holds, and what nobody explained."""
    always = {"usage.a": "says 0", "usage.b": "", "usage.c": "no"}
    file = expectations(tmp_path, always, {})

    assert surprises(file, ["usage.a", "usage.b", "usage.d"]) == [
        "fake.json: usage.b has no reason in it",
        "fake.json: usage.c is in it as always failing, and holds",
        "fake.json: usage.d fails, and is not in it",
    ]


@pytest.mark.parametrize("failed", [[], ["usage.a"]])
def test_what_fails_at_times_may_hold(tmp_path: Path, failed: list[str]) -> None:
    """A model that stops early hides what its gateway does with a cut answer."""
    file = expectations(tmp_path, {}, {"usage.a": "says 0 of a long answer"})

    assert surprises(file, failed) == []


def test_expectations_without_a_difference_are_met(tmp_path: Path) -> None:
    """A conforming server has nothing in its file."""
    assert surprises(expectations(tmp_path, {}, {}), []) == []


def test_another_upstream_has_a_file_of_its_own() -> None:
    """A gateway passes on what its upstream does wrong."""
    assert expected_file("portkey", "llama").name == "portkey.json"
    assert expected_file("portkey", "aimock").name == "portkey.over-aimock.json"
