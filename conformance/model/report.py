"""The report of one run: its verdicts, its cost and its exit code."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from conformance.model.baseline import BaselineProblem
from conformance.model.generated_input import FieldRow
from conformance.model.node import Finding
from conformance.model.requirement import Level, Requirement
from conformance.model.timing import Timing
from conformance.model.verdict import Outcome, Verdict


@dataclass(frozen=True)
class RunCost:
    """How many requests a run sent, and how many tokens the responses report.

    ``requests`` counts all requests, ``model_responses`` those that a model answered,
    ``rejections`` those that got a 4xx, and ``generated`` those that sent a generated
    input.
    """

    requests: int = 0
    model_responses: int = 0
    rejections: int = 0
    generated: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class RunInfo:
    """Start, duration, seed and cost of a run.

    ``started_at`` is ISO 8601 in UTC, ``duration_s`` is in seconds. ``catalogue`` is
    the date of the catalogue that was tested.
    """

    id: str
    started_at: str
    duration_s: float
    seed: int
    interrupted: bool = False
    catalogue: str = ""
    cost: RunCost = field(default_factory=RunCost)


@dataclass(frozen=True)
class TargetInfo:
    """The server under test.

    ``key_env`` is the name of the environment variable that contains the API key.
    """

    url: str
    model: str
    profile: str
    key_env: str = "CONFORMANCE_API_KEY"


@dataclass(frozen=True)
class RequirementResult:
    """The result of one requirement over all its verdicts."""

    requirement: Requirement
    level: Level
    outcome: Outcome
    verdicts: tuple[Verdict, ...]

    @property
    def observations(self) -> int:
        """Return the number of exchanges, or parts of them, that were evaluated."""
        return sum(verdict.observations for verdict in self.verdicts)

    @property
    def finding_count(self) -> int:
        """Return the number of all findings, including those that are not stored."""
        return sum(verdict.finding_count for verdict in self.verdicts)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the stored findings."""
        return tuple(f for verdict in self.verdicts for f in verdict.findings)

    @property
    def reason(self) -> str:
        """Return the first reason given by a verdict with this outcome."""
        reasons = [v.reason for v in self.verdicts if v.outcome is self.outcome]
        return next((reason for reason in reasons if reason), "")


def results_by_requirement(
    verdicts: tuple[Verdict, ...],
) -> tuple[RequirementResult, ...]:
    """Group verdicts by requirement, in their order; the most severe outcome counts."""
    by_id: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_id.setdefault(verdict.requirement.id, []).append(verdict)
    return tuple(
        RequirementResult(
            group[0].requirement,
            group[0].level,
            min((v.outcome for v in group), key=lambda outcome: outcome.rank),
            tuple(group),
        )
        for group in by_id.values()
    )


@dataclass(frozen=True)
class Report:
    """The result of a finished run. It contains no secret."""

    target: TargetInfo
    run: RunInfo
    verdicts: tuple[Verdict, ...]
    capabilities: Mapping[str, str] = field(default_factory=dict)
    baseline_problems: tuple[BaselineProblem, ...] = ()
    fields: tuple[FieldRow, ...] = ()
    timings: tuple[Timing, ...] = ()

    @cached_property
    def results(self) -> tuple[RequirementResult, ...]:
        """Return one result for each requirement."""
        return results_by_requirement(self.verdicts)

    def summary(self) -> dict[Level, Counter[Outcome]]:
        """Count the requirements by level and outcome."""
        counts: dict[Level, Counter[Outcome]] = {level: Counter() for level in Level}
        for result in self.results:
            counts[result.level][result.outcome] += 1
        return counts

    @property
    def exit_code(self) -> int:
        """Return the exit code of the process; the first that applies.

        130: interrupted. 1: a MUST requirement failed, or the baseline has a stale or
        expired entry. 4: internal error in a check. 3: a MUST requirement is
        inconclusive, or no MUST requirement was tested. 0: conformant.
        """
        musts = self.summary()[Level.MUST]
        if self.run.interrupted:
            return 130
        if musts[Outcome.FAILED] or self.baseline_problems:
            return 1
        if any(counts[Outcome.ERROR] for counts in self.summary().values()):
            return 4
        tested = musts[Outcome.PASSED] + musts[Outcome.EXPECTED]
        return 3 if musts[Outcome.INCONCLUSIVE] or not tested else 0

    @property
    def verdict(self) -> str:
        """Return ``conformant``, ``non-conformant`` or ``inconclusive``.

        Stale and expired entries of the baseline have no influence.
        """
        if self.summary()[Level.MUST][Outcome.FAILED]:
            return "non-conformant"
        exit_code = replace(self, baseline_problems=()).exit_code
        return "conformant" if exit_code == 0 else "inconclusive"
