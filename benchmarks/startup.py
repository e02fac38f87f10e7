"""(c) Time until the first request is sent, and until ``--help`` ends."""

import os
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.gateway import PROGRAM
from conformance.property_based.corpus import load

ROUNDS = 7
TIMEOUT_S = 60


@dataclass(frozen=True)
class StartupTimes:
    """Medians in seconds from the start of the process."""

    first_request: float
    help: float


def _first_request() -> float:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        tempfile.TemporaryDirectory() as directory,
    ):
        listener.settimeout(TIMEOUT_S)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [*PROGRAM, "run", url, "--model", "m", "--report-dir", directory]
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**os.environ, "CONFORMANCE_API_KEY": "sk-benchmark-key"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(TIMEOUT_S)
                connection.recv(1)
            return time.perf_counter() - start
        finally:
            process.kill()
            process.wait()


def _help() -> float:
    start = time.perf_counter()
    subprocess.run([*PROGRAM, "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def measure() -> StartupTimes:
    """Measure both ``ROUNDS`` times with a cached corpus."""
    load(0)
    return StartupTimes(
        median(_first_request() for _ in range(ROUNDS)),
        median(_help() for _ in range(ROUNDS)),
    )
