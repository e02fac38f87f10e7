"""The parts of one ``report.json`` that a comparison or a trend page shows.

The file may be years old. A requirement is identified only by its id, because the
current catalogue may no longer contain it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conformance.model.node import Json
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome

WITH_FINDINGS: Final = frozenset({Outcome.FAILED, Outcome.EXPECTED})
"""Outcomes of a requirement that has findings, expected by a baseline or not."""

UNTESTED: Final = frozenset({Outcome.INCONCLUSIVE, Outcome.NOT_RUN, Outcome.ERROR})
"""Outcomes that do not show whether the server meets the requirement."""


@dataclass(frozen=True)
class Cell:
    """The outcome of one requirement in one report.

    ``finding_count`` includes findings that the report does not list. ``reason`` is the
    first finding. Without findings, it is why the requirement did not pass.
    """

    outcome: Outcome
    level: Level
    finding_count: int = 0
    reason: str = ""

    @classmethod
    def of(cls, result: Json) -> "Cell":
        """Read ``result``, an element of ``requirements`` in ``report.json``."""
        first_finding = [
            f"at {f['pointer'] or 'the whole body'}: expected {f['expected']},"
            f" got {f['got']}"
            for f in result["findings"][:1]
        ]
        return cls(
            Outcome(result["outcome"]),
            Level(result["level"]),
            result["broken"],
            "".join(first_finding) or result["reason"],
        )


@dataclass(frozen=True)
class ReportSummary:
    """One report: its target, its time, and the outcome of each requirement.

    ``name`` distinguishes the report from others on the same page. ``run`` is the id of
    the run, and ``started_at`` its start, in ISO 8601 and UTC. ``counts`` maps level
    and outcome to a number of requirements. ``cells`` and ``texts`` map the id of each
    requirement to its outcome and its text.
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
        """Return URL and model. Reports that share both have the same target."""
        return self.url, self.model

    @property
    def host(self) -> str:
        """Return the host and port of the target."""
        return urlsplit(self.url).netloc or self.url

    def count(self, level: str, *outcomes: Outcome) -> int:
        """Return the number of requirements at ``level`` with one of ``outcomes``."""
        return sum(self.counts[level].get(outcome, 0) for outcome in outcomes)
