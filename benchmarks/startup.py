"""(c) Time until the first request is sent, and until ``--help`` ends."""

import compileall
import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import conformance
from benchmarks.gateway import PROGRAM

ROUNDS = 9
TIMEOUT_S = 60


@dataclass(frozen=True)
class Cost:
    """Time from the start of a process, in seconds: wall time, and its CPU time."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class StartupTimes:
    """The best of ``ROUNDS`` rounds: other programs can only make a round slower."""

    first_request: Cost
    help: Cost


def _environment(home: str) -> dict[str, str]:
    """Return the environment of a user with an empty home and cache directory."""
    variables = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME")
    homes = dict.fromkeys(variables, home)
    return {**os.environ, **homes, "CONFORMANCE_API_KEY": "sk-benchmark-key"}


def _cpu_time_of_children() -> float:
    """Return the CPU time of all processes that ended so far; 0 on Windows."""
    times = os.times()
    return times.children_user + times.children_system


def _first_request() -> Cost:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        tempfile.TemporaryDirectory() as home,
    ):
        listener.settimeout(TIMEOUT_S)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        cpu_start, start = _cpu_time_of_children(), time.perf_counter()
        process = subprocess.Popen(
            [*PROGRAM, "run", url, "--model", "m", "--report-dir", f"{home}/report"],
            env=_environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(TIMEOUT_S)
                connection.recv(1)
            wall = time.perf_counter() - start
        finally:
            process.kill()
            process.wait()
        return Cost(wall, _cpu_time_of_children() - cpu_start)


def _help() -> Cost:
    cpu_start, start = _cpu_time_of_children(), time.perf_counter()
    subprocess.run([*PROGRAM, "--help"], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - start
    return Cost(wall, _cpu_time_of_children() - cpu_start)


def _best(measure_once: Callable[[], Cost]) -> Cost:
    costs = [measure_once() for _ in range(ROUNDS)]
    return Cost(min(c.wall for c in costs), min(c.cpu for c in costs))


def measure() -> StartupTimes:
    """Measure with compiled modules, as pip installs them, and an empty cache."""
    compileall.compile_dir(Path(conformance.__file__).parent, quiet=1)
    return StartupTimes(_best(_first_request), _best(_help))
