"""The effect of the limits of a run in a pytest session."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.pytest_plugin import entry_point
from conformance.reference.gateway import KEY, MODEL
from tests.cli.recording_gateway import RecordingGateway, recording

Start = Callable[[RecordingGateway, str, str, str], int]


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory; the environment has a key, and no options."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def run_pytest(gateway: RecordingGateway, only: str, *argv: str) -> int:
    """Test one section of a gateway in a pytest session in this process."""
    options = {
        "url": gateway.url,
        "model": MODEL,
        "only": only,
        "generated": "0",
        "format": "json",
        "report-dir": "out",
    }
    flags = [f"--conformance-{name}={value}" for name, value in options.items()]
    arguments = ["--rootdir", ".", "-p", "no:cacheprovider", *flags, *argv]
    return int(pytest.main([*arguments, "--pyargs", "conformance"], [entry_point]))


def by_flag(gateway: RecordingGateway, only: str, name: str, value: str) -> int:
    """Set one option on the command line of pytest."""
    return run_pytest(gateway, only, f"--conformance-{name}={value}")


def by_line(gateway: RecordingGateway, only: str, name: str, value: str) -> int:
    """Set one option in the configuration file of pytest."""
    line = f"conformance_{name.replace('-', '_')} = {value}"
    Path("pytest.ini").write_text(f"[pytest]\n{line}\n", "utf-8")
    return run_pytest(gateway, only)


def by_variable(gateway: RecordingGateway, only: str, name: str, value: str) -> int:
    """Set one option in the environment."""
    variable = f"CONFORMANCE_{name.replace('-', '_').upper()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, value)
        return run_pytest(gateway, only)


from_each_source = pytest.mark.parametrize("start", [by_flag, by_line, by_variable])


def reasons() -> set[str]:
    """Return the reasons for requirements that were not tested."""
    report: Any = json.loads(Path("out/report.json").read_text("utf-8"))
    return {row["reason"] for row in report["requirements"]}


@from_each_source
def test_timeout_ends_a_response(start: Start) -> None:
    """The gateway sends none, and the report says how long the run waited."""
    with recording(RecordingGateway(silent=True)) as gateway:
        exit_code = start(gateway, "usage.total-is-the-sum", "timeout", "0.05")

    assert exit_code == 3
    assert [reason for reason in reasons() if "0.05 s" in reason]


@from_each_source
def test_max_requests_stops_the_run(start: Start) -> None:
    """After exactly as many requests."""
    with recording(RecordingGateway()) as gateway:
        start(gateway, "requests", "max-requests", "4")

    assert len(gateway.requests) == 4
    assert "over the limit of 4 requests (--max-requests)" in reasons()


@from_each_source
def test_max_seconds_stops_the_run(start: Start) -> None:
    """The gateway sends no response, so nothing else does."""
    with recording(RecordingGateway(silent=True)) as gateway:
        start(gateway, "requests", "max-seconds", "0.05")

    assert "over the limit of 0.05 s (--max-seconds)" in reasons()


@from_each_source
def test_rate_delays_each_request(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 30 per minute and a clock that stands still, by two seconds more each."""
    delays = list[float]()

    async def sleep(delay: float) -> None:
        delays.append(round(delay, 6))
        await asyncio.sleep(0)

    loop = SimpleNamespace(
        sleep=sleep, get_running_loop=asyncio.get_running_loop, Future=asyncio.Future
    )
    pool = "conformance.run.connection_pool"
    monkeypatch.setattr(f"{pool}.asyncio", loop)
    monkeypatch.setattr(f"{pool}.time", SimpleNamespace(monotonic=lambda: 100.0))
    with recording(RecordingGateway()) as gateway:
        start(gateway, "usage", "rate", "30/m")

    assert len(gateway.requests) == 3
    assert delays == [0.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("start", "place"),
    [
        (by_flag, "--conformance-rate"),
        (by_line, "pytest.ini: conformance_rate"),
        (by_variable, "the variable CONFORMANCE_RATE"),
    ],
)
def test_an_error_names_the_place(
    capsys: pytest.CaptureFixture[str], start: Start, place: str
) -> None:
    """And what is expected; the session ends with pytest's exit code for it."""
    gateway = RecordingGateway()
    gateway.url = "http://127.0.0.1:9"
    exit_code = start(gateway, "usage", "rate", "fast")

    error = f"{place}: expected a rate such as 5/s or 300/m, got 'fast'"
    assert exit_code == 4
    assert error in capsys.readouterr().err
