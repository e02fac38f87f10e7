"""Nouns agree with their numbers, and the verdict line names the reason."""

import pytest

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome, Verdict
from conformance.reports.wording import count, outcome_label, verdict_line
from tests.reports.sample_reports import report_of, verdict

PASSED = verdict("usage.a", Outcome.PASSED)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")]
)
def test_noun_agrees_with_its_number(number: int, text: str) -> None:
    """The plural may be irregular."""
    assert count(number, "entry", "entries") == text
    assert count(number, "report") == text.replace("entry", "report").replace(
        "entries", "reports"
    )


def test_label_says_what_an_outcome_means() -> None:
    """Other outcomes are shown with their value."""
    assert outcome_label(Outcome.ERROR) == "internal error"
    assert outcome_label(Outcome.EXPECTED) == "expected failure"
    assert outcome_label(Outcome.NOT_RUN) == "not run"


@pytest.mark.parametrize(
    ("verdicts", "line"),
    [
        ((PASSED,), "conformant: … 1 MUST requirement passed"),
        (
            (PASSED, verdict("usage.b", Outcome.EXPECTED)),
            "conformant: … 1 MUST requirement passed, 1 expected failure",
        ),
        (
            (verdict("usage.a", Outcome.FAILED), verdict("usage.b", Outcome.FAILED)),
            "non-conformant: … 2 MUST requirements failed",
        ),
        (
            (PASSED, verdict("usage.b", Outcome.INCONCLUSIVE, reason="x")),
            "inconclusive: … 1 MUST requirement could not be tested",
        ),
        (
            (PASSED, verdict("usage.b", Outcome.ERROR, Level.MAY, "x")),
            "inconclusive: … internal error in the checks of 1 requirement",
        ),
        ((), "inconclusive: … no MUST requirement was tested"),
    ],
)
def test_verdict_line_names_the_reason(
    verdicts: tuple[Verdict, ...], line: str
) -> None:
    """The target is between the verdict and the reason."""
    result, _, reason = line.partition(" … ")
    text = verdict_line(report_of(*verdicts))

    assert text.startswith(f"{result} https://gw.example/v1/responses with model 'm'")
    assert text.endswith(f"profile newapi: {reason}")


def test_verdict_line_of_an_interrupted_run_says_so() -> None:
    """Passed requirements are not enough for a verdict."""
    line = verdict_line(report_of(PASSED, interrupted=True))

    assert line.startswith("inconclusive: ")
    assert line.endswith("the run was interrupted")
