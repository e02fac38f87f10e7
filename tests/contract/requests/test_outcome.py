"""Whether a request was accepted or rejected."""

from collections.abc import Callable, Iterator

import pytest

from conformance.contract.requests.outcome import (
    error_contains,
    expect_accepted,
    expect_field_named,
    expect_rejected,
    was_accepted,
)
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Finding
from tests.contract.requests.sample_exchanges import (
    ACCEPTED,
    CASES,
    REJECTED,
    UNCLEAR,
    exchange,
)


def test_response_object_means_accepted() -> None:
    """A completed response object is enough."""
    assert was_accepted(ACCEPTED)


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 422])
def test_4xx_with_a_body_means_rejected(status: int) -> None:
    """The form of the body does not matter."""
    assert not was_accepted(exchange(status, b"No."))


@pytest.mark.parametrize("unclear", UNCLEAR, ids=lambda x: x.summary[:40])
def test_other_exchanges_are_inconclusive(unclear: Exchange) -> None:
    """Server errors, unrecognized 2xx responses and 4xx about the client."""
    with pytest.raises(Inconclusive):
        was_accepted(unclear)


def test_inconclusive_case_hides_no_finding() -> None:
    """Findings of other cases are reported, whichever case comes first."""
    unclear_first = list(expect_rejected(CASES, [UNCLEAR[0], ACCEPTED]))
    unclear_last = list(expect_accepted(CASES, [REJECTED, UNCLEAR[0]]))

    assert [f.expected for f in unclear_first] == ["a 4xx status (second)"]
    assert [f.expected for f in unclear_last] == ["a response (first)"]


@pytest.mark.parametrize(
    ("expectation", "conforming"),
    [
        (expect_rejected, REJECTED),
        (expect_accepted, ACCEPTED),
        (expect_field_named, ACCEPTED),
    ],
)
def test_table_with_an_inconclusive_case_does_not_pass(
    expectation: Callable[..., Iterator[Finding]], conforming: Exchange
) -> None:
    """The reason names the inconclusive case."""
    with pytest.raises(Inconclusive, match="second"):
        list(expectation(CASES, [conforming, UNCLEAR[0]]))


def test_error_that_names_another_field_is_reported() -> None:
    """The error names ``top_p``, which is the field of the first case only."""
    (finding,) = expect_field_named(CASES, [REJECTED, REJECTED])

    assert "truncation" in finding.expected


@pytest.mark.parametrize(("padding", "found"), [(65_531, True), (65_532, False)])
def test_64_kib_of_an_error_are_searched(padding: int, *, found: bool) -> None:
    """The name of the field has five letters."""
    error = exchange(400, b" " * padding + b"Top_P")

    assert error_contains(error, ["top_p"]) is found
