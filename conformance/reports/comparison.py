"""Compare reports requirement by requirement."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conformance.model.requirement import Level
from conformance.reports.changes import Change, changes
from conformance.reports.report_summary import Cell, ReportSummary


@dataclass(frozen=True)
class Row:
    """One requirement in all reports; ``None`` for a report without it."""

    id: str
    text: str
    cells: tuple[Cell | None, ...]

    @property
    def section(self) -> str:
        """Return the section of the contract, the first part of the id."""
        return self.id.partition(".")[0]

    @property
    def level(self) -> Level:
        """Return the level, the strictest one if profiles disagree."""
        levels = [cell.level for cell in self.cells if cell]
        return min(levels, key=list(Level).index)

    @property
    def differs(self) -> bool:
        """Return whether the reports have different outcomes."""
        return len({cell and cell.outcome for cell in self.cells}) > 1


@dataclass(frozen=True)
class Comparison:
    """Several reports, requirement by requirement.

    ``changes`` is ``None`` unless there are two reports of one target; ``sides`` then
    has the older report first. ``incompatibilities`` says why the reports are not
    directly comparable.
    """

    sides: tuple[ReportSummary, ...]
    rows: tuple[Row, ...]
    changes: tuple[Change, ...] | None = None
    incompatibilities: tuple[str, ...] = field(default=())

    @property
    def different(self) -> tuple[Row, ...]:
        """Return the requirements with different outcomes."""
        return tuple(row for row in self.rows if row.differs)


class ComparisonBasis(Protocol):
    """What must be equal for runs to be comparable; known before a run starts."""

    @property
    def name(self) -> str:
        """Return the name of the run."""

    @property
    def profile(self) -> str:
        """Return the name of the profile."""

    @property
    def catalogue(self) -> str:
        """Return the date of the catalogue."""


def incompatibilities(bases: Sequence[ComparisonBasis]) -> Iterator[str]:
    """Yield why runs are not directly comparable: profiles or catalogues differ."""
    properties: dict[str, Callable[[ComparisonBasis], str]] = {
        "profiles": lambda basis: basis.profile,
        "catalogues": lambda basis: basis.catalogue,
    }
    for noun, value_of in properties.items():
        if len({value_of(basis) for basis in bases}) > 1:
            values = ", ".join(f"{value_of(basis)} ({basis.name})" for basis in bases)
            yield f"different {noun}: {values}"


def compare_reports(sides: Sequence[ReportSummary]) -> Comparison:
    """Compare reports; those of one target are sorted by time."""
    one_target = len({side.target for side in sides}) == 1
    if one_target:
        sides = sorted(sides, key=lambda side: side.started_at)
    texts: dict[str, str] = {}
    for side in sides:
        texts |= side.texts
    sections = list(dict.fromkeys(id_.partition(".")[0] for id_ in texts))
    unsorted = (
        Row(id_, text, tuple(side.cells.get(id_) for side in sides))
        for id_, text in texts.items()
    )
    rows = tuple(sorted(unsorted, key=lambda row: sections.index(row.section)))
    found = tuple(changes(*sides)) if one_target and len(sides) == 2 else None
    return Comparison(tuple(sides), rows, found, tuple(incompatibilities(sides)))


def unique_names(sides: Sequence[ReportSummary]) -> tuple[str, ...]:
    """Return the shortest names that distinguish the reports."""

    def minute(side: ReportSummary) -> str:
        return side.started_at[:16].replace("T", " ")

    one_target = len({side.target for side in sides}) == 1
    naming: list[Callable[[ReportSummary], str]] = [
        lambda s: s.host,
        lambda s: s.model,
        lambda s: f"{s.host} {s.model}",
        minute,
        lambda s: f"{s.host} {s.model} {minute(s)}",
        lambda s: s.run,
    ]
    for name_of in naming[3:] if one_target else naming:
        names = tuple(map(name_of, sides))
        if len(set(names)) == len(sides):
            return names
    return tuple(f"{side.run} ({n})" for n, side in enumerate(sides, 1))
