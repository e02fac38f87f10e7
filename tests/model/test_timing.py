"""Times are few numbers, however long a run was."""

from dataclasses import replace
from itertools import pairwise

from conformance.model.timing import LatencySampler, LatencySummary, spreads
from tests.reports.sample_reports import EXCHANGE

REFUSED = replace(EXCHANGE, status=400)


def test_memory_has_a_bound() -> None:
    """Of a long run an even part is kept, first and late ones alike."""
    clock = LatencySampler(kept=10)
    for number in range(1000):
        clock.add(replace(REFUSED, id=f"x-{number:04}"))
    numbers = [int(time.exchange[2:]) for time in clock.times]

    assert 5 <= len(numbers) <= 10
    assert numbers[0] == 0
    assert numbers[-1] > 800
    assert {b - a for a, b in pairwise(numbers)} == {128}


def test_a_spread_is_made_of_what_was_measured() -> None:
    """Nine of ten did not take longer than ``p90``."""
    assert LatencySummary.of([]) is None
    assert LatencySummary.of([3.0]) == LatencySummary(1, 3.0, 3.0, 3.0, 3.0)
    tenths = [n / 10 for n in range(11)]
    assert LatencySummary.of(reversed(tenths)) == LatencySummary(11, 0.0, 0.5, 0.9, 1.0)


def test_each_kind_is_measured_by_itself() -> None:
    """A kind that never came is absent."""
    clock = LatencySampler()
    clock.add(REFUSED)

    assert spreads(clock.times) == {"refusal": LatencySummary(1, 0.5, 0.5, 0.5, 0.5)}
