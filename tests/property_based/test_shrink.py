"""Making a failing request smaller: within its class, and within a budget."""

import json
from collections.abc import Callable

from conformance.model.node import Json
from conformance.property_based.shrink import MOST, WIDTH, Minimizer, size
from conformance.property_based.violations import most_severe

LARGE = {
    "x" * 40: {"deep": [1, 2, {"a": None}]},
    "model": "m",
    "input": [{"role": "user", "content": "hello é there" * 20}] * 4,
    "instructions": "plain words, all of them",
    "metadata": {"a": "b" * 200},
    "top_p": 0.25,
    "stream": True,
}


def shrunken(body: Json, fails: Callable[[Json], bool]) -> tuple[Json, int]:
    """Search to the end; return the smallest that fails, and what it cost."""

    def alike(version: Json) -> bool:
        return most_severe(version) is None

    search, sent = Minimizer(body, alike), 0
    while versions := search.versions():
        assert len(versions) <= WIDTH
        assert all(alike(version) for version in versions)
        sent += len(versions)
        search.keep([version for version in versions if fails(version)])
    return search.best, sent


def has_odd_letter(value: Json) -> bool:
    """Say whether a letter beyond ASCII is in the input."""
    return "é" in json.dumps(value.get("input", ""), ensure_ascii=False)


def test_a_body_is_reduced_to_what_makes_it_fail() -> None:
    """Everything beside it goes, and nothing of it does."""
    best, sent = shrunken(LARGE, has_odd_letter)

    assert has_odd_letter(best)
    assert most_severe(best) is None
    assert size(best) < size(LARGE) // 20
    assert sent <= MOST


def test_the_budget_is_kept_when_nothing_is_smaller() -> None:
    """A search without a hit ends as well."""
    best, sent = shrunken(LARGE, lambda _: False)

    assert best == LARGE
    assert 0 < sent <= MOST


def test_no_version_is_sent_twice() -> None:
    """Each costs a request."""
    seen = list[str]()
    search = Minimizer(LARGE, lambda _: True)
    while versions := search.versions():
        seen += [json.dumps(version, sort_keys=True) for version in versions]
        search.keep(versions[:1])

    assert len(seen) == len(set(seen))
