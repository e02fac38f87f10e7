"""``conformance`` is run with the right arguments, and its report is read."""

import json
import sys
from pathlib import Path

import pytest

from tests.real.conformance_run import failed_musts, run_conformance, worst_exit_code
from tests.real.errors import ConformanceFailed
from tests.real.target import KEY, SECOND_KEY, RunningServer

FAKE_CONFORMANCE = f"""\
#!{sys.executable}
import json, os, pathlib, sys
variables = {{k: v for k, v in os.environ.items() if "CONFORMANCE" in k}}
directory = pathlib.Path(sys.argv[sys.argv.index("--report-dir") + 1])
(directory / "call.json").write_text(json.dumps([sys.argv[1:], variables]))
sys.exit(3)
"""
MINIMAL = RunningServer("minimal", "http://127.0.0.1:9", "some-model", "openai")
FULL = RunningServer(
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
    """Write a program that records its arguments and variables and exits with 3."""
    file = tmp_path / "conformance"
    file.write_text(FAKE_CONFORMANCE)
    file.chmod(0o755)
    return str(file)


def test_the_arguments_describe_the_server(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys are passed in variables, and the caller's settings are not inherited."""
    monkeypatch.setenv("CONFORMANCE_PROFILE", "openresponses")
    code = run_conformance(
        FULL, report_dir=tmp_path, extra=["--seed", "7"], program=program
    )
    arguments, environment = json.loads((tmp_path / "call.json").read_text())

    assert code == 3
    assert environment == {
        "CONFORMANCE_API_KEY": KEY,
        "CONFORMANCE_SECOND_KEY": SECOND_KEY,
    }
    assert arguments == [
        *("run", "http://127.0.0.1:9", "--model", "some-model", "--profile", "newapi"),
        *("--api-key-env", "CONFORMANCE_API_KEY"),
        *("--second-key-env", "CONFORMANCE_SECOND_KEY", "--concurrency", "2"),
        *("--header", "x-one: 1", "--report-dir", str(tmp_path), "--seed", "7"),
    ]


def test_a_server_with_one_key_gets_no_second_key(program: str, tmp_path: Path) -> None:
    """It would reject a made-up one."""
    run_conformance(MINIMAL, report_dir=tmp_path, program=program)
    arguments, environment = json.loads((tmp_path / "call.json").read_text())

    assert "--second-key-env" not in arguments
    assert environment == {"CONFORMANCE_API_KEY": KEY}


def test_failed_musts_are_read_from_the_report(tmp_path: Path) -> None:
    """Failed SHOULDs and inconclusive MUSTs are not included."""
    rows = [
        ("usage.b", "MUST", "failed"),
        ("usage.a", "MUST", "failed"),
        ("usage.c", "SHOULD", "failed"),
        ("usage.d", "MUST", "inconclusive"),
    ]
    report = [dict(zip(("id", "level", "outcome"), row, strict=True)) for row in rows]
    (tmp_path / "report.json").write_text(json.dumps({"requirements": report}))

    assert failed_musts(tmp_path) == ["usage.a", "usage.b"]


def test_a_missing_report_raises(tmp_path: Path) -> None:
    """It must not be mistaken for a report without failures."""
    with pytest.raises(ConformanceFailed, match=r"wrote no .*report\.json"):
        failed_musts(tmp_path)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 3], 3), ([3, 1, 0], 1), ([1, 4], 4), ([1, 130], 130), ([0, -9], 4)],
)
def test_the_most_severe_exit_code_is_returned(codes: list[int], expected: int) -> None:
    """An unknown exit code counts as internal error 4."""
    assert worst_exit_code(codes) == expected
