"""How long a target took, kept in few numbers for as many exchanges as there were."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.model.exchange import Exchange, ResponseKind

MAX_SAMPLES: Final = 4096
"""Times that are kept at most; beyond, every second one is let go, over and over."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One exchange by the clock, in seconds after its request was sent.

    ``first`` is the arrival of the first event of a stream, ``None`` elsewhere.
    """

    exchange: str
    kind: ResponseKind
    elapsed: float
    first: float | None = None


def timing(exchange: Exchange) -> Timing:
    """Return what the clock says of an exchange, in whole microseconds.

    No journal keeps more, and a report must not differ from that of its journal.
    """
    events = exchange.events if exchange.kind is ResponseKind.STREAM else ()
    first = round(events[0].at, 6) if events else None
    return Timing(exchange.id, exchange.kind, round(exchange.elapsed, 6), first)


class LatencySampler:
    """The times of a run while it goes on; its memory has a bound."""

    def __init__(self, kept: int = MAX_SAMPLES) -> None:
        self._kept = kept
        self._times: list[Timing] = []
        self._heard = 0
        self._stride = 1

    def add(self, exchange: Exchange) -> None:
        """Keep the times of an exchange; when there are many, only of every so many."""
        if self._heard % self._stride == 0:
            self._times.append(timing(exchange))
        self._heard += 1
        if len(self._times) > self._kept:
            self._times = self._times[::2]
            self._stride *= 2

    @property
    def times(self) -> tuple[Timing, ...]:
        """Return what was kept, in the order in which the answers ended."""
        return tuple(self._times)


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """How some durations are spread, in seconds; each value is one that was measured.

    ``p90`` is the duration that nine of ten did not exceed.
    """

    count: int
    minimum: float
    median: float
    p90: float
    maximum: float

    @classmethod
    def of(cls, durations: Iterable[float]) -> "LatencySummary | None":
        """Return the spread, or ``None`` where nothing was measured."""
        told = sorted(durations)
        if not told:
            return None
        last = len(told) - 1
        return cls(
            len(told), told[0], told[last // 2], told[round(0.9 * last)], told[-1]
        )


def durations(times: Iterable[Timing]) -> dict[str, list[float]]:
    """Return all that was measured, in seconds, by the name that reports give it.

    Answers and refusals by their whole time, streams by their first event as well.
    """
    told = tuple(times)
    return {
        "answer": [t.elapsed for t in told if t.kind is ResponseKind.RESPONSE],
        "first_event": [t.first for t in told if t.first is not None],
        "stream": [t.elapsed for t in told if t.kind is ResponseKind.STREAM],
        "refusal": [t.elapsed for t in told if t.kind is ResponseKind.CLIENT_ERROR],
    }


def spreads(times: Iterable[Timing]) -> dict[str, LatencySummary]:
    """Return the spread of each thing that was measured at all."""
    found = {
        name: LatencySummary.of(several) for name, several in durations(times).items()
    }
    return {name: spread for name, spread in found.items() if spread}
