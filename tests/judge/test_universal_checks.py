"""A verdict is what was seen, and nothing more: each outcome has its own cause."""

import json
from dataclasses import replace

import pytest

from conformance.judge.universal_checks import MAX_FINDINGS, UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.check import Check, Findings, check
from conformance.model.exchange import (
    Exchange,
    FailureKind,
    Inconclusive,
    TransportFailure,
)
from conformance.model.node import Finding
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request
from conformance.model.requirement import Capability, must
from conformance.model.scope import EVERY_EXCHANGE, EVERY_RESPONSE_OBJECT, Observation
from conformance.model.verdict import Outcome

CLAUSE = must("test.clause", "Anything holds.", source="these tests")
TOOLS = must("test.tools", "Tools work.", source="these tests", needs=Capability.TOOLS)
GOOD = {"id": "r", "object": "response", "output": []}


@probe(model_responses=1)
def hello(setting: ProbeContext) -> Steps:
    """One plain request."""
    yield setting.request()


def came(body: object, status: int = 200, id_: str = "x-0001") -> Exchange:
    """Return an exchange with this JSON answer."""
    headers = (("content-type", "application/json"),)
    return Exchange(Request.of({}), status, headers, json.dumps(body).encode(), id=id_)


@check(CLAUSE, on=hello)
def completed(exchange: Exchange) -> Findings:
    """Judge the status."""
    yield from exchange.response["status"].must_equal("completed")


@check(TOOLS, on=hello)
def has_tools(exchange: Exchange) -> Findings:
    """Judge anything that needs an answer."""
    yield from exchange.response["id"].must_equal("r")


@check(CLAUSE, on=hello)
def broken(exchange: Exchange) -> Findings:
    """Break on any answer."""
    yield [][exchange.status]


@check(CLAUSE, on=hello)
def unsure(exchange: Exchange) -> Findings:
    """Find nothing to judge."""
    yield from ()
    raise Inconclusive(f"{exchange.id} says nothing")


def outcome(of: Check, exchange: Exchange) -> Outcome:
    """Judge one exchange."""
    return evaluate(Case(of, hello), (exchange,), "newapi").outcome


SILENCE = replace(came({}), status=0, failure=TransportFailure(FailureKind.TIMEOUT))
NAMED = came({"error": {"message": "tools are not supported"}}, 400)
UNNAMED = came({"error": {"message": "bad request"}}, 400)


@pytest.mark.parametrize(
    ("of", "exchange", "expected"),
    [
        (completed, came({**GOOD, "status": "completed"}), Outcome.PASSED),
        (completed, came({**GOOD, "status": "done"}), Outcome.FAILED),
        (completed, came(GOOD), Outcome.FAILED),
        (completed, SILENCE, Outcome.INCONCLUSIVE),
        (completed, came({}, 429), Outcome.INCONCLUSIVE),
        (completed, came({}, 503), Outcome.INCONCLUSIVE),
        (completed, came({}), Outcome.INCONCLUSIVE),
        (completed, NAMED, Outcome.INCONCLUSIVE),
        (has_tools, NAMED, Outcome.UNSUPPORTED),
        (has_tools, UNNAMED, Outcome.INCONCLUSIVE),
        (has_tools, came({"error": {"message": "tool"}}, 401), Outcome.INCONCLUSIVE),
        (broken, came(GOOD), Outcome.ERROR),
        (unsure, came(GOOD), Outcome.INCONCLUSIVE),
    ],
)
def test_every_outcome_has_its_cause(
    of: Check, exchange: Exchange, expected: Outcome
) -> None:
    """A silence, a refusal and a bug of ours are never the server's failure."""
    assert outcome(of, exchange) is expected


def test_a_finding_names_its_exchange() -> None:
    """Whoever yields it."""
    verdict = evaluate(Case(completed, hello), (came(GOOD, id_="x-0042"),), "newapi")

    assert [(f.exchange, f.pointer) for f in verdict.findings] == [
        ("x-0042", "/status")
    ]


@check(CLAUSE, on=EVERY_RESPONSE_OBJECT, exercised_by=hello)
def has_status(response: object, exchange: Exchange) -> Findings:
    """Judge the status of every response."""
    del response
    yield from exchange.response["status"].must_equal("completed")


def tallied(of: Check, *exchanges: Exchange) -> UniversalVerdict:
    """Judge several exchanges."""
    tally = UniversalVerdict(Case(of, None), "newapi")
    for exchange in exchanges:
        tally.add(exchange)
    return tally


def test_what_was_never_seen_is_not_passed() -> None:
    """Refusals are no responses, and so nothing was judged."""
    verdict = tallied(has_status, NAMED, SILENCE, came({}, 500)).verdict()

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.observations == 0


def test_many_findings_are_counted_and_few_are_kept() -> None:
    """A run of a hundred thousand exchanges stays small."""
    verdict = tallied(has_status, *[came(GOOD)] * (MAX_FINDINGS + 5)).verdict()

    assert verdict.outcome is Outcome.FAILED
    assert (len(verdict.findings), verdict.finding_count) == (
        MAX_FINDINGS,
        MAX_FINDINGS + 5,
    )
    assert verdict.observations == MAX_FINDINGS + 5


@check(
    CLAUSE,
    on=EVERY_EXCHANGE.collecting(lambda x: Observation(x.status, x.id)),
    exercised_by=hello,
)
def same_status(notes: list[Observation]) -> Findings:
    """Judge all exchanges beside each other."""
    if len(notes) < 2:
        raise Inconclusive("one is not several")
    for note in notes[1:]:
        if note.value != notes[0].value:
            yield came({}, id_=note.exchange).finding("status", "the same", "another")


def test_notes_are_judged_beside_each_other() -> None:
    """Once, at the end, and inconclusive where they are too few."""
    several = tallied(same_status, came(GOOD), came(GOOD), came({}, 404, "x-0003"))
    one = tallied(same_status, came(GOOD))

    assert [f.exchange for f in several.verdict().findings] == ["x-0003"]
    assert one.verdict().outcome is Outcome.INCONCLUSIVE


@check(CLAUSE, on=EVERY_EXCHANGE, exercised_by=hello)
def bursts(exchange: Exchange) -> Findings:
    """Break on any exchange."""
    found: dict[str, Finding] = {}
    yield found[exchange.id]


def test_a_universal_check_that_breaks_is_our_error() -> None:
    """Once, however many exchanges follow."""
    verdict = tallied(bursts, came(GOOD), came(GOOD)).verdict()

    assert verdict.outcome is Outcome.ERROR
    assert "KeyError" in verdict.reason
