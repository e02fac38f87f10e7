"""Response times, sampled so that memory stays bounded for any number of exchanges."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.model.exchange import Exchange, ResponseKind

MAX_SAMPLES: Final = 4096
"""Maximum number of stored response times; beyond it, every second one is dropped."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The response time of one exchange, in seconds after its request was sent.

    ``exchange`` is the id of the exchange. ``elapsed`` is the end of the exchange.
    ``first`` is the arrival of a stream's first event; for any other kind of response
    it is ``None``.
    """

    exchange: str
    kind: ResponseKind
    elapsed: float
    first: float | None = None


def timing(exchange: Exchange) -> Timing:
    """Return the response time of an exchange, rounded to microseconds.

    Journals store microseconds, and a report that is made from a journal must equal the
    report of the run.
    """
    events = exchange.events if exchange.kind is ResponseKind.STREAM else ()
    first = round(events[0].at, 6) if events else None
    return Timing(exchange.id, exchange.kind, round(exchange.elapsed, 6), first)


class LatencySampler:
    """Response times of a run, in bounded memory."""

    def __init__(self, max_samples: int = MAX_SAMPLES) -> None:
        self._max_samples = max_samples
        self._times: list[Timing] = []
        self._count = 0
        self._stride = 1

    def add(self, exchange: Exchange) -> None:
        """Store the response time of an exchange.

        Each time that the maximum is exceeded, half of the times are dropped. From then
        on, only half as many exchanges are stored.
        """
        if self._count % self._stride == 0:
            self._times.append(timing(exchange))
        self._count += 1
        if len(self._times) > self._max_samples:
            self._times = self._times[::2]
            self._stride *= 2

    @property
    def times(self) -> tuple[Timing, ...]:
        """Return the stored times, in the order in which the exchanges ended."""
        return tuple(self._times)


@dataclass(frozen=True, slots=True)
class LatencySummary:
    """Distribution of durations in seconds. Each value was measured, not interpolated.

    ``p90`` is the 90th percentile.
    """

    count: int
    minimum: float
    median: float
    p90: float
    maximum: float

    @classmethod
    def of(cls, measured: Iterable[float]) -> "LatencySummary | None":
        """Return the distribution of measured durations, or ``None`` without any."""
        ordered = sorted(measured)
        if not ordered:
            return None
        last = len(ordered) - 1
        return cls(
            len(ordered),
            ordered[0],
            ordered[last // 2],
            ordered[round(0.9 * last)],
            ordered[-1],
        )


def durations(timings: Iterable[Timing]) -> dict[str, list[float]]:
    """Return the measured durations in seconds, by their name in ``report.json``.

    ``answer`` has the total times of response objects, ``stream`` those of streams and
    ``refusal`` those of 4xx responses; ``report.json`` fixes these names.
    ``first_event`` has the times from the request to a stream's first event.
    """
    all_ = tuple(timings)
    return {
        "answer": [t.elapsed for t in all_ if t.kind is ResponseKind.RESPONSE],
        "first_event": [t.first for t in all_ if t.first is not None],
        "stream": [t.elapsed for t in all_ if t.kind is ResponseKind.STREAM],
        "refusal": [t.elapsed for t in all_ if t.kind is ResponseKind.CLIENT_ERROR],
    }


def latency_summaries(timings: Iterable[Timing]) -> dict[str, LatencySummary]:
    """Return the distribution of each duration that was measured at least once."""
    found = {
        name: LatencySummary.of(measured)
        for name, measured in durations(timings).items()
    }
    return {name: summary for name, summary in found.items() if summary}
