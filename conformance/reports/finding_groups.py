"""Group the findings of generated requests by the field that they are about."""

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


@dataclass(frozen=True)
class FindingGroup:
    """The failures of one requirement in one field; ``cases`` is their number."""

    field: str
    problem: str
    cases: int
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Return the group on one line."""
        return f"`{self.field}`: {self.problem}, {count(self.cases, 'case')}"


def group_findings(verdicts: Iterable[Verdict]) -> tuple[FindingGroup, ...]:
    """Group the failed verdicts of one requirement by field, the largest group first.

    Verdicts on other probes than those of generated requests are ignored.
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
            len(of_field),
            tuple(finding for verdict in of_field for finding in verdict.findings),
        )
        for (field, scenario), of_field in failed.items()
    )
    return tuple(sorted(groups, key=lambda group: (-group.cases, group.field)))
