"""Responses: which values of ``created_at`` are current."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, make_exchange
from tests.contract.sample_responses import HEADERS, NOON, RESPONSE, json_response

CURRENT = "responses.created-at-is-current"
SECONDS = "responses.created-at-is-in-seconds"


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


@pytest.mark.parametrize(
    ("created_at", "in_seconds", "current"),
    [
        (10**11 - 1, Outcome.PASSED, Outcome.FAILED),
        (10**11, Outcome.FAILED, Outcome.INCONCLUSIVE),
    ],
)
def test_milliseconds_fail_one_requirement(
    created_at: int, in_seconds: Outcome, current: Outcome
) -> None:
    """Values from 100 billion on are milliseconds."""
    exchange = json_response(created_at=created_at)

    assert check_exchanges(SECONDS, exchange).outcome is in_seconds
    assert check_exchanges(CURRENT, exchange).outcome is current


@pytest.mark.parametrize(
    ("difference", "outcome"), [(86_400, Outcome.PASSED), (86_401, Outcome.FAILED)]
)
def test_clocks_may_differ_by_one_day(difference: int, outcome: Outcome) -> None:
    """In both directions."""
    for created_at in (NOON - difference, NOON + difference):
        exchange = json_response(created_at=created_at)
        assert check_exchanges(CURRENT, exchange).outcome is outcome


@pytest.mark.parametrize(
    ("created_at", "outcome"),
    [
        (1_577_836_799, Outcome.FAILED),
        (1_577_836_800, Outcome.PASSED),
        (4_102_444_800, Outcome.PASSED),
        (4_102_444_801, Outcome.FAILED),
    ],
)
@pytest.mark.parametrize(
    "headers", [(), (("date", "Mon, 05 Jan 2026 12:00:00 +9999999999999999999"),)]
)
def test_without_a_valid_date_header_the_years_2020_to_2099_pass(
    headers: tuple[tuple[str, str], ...], created_at: int, outcome: Outcome
) -> None:
    """A time zone may exceed what a clock can express."""
    exchange = make_exchange(
        {**RESPONSE, "created_at": created_at}, headers=(*HEADERS[:1], *headers)
    )

    assert check_exchanges(CURRENT, exchange).outcome is outcome
