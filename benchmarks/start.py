"""(c) How soon something happens: the first request, and ``--help``."""

import os
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.serving import PROGRAM
from conformance.property_based.corpus import load

ROUNDS = 7
PATIENCE_S = 60


@dataclass(frozen=True)
class Start:
    """Medians in seconds after the process was started."""

    first_request: float
    help: float


def _first_request() -> float:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        tempfile.TemporaryDirectory() as directory,
    ):
        listener.settimeout(PATIENCE_S)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = [*PROGRAM, "run", url, "--model", "m", "--report-dir", directory]
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env={**os.environ, "CONFORMANCE_API_KEY": "sk-benchmark-key"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(PATIENCE_S)
                connection.recv(1)
            return time.perf_counter() - began
        finally:
            process.kill()
            process.wait()


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([*PROGRAM, "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measured() -> Start:
    """Start both some times with a warm corpus cache."""
    load(0)
    return Start(
        median(_first_request() for _ in range(ROUNDS)),
        median(_help() for _ in range(ROUNDS)),
    )
