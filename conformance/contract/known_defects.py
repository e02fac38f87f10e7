"""List the known kinds of defects of real servers, and why some are untested.

``known-defects.csv`` has one row per kind of defect. This project assigns the ids. The
column ``shown_by`` lists what can make the defect observable, separated by slashes:
``D`` a request, ``D1`` a request whose prompt the model has to follow, ``X`` a
comparison of two responses, ``K`` a second API key, ``S`` many repetitions, ``M`` an
upstream that misbehaves on demand, and ``B`` access to the gateway's billing records.
``-`` means that nothing makes the defect observable.

A requirement lists the defects that it detects in ``covers``. The column
``untested_because`` gives the reason for every defect that no requirement covers.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from conformance.contract.catalogue import catalogue

_OBSERVABLE_BY_REQUESTS = frozenset({"D", "D1", "X", "K", "S"})
"""Codes of ``shown_by`` that need only requests to the target and two API keys."""


@dataclass(frozen=True)
class Defect:
    """One kind of defect; ``untested_because`` is empty if a requirement covers it."""

    id: str
    observable_by: frozenset[str]
    defect: str
    untested_because: str

    @property
    def is_observable_by_requests(self) -> bool:
        """Return whether requests to the target can show the defect.

        Some defects need a second API key.
        """
        return not self.observable_by.isdisjoint(_OBSERVABLE_BY_REQUESTS)


@cache
def known_defects() -> tuple[Defect, ...]:
    """Return the known defects in the order of ``known-defects.csv``."""
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
