"""Take all measurements and write ``RESULTS.md``; ``python -m benchmarks a c`` some."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import processor, start, wall

RESULTS = Path(__file__).with_name("RESULTS.md")
Row = tuple[str, str, str, bool]
"""What was measured, how much it is, how much it may be, and whether it holds."""

_LIBRARIES = ("httpx", "schemathesis", "hypothesis", "pytest", "jsonschema", "uvicorn")


def _wall() -> Iterator[Row]:
    w = wall.measured()
    allowed = 1.10 * w.ideal + 2
    what = f"(a) default run, {w.requests} requests of {wall.LATENCY_S:g} s each"
    limit = f"≤ {allowed:.1f} s (ideal {w.ideal:.1f} s)"
    yield what, f"{w.ours:.1f} s", limit, w.ours <= allowed
    what = f"(a) `st run`, {w.st_requests} cases, scaled to {w.requests}"
    faster = f"{w.st:.0f} s, {w.st / w.ours:.1f} x ours"
    yield what, faster, "≥ 10 x ours", w.st >= 10 * w.ours


def _processor() -> Iterator[Row]:
    p = processor.measured()
    told = f"{p.ours_ms:.2f} ms, {p.ratio:.2f} x bare ({p.bare_ms:.2f} ms)"
    yield "(b) processor time for an exchange", told, "≤ 3 x bare", p.ratio <= 3


def _start() -> Iterator[Row]:
    s = start.measured()
    first, shown = f"{s.first_request:.2f} s", f"{s.help:.2f} s"
    yield "(c) first request", first, "≤ 1.0 s", s.first_request <= 1.0
    yield "(c) `conformance --help`", shown, "≤ 0.3 s", s.help <= 0.3


def _volume() -> Iterator[Row]:
    v = processor.very_many()
    what = f"(d) {v['exchanges']} exchanges in {v['wall_s']:.0f} s ({v['verdict']})"
    yield f"{what}: peak", f"{v['peak_mb']:.0f} MB", "< 300 MB", v["peak_mb"] < 300
    reports = f"{v['report_s']:.1f} s"
    yield "(d) reports of it", reports, "≤ 60 s", v["report_s"] <= 60


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "a": _wall,
    "b": _processor,
    "c": _start,
    "d": _volume,
}


def _machine() -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
        f" {platform.release()}; Python {platform.python_version()}; {libraries}.\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load {load:.1f} at the end."
    )


def main() -> int:
    """Measure, write and print; 1 when a number is missed."""
    chosen = sys.argv[1:] or list(PARTS)
    rows = [row for part in chosen for row in PARTS[part]()]
    lines = ["# Results", "", "| | measured | wanted | |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {got} | {limit} | {'holds' if holds else '**missed**'} |"
        for what, got, limit, holds in rows
    ]
    text = "\n".join([*lines, "", _machine(), ""])
    print(text)
    if set(chosen) == set(PARTS):
        RESULTS.write_text(text, encoding="utf-8")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
