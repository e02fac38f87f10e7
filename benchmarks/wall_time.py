"""(a) Wall time of a default run against a gateway that takes 1 s per response."""

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gateway import PROGRAM, serve_gateway
from conformance.property_based import document
from conformance.reference.gateway import KEY

LATENCY_S = 1.0
IN_FLIGHT = 16


@dataclass(frozen=True)
class WallTimes:
    """Times in seconds; ``st`` is scaled to the number of requests of the suite."""

    requests: int
    suite: float
    ideal: float
    st_requests: int
    st: float


def _default_run() -> tuple[int, float]:
    """Return the number of requests and the seconds of a default run."""
    with (
        serve_gateway(LATENCY_S) as gateway,
        tempfile.TemporaryDirectory() as directory,
    ):
        command = [*PROGRAM, *gateway.arguments, "--report-dir", directory, "--quiet"]
        start = time.perf_counter()
        subprocess.run(command, env=gateway.environment, check=True)
        seconds = time.perf_counter() - start
        report = json.loads((Path(directory) / "report.json").read_text("utf-8"))
        return report["run"]["requests"], seconds


def _st_run() -> tuple[int, float]:
    """Return cases and seconds of ``st run``, coverage phase only.

    ``st`` is the command of schemathesis. It gets the same document.
    """
    with (
        serve_gateway(LATENCY_S) as gateway,
        tempfile.TemporaryDirectory() as directory,
    ):
        schema = Path(directory) / "schema.json"
        text = json.dumps(document.with_placeholder_model())
        model = gateway.arguments[gateway.arguments.index("--model") + 1]
        schema.write_text(text.replace(document.PLACEHOLDER, model), "utf-8")
        command = [
            str(Path(sys.executable).with_name("st")),
            *("run", str(schema), "--url", gateway.url, "--phases", "coverage"),
            *("--header", f"Authorization: Bearer {KEY}", "--workers", "16"),
            *("--exclude-checks", "ignored_auth", "--continue-on-failure"),
            *("--request-timeout", "30", "--no-color"),
        ]
        start = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=directory
        )
        seconds = time.perf_counter() - start
        cases = re.search(r"([\d,]+) generated", done.stdout)
        if not cases:
            end = done.stdout[-2000:]
            raise RuntimeError(f"no number of cases in the output of st run: {end}")
        return int(cases[1].replace(",", "")), seconds


def measure() -> WallTimes:
    """Measure both; takes minutes, because ``st run`` sends one request at a time."""
    requests, suite = _default_run()
    st_requests, st = _st_run()
    ideal = requests * LATENCY_S / IN_FLIGHT
    return WallTimes(requests, suite, ideal, st_requests, st * requests / st_requests)
