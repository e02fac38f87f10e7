"""Every outcome of a check, on one probe and on all exchanges."""

import json
from dataclasses import replace

import pytest

from conformance.judge.universal_checks import UniversalVerdict, evaluate
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
from conformance.model.scope import (
    EVERY_RECOGNIZED_RESPONSE,
    EVERY_RESPONSE_OBJECT,
    Observation,
)
from conformance.model.verdict import Outcome

RULE = must("test.rule", "Anything is true.", source="these tests")
TOOLS = must("test.tools", "Tools work.", source="these tests", needs=Capability.TOOLS)
GOOD = {"id": "r", "object": "response", "output": []}


@probe(model_responses=1)
def hello(context: ProbeContext) -> Steps:
    """One plain request."""
    yield context.request()


def exchange_with(body: object, status: int = 200, id_: str = "x-0001") -> Exchange:
    """Return an exchange with this JSON response."""
    headers = (("content-type", "application/json"),)
    return Exchange(Request.of({}), status, headers, json.dumps(body).encode(), id=id_)


@check(RULE, on=hello)
def completed(exchange: Exchange) -> Findings:
    """Check the status."""
    yield from exchange.response["status"].must_equal("completed")


@check(TOOLS, on=hello)
def has_tools(exchange: Exchange) -> Findings:
    """Check anything that needs a response object."""
    yield from exchange.response["id"].must_equal("r")


@check(RULE, on=hello)
def raises(exchange: Exchange) -> Findings:
    """Raise an ``IndexError`` on any exchange."""
    yield [][exchange.status]


@check(RULE, on=hello)
def inconclusive(exchange: Exchange) -> Findings:
    """Raise ``Inconclusive`` on any exchange."""
    yield from ()
    raise Inconclusive(f"{exchange.id} has no evidence")


def outcome(of: Check, exchange: Exchange) -> Outcome:
    """Return the outcome of a check on one exchange."""
    return evaluate(Case(of, hello), (exchange,), "newapi").outcome


NO_RESPONSE = replace(
    exchange_with({}), status=0, failure=TransportFailure(FailureKind.TIMEOUT)
)
NAMES_TOOLS = exchange_with({"error": {"message": "tools are not supported"}}, 400)
NAMES_NOTHING = exchange_with({"error": {"message": "bad request"}}, 400)


@pytest.mark.parametrize(
    ("of", "exchange", "expected"),
    [
        (completed, exchange_with({**GOOD, "status": "completed"}), Outcome.PASSED),
        (completed, exchange_with({**GOOD, "status": "done"}), Outcome.FAILED),
        (completed, exchange_with(GOOD), Outcome.FAILED),
        (completed, NO_RESPONSE, Outcome.INCONCLUSIVE),
        (completed, exchange_with({}, 429), Outcome.INCONCLUSIVE),
        (completed, exchange_with({}, 503), Outcome.INCONCLUSIVE),
        (completed, exchange_with({}), Outcome.INCONCLUSIVE),
        (completed, NAMES_TOOLS, Outcome.INCONCLUSIVE),
        (has_tools, NAMES_TOOLS, Outcome.UNSUPPORTED),
        (has_tools, NAMES_NOTHING, Outcome.INCONCLUSIVE),
        (
            has_tools,
            exchange_with({"error": {"message": "tool"}}, 401),
            Outcome.INCONCLUSIVE,
        ),
        (raises, exchange_with(GOOD), Outcome.ERROR),
        (inconclusive, exchange_with(GOOD), Outcome.INCONCLUSIVE),
    ],
)
def test_outcome_of_a_check_on_one_probe(
    of: Check, exchange: Exchange, expected: Outcome
) -> None:
    """No response, a rejection and a bug in a check never fail the server."""
    assert outcome(of, exchange) is expected


def test_finding_has_the_id_of_its_exchange() -> None:
    """``evaluate`` adds the id to findings that have none."""
    verdict = evaluate(
        Case(completed, hello), (exchange_with(GOOD, id_="x-0042"),), "newapi"
    )

    assert [(f.exchange, f.pointer) for f in verdict.findings] == [
        ("x-0042", "/status")
    ]


@check(RULE, on=EVERY_RESPONSE_OBJECT, exercised_by=hello)
def has_status(response: object, exchange: Exchange) -> Findings:
    """Check the status of every response object."""
    del response
    yield from exchange.response["status"].must_equal("completed")


def evaluate_all(of: Check, *exchanges: Exchange) -> UniversalVerdict:
    """Return the verdict so far of a universal check on some exchanges."""
    universal = UniversalVerdict(Case(of, None), "newapi")
    for exchange in exchanges:
        universal.add(exchange)
    return universal


def test_check_that_selected_nothing_is_inconclusive() -> None:
    """Without a response object, the requirement was not tested and does not pass."""
    verdict = evaluate_all(
        has_status, NAMES_TOOLS, NO_RESPONSE, exchange_with({}, 500)
    ).verdict()

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert verdict.observations == 0


def test_all_findings_are_counted_and_only_the_first_are_stored() -> None:
    """The report of a run with very many exchanges stays small."""
    verdict = evaluate_all(has_status, *[exchange_with(GOOD)] * 30).verdict()

    assert verdict.outcome is Outcome.FAILED
    assert (len(verdict.findings), verdict.finding_count) == (25, 30)
    assert verdict.observations == 30


@check(
    RULE,
    on=EVERY_RECOGNIZED_RESPONSE.collecting(lambda x: Observation(x.status, x.id)),
    exercised_by=hello,
)
def same_status(observations: list[Observation]) -> Findings:
    """Check that all exchanges have the same status."""
    first, *others = observations
    if not others:
        raise Inconclusive("there is only one exchange")
    for other in others:
        if other.value != first.value:
            yield exchange_with({}, id_=other.exchange).finding(
                "status", "the same", "another"
            )


def test_observations_are_evaluated_together_at_the_end() -> None:
    """The check is called once, with the observations of all exchanges."""
    three = evaluate_all(
        same_status,
        exchange_with(GOOD),
        exchange_with(GOOD),
        exchange_with({}, 404, "x-0003"),
    )
    one = evaluate_all(same_status, exchange_with(GOOD))

    assert [f.exchange for f in three.verdict().findings] == ["x-0003"]
    assert one.verdict().outcome is Outcome.INCONCLUSIVE


@check(RULE, on=EVERY_RECOGNIZED_RESPONSE, exercised_by=hello)
def crashing(exchange: Exchange) -> Findings:
    """Raise a ``KeyError`` on any exchange."""
    found: dict[str, Finding] = {}
    yield found[exchange.id]


def test_exception_in_a_universal_check_is_an_internal_error() -> None:
    """The reason contains the traceback of the first exception."""
    verdict = evaluate_all(crashing, exchange_with(GOOD), exchange_with(GOOD)).verdict()

    assert verdict.outcome is Outcome.ERROR
    assert "KeyError" in verdict.reason
