"""Find what changed between two reports of one target."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.model.verdict import Outcome
from conformance.reports.report_summary import (
    UNTESTED,
    WITH_FINDINGS,
    Cell,
    ReportSummary,
)

LATER: Final = "added since"
"""Start of the reason why a requirement was not run with an older catalogue.

A run with ``--catalogue`` uses the requirements of an earlier date. It does not run
requirements that were added since.
"""


class ChangeKind(StrEnum):
    """What changed for a requirement between two reports, most severe first.

    The value is ``kind`` in ``compare.json``; ``label`` is what people read.
    """

    REGRESSED = "broke"
    NEWLY_FAILING = "found"
    NO_LONGER_EXPECTED = "unexcused"
    FIXED = "mended"
    NOW_EXPECTED = "excused"
    UNSUPPORTED = "unsupported"
    SUPPORTED = "supported"
    NO_LONGER_TESTED = "lost"
    NOW_PASSING = "judged"
    ADDED = "added"
    ONLY_NEWER = "only-newer"
    ONLY_OLDER = "only-older"

    @property
    def label(self) -> str:
        """Return the words that follow the number of requirements with this change."""
        return _LABELS[self]


_LABELS: Final = {
    ChangeKind.REGRESSED: "newly failing",
    ChangeKind.NEWLY_FAILING: "newly failing (not tested before)",
    ChangeKind.NO_LONGER_EXPECTED: "failing, no longer in the baseline",
    ChangeKind.FIXED: "fixed",
    ChangeKind.NOW_EXPECTED: "failing, now in the baseline",
    ChangeKind.UNSUPPORTED: "newly unsupported",
    ChangeKind.SUPPORTED: "newly supported",
    ChangeKind.NO_LONGER_TESTED: "no longer tested",
    ChangeKind.NOW_PASSING: "now tested, passing",
    ChangeKind.ADDED: "added by a newer catalogue",
    ChangeKind.ONLY_NEWER: "in the newer report only",
    ChangeKind.ONLY_OLDER: "in the older report only",
}


@dataclass(frozen=True)
class Change:
    """A requirement whose outcome changed.

    ``before`` and ``after`` are ``None`` if the report lacks the requirement.
    """

    kind: ChangeKind
    id: str
    before: Cell | None
    after: Cell | None


def _if_in_catalogue(cell: Cell | None) -> Cell | None:
    """Return ``cell``, or ``None`` if the catalogue of its run did not contain it."""
    was_added_later = (
        cell and cell.outcome is Outcome.NOT_RUN and cell.reason.startswith(LATER)
    )
    return None if was_added_later else cell


def _change_kind(before: Outcome, after: Outcome) -> ChangeKind | None:
    """Return the kind of a change of outcome, or ``None`` if it shows no change."""
    if before is after or {before, after} <= UNTESTED:
        return None
    if {before, after} <= WITH_FINDINGS:
        now_expected = after is Outcome.EXPECTED
        return (
            ChangeKind.NOW_EXPECTED if now_expected else ChangeKind.NO_LONGER_EXPECTED
        )
    if after in UNTESTED:
        return ChangeKind.NO_LONGER_TESTED
    if after is Outcome.UNSUPPORTED:
        return ChangeKind.UNSUPPORTED
    if after in WITH_FINDINGS:
        untested = before in UNTESTED
        return ChangeKind.NEWLY_FAILING if untested else ChangeKind.REGRESSED
    if before in WITH_FINDINGS:
        return ChangeKind.FIXED
    if before is Outcome.UNSUPPORTED:
        return ChangeKind.SUPPORTED
    return ChangeKind.NOW_PASSING


def changes(before: ReportSummary, after: ReportSummary) -> Iterator[Change]:
    """Yield the changes between two reports of one target, most severe kind first.

    ``before`` is the older report, ``after`` the newer one.
    """
    found = []
    for id_ in {**before.cells, **after.cells}:
        old = _if_in_catalogue(before.cells.get(id_))
        new = _if_in_catalogue(after.cells.get(id_))
        kind = None
        if old and new:
            kind = _change_kind(old.outcome, new.outcome)
        elif new:
            newer = before.catalogue < after.catalogue
            kind = ChangeKind.ADDED if newer else ChangeKind.ONLY_NEWER
        elif old:
            kind = ChangeKind.ONLY_OLDER
        if kind:
            found.append(Change(kind, id_, old, new))
    yield from sorted(found, key=lambda change: list(ChangeKind).index(change.kind))
