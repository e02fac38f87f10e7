"""A case: one check on one probe, or on every exchange of a run."""

from dataclasses import dataclass

from conformance.model.check import Check
from conformance.model.node import Finding
from conformance.model.probe import Probe
from conformance.model.verdict import ALL_EXCHANGES, Outcome, Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One check on one probe, or on every exchange: one entry in a test runner.

    ``probe`` is ``None`` for a universal check. Cases are compared by identity: a plan
    contains each case once.
    """

    check: Check
    probe: Probe | None

    @property
    def id(self) -> str:
        """Return the name of the case: ``<requirement>[<probe>]``."""
        probe_name = self.probe.name if self.probe else ALL_EXCHANGES
        return f"{self.check.requirement.id}[{probe_name}]"

    def without_findings(
        self, profile: str, outcome: Outcome, reason: str = "", observations: int = 0
    ) -> Verdict:
        """Return a verdict of this case that has no findings.

        ``profile`` is the name of the profile that decides the level.
        """
        return Verdict(
            self.check.requirement,
            self.check.requirement.level_in(profile),
            self.probe.name if self.probe else ALL_EXCHANGES,
            outcome,
            reason=reason,
            observations=observations,
        )

    def failed(
        self,
        profile: str,
        findings: list[Finding],
        observations: int,
        finding_count: int,
    ) -> Verdict:
        """Return a failed verdict that stores ``findings``.

        ``finding_count`` is the number of all findings, including those that are not in
        ``findings``.
        """
        return Verdict(
            self.check.requirement,
            self.check.requirement.level_in(profile),
            self.probe.name if self.probe else ALL_EXCHANGES,
            Outcome.FAILED,
            tuple(findings),
            observations=observations,
            finding_count=finding_count,
        )
