"""What we conclude about one requirement on one probe."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.model.node import Finding
from conformance.model.requirement import Level, Requirement

ALL_EXCHANGES = "every exchange"
"""Stands for the probe in the verdict of a universal check."""


class Outcome(StrEnum):
    """What a verdict can be, gravest first."""

    FAILED = "failed"
    ERROR = "error"
    INCONCLUSIVE = "inconclusive"
    EXPECTED = "expected"
    UNSUPPORTED = "unsupported"
    PASSED = "passed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement, one probe, one outcome, and what it rests on.

    ``observations`` counts the exchanges, or things in them, that were judged;
    ``broken`` counts the findings, of which ``findings`` may hold only the first.
    """

    requirement: Requirement
    level: Level
    probe: str
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    observations: int = 0
    finding_count: int = 0

    def __str__(self) -> str:
        """Return the verdict, one finding to a line."""
        head = f"{self.outcome}  {self.level}  {self.requirement.id}  on {self.probe}"
        lines = [str(f) for f in self.findings] or ([self.reason] * bool(self.reason))
        return "\n".join([head, *(f"    {line}" for line in lines)])
