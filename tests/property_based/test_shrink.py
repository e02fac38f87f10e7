"""Minimizing a failing request, within a limit of requests."""

import json
from collections.abc import Callable

from conformance.model.node import Json
from conformance.property_based.shrink import MAX_REQUESTS, WIDTH, Minimizer, size
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


def minimize(body: Json, fails: Callable[[Json], bool]) -> tuple[Json, int]:
    """Return the smallest failing version, and the number of requests sent."""

    def is_valid(version: Json) -> bool:
        return most_severe(version) is None

    search, sent = Minimizer(body, is_valid), 0
    while versions := search.next_versions():
        assert len(versions) <= WIDTH
        assert all(is_valid(version) for version in versions)
        sent += len(versions)
        search.accept([version for version in versions if fails(version)])
    return search.best, sent


def has_non_ascii_input(value: Json) -> bool:
    """Return whether the input contains the letter é."""
    return "é" in json.dumps(value.get("input", ""), ensure_ascii=False)


def test_body_is_reduced_to_the_part_that_fails() -> None:
    """The minimized body still fails, and is still valid."""
    best, sent = minimize(LARGE, has_non_ascii_input)

    assert has_non_ascii_input(best)
    assert most_severe(best) is None
    assert size(best) < size(LARGE) // 20
    assert sent <= MAX_REQUESTS


def test_search_without_a_failing_version_ends_at_the_limit() -> None:
    """The result is the original body."""
    best, sent = minimize(LARGE, lambda _: False)

    assert best == LARGE
    assert 0 < sent <= MAX_REQUESTS


def test_no_version_is_returned_twice() -> None:
    """Each version costs a request."""
    returned = list[str]()
    search = Minimizer(LARGE, lambda _: True)
    while versions := search.next_versions():
        returned += [json.dumps(version, sort_keys=True) for version in versions]
        search.accept(versions[:1])

    assert len(returned) == len(set(returned))
