"""Findings of generated requests, gathered by the field that they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.node import Finding
from conformance.model.verdict import Outcome, Verdict

_WRONG: Final = {
    Scenario.MISSING: "absent and accepted",
    Scenario.INCOMPLETE: "incomplete and accepted",
    Scenario.WRONG_TYPE: "wrong type accepted",
    Scenario.OUT_OF_ENUM: "unlisted value accepted",
    Scenario.VALID: "refused without a reason, though valid",
    Scenario.NULL: "refused when null",
    Scenario.UNSPECIFIED: "refused without a reason",
}


@dataclass(frozen=True)
class FindingGroup:
    """The failures of one requirement in one field; ``cases`` counts them."""

    field: str
    wrong: str
    cases: int
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Return the group on one line."""
        cases = "1 case" if self.cases == 1 else f"{self.cases} cases"
        return f"`{self.field}`: {self.wrong}, {cases}"


def group_findings(verdicts: Iterable[Verdict]) -> tuple[FindingGroup, ...]:
    """Gather the failed verdicts of one requirement, the largest group first.

    Verdicts on other probes than those of generated requests are left out.
    """
    found: dict[tuple[str, Scenario], list[Verdict]] = {}
    for verdict in verdicts:
        drawn = GeneratedInput.of(verdict.probe)
        if drawn and verdict.outcome is Outcome.FAILED:
            found.setdefault((drawn.field, drawn.scenario), []).append(verdict)
    gathered = (
        FindingGroup(
            field,
            _WRONG[scenario],
            len(several),
            tuple(finding for verdict in several for finding in verdict.findings),
        )
        for (field, scenario), several in found.items()
    )
    return tuple(sorted(gathered, key=lambda group: (-group.cases, group.field)))
