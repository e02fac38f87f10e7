"""Handmade reports for tests of the report formats."""

from collections.abc import Iterator

from conformance.model.exchange import Exchange
from conformance.model.node import Finding
from conformance.model.report import Report, RunCost, RunInfo, TargetInfo
from conformance.model.request import Request
from conformance.model.requirement import Level, Requirement
from conformance.model.verdict import Outcome, Verdict

EXCHANGE = Exchange(
    Request.of({"model": "m", "input": "it's `x` <b>"}),
    200,
    (("content-type", "application/json"),),
    b'{"usage": {"total_tokens": 35}}',
    ((0.5, 31),),
    elapsed=0.5,
    id="x-0001",
    probe="text",
)

FINDING = Finding("/usage/total_tokens", "34 (11 + 23)", "35 `<script>`", "x-0001")


class ExchangesById:
    """Evidence of a report that consists of the given exchanges."""

    def __init__(self, *exchanges: Exchange) -> None:
        self._by_id = {exchange.id: exchange for exchange in exchanges}

    def __call__(self, id_: str, /) -> Exchange | None:
        """Return an exchange by its id, or ``None``."""
        return self._by_id.get(id_)

    def exchanges(self) -> Iterator[Exchange]:
        """Yield all exchanges."""
        yield from self._by_id.values()


evidence = ExchangesById(EXCHANGE)
"""Evidence that consists of ``EXCHANGE`` only."""


def requirement(id_: str, level: Level = Level.MUST) -> Requirement:
    """Return a requirement that is not in the catalogue."""
    return Requirement(id_, level, f"Text of {id_}.", "these tests")


def verdict(
    id_: str, outcome: Outcome, level: Level = Level.MUST, reason: str = ""
) -> Verdict:
    """Return a verdict, with one finding if it failed."""
    findings = (FINDING,) if outcome is Outcome.FAILED else ()
    return Verdict(
        requirement(id_, level),
        level,
        "text",
        outcome,
        findings,
        reason,
        1,
        len(findings),
    )


def report_of(*verdicts: Verdict, interrupted: bool = False) -> Report:
    """Return a report with these verdicts."""
    return Report(
        TargetInfo("https://gw.example/v1/responses", "m", "newapi", "GW_KEY"),
        RunInfo(
            "20260101T000000Z-gw.example-newapi",
            "2026-01-01T00:00:00+00:00",
            1.5,
            0,
            interrupted,
            "2026-11-22",
            RunCost(3, 2, 1, 0, 20, 10),
        ),
        verdicts,
        {"core": "supported"},
    )
