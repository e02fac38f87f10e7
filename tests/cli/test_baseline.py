"""Runs with a baseline: which failures fail a CI job."""

import os
import signal
from pathlib import Path

import click.testing
import pytest

from conformance.cli.app import main
from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS
from conformance.reference.server import gateway_server
from tests.cli.interruptible import start, wait_until

ID = "usage.total-is-the-sum"
FAULT = next(fault for fault in FAULTS.values() if fault.breaks == {ID})
NO_FAULT: tuple[Fault, ...] = ()


def entry(**fields: str) -> str:
    """Return one entry of a baseline; values are TOML."""
    values = {"requirement": f'"{ID}"', "reason": '"known, ticket 7"', **fields}
    return "[[expected]]\n" + "".join(f"{k} = {v}\n" for k, v in values.items())


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def run_with_baseline(
    faults: tuple[Fault, ...], baseline: str | None, *argv: str, key: str = ""
) -> click.testing.Result:
    """Run against a gateway with this text as the baseline file."""
    if baseline is not None:
        Path("b.toml").write_text(baseline, "utf-8")
    with gateway_server(faults=faults) as gateway:
        runner = click.testing.CliRunner(
            env={"CONFORMANCE_API_KEY": key or gateway.key}
        )
        options = ["--model", gateway.model, "--only", "usage", "--generated", "0"]
        files = ["--baseline", "b.toml", "--report-dir", "out"]
        return runner.invoke(main, ["run", gateway.url, *options, *files, *argv])


def test_new_failure_fails_the_run() -> None:
    """No entry expects it."""
    assert run_with_baseline((FAULT,), "").exit_code == 1


def test_expected_failure_does_not_fail_the_run() -> None:
    """It is counted as an expected failure."""
    result = run_with_baseline((FAULT,), entry())

    assert result.exit_code == 0, result.output
    assert "1 expected failure" in result.output


def test_entry_for_a_passing_requirement_is_stale() -> None:
    """It would hide the next failure, so it fails the run."""
    result = run_with_baseline(NO_FAULT, entry())

    assert result.exit_code == 1
    assert f"stale: baseline entry for {ID}" in result.output


def test_expired_entry_fails_the_run() -> None:
    """``expires`` is in the past."""
    result = run_with_baseline((FAULT,), entry(expires="2020-01-01"))

    assert result.exit_code == 1
    assert f"expired: baseline entry for {ID}" in result.output


def test_entry_applies_until_it_expires() -> None:
    """``expires`` is in the future."""
    assert run_with_baseline((FAULT,), entry(expires="9999-12-31")).exit_code == 0


def test_entry_for_another_target_does_not_apply() -> None:
    """It is not stale either."""
    elsewhere = entry(target='"https://elsewhere.example"')

    assert run_with_baseline((FAULT,), elsewhere).exit_code == 1
    assert run_with_baseline(NO_FAULT, elsewhere).exit_code == 0


def test_inconclusive_requirement_does_not_make_an_entry_stale() -> None:
    """It is not known whether it still fails."""
    result = run_with_baseline((FAULT,), entry(), key="sk-another-user")

    assert result.exit_code == 3
    assert "stale" not in result.output


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        (None, "b.toml cannot be read"),
        ("expected = 1", "must be a list"),
        ("[[expected", "is not TOML"),
        ("[[expecting]]\n", "did you mean 'expected'?"),
        ('[[expected]]\nrequirement = "usage.x"\n', "entry 1 has no reason"),
        (entry(requirement='"usage.total-is-the-sums"'), f"did you mean '{ID}'?"),
        (entry(expires='"2026-12-31"'), "expires must be a date"),
        (entry(expire="2026-12-31"), "did you mean 'expires'?"),
        (entry(reason='" "'), "entry 1 has no reason"),
    ],
)
def test_invalid_baseline_is_a_usage_error(baseline: str | None, message: str) -> None:
    """The message names the entry and the problem; nothing is sent."""
    result = run_with_baseline(NO_FAULT, baseline)

    assert message in result.output
    assert result.exit_code == 2


def test_baseline_is_created_used_and_pruned() -> None:
    """Comments remain; the entry is removed when its requirement passes."""
    created = run_with_baseline((FAULT,), "# comment\n", "--update-baseline")
    text = Path("b.toml").read_text("utf-8")
    again = run_with_baseline((FAULT,), None)
    stale = run_with_baseline(NO_FAULT, None)
    pruned = run_with_baseline(NO_FAULT, None, "--prune-baseline")

    assert (created.exit_code, again.exit_code) == (0, 0), created.output
    assert text.startswith("# comment\n")
    assert f'requirement = "{ID}"' in text
    assert (stale.exit_code, pruned.exit_code) == (1, 0)
    assert Path("b.toml").read_text("utf-8").split() == ["#", "comment"]


def test_pruning_removes_stale_entries_only() -> None:
    """Entries for other targets remain."""
    other = entry(requirement='"status.known"', target='"https://elsewhere.example"')
    same_id = other.replace("status.known", "usage.total-is-the-sum")
    result = run_with_baseline(NO_FAULT, entry() + same_id, "--prune-baseline")
    text = Path("b.toml").read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert "1 entry removed" in result.output
    assert text.count("[[expected]]") == 1
    assert "elsewhere" in text


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT")
def test_interrupted_run_exits_130_and_writes_its_report() -> None:
    """The report contains what was tested until then."""
    with gateway_server(latency=3600.0) as gateway:
        process = start(
            *("run", gateway.url, "--model", gateway.model, "--generated", "0"),
            *("--report-dir", "out"),
            env={**os.environ, "CONFORMANCE_API_KEY": gateway.key},
        )
        journal = Path("out/journal.ndjson")
        wait_until(lambda: journal.exists() and b"\n" in journal.read_bytes(), process)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()

    assert process.returncode == 130, output
    assert Path("out/report.json").is_file()
    assert '"interrupted": true' in Path("out/report.json").read_text("utf-8")
