"""The suite in a foreign pytest job: it judges when asked, and is unseen when not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS
from conformance.reference.server import serving

MINE = "def test_mine():\n    assert sum([1, 2]) == 3\n"


def ran(directory: Path, *argv: str, key: str = "") -> subprocess.CompletedProcess[str]:
    """Run pytest in a directory of somebody else's."""
    (directory / "test_mine.py").write_text(MINE, "utf-8")
    return subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-m", "pytest", "-p", "no:schemathesis", *argv],
        cwd=directory,
        env={**os.environ, "CONFORMANCE_API_KEY": key},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def judged(
    directory: Path, *argv: str, faults: tuple[Fault, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Judge an embedded gateway beside the directory's own test."""
    with serving(faults=faults) as gateway:
        return ran(
            directory,
            "test_mine.py",
            *("--pyargs", "conformance", "--conformance-url", gateway.url),
            *("--conformance-model", gateway.model, "--conformance-generated", "0"),
            *("--conformance-report-dir", "out", *argv),
            key=gateway.key,
        )


def test_without_a_url_it_does_nothing(tmp_path: Path) -> None:
    """A session that is not ours has one test, its own."""
    done = ran(tmp_path, "-q")

    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert "conformance" not in done.stdout
    assert not (tmp_path / "reports").exists()


def test_it_judges_beside_other_tests(tmp_path: Path) -> None:
    """Own options of pytest work: selection, JUnit; the report is written."""
    done = judged(tmp_path, "-k", "mine or total", "--junitxml", "junit.xml")

    assert done.returncode == 0, done.stdout
    assert "conformant: " in done.stdout
    assert (tmp_path / "out" / "report.json").is_file()
    junit = (tmp_path / "junit.xml").read_text("utf-8")
    assert "usage.total-is-the-sum[every exchange]" in junit
    assert "test_mine" in junit


def test_a_broken_must_fails_the_job(tmp_path: Path) -> None:
    """As a failed test with its evidence."""
    fault = next(f for f in FAULTS.values() if "usage.total-is-the-sum" in f.breaks)
    done = judged(tmp_path, "-k", "total", faults=(fault,))

    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "reproduce x-" in done.stdout
    assert "non-conformant: " in done.stdout


def test_a_refused_key_does_not_pass(tmp_path: Path) -> None:
    """Items that could not be judged are skips to pytest, and the job is not green."""
    with serving() as gateway:
        done = ran(
            tmp_path,
            *("--pyargs", "conformance", "--conformance-url", gateway.url),
            *("--conformance-model", gateway.model, "--conformance-generated", "0"),
            key="sk-somebody-else",
        )

    assert done.returncode == 3
    assert "inconclusive: " in done.stdout


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--conformance-url", "nonsense"], "not an http or https URL"),
        (
            ["--conformance-url", "http://h", "--conformance-model", "m", "-n", "2"],
            "run it with -n 0",
        ),
    ],
)
def test_wrong_usage_ends_the_session(
    tmp_path: Path, argv: list[str], said: str
) -> None:
    """With pytest's own code for it, before anything is sent."""
    done = ran(tmp_path, *argv, key="sk-x")

    assert said in done.stderr + done.stdout
    assert done.returncode == 4


def test_collecting_only_sends_nothing(tmp_path: Path) -> None:
    """The items can be listed without a target."""
    done = ran(
        tmp_path,
        *("--pyargs", "conformance", "--collect-only", "-q"),
        *("--conformance-url", "http://127.0.0.1:9", "--conformance-model", "m"),
        key="sk-x",
    )

    assert "usage.total-is-the-sum[every exchange]" in done.stdout
    assert done.returncode == 0
    assert not (tmp_path / "reports").exists()
