"""The kinds of defects that were reported of real servers, and what becomes of each.

``known-defects.csv`` lists them by an id of ours, with what it takes to show one:
``D`` a request, ``D1`` a request that the model has to go along with, ``X`` two
answers beside each other, ``K`` a second key, ``S`` many repeats, ``M`` an upstream
that misbehaves on demand, ``B`` a look into the gateway's books. A requirement names
the defects that it catches in ``covers``; any other has its reason in the list.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from conformance.contract.catalogue import catalogue

_OUTSIDE = frozenset({"D", "D1", "X", "K", "S"})


@dataclass(frozen=True)
class Defect:
    """One kind of defect; ``untested_because`` is empty where it is caught."""

    id: str
    shown_by: frozenset[str]
    defect: str
    untested_because: str

    @property
    def shows_outside(self) -> bool:
        """Say whether requests alone can show it, with one key or two."""
        return not self.shown_by.isdisjoint(_OUTSIDE)


@cache
def known_defects() -> tuple[Defect, ...]:
    """Read the list, in its order."""
    file = resources.files("conformance.contract") / "known-defects.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple(
        Defect(
            row["id"],
            frozenset(row["shown_by"].split("/")),
            row["defect"],
            row["untested_because"],
        )
        for row in rows
    )


def covered_defects() -> frozenset[str]:
    """Return the ids that some tested requirement says it catches."""
    return frozenset(d for r in catalogue().requirements for d in r.covers)
