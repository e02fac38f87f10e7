"""Words that several report formats and commands share."""

from typing import Final

from conformance.model.report import Report
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome

_LABELS: Final = {Outcome.ERROR: "internal error", Outcome.EXPECTED: "expected failure"}
"""Labels of the outcomes whose value is not clear on its own."""


def outcome_label(outcome: Outcome) -> str:
    """Return an outcome for people. Programs read the value of the outcome."""
    return _LABELS.get(outcome, outcome.value)


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 report``, ``2 reports``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def verdict_line(report: Report) -> str:
    """Return the target, the verdict and the reason for it on one line."""
    target = report.target
    return (
        f"{report.verdict}: {target.url} with model {target.model!r},"
        f" profile {target.profile}: {_verdict_reason(report)}"
    )


def _verdict_reason(report: Report) -> str:
    """Return the reason for the verdict, with the number of requirements, if any."""
    musts = report.summary()[Level.MUST]
    if failed := musts[Outcome.FAILED]:
        return f"{count(failed, 'MUST requirement')} failed"
    if report.verdict == "conformant":
        passed = f"{count(musts[Outcome.PASSED], 'MUST requirement')} passed"
        expected = musts[Outcome.EXPECTED]
        return (
            f"{passed}, {count(expected, 'expected failure')}" if expected else passed
        )
    if untested := musts[Outcome.INCONCLUSIVE]:
        return f"{count(untested, 'MUST requirement')} could not be tested"
    if errors := sum(counts[Outcome.ERROR] for counts in report.summary().values()):
        return f"internal error in the checks of {count(errors, 'requirement')}"
    if report.run.interrupted:
        return "the run was interrupted"
    return "no MUST requirement was tested"


def cost_line(report: Report) -> str:
    """Return the number of requests, responses and tokens, and the duration."""
    cost = report.run.cost
    return (
        f"{count(cost.requests, 'request')} in {report.run.duration_s:.1f} s:"
        f" {count(cost.model_responses, 'model response')},"
        f" {count(cost.rejections, 'rejection')},"
        f" {count(cost.input_tokens, 'input token')},"
        f" {count(cost.output_tokens, 'output token')}"
    )
