"""A case: one check on one probe, or on every exchange of a run."""

from dataclasses import dataclass

from conformance.model.check import Check
from conformance.model.node import Finding
from conformance.model.probe import Probe
from conformance.model.verdict import ALL_EXCHANGES, Outcome, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One check on one probe, or on every exchange: what a test runner lists.

    A case is equal to itself alone: a plan has each of them once.
    """

    check: Check
    probe: Probe | None

    @property
    def id(self) -> str:
        """Return the name that this case has in every list and report."""
        where = self.probe.name if self.probe else ALL_EXCHANGES
        return f"{self.check.requirement.id}[{where}]"

    def without_findings(
        self, profile: str, outcome: Outcome, reason: str = "", observations: int = 0
    ) -> Verdict:
        """Return a verdict that rests on no finding."""
        return Verdict(
            self.check.requirement,
            self.check.requirement.level_in(profile),
            self.probe.name if self.probe else ALL_EXCHANGES,
            outcome,
            reason=reason,
            observations=observations,
        )

    def failed(
        self, profile: str, findings: list[Finding], observations: int, broken: int
    ) -> Verdict:
        """Return a verdict that rests on ``findings``, of ``broken`` in all."""
        return Verdict(
            self.check.requirement,
            self.check.requirement.level_in(profile),
            self.probe.name if self.probe else ALL_EXCHANGES,
            Outcome.FAILED,
            tuple(findings),
            observations=observations,
            finding_count=broken,
        )
