"""(b) CPU time per exchange, and (d) peak memory of a run with many exchanges."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.gateway import Gateway, serve_gateway

EXCHANGES = 10_000
ROUNDS = 2
MANY_EXCHANGES = 100_000


@dataclass(frozen=True)
class CpuTime:
    """CPU time per exchange in milliseconds."""

    plain_loop_ms: float
    suite_ms: float

    @property
    def ratio(self) -> float:
        """Return the suite's CPU time as a multiple of the plain loop's."""
        return self.suite_ms / self.plain_loop_ms


def _output_of(module: str, gateway: Gateway, *arguments: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{module}", gateway.url, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def _run_suite(gateway: Gateway, count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        output = _output_of("many_exchanges", gateway, str(count), directory)
    cost: dict[str, Any] = json.loads(output)
    return cost


def measure() -> CpuTime:
    """Alternate between the plain loop and the suite; return the medians."""
    plain_loop, suite = list[float](), list[float]()
    with serve_gateway() as gateway:
        for _ in range(ROUNDS):
            seconds = float(_output_of("plain_loop", gateway, str(EXCHANGES)))
            plain_loop.append(1e3 * seconds / EXCHANGES)
            cost = _run_suite(gateway, EXCHANGES)
            suite.append(1e3 * cost["cpu_s"] / cost["exchanges"])
    return CpuTime(median(plain_loop), median(suite))


def measure_memory(count: int = MANY_EXCHANGES) -> dict[str, Any]:
    """Run ``count`` exchanges and return what ``benchmarks.many_exchanges`` prints."""
    with serve_gateway() as gateway:
        return _run_suite(gateway, count)
