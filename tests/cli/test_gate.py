"""The gate of a release, end to end, by the exit codes that a job stops on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click.testing
import pytest

from conformance.cli.app import main
from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS
from conformance.reference.server import serving

ID = "usage.total-is-the-sum"
FAULT = next(fault for fault in FAULTS.values() if fault.breaks == {ID})
SOUND: tuple[Fault, ...] = ()


def entry(**members: str) -> str:
    """Return one entry of a baseline."""
    told = {"requirement": f'"{ID}"', "reason": '"known, ticket 7"', **members}
    return "[[expected]]\n" + "".join(f"{k} = {v}\n" for k, v in told.items())


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def gated(
    faults: tuple[Fault, ...], baseline: str | None, *argv: str, key: str = ""
) -> click.testing.Result:
    """Run the gate on a gateway with a baseline of this text."""
    if baseline is not None:
        Path("b.toml").write_text(baseline, "utf-8")
    with serving(faults=faults) as gateway:
        runner = click.testing.CliRunner(
            env={"CONFORMANCE_API_KEY": key or gateway.key}
        )
        usual = ["--model", gateway.model, "--only", "usage", "--generated", "0"]
        with_file = ["--baseline", "b.toml", "--report-dir", "out"]
        return runner.invoke(main, ["run", gateway.url, *usual, *with_file, *argv])


def test_a_new_failure_stops_the_gate() -> None:
    """It is in no entry."""
    assert gated((FAULT,), "").exit_code == 1


def test_a_known_failure_lets_it_pass() -> None:
    """It is shown as expected, with its reason."""
    result = gated((FAULT,), entry())

    assert result.exit_code == 0, result.output
    assert "1 expected" in result.output


def test_an_entry_that_now_passes_is_stale() -> None:
    """It must be taken out, or it would hide the next failure."""
    result = gated(SOUND, entry())

    assert result.exit_code == 1
    assert f"stale: baseline entry for {ID}" in result.output


def test_an_expired_entry_excuses_nothing() -> None:
    """Its last day has passed."""
    result = gated((FAULT,), entry(expires="2020-01-01"))

    assert result.exit_code == 1
    assert f"expired: baseline entry for {ID}" in result.output


def test_an_entry_counts_until_its_last_day() -> None:
    """A day far off is not over."""
    assert gated((FAULT,), entry(expires="9999-12-31")).exit_code == 0


def test_an_entry_for_another_target_excuses_nothing() -> None:
    """Nor is it stale here."""
    elsewhere = entry(target='"https://elsewhere.example"')

    assert gated((FAULT,), elsewhere).exit_code == 1
    assert gated(SOUND, elsewhere).exit_code == 0


def test_inconclusive_neither_uses_an_entry_nor_makes_it_stale() -> None:
    """What was not judged is not known to fail."""
    result = gated((FAULT,), entry(), key="sk-somebody-else")

    assert result.exit_code == 3
    assert "stale" not in result.output


@pytest.mark.parametrize(
    ("baseline", "said"),
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
def test_a_baseline_with_a_mistake_is_wrong_usage(
    baseline: str | None, said: str
) -> None:
    """The entry and the mistake are named, and nothing is sent."""
    result = gated(SOUND, baseline)

    assert said in result.output
    assert result.exit_code == 2


def test_a_baseline_is_made_kept_and_pruned() -> None:
    """Comments outlive it; an entry goes when its requirement passes."""
    made = gated((FAULT,), "# ours\n", "--update-baseline")
    text = Path("b.toml").read_text("utf-8")
    again = gated((FAULT,), None)
    stale = gated(SOUND, None)
    pruned = gated(SOUND, None, "--prune-baseline")

    assert (made.exit_code, again.exit_code) == (0, 0), made.output
    assert text.startswith("# ours\n")
    assert f'requirement = "{ID}"' in text
    assert (stale.exit_code, pruned.exit_code) == (1, 0)
    assert Path("b.toml").read_text("utf-8").split() == ["#", "ours"]


def test_pruning_takes_out_what_is_stale() -> None:
    """And leaves what is not."""
    kept = entry(requirement='"status.known"', target='"https://elsewhere.example"')
    known = kept.replace("status.known", "usage.total-is-the-sum")
    result = gated(SOUND, entry() + known, "--prune-baseline")
    text = Path("b.toml").read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert "1 entries taken out" in result.output
    assert text.count("[[expected]]") == 1
    assert "elsewhere" in text


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent as a shell sends it")
def test_an_interrupted_run_exits_130_with_its_report() -> None:
    """What was judged until then is reported."""
    with serving(latency=3600.0) as gateway:
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter
            [
                *(sys.executable, "-c", "from conformance.cli.app import main; main()"),
                *("run", gateway.url, "--model", gateway.model, "--generated", "0"),
                *("--report-dir", "out"),
            ],
            env={**os.environ, "CONFORMANCE_API_KEY": gateway.key},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        journal = Path("out/journal.ndjson")
        while process.poll() is None and not (
            journal.exists() and b"\n" in journal.read_bytes()
        ):
            pass
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 130, output
    assert Path("out/report.json").is_file()
    assert '"interrupted": true' in Path("out/report.json").read_text("utf-8")
