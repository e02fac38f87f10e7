"""The order of outcomes, and which one a requirement gets from several cases."""

from itertools import combinations

import pytest

from conformance.model.report import results_by_requirement
from conformance.model.verdict import Outcome
from tests.reports.sample_reports import verdict

MOST_SEVERE_FIRST = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.EXPECTED,
    Outcome.PASSED,
    Outcome.UNSUPPORTED,
    Outcome.NOT_RUN,
)


def test_outcomes_are_declared_in_the_order_of_severity() -> None:
    """Reports list them in this order."""
    assert tuple(Outcome) == MOST_SEVERE_FIRST
    assert [outcome.rank for outcome in MOST_SEVERE_FIRST] == [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("severe", "other"), list(combinations(MOST_SEVERE_FIRST, 2)), ids=str
)
def test_most_severe_outcome_of_its_cases_is_that_of_a_requirement(
    severe: Outcome, other: Outcome
) -> None:
    """A requirement that passed on one probe passes if another is unsupported."""
    for outcomes in ((severe, other), (other, severe)):
        verdicts = tuple(verdict("usage.sum", outcome) for outcome in outcomes)
        (result,) = results_by_requirement(verdicts)
        assert result.outcome is severe
