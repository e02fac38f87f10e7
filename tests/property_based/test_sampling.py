"""Which generated requests are sent when not all of them may be."""

import pytest

from conformance.model.generated_input import Scenario
from conformance.property_based.entry import Entry
from conformance.property_based.sampling import sample


def test_all_and_none(corpus: tuple[Entry, ...]) -> None:
    """No number is the whole corpus, and so is one beyond its end."""
    assert sample(corpus, None) == corpus
    assert sample(corpus, 10**6) == corpus
    assert sample(corpus, 0) == ()


@pytest.mark.parametrize("number", [1, 2, 5, 17, 60, 120, 200])
def test_the_number_is_kept_and_refusals_outnumber_answers(
    corpus: tuple[Entry, ...], number: int
) -> None:
    """Answers cost money; refusals cost none."""
    chosen = sample(corpus, number)
    paid = sum(not entry.drawn.is_free for entry in chosen)

    assert len(chosen) == len(set(chosen)) == number
    assert paid <= number - paid


def test_every_field_and_every_violation_comes_first(corpus: tuple[Entry, ...]) -> None:
    """The default run misses no field, and no kind of violation that the corpus has."""
    chosen = sample(corpus, 120)

    def tried(entries: tuple[Entry, ...]) -> set[tuple[Scenario, str]]:
        return {(e.drawn.scenario, e.drawn.field) for e in entries}

    assert tried(chosen) == tried(corpus)


def test_the_order_is_that_of_the_corpus(corpus: tuple[Entry, ...]) -> None:
    """So that two runs list the same cases in the same order."""
    chosen = sample(corpus, 50)
    assert list(chosen) == [entry for entry in corpus if entry in chosen]
