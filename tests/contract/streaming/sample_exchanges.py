"""Requests and JSON exchanges for the tests of streaming, and how to evaluate them."""

from typing import Any

from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.check import Check
from conformance.model.exchange import Exchange
from conformance.model.probe import ProbeContext, ProbeResult
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import message, response

Json = Any

JSON_HEADERS = (("content-type", "application/json"),)
CONTEXT = ProbeContext("m")


def plain_request(**fields: Json) -> Request:
    """Return a plain request with additional fields."""
    return CONTEXT.request(**fields)


def json_exchange(request: Request, body: Json, status: int = 200) -> Exchange:
    """Return the exchange of a request and a JSON body."""
    content = Request.of(body).content
    return Exchange(request, status, JSON_HEADERS, content, id="x-0002")


def completed_response(*texts: str) -> Json:
    """Return a completed response with one message of one part per text."""
    return response("completed", [message("completed", *texts)])


def universal_outcome(check: Check, *exchanges: Exchange) -> Outcome:
    """Return the outcome of a universal check on some exchanges."""
    verdict = UniversalVerdict(Case(check, None), "newapi")
    for exchange in exchanges:
        verdict.add(exchange)
    return verdict.verdict().outcome


def probe_outcome(check: Check, *turns: ProbeResult) -> Outcome:
    """Return the outcome of a check on the turns of its only probe."""
    (probe,) = check.probes
    return evaluate(Case(check, probe), turns, "newapi").outcome
