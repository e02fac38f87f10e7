"""The order of outcomes, and which one a requirement gets from several cases."""

from dataclasses import replace
from itertools import combinations

import pytest

from conformance.model.baseline import STALE, BaselineProblem
from conformance.model.report import results_by_requirement
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome, Verdict
from tests.reports.sample_reports import report_of, verdict

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


PASSED = verdict("usage.passed", Outcome.PASSED)


@pytest.mark.parametrize(
    ("verdicts", "word", "exit_code"),
    [
        ((PASSED,), "conformant", 0),
        ((verdict("usage.sum", Outcome.EXPECTED),), "conformant", 0),
        ((PASSED, verdict("usage.sum", Outcome.FAILED)), "non-conformant", 1),
        ((PASSED, verdict("usage.a", Outcome.FAILED, Level.SHOULD)), "conformant", 0),
        ((PASSED, verdict("usage.sum", Outcome.INCONCLUSIVE)), "inconclusive", 3),
        ((PASSED, verdict("usage.sum", Outcome.ERROR)), "inconclusive", 4),
        ((PASSED, verdict("usage.a", Outcome.ERROR, Level.MAY)), "inconclusive", 4),
        ((verdict("usage.a", Outcome.PASSED, Level.SHOULD),), "inconclusive", 3),
        ((), "inconclusive", 3),
    ],
)
def test_verdicts_decide_the_word_and_the_exit_code(
    verdicts: tuple[Verdict, ...], word: str, exit_code: int
) -> None:
    """A run is conformant if a MUST passed, and none failed or was inconclusive."""
    report = report_of(*verdicts)

    assert (report.verdict, report.exit_code) == (word, exit_code)


def test_baseline_problem_fails_a_run_without_changing_its_verdict() -> None:
    """A stale entry would hide the next failure."""
    problem = BaselineProblem("usage.old", STALE, "passes now")
    report = replace(report_of(PASSED), baseline_problems=(problem,))

    assert (report.verdict, report.exit_code) == ("conformant", 1)


def test_interrupted_run_exits_with_130() -> None:
    """Even if a MUST failed."""
    report = report_of(verdict("usage.sum", Outcome.FAILED), interrupted=True)

    assert (report.verdict, report.exit_code) == ("non-conformant", 130)
