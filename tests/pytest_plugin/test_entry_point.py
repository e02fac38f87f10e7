"""The plugin in an unrelated pytest session, with and without its options."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS
from conformance.reference.server import gateway_server

OWN_TEST = "def test_mine():\n    assert sum([1, 2]) == 3\n"


def run_pytest(
    directory: Path, *argv: str, key: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run pytest in a directory that has a test of its own."""
    (directory / "test_mine.py").write_text(OWN_TEST, "utf-8")
    return subprocess.run(  # noqa: S603 -- this interpreter
        [sys.executable, "-m", "pytest", "-p", "no:schemathesis", *argv],
        cwd=directory,
        env={**os.environ, "CONFORMANCE_API_KEY": key},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run_against_gateway(
    directory: Path, *argv: str, faults: tuple[Fault, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Test an embedded gateway, in addition to the directory's own test."""
    with gateway_server(faults=faults) as gateway:
        return run_pytest(
            directory,
            "test_mine.py",
            *("--pyargs", "conformance", "--conformance-url", gateway.url),
            *("--conformance-model", gateway.model, "--conformance-generated", "0"),
            *("--conformance-report-dir", "out", *argv),
            key=gateway.key,
        )


def test_plugin_does_nothing_without_a_url(tmp_path: Path) -> None:
    """Only the directory's own test runs."""
    result = run_pytest(tmp_path, "-q")

    assert result.returncode == 0
    assert "1 passed" in result.stdout
    assert "conformance" not in result.stdout
    assert not (tmp_path / "reports").exists()


def test_cases_run_together_with_other_tests(tmp_path: Path) -> None:
    """Selection and JUnit output of pytest work, and the report is written."""
    result = run_against_gateway(
        tmp_path, "-k", "mine or total", "--junitxml", "junit.xml"
    )

    assert result.returncode == 0, result.stdout
    assert "conformant: " in result.stdout
    assert (tmp_path / "out" / "report.json").is_file()
    junit = (tmp_path / "junit.xml").read_text("utf-8")
    assert "usage.total-is-the-sum[every exchange]" in junit
    assert "test_mine" in junit


def test_failed_must_fails_the_session(tmp_path: Path) -> None:
    """It is a failed test with its evidence."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    result = run_against_gateway(tmp_path, "-k", "total", faults=(fault,))

    assert result.returncode == 1
    assert "FAILED" in result.stdout
    assert "reproduce x-" in result.stdout
    assert "non-conformant: " in result.stdout


def test_rejected_key_does_not_pass(tmp_path: Path) -> None:
    """Inconclusive cases are skipped tests, but the exit code is not 0."""
    with gateway_server() as gateway:
        result = run_pytest(
            tmp_path,
            *("--pyargs", "conformance", "--conformance-url", gateway.url),
            *("--conformance-model", gateway.model, "--conformance-generated", "0"),
            key="sk-another-user",
        )

    assert result.returncode == 3
    assert "inconclusive: " in result.stdout


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--conformance-url", "nonsense"], "not an http or https URL"),
        (
            ["--conformance-url", "http://h", "--conformance-model", "m", "-n", "2"],
            "run it with -n 0",
        ),
    ],
)
def test_usage_error_ends_the_session(
    tmp_path: Path, argv: list[str], message: str
) -> None:
    """With pytest's exit code for it; nothing is sent."""
    result = run_pytest(tmp_path, *argv, key="sk-x")

    assert message in result.stderr + result.stdout
    assert result.returncode == 4


def test_collect_only_sends_nothing(tmp_path: Path) -> None:
    """The cases can be listed without a server."""
    result = run_pytest(
        tmp_path,
        *("--pyargs", "conformance", "--collect-only", "-q"),
        *("--conformance-url", "http://127.0.0.1:9", "--conformance-model", "m"),
        key="sk-x",
    )

    assert "usage.total-is-the-sum[every exchange]" in result.stdout
    assert result.returncode == 0
    assert not (tmp_path / "reports").exists()
