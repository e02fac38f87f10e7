"""(a) How long a default run takes, where each answer takes a second."""

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving import PROGRAM, gateway
from conformance.property_based import document
from conformance.reference.gateway import KEY

LATENCY_S = 1.0
IN_FLIGHT = 16


@dataclass(frozen=True)
class Wall:
    """Times in seconds; ``st`` is scaled to the same number of requests."""

    requests: int
    ours: float
    ideal: float
    st_requests: int
    st: float


def _ours() -> tuple[int, float]:
    with gateway(LATENCY_S) as target, tempfile.TemporaryDirectory() as directory:
        command = [*PROGRAM, *target.arguments, "--report-dir", directory, "--quiet"]
        began = time.perf_counter()
        subprocess.run(command, env=target.environment, check=True)
        took = time.perf_counter() - began
        report = json.loads((Path(directory) / "report.json").read_text("utf-8"))
        return report["run"]["requests"], took


def _stock() -> tuple[int, float]:
    """Run schemathesis' own runner over the coverage phase of the same document."""
    with gateway(LATENCY_S) as target, tempfile.TemporaryDirectory() as directory:
        pinned = Path(directory) / "pinned.json"
        text = json.dumps(document.with_placeholder_model())
        model = target.arguments[target.arguments.index("--model") + 1]
        pinned.write_text(text.replace(document.PLACEHOLDER, model), "utf-8")
        command = [
            str(Path(sys.executable).with_name("st")),
            *("run", str(pinned), "--url", target.url, "--phases", "coverage"),
            *("--header", f"Authorization: Bearer {KEY}", "--workers", "16"),
            *("--exclude-checks", "ignored_auth", "--continue-on-failure"),
            *("--request-timeout", "30", "--no-color"),
        ]
        began = time.perf_counter()
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=directory
        )
        took = time.perf_counter() - began
        told = re.search(r"([\d,]+) generated", done.stdout)
        if not told:
            raise RuntimeError(f"st run told no number of cases: {done.stdout[-2000:]}")
        return int(told[1].replace(",", "")), took


def measured() -> Wall:
    """Take both times; some minutes, for the stock runner sends one at a time."""
    requests, ours = _ours()
    st_requests, st = _stock()
    ideal = requests * LATENCY_S / IN_FLIGHT
    return Wall(requests, ours, ideal, st_requests, st * requests / st_requests)
