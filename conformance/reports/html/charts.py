"""The numbers behind each drawing of a report, in the units of its picture."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conformance.contract.tokens import probes
from conformance.contract.tokens.prompt_tokens import ladder_of
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.linear_fit import LinearFit
from conformance.model.node import UnexpectedValue
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.timing import LatencySummary, durations, spreads
from conformance.model.verdict import Outcome
from conformance.reports import Evidence

WIDTH: Final = 100.0
"""Width of a bar or strip, in the units of its picture."""

DOTS: Final = 200
"""Times of one kind that are drawn; of more, evenly chosen ones."""

PLOT: Final = (320.0, 180.0)
"""Width and height of the plot of the ladder."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a bar: the requirements of one outcome."""

    outcome: Outcome
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """The requirements of one section at one level."""

    level: Level
    pieces: tuple[Piece, ...]

    @property
    def problems(self) -> int:
        """Return how many of them are broken, or broke a check of ours."""
        broken = (Outcome.FAILED, Outcome.ERROR)
        return sum(piece.count for piece in self.pieces if piece.outcome in broken)

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(piece.count for piece in self.pieces)


@dataclass(frozen=True)
class SectionBars:
    """One section, a bar for each level."""

    section: str
    bars: tuple[Bar, ...]


def _bar(level: Level, several: list[RequirementResult], most: int) -> Bar:
    pieces, x = list[Piece](), 0.0
    for outcome in Outcome:
        if count := sum(result.outcome is outcome for result in several):
            width = WIDTH * count / most
            pieces.append(Piece(outcome, count, round(x, 2), round(width, 2)))
            x += width
    return Bar(level, tuple(pieces))


def bars(report: Report) -> tuple[SectionBars, ...]:
    """Return the sections as they come; all bars of a level have one scale."""
    found: dict[str, dict[Level, list[RequirementResult]]] = {}
    for result in report.results:
        section = found.setdefault(result.requirement.section, {})
        section.setdefault(result.level, []).append(result)
    most = {
        level: max((len(levels.get(level, [])) for levels in found.values()), default=0)
        for level in Level
    }
    return tuple(
        SectionBars(
            section,
            tuple(_bar(lv, levels.get(lv, []), most[lv] or 1) for lv in Level),
        )
        for section, levels in sorted(found.items())
    )


@dataclass(frozen=True)
class LadderPlot:
    """The token ladder: its dots and line within ``PLOT``, and what they say."""

    ladder: LinearFit
    dots: tuple[tuple[float, float, int, int], ...]
    line: tuple[float, float, float, float]
    most: tuple[int, int]


def _rungs(evidence: Evidence) -> Iterator[Exchange]:
    """Yield the exchanges of the ladder; of one that was repeated the last."""
    last: dict[tuple[int, int], Exchange] = {}
    for exchange in evidence.exchanges():
        if exchange.probe == probes.prompt_lengths.name:
            last[exchange.turn, exchange.index] = exchange
    yield from last.values()


def ladder_plot(evidence: Evidence) -> LadderPlot | None:
    """Return the plot, or ``None`` where the run has not counted two prompts."""
    try:
        ladder = ladder_of(_rungs(evidence))
    except (Inconclusive, RejectedRequest, UnexpectedValue):
        return None
    width, height = PLOT
    wide = max(size for size, _ in ladder.points)
    high = max(*(read for _, read in ladder.points), ladder.predict(wide), 1)

    def x(size: float) -> float:
        return round(width * size / wide, 1)

    def y(read: float) -> float:
        return round(height - height * max(read, 0) / high, 1)

    dots = tuple((x(size), y(read), size, read) for size, read in ladder.points)
    line = (x(0), y(ladder.predict(0)), x(wide), y(ladder.predict(wide)))
    return LadderPlot(ladder, dots, line, (wide, round(high)))


LABELS: Final = {
    "answer": "JSON answer",
    "first_event": "first event of a stream",
    "stream": "whole stream",
    "refusal": "a refusal",
}
"""What was timed, as the page names it."""


@dataclass(frozen=True)
class Strip:
    """The times of one kind of answer: a path of strokes, and their spread."""

    label: str
    path: str
    spread: LatencySummary


@dataclass(frozen=True)
class Times:
    """All strips on one logarithmic scale; ``ticks`` gives places and labels."""

    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]


def told(seconds: float) -> str:
    """Return a duration for a reader, in milliseconds or seconds."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"


def times(report: Report) -> Times | None:
    """Return the strips, or ``None`` where nothing was timed."""
    found, measured = spreads(report.timings), durations(report.timings)
    if not found:
        return None
    low = math.floor(math.log10(max(min(s.minimum for s in found.values()), 1e-4)))
    most = max(*(s.maximum for s in found.values()), 1e-4)
    high = max(math.ceil(math.log10(most)), low + 1)

    def x(seconds: float) -> float:
        share = (math.log10(max(seconds, 10.0**low)) - low) / (high - low)
        return round(WIDTH * min(share, 1), 1)

    def strip(name: str, spread: LatencySummary) -> Strip:
        every = sorted(measured[name])
        some = [every[len(every) * n // DOTS] for n in range(min(DOTS, len(every)))]
        places = dict.fromkeys(x(t) for t in (every if len(every) <= DOTS else some))
        return Strip(LABELS[name], "".join(f"M{place} 1v8" for place in places), spread)

    ticks = tuple((x(10.0**n), told(10.0**n)) for n in range(low, high + 1))
    return Times(tuple(strip(name, spread) for name, spread in found.items()), ticks)
