"""Responses: which values of ``created_at`` are current."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, make_exchange
from tests.contract.sample_responses import HEADERS, NOON, RESPONSE, json_response

CURRENT = "responses.created-at-is-current"


@pytest.mark.parametrize(
    ("created_at", "outcome"),
    [
        (NOON, Outcome.PASSED),
        (NOON - 80_000, Outcome.PASSED),
        (float(NOON), Outcome.PASSED),
        (NOON - 90_000, Outcome.FAILED),
        (0, Outcome.FAILED),
        (NOON * 1000, Outcome.INCONCLUSIVE),
        ("today", Outcome.INCONCLUSIVE),
    ],
)
def test_created_at_must_be_within_a_day_of_the_date_header(
    created_at: object, outcome: Outcome
) -> None:
    """Other requirements report milliseconds and strings."""
    assert (
        check_exchanges(CURRENT, json_response(created_at=created_at)).outcome
        is outcome
    )


@pytest.mark.parametrize(("created_at", "passes"), [(NOON, True), (1, False)])
def test_without_a_date_header_any_time_since_2020_passes(
    created_at: int, *, passes: bool
) -> None:
    """Many servers send no ``Date`` header."""
    exchange = make_exchange(
        {**RESPONSE, "created_at": created_at}, headers=HEADERS[:1]
    )

    assert (check_exchanges(CURRENT, exchange).outcome is Outcome.PASSED) is passes
