"""Collect the outcomes of each requirement over many reports of each target."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.report_summary import UNTESTED, Cell, ReportSummary


@dataclass(frozen=True)
class OutcomeChange:
    """A change of outcome; ``run`` is the first run with the outcome ``after``."""

    run: ReportSummary
    before: Outcome
    after: Outcome


@dataclass(frozen=True)
class RequirementHistory:
    """One requirement in all runs of one target.

    ``cells`` has one element for each run, the oldest first. An element is ``None``
    if the report of the run does not contain the requirement. ``tested_since`` is the
    first run that tested the requirement.
    """

    id: str
    text: str
    cells: tuple[Cell | None, ...]
    last_change: OutcomeChange | None
    tested_since: ReportSummary | None

    @property
    def level(self) -> Level:
        """Return the level in the latest run whose report contains the requirement."""
        return next(cell.level for cell in reversed(self.cells) if cell)

    @property
    def latest(self) -> Cell | None:
        """Return the outcome in the latest run, or ``None`` if its report has none."""
        return self.cells[-1]


@dataclass(frozen=True)
class TargetHistory:
    """All runs of one target with one profile, the oldest first."""

    runs: tuple[ReportSummary, ...]
    requirements: tuple[RequirementHistory, ...]

    @property
    def latest(self) -> ReportSummary:
        """Return the latest run."""
        return self.runs[-1]

    @property
    def changed(self) -> tuple[RequirementHistory, ...]:
        """Return the requirements whose outcome changed, the latest change first."""
        changes = [
            (requirement.last_change.run.started_at, requirement)
            for requirement in self.requirements
            if requirement.last_change
        ]
        changes.sort(key=lambda pair: pair[0], reverse=True)
        return tuple(requirement for _, requirement in changes)


def _requirement_history(
    id_: str, text: str, runs: tuple[ReportSummary, ...]
) -> RequirementHistory:
    """Return the history of a requirement; skip the runs that did not test it."""
    last_change = tested_since = last_outcome = None
    for run in runs:
        cell = run.cells.get(id_)
        if cell is None or cell.outcome in UNTESTED:
            continue
        if last_outcome is not None and cell.outcome is not last_outcome:
            last_change = OutcomeChange(run, last_outcome, cell.outcome)
        tested_since = tested_since or run
        last_outcome = cell.outcome
    cells = tuple(run.cells.get(id_) for run in runs)
    return RequirementHistory(id_, text, cells, last_change, tested_since)


def target_histories(reports: Iterable[ReportSummary]) -> tuple[TargetHistory, ...]:
    """Return a history for each target and profile, sorted by URL, model, profile."""
    by_target: dict[tuple[str, str, str], list[ReportSummary]] = {}
    for report in sorted(reports, key=lambda report: (report.started_at, report.run)):
        by_target.setdefault((*report.target, report.profile), []).append(report)
    histories = []
    for _, runs_of_target in sorted(by_target.items()):
        runs = tuple(runs_of_target)
        texts = {id_: text for run in runs for id_, text in run.texts.items()}
        requirements = (
            _requirement_history(id_, text, runs) for id_, text in texts.items()
        )
        histories.append(TargetHistory(runs, tuple(requirements)))
    return tuple(histories)
