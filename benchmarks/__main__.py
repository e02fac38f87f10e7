"""Run the benchmarks: ``python -m benchmarks``, or ``python -m benchmarks a c``.

They replace their rows in ``RESULTS.md``; the rows of other benchmarks stay. The exit
code is 1 if a limit is exceeded.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import cpu_time, startup, wall_time

RESULTS = Path(__file__).with_name("RESULTS.md")
Row = tuple[str, str, str, bool]
"""The measurement's name, its result, its limit, and whether the limit is met."""

_LIBRARIES = ("httpx", "schemathesis", "hypothesis", "pytest", "jsonschema", "uvicorn")


def _wall_time() -> Iterator[Row]:
    times = wall_time.measure()
    limit = 1.10 * times.ideal + 2
    yield (
        f"(a) default run, {times.requests} requests of {wall_time.LATENCY_S:g} s each",
        f"{times.suite:.1f} s",
        f"≤ {limit:.1f} s (ideal {times.ideal:.1f} s)",
        times.suite <= limit,
    )
    yield (
        f"(a) `st run`, {times.st_requests} cases, scaled to {times.requests}",
        f"{times.st:.0f} s, {times.st / times.suite:.1f} times the default run",
        "≥ 10 times the default run",
        times.st >= 10 * times.suite,
    )


def _cpu_time() -> Iterator[Row]:
    times = cpu_time.measure()
    values = f"{times.suite_ms:.2f} ms; plain loop {times.plain_loop_ms:.2f} ms"
    result = f"{values}; ratio {times.ratio:.2f}"
    yield "(b) CPU time per exchange", result, "ratio ≤ 3", times.ratio <= 3


def _startup() -> Iterator[Row]:
    times = startup.measure()
    for name, cost, limit in (
        ("first request, empty cache", times.first_request, 1.0),
        ("`conformance --help`", times.help, 0.3),
    ):
        yield (
            f"(c) {name}, best of {startup.ROUNDS}",
            f"{cost.wall:.2f} s; CPU time {cost.cpu:.2f} s",
            f"≤ {limit:.1f} s",
            cost.wall <= limit,
        )


def _memory() -> Iterator[Row]:
    run = cpu_time.measure_memory()
    exchanges = f"{run['exchanges']} exchanges in {run['wall_s']:.0f} s"
    yield (
        f"(d) peak memory, {exchanges} ({run['verdict']})",
        f"{run['peak_mb']:.0f} MB",
        "< 300 MB",
        run["peak_mb"] < 300,
    )
    report_s = run["report_s"]
    yield "(d) writing the reports", f"{report_s:.1f} s", "≤ 60 s", report_s <= 60


BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "a": _wall_time,
    "b": _cpu_time,
    "c": _startup,
    "d": _memory,
}


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
        f" {platform.release()}; Python {platform.python_version()}; {libraries}."
    )


def _measure(letter: str) -> tuple[list[Row], str]:
    """Run one benchmark; return its rows, and when and under what load it ended."""
    rows = list(BENCHMARKS[letter]())
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    now = datetime.now(UTC)
    return rows, f"* ({letter}) {now:%Y-%m-%d %H:%M} UTC, load average {load:.1f}"


def _lines_of(text: str, letter: str) -> tuple[list[str], list[str]]:
    """Return the rows and the notes of a benchmark in the results of an earlier run."""
    lines = text.splitlines()
    rows = [line for line in lines if line.startswith(f"| ({letter}) ")]
    return rows, [line for line in lines if line.startswith(f"* ({letter}) ")]


def main() -> int:
    """Run the benchmarks and print a table; return 1 if a limit is exceeded."""
    selected = sys.argv[1:] or list(BENCHMARKS)
    earlier = RESULTS.read_text(encoding="utf-8") if RESULTS.is_file() else ""
    table = ["# Results", "", "| measurement | result | limit | |", "|---|---|---|---|"]
    notes, all_met = list[str](), True
    for letter in BENCHMARKS:
        if letter in selected:
            rows, note = _measure(letter)
            all_met &= all(met for *_, met in rows)
            table += [
                f"| {name} | {result} | {limit} | {'met' if met else '**exceeded**'} |"
                for name, result, limit, met in rows
            ]
            notes.append(note)
        else:
            earlier_rows, earlier_notes = _lines_of(earlier, letter)
            table += earlier_rows
            notes += earlier_notes
    text = "\n".join([*table, "", _machine(), "", *notes, ""])
    print(text)
    RESULTS.write_text(text, encoding="utf-8")
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
