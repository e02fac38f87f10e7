"""Compute the coordinates of the charts in the HTML report."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conformance.contract.tokens import probes
from conformance.contract.tokens.prompt_tokens import fit_prompt_tokens
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.linear_fit import LinearFit
from conformance.model.node import UnexpectedValue
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.timing import LatencySummary, durations, latency_summaries
from conformance.model.verdict import Outcome
from conformance.reports import Evidence

WIDTH: Final = 100.0
"""Width of a bar or strip, in units of its SVG ``viewBox``."""

MAX_STROKES: Final = 200
"""Maximum number of response times of one kind that are drawn, one stroke for each.

If there are more, so many are selected at even distances in the sorted times.
"""

PLOT_SIZE: Final = (320.0, 180.0)
"""Width and height of the plot of token counts, in units of its SVG ``viewBox``."""


@dataclass(frozen=True)
class BarSegment:
    """The part of a bar for the requirements with one outcome.

    ``count`` is their number. ``x`` is the left edge of the segment.
    """

    outcome: Outcome
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """The bar for the requirements of one section at one level."""

    level: Level
    segments: tuple[BarSegment, ...]

    @property
    def failed(self) -> int:
        """Return how many requirements failed or had an internal error."""
        failing = (Outcome.FAILED, Outcome.ERROR)
        return sum(
            segment.count for segment in self.segments if segment.outcome in failing
        )

    @property
    def total(self) -> int:
        """Return the number of requirements."""
        return sum(segment.count for segment in self.segments)


@dataclass(frozen=True)
class SectionBars:
    """One section, with a bar for each level."""

    section: str
    bars: tuple[Bar, ...]


def _bar(level: Level, results: list[RequirementResult], maximum: int) -> Bar:
    """Return the bar for ``results``; ``maximum`` requirements would fill ``WIDTH``."""
    segments, x = list[BarSegment](), 0.0
    for outcome in Outcome:
        if count := sum(result.outcome is outcome for result in results):
            width = WIDTH * count / maximum
            segments.append(BarSegment(outcome, count, round(x, 2), round(width, 2)))
            x += width
    return Bar(level, tuple(segments))


def bars(report: Report) -> tuple[SectionBars, ...]:
    """Return the bars of each section; the sections are in alphabetical order.

    The bars of one level have the same scale in all sections.
    """
    by_section: dict[str, dict[Level, list[RequirementResult]]] = {}
    for result in report.results:
        levels = by_section.setdefault(result.requirement.section, {})
        levels.setdefault(result.level, []).append(result)
    maximum = {
        level: max(
            (len(levels.get(level, [])) for levels in by_section.values()), default=0
        )
        for level in Level
    }
    return tuple(
        SectionBars(
            section,
            tuple(_bar(lv, levels.get(lv, []), maximum[lv] or 1) for lv in Level),
        )
        for section, levels in sorted(by_section.items())
    )


@dataclass(frozen=True)
class TokenPlot:
    """Prompt tokens by prompt length: dots and a fitted line within ``PLOT_SIZE``.

    A dot is ``x, y, paragraphs, tokens``. ``line`` is ``x, y`` of its start and
    ``x, y`` of its end. ``maximum`` is the largest number of paragraphs and of tokens.
    """

    fit: LinearFit
    dots: tuple[tuple[float, float, int, int], ...]
    line: tuple[float, float, float, float]
    maximum: tuple[int, int]


def _prompt_length_exchanges(evidence: Evidence) -> Iterator[Exchange]:
    """Yield an exchange for each prompt length, the last one if it was sent again."""
    last: dict[tuple[int, int], Exchange] = {}
    for exchange in evidence.exchanges():
        if exchange.probe == probes.prompt_lengths.name:
            last[exchange.turn, exchange.index] = exchange
    yield from last.values()


def token_plot(evidence: Evidence) -> TokenPlot | None:
    """Return the plot, or ``None`` without token counts for two prompt lengths."""
    try:
        fit = fit_prompt_tokens(_prompt_length_exchanges(evidence))
    except (Inconclusive, RejectedRequest, UnexpectedValue):
        return None
    width, height = PLOT_SIZE
    max_paragraphs = max(paragraphs for paragraphs, _ in fit.points)
    max_tokens = max(
        *(tokens for _, tokens in fit.points), fit.predict(max_paragraphs), 1
    )

    def x(paragraphs: float) -> float:
        return round(width * paragraphs / max_paragraphs, 1)

    def y(tokens: float) -> float:
        return round(height - height * max(tokens, 0) / max_tokens, 1)

    dots = tuple(
        (x(paragraphs), y(tokens), paragraphs, tokens)
        for paragraphs, tokens in fit.points
    )
    line = (x(0), y(fit.predict(0)), x(max_paragraphs), y(fit.predict(max_paragraphs)))
    return TokenPlot(fit, dots, line, (max_paragraphs, round(max_tokens)))


LABELS: Final = {
    "answer": "JSON response",
    "first_event": "first event of a stream",
    "stream": "complete stream",
    "refusal": "rejection (4xx)",
}
"""The label on the page for each name of a response time in ``report.json``."""


@dataclass(frozen=True)
class LatencyStrip:
    """The response times of one kind: an SVG path with a stroke for each, a summary."""

    label: str
    path: str
    summary: LatencySummary


@dataclass(frozen=True)
class LatencyChart:
    """All strips, on one logarithmic scale.

    A tick of the scale is its position and its label.
    """

    strips: tuple[LatencyStrip, ...]
    ticks: tuple[tuple[float, str], ...]


def format_duration(seconds: float) -> str:
    """Return a duration with three significant digits, in milliseconds or seconds."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 1000 else f"{seconds:.0f} s"


def latency_chart(report: Report) -> LatencyChart | None:
    """Return the chart, or ``None`` if no time was measured."""
    summaries, measured = latency_summaries(report.timings), durations(report.timings)
    if not summaries:
        return None
    minimum = max(min(s.minimum for s in summaries.values()), 1e-4)
    maximum = max(*(s.maximum for s in summaries.values()), 1e-4)
    low_exponent = math.floor(math.log10(minimum))
    high_exponent = max(math.ceil(math.log10(maximum)), low_exponent + 1)

    def x(seconds: float) -> float:
        share = (math.log10(max(seconds, 10.0**low_exponent)) - low_exponent) / (
            high_exponent - low_exponent
        )
        return round(WIDTH * min(share, 1), 1)

    def strip(name: str, summary: LatencySummary) -> LatencyStrip:
        times = sorted(measured[name])
        if len(times) > MAX_STROKES:
            times = [times[len(times) * n // MAX_STROKES] for n in range(MAX_STROKES)]
        path = "".join(f"M{position} 1v8" for position in dict.fromkeys(map(x, times)))
        return LatencyStrip(LABELS[name], path, summary)

    strips = tuple(strip(name, summary) for name, summary in summaries.items())
    exponents = range(low_exponent, high_exponent + 1)
    ticks = tuple((x(10.0**n), format_duration(10.0**n)) for n in exponents)
    return LatencyChart(strips, ticks)
