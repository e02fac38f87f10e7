"""Compare reports requirement by requirement."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conformance.model.requirement import Level
from conformance.reports.changes import Change, changes
from conformance.reports.report_summary import Cell, ReportSummary


@dataclass(frozen=True)
class Row:
    """One requirement in all reports.

    ``cells`` has one element for each report, in order. An element is ``None`` if
    the report does not contain the requirement.
    """

    id: str
    text: str
    cells: tuple[Cell | None, ...]

    @property
    def section(self) -> str:
        """Return the section of the contract, the first part of the id."""
        return self.id.partition(".")[0]

    @property
    def level(self) -> Level:
        """Return the strictest level that the requirement has in these reports."""
        levels = [cell.level for cell in self.cells if cell]
        return min(levels, key=list(Level).index)

    @property
    def differs(self) -> bool:
        """Return whether the reports have different outcomes."""
        return len({cell and cell.outcome for cell in self.cells}) > 1


@dataclass(frozen=True)
class Comparison:
    """Several reports, requirement by requirement.

    ``sides`` are the compared reports. If they have one target, the oldest report comes
    first. ``changes`` is ``None`` unless there are two reports of one target.
    ``incompatibilities`` are the reasons why the reports are not directly comparable.
    """

    sides: tuple[ReportSummary, ...]
    rows: tuple[Row, ...]
    changes: tuple[Change, ...] | None = None
    incompatibilities: tuple[str, ...] = field(default=())

    @property
    def different(self) -> tuple[Row, ...]:
        """Return the rows of the requirements with different outcomes."""
        return tuple(row for row in self.rows if row.differs)


class ComparisonBasis(Protocol):
    """The properties that decide whether runs are comparable, known before they start.

    Profile and catalogue must be equal. The name only identifies a run in messages.
    """

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
    """Yield each reason why runs with these bases are not directly comparable."""
    properties: dict[str, Callable[[ComparisonBasis], str]] = {
        "profiles": lambda basis: basis.profile,
        "catalogues": lambda basis: basis.catalogue,
    }
    for noun, value_of in properties.items():
        if len({value_of(basis) for basis in bases}) > 1:
            values = ", ".join(f"{value_of(basis)} ({basis.name})" for basis in bases)
            yield f"different {noun}: {values}"


def compare_reports(sides: Sequence[ReportSummary]) -> Comparison:
    """Compare reports; if all have the same target, sort them by their time."""
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
    comparable_over_time = one_target and len(sides) == 2
    found = tuple(changes(*sides)) if comparable_over_time else None
    return Comparison(tuple(sides), rows, found, tuple(incompatibilities(sides)))


def unique_names(sides: Sequence[ReportSummary]) -> tuple[str, ...]:
    """Return the shortest names that distinguish the reports.

    Reports of one target have the same host and model. Their names need the time.
    """

    def minute(side: ReportSummary) -> str:
        return side.started_at[:16].replace("T", " ")

    one_target = len({side.target for side in sides}) == 1
    by_target: list[Callable[[ReportSummary], str]] = [
        lambda s: s.host,
        lambda s: s.model,
        lambda s: f"{s.host} {s.model}",
    ]
    by_time: list[Callable[[ReportSummary], str]] = [
        minute,
        lambda s: f"{s.host} {s.model} {minute(s)}",
        lambda s: s.run,
    ]
    for name_of in by_time if one_target else by_target + by_time:
        names = tuple(map(name_of, sides))
        if len(set(names)) == len(sides):
            return names
    return tuple(f"{side.run} ({n})" for n, side in enumerate(sides, 1))
