"""List known kinds of defects in real servers and what becomes of each.

``known-defects.csv`` has one row per kind of defect, with an id of this project. The
column ``shown_by`` lists what can make the defect observable, separated by slashes:
``D`` a request, ``D1`` a request with which the model has to cooperate, ``X`` a
comparison of two responses, ``K`` a second API key, ``S`` many repetitions, ``M`` an
upstream that misbehaves on demand, and ``B`` access to the gateway's billing records.
``-`` means that nothing does.

A requirement lists the defects that it detects in ``covers``. The column
``untested_because`` gives the reason for every defect that no requirement covers.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from conformance.contract.catalogue import catalogue

_OBSERVABLE_BY_REQUESTS = frozenset({"D", "D1", "X", "K", "S"})
"""Codes of ``shown_by`` that need nothing but requests to the target."""


@dataclass(frozen=True)
class Defect:
    """One kind of defect; ``untested_because`` is empty if it is covered."""

    id: str
    observable_by: frozenset[str]
    defect: str
    untested_because: str

    @property
    def is_observable_by_requests(self) -> bool:
        """Return whether requests with one or two keys can show the defect."""
        return not self.observable_by.isdisjoint(_OBSERVABLE_BY_REQUESTS)


@cache
def known_defects() -> tuple[Defect, ...]:
    """Return the known defects in the order of the file."""
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
    """Return the ids of all defects that a tested requirement covers."""
    return frozenset(d for r in catalogue().requirements for d in r.covers)
