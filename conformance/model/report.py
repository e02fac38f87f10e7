"""All verdicts of one run, and the one number that they come to."""

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

_MOST_SEVERE_FIRST = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.EXPECTED,
    Outcome.PASSED,
    Outcome.UNSUPPORTED,
    Outcome.NOT_RUN,
)


@dataclass(frozen=True)
class RunCost:
    """What a run cost: requests sent, by what came back, and tokens."""

    requests: int = 0
    model_responses: int = 0
    rejections: int = 0
    generated: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True)
class RunInfo:
    """When and how a run went. ``started_at`` is ISO 8601 in UTC."""

    id: str
    started_at: str
    duration_s: float
    seed: int
    interrupted: bool = False
    catalogue: str = ""
    cost: RunCost = field(default_factory=RunCost)


@dataclass(frozen=True)
class TargetInfo:
    """Who was judged. ``key_env`` names the variable that held the key."""

    url: str
    model: str
    profile: str
    key_env: str = "CONFORMANCE_API_KEY"


@dataclass(frozen=True)
class RequirementResult:
    """One requirement over all of its probes."""

    requirement: Requirement
    level: Level
    outcome: Outcome
    verdicts: tuple[Verdict, ...]

    @property
    def observations(self) -> int:
        """Return how many things were judged."""
        return sum(verdict.observations for verdict in self.verdicts)

    @property
    def finding_count(self) -> int:
        """Return how many findings there were, kept or not."""
        return sum(verdict.finding_count for verdict in self.verdicts)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings that were kept."""
        return tuple(f for verdict in self.verdicts for f in verdict.findings)

    @property
    def reason(self) -> str:
        """Return why it is not judged or not blamed, in the words of a verdict."""
        told = [v.reason for v in self.verdicts if v.outcome is self.outcome]
        return next((reason for reason in told if reason), "")


def results_by_requirement(
    verdicts: tuple[Verdict, ...],
) -> tuple[RequirementResult, ...]:
    """Gather verdicts by requirement, in their order; the gravest outcome counts."""
    by_id: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_id.setdefault(verdict.requirement.id, []).append(verdict)
    return tuple(
        RequirementResult(
            several[0].requirement,
            several[0].level,
            min((v.outcome for v in several), key=_MOST_SEVERE_FIRST.index),
            tuple(several),
        )
        for several in by_id.values()
    )


@dataclass(frozen=True)
class Report:
    """A finished run. Nothing in it is secret."""

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
        """Return the code that the process ends with.

        130 interrupted, 1 a MUST failed or an entry of the baseline must go, 4 a
        check of ours broke, 3 a MUST could not be judged or none was, 0 conformant.
        """
        musts = self.summary()[Level.MUST]
        if self.run.interrupted:
            return 130
        if musts[Outcome.FAILED] or self.baseline_problems:
            return 1
        if any(counts[Outcome.ERROR] for counts in self.summary().values()):
            return 4
        judged = musts[Outcome.PASSED] + musts[Outcome.EXPECTED]
        return 3 if musts[Outcome.INCONCLUSIVE] or not judged else 0

    @property
    def verdict(self) -> str:
        """Return the one word for the whole run."""
        if self.summary()[Level.MUST][Outcome.FAILED]:
            return "non-conformant"
        judged = replace(self, baseline_problems=()).exit_code
        return "conformant" if judged == 0 else "inconclusive"
