"""Reports side by side: what each clause came to in each, and what changed between.

Works on the documents that ``report.json`` files hold, which may be years old: a
clause is known by its id alone, and may have been retired since.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import urlsplit

from conformance.model.node import Json
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome

LATER: Final = "added since"
"""What the reason begins with where a frozen catalogue left a clause out."""

BROKEN: Final = frozenset({Outcome.FAILED, Outcome.EXPECTED})
UNJUDGED: Final = frozenset({Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.ERROR})


@dataclass(frozen=True)
class Cell:
    """What one clause came to in one report; ``broken`` counts findings."""

    outcome: Outcome
    level: Level
    broken: int = 0
    why: str = ""

    @classmethod
    def of(cls, result: Json) -> "Cell":
        """Read a member of ``requirements``; its first finding is the why."""
        told = [
            f"at {f['pointer'] or 'the whole body'}: expected {f['expected']},"
            f" got {f['got']}"
            for f in result["findings"][:1]
        ]
        return cls(
            Outcome(result["outcome"]),
            Level(result["level"]),
            result["broken"],
            "".join(told) or result["reason"],
        )


@dataclass(frozen=True)
class ReportSummary:
    """One report: whom it judged, when, and what each clause came to, by id.

    ``counts`` holds requirements by level and outcome; ``texts`` each clause's
    sentence; ``started_at`` is ISO 8601 in UTC.
    """

    name: str
    url: str
    model: str
    profile: str
    catalogue: str
    started_at: str
    run: str
    verdict: str
    interrupted: bool
    counts: Mapping[str, Mapping[str, int]]
    cells: Mapping[str, Cell]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, document: Json, name: str = "") -> "ReportSummary":
        """Read a document that keeps ``docs/report.schema.json``."""
        target, run = document["target"], document["run"]
        return cls(
            name,
            target["url"],
            target["model"],
            target["profile"],
            document["catalogue"],
            run["started_at"],
            run["id"],
            document["verdict"],
            run["interrupted"],
            document["summary"],
            {r["id"]: Cell.of(r) for r in document["requirements"]},
            {r["id"]: r["text"] for r in document["requirements"]},
        )

    @property
    def target(self) -> tuple[str, str]:
        """Return what makes two reports speak of one target: URL and model."""
        return self.url, self.model

    @property
    def host(self) -> str:
        """Return the host and port."""
        return urlsplit(self.url).netloc or self.url

    def count(self, level: str, *outcomes: Outcome) -> int:
        """Count the requirements of a level that had one of ``outcomes``."""
        return sum(self.counts[level].get(outcome, 0) for outcome in outcomes)


@dataclass(frozen=True)
class Row:
    """One clause over all reports; a cell is ``None`` where it was not asked."""

    id: str
    text: str
    cells: tuple[Cell | None, ...]

    @property
    def section(self) -> str:
        """Return the section of the contract, the first part of the id."""
        return self.id.partition(".")[0]

    @property
    def level(self) -> Level:
        """Return the level, the gravest one where profiles disagree."""
        levels = [cell.level for cell in self.cells if cell]
        return min(levels, key=list(Level).index)

    @property
    def differs(self) -> bool:
        """Say whether the reports do not agree on it."""
        return len({cell and cell.outcome for cell in self.cells}) > 1


class ChangeKind(StrEnum):
    """What can happen to a clause between two reports of one target."""

    BROKE = "broke"
    FOUND = "found broken, not judged before"
    UNEXCUSED = "no longer excused"
    MENDED = "mended"
    EXCUSED = "excused now"
    UNSUPPORTED = "newly unsupported"
    SUPPORTED = "newly supported"
    LOST = "no longer judged"
    JUDGED = "judged now, kept"
    ADDED = "added since, by a newer catalogue"
    ONLY_NEWER = "asked in the newer run only"
    ONLY_OLDER = "asked in the older run only"


@dataclass(frozen=True)
class Change:
    """One clause whose outcome is not what it was."""

    kind: ChangeKind
    id: str
    before: Cell | None
    after: Cell | None


@dataclass(frozen=True)
class Comparison:
    """Several reports, clause by clause.

    ``changes`` is ``None`` unless two reports of one target are compared, the older
    first. ``incompatibilities`` says why the reports should not have been compared.
    """

    sides: tuple[ReportSummary, ...]
    rows: tuple[Row, ...]
    changes: tuple[Change, ...] | None = None
    incompatibilities: tuple[str, ...] = field(default=())

    @property
    def different(self) -> tuple[Row, ...]:
        """Return the clauses on which the reports do not agree."""
        return tuple(row for row in self.rows if row.differs)


class ComparisonBasis(Protocol):
    """What a run judges by, known before it is made."""

    @property
    def name(self) -> str:
        """Return what the run is called."""

    @property
    def profile(self) -> str:
        """Return the profile's name."""

    @property
    def catalogue(self) -> str:
        """Return the date of the catalogue."""


def incompatibilities(several: Sequence[ComparisonBasis]) -> Iterator[str]:
    """Say what makes runs no like for like: profile or catalogue."""
    nouns: dict[str, Callable[[ComparisonBasis], str]] = {
        "profiles": lambda one: one.profile,
        "catalogues": lambda one: one.catalogue,
    }
    for noun, of in nouns.items():
        if len({of(one) for one in several}) > 1:
            told = ", ".join(f"{of(one)} ({one.name})" for one in several)
            yield f"different {noun}: {told}"


def _judged_then(cell: Cell | None) -> Cell | None:
    """Return ``None`` for a clause that a frozen catalogue did not have."""
    later = cell and cell.outcome is Outcome.NOT_RUN and cell.why.startswith(LATER)
    return None if later else cell


def _kind(before: Outcome, after: Outcome) -> ChangeKind | None:
    if before is after or {before, after} <= UNJUDGED:
        return None
    if {before, after} <= BROKEN:
        return ChangeKind.EXCUSED if after is Outcome.EXPECTED else ChangeKind.UNEXCUSED
    if after in UNJUDGED:
        return ChangeKind.LOST
    if after is Outcome.UNSUPPORTED:
        return ChangeKind.UNSUPPORTED
    if after in BROKEN:
        return ChangeKind.FOUND if before in UNJUDGED else ChangeKind.BROKE
    if before in BROKEN:
        return ChangeKind.MENDED
    return ChangeKind.SUPPORTED if before is Outcome.UNSUPPORTED else ChangeKind.JUDGED


def changes(before: ReportSummary, after: ReportSummary) -> Iterator[Change]:
    """Yield what changed between two reports of one target, by kind, gravest first."""
    found = []
    for id_ in {**before.cells, **after.cells}:
        old = _judged_then(before.cells.get(id_))
        new = _judged_then(after.cells.get(id_))
        kind = None
        if old and new:
            kind = _kind(old.outcome, new.outcome)
        elif new:
            newer = before.catalogue < after.catalogue
            kind = ChangeKind.ADDED if newer else ChangeKind.ONLY_NEWER
        elif old:
            kind = ChangeKind.ONLY_OLDER
        if kind:
            found.append(Change(kind, id_, old, new))
    yield from sorted(found, key=lambda change: list(ChangeKind).index(change.kind))


def compare_reports(sides: Sequence[ReportSummary]) -> Comparison:
    """Lay reports side by side; those of one target are put in order of time."""
    one_target = len({side.target for side in sides}) == 1
    if one_target:
        sides = sorted(sides, key=lambda side: side.started_at)
    texts: dict[str, str] = {}
    for side in sides:
        texts |= side.texts
    sections = list(dict.fromkeys(id_.partition(".")[0] for id_ in texts))
    found = (
        Row(id_, text, tuple(side.cells.get(id_) for side in sides))
        for id_, text in texts.items()
    )
    rows = tuple(sorted(found, key=lambda row: sections.index(row.section)))
    several = tuple(changes(*sides)) if one_target and len(sides) == 2 else None
    return Comparison(tuple(sides), rows, several, tuple(incompatibilities(sides)))


def unique_names(sides: Sequence[ReportSummary]) -> tuple[str, ...]:
    """Return the shortest names that tell the reports apart."""

    def when(side: ReportSummary) -> str:
        return side.started_at[:16].replace("T", " ")

    one_target = len({side.target for side in sides}) == 1
    shapes: list[Callable[[ReportSummary], str]] = [
        lambda s: s.host,
        lambda s: s.model,
        lambda s: f"{s.host} {s.model}",
        when,
        lambda s: f"{s.host} {s.model} {when(s)}",
        lambda s: s.run,
    ]
    for shape in shapes[3:] if one_target else shapes:
        told = tuple(map(shape, sides))
        if len(set(told)) == len(sides):
            return told
    return tuple(f"{side.run} ({n})" for n, side in enumerate(sides, 1))
