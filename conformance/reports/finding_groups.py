"""Group the findings of generated requests by the request field that they test."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.node import Finding
from conformance.model.verdict import Outcome, Verdict
from conformance.reports.wording import count

_PROBLEMS: Final = {
    Scenario.MISSING: "missing but accepted",
    Scenario.INCOMPLETE: "incomplete but accepted",
    Scenario.WRONG_TYPE: "wrong type accepted",
    Scenario.OUT_OF_ENUM: "unlisted value accepted",
    Scenario.VALID: "valid, but rejected without a reason",
    Scenario.NULL: "rejected when null",
    Scenario.UNSPECIFIED: "rejected without a reason",
}
"""What is wrong if a generated request of each scenario fails."""


@dataclass(frozen=True)
class FindingGroup:
    """The failed cases of one requirement with the same field and the same problem.

    ``cases`` is their number. ``findings`` are the findings of all of them.
    """

    field: str
    problem: str
    cases: int
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Return the group on one line."""
        return f"`{self.field}`: {self.problem}, {count(self.cases, 'case')}"


def group_findings(verdicts: Iterable[Verdict]) -> tuple[FindingGroup, ...]:
    """Group the failed verdicts of one requirement, the largest group first.

    Verdicts about the same field and scenario are in one group. Only verdicts on
    generated requests are considered.
    """
    failed: dict[tuple[str, Scenario], list[Verdict]] = {}
    for verdict in verdicts:
        generated = GeneratedInput.of(verdict.probe)
        if generated and verdict.outcome is Outcome.FAILED:
            failed.setdefault((generated.field, generated.scenario), []).append(verdict)
    groups = (
        FindingGroup(
            field,
            _PROBLEMS[scenario],
            len(in_group),
            tuple(finding for verdict in in_group for finding in verdict.findings),
        )
        for (field, scenario), in_group in failed.items()
    )
    return tuple(sorted(groups, key=lambda group: (-group.cases, group.field)))
