"""Many reports over time: what each target came to, and when a clause last changed."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.comparison import UNJUDGED, Cell, ReportSummary


@dataclass(frozen=True)
class OutcomeChange:
    """The last change of a clause: in which run, from what, to what."""

    run: ReportSummary
    before: Outcome
    after: Outcome


@dataclass(frozen=True)
class RequirementHistory:
    """One clause of one target over its runs; ``None`` where it was not asked."""

    id: str
    text: str
    cells: tuple[Cell | None, ...]
    turn: OutcomeChange | None
    since: ReportSummary | None

    @property
    def level(self) -> Level:
        """Return the level that the latest run gave it."""
        return next(cell.level for cell in reversed(self.cells) if cell)

    @property
    def now(self) -> Cell | None:
        """Return what it came to in the latest run."""
        return self.cells[-1]


@dataclass(frozen=True)
class TargetHistory:
    """All runs of one target by one profile, the oldest first, clause by clause."""

    runs: tuple[ReportSummary, ...]
    lines: tuple[RequirementHistory, ...]

    @property
    def latest(self) -> ReportSummary:
        """Return the last run."""
        return self.runs[-1]

    @property
    def changed(self) -> tuple[RequirementHistory, ...]:
        """Return the clauses that changed, what changed last first."""
        turned = [(line.turn.run.started_at, line) for line in self.lines if line.turn]
        turned.sort(key=lambda pair: pair[0], reverse=True)
        return tuple(line for _, line in turned)


def _line(id_: str, text: str, runs: tuple[ReportSummary, ...]) -> RequirementHistory:
    """Follow one clause; what could not be judged is no change of the target."""
    turn = since = before = None
    for run in runs:
        cell = run.cells.get(id_)
        if cell is None or cell.outcome in UNJUDGED:
            continue
        if before is not None and cell.outcome is not before:
            turn = OutcomeChange(run, before, cell.outcome)
        since = since or run
        before = cell.outcome
    return RequirementHistory(
        id_, text, tuple(run.cells.get(id_) for run in runs), turn, since
    )


def timelines(sides: Iterable[ReportSummary]) -> tuple[TargetHistory, ...]:
    """Return one timeline for each target and profile, by URL and model."""
    by_target: dict[tuple[str, str, str], list[ReportSummary]] = {}
    for side in sorted(sides, key=lambda side: (side.started_at, side.run)):
        by_target.setdefault((*side.target, side.profile), []).append(side)
    found = []
    for _, several in sorted(by_target.items()):
        runs = tuple(several)
        texts = {id_: text for run in runs for id_, text in run.texts.items()}
        lines = (_line(id_, text, runs) for id_, text in texts.items())
        found.append(TargetHistory(runs, tuple(lines)))
    return tuple(found)
