"""(b) and (d): processor time for each exchange, and memory for very many of them."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.serving import Gateway, gateway

EXCHANGES = 10_000
ROUNDS = 2
VERY_MANY = 100_000


@dataclass(frozen=True)
class Processor:
    """Milliseconds of processor time for one exchange."""

    bare_ms: float
    ours_ms: float

    @property
    def ratio(self) -> float:
        """Return how many times the bare loop we take."""
        return self.ours_ms / self.bare_ms


def _child(module: str, target: Gateway, *arguments: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{module}", target.url, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def _many(target: Gateway, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        told: dict[str, Any] = json.loads(
            _child("many", target, str(number), directory)
        )
        return told


def measured() -> Processor:
    """Take turns with the bare loop, and return the medians."""
    bare, ours = list[float](), list[float]()
    with gateway() as target:
        for _ in range(ROUNDS):
            spent = float(_child("bare", target, str(EXCHANGES)))
            bare.append(1e3 * spent / EXCHANGES)
            told = _many(target, EXCHANGES)
            ours.append(1e3 * told["cpu_s"] / told["exchanges"])
    return Processor(median(bare), median(ours))


def very_many(number: int = VERY_MANY) -> dict[str, Any]:
    """Run so many exchanges, and return what ``benchmarks.many`` tells."""
    with gateway() as target:
        return _many(target, number)
