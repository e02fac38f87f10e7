"""What a comparison or a trend needs to know of one ``report.json``.

The file may be years old: a requirement is identified by its id only, and may no longer
exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conformance.model.node import Json
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome

WITH_FINDINGS: Final = frozenset({Outcome.FAILED, Outcome.EXPECTED})
"""Outcomes of a requirement with findings."""

UNTESTED: Final = frozenset({Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.ERROR})
"""Outcomes that say nothing about the server."""


@dataclass(frozen=True)
class Cell:
    """The outcome of one requirement in one report.

    ``finding_count`` counts findings; ``reason`` is the first finding, or why the
    requirement has no finding and did not pass.
    """

    outcome: Outcome
    level: Level
    finding_count: int = 0
    reason: str = ""

    @classmethod
    def of(cls, result: Json) -> "Cell":
        """Read an element of ``requirements`` in ``report.json``."""
        first = [
            f"at {f['pointer'] or 'the whole body'}: expected {f['expected']},"
            f" got {f['got']}"
            for f in result["findings"][:1]
        ]
        return cls(
            Outcome(result["outcome"]),
            Level(result["level"]),
            result["broken"],
            "".join(first) or result["reason"],
        )


@dataclass(frozen=True)
class ReportSummary:
    """One report: its target, its time, and the outcome of each requirement by id.

    ``counts`` maps level and outcome to a number of requirements; ``texts`` maps ids
    to requirement texts; ``started_at`` is ISO 8601 in UTC.
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
        """Read a document that conforms to ``docs/report.schema.json``."""
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
        """Return URL and model: reports with the same pair have the same target."""
        return self.url, self.model

    @property
    def host(self) -> str:
        """Return the host and port."""
        return urlsplit(self.url).netloc or self.url

    def count(self, level: str, *outcomes: Outcome) -> int:
        """Return how many requirements of a level have one of ``outcomes``."""
        return sum(self.counts[level].get(outcome, 0) for outcome in outcomes)
