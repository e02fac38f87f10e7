"""Sampled response times and their distribution."""

from dataclasses import replace
from itertools import pairwise

from conformance.model.timing import LatencySampler, LatencySummary, latency_summaries
from tests.reports.sample_reports import EXCHANGE

REJECTED = replace(EXCHANGE, status=400)


def test_number_of_samples_is_limited() -> None:
    """The samples of a long run are evenly spaced over the whole run."""
    sampler = LatencySampler(max_samples=10)
    for number in range(1000):
        sampler.add(replace(REJECTED, id=f"x-{number:04}"))
    numbers = [int(time.exchange[2:]) for time in sampler.times]

    assert 5 <= len(numbers) <= 10
    assert numbers[0] == 0
    assert numbers[-1] > 800
    assert {b - a for a, b in pairwise(numbers)} == {128}


def test_summary_consists_of_measured_values() -> None:
    """No value is interpolated."""
    assert LatencySummary.of([]) is None
    assert LatencySummary.of([3.0]) == LatencySummary(1, 3.0, 3.0, 3.0, 3.0)
    tenths = [n / 10 for n in range(11)]
    assert LatencySummary.of(reversed(tenths)) == LatencySummary(11, 0.0, 0.5, 0.9, 1.0)


def test_each_kind_of_response_has_its_own_summary() -> None:
    """A kind that did not occur has none."""
    sampler = LatencySampler()
    sampler.add(REJECTED)

    assert latency_summaries(sampler.times) == {
        "refusal": LatencySummary(1, 0.5, 0.5, 0.5, 0.5)
    }
