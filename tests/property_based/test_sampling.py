"""Selecting a subset of the generated requests."""

import pytest

from conformance.model.generated_input import Scenario
from conformance.property_based.entry import Entry
from conformance.property_based.sampling import sample


def test_all_entries_and_no_entries(corpus: tuple[Entry, ...]) -> None:
    """``None`` selects all entries, and so does a number that is too large."""
    assert sample(corpus, None) == corpus
    assert sample(corpus, 10**6) == corpus
    assert sample(corpus, 0) == ()


@pytest.mark.parametrize("number", [1, 2, 5, 17, 60, 120, 200])
def test_number_is_exact_and_most_inputs_are_rejected(
    corpus: tuple[Entry, ...], number: int
) -> None:
    """Answered requests cost tokens, rejected ones do not."""
    sampled = sample(corpus, number)
    answered = sum(not entry.generated.must_be_rejected for entry in sampled)

    assert len(sampled) == len(set(sampled)) == number
    assert answered <= number - answered


def test_default_sample_has_every_scenario_of_every_field(
    corpus: tuple[Entry, ...],
) -> None:
    """120 entries are enough for that."""
    sampled = sample(corpus, 120)

    def tested(entries: tuple[Entry, ...]) -> set[tuple[Scenario, str]]:
        return {(e.generated.scenario, e.generated.field) for e in entries}

    assert tested(sampled) == tested(corpus)


def test_sample_is_in_the_order_of_the_corpus(corpus: tuple[Entry, ...]) -> None:
    """Two runs list the same cases in the same order."""
    sampled = sample(corpus, 50)
    assert list(sampled) == [entry for entry in corpus if entry in sampled]
