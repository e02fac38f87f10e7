"""Verdicts: the outcome of one case, with its findings or its reason."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.model.node import Finding
from conformance.model.requirement import Level, Requirement

ALL_EXCHANGES = "every exchange"
"""Used instead of a probe's name in the verdict of a universal check."""


class Outcome(StrEnum):
    """The possible outcomes of a case, the most severe first.

    The outcome of a requirement is the most severe outcome of its cases. Reports list
    outcomes in this order, too.
    """

    FAILED = "failed"
    """The check found violations."""

    ERROR = "error"
    """The check raised an exception: an internal error, not a defect of the server."""

    INCONCLUSIVE = "inconclusive"
    """The exchanges lack what the check needs."""

    EXPECTED = "expected"
    """The check found violations, and the baseline lists the failure."""

    PASSED = "passed"
    """The check ran and found no violation."""

    UNSUPPORTED = "unsupported"
    """The server rejected the capability with an error that names it."""

    NOT_RUN = "not run"
    """The case was skipped, by an option or because a limit was reached."""

    @property
    def rank(self) -> int:
        """Return the position in the order of severity; 0 is the most severe."""
        return list(Outcome).index(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one requirement on one probe, with its evidence.

    ``probe`` is the name of the probe, or ``ALL_EXCHANGES``. ``observations`` counts
    the exchanges, or the parts of them, that were evaluated. ``finding_count`` counts
    all findings; ``findings`` contains only the stored ones.
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
        """Return the verdict, with one line for each finding."""
        head = f"{self.outcome}  {self.level}  {self.requirement.id}  on {self.probe}"
        lines = [str(f) for f in self.findings] or ([self.reason] * bool(self.reason))
        return "\n".join([head, *(f"    {line}" for line in lines)])
