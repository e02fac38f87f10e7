"""Exchanges built by hand, and what one check makes of them."""

import json
from typing import Any, Final

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.request import Request
from conformance.model.verdict import Outcome, Verdict

Json = Any

ASKED: Final = Request.of({"model": "m", "input": "Say hello in one word."})
ANSWER: Final = {"id": "r", "object": "response", "status": "completed", "output": []}
JSON_HEADERS: Final = (("content-type", "application/json"), ("date", "today"))


def came(
    body: Json = None,
    status: int = 200,
    *,
    request: Request = ASKED,
    headers: tuple[tuple[str, str], ...] = JSON_HEADERS,
    **facts: Any,  # noqa: ANN401 -- whatever else an exchange has
) -> Exchange:
    """Return an exchange; a body that is no bytes is written as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(request, status, headers, raw, **facts)


def refusal(message: Json, status: int = 400, **facts: Any) -> Exchange:  # noqa: ANN401 -- as above
    """Return a refusal in the envelope of the API family."""
    error = {"message": message, "type": "invalid_request_error", "param": None}
    return came({"error": {**error, "code": None}}, status, **facts)


def universal(id_: str, *exchanges: Exchange) -> Verdict:
    """Judge a universal clause on some exchanges."""
    tally = UniversalVerdict(Case(catalogue().find(id_), None), "newapi")
    for exchange in exchanges:
        tally.add(exchange)
    return tally.verdict()


def on_probe(id_: str, told: Exchange | tuple[Exchange, ...]) -> Outcome:
    """Judge a clause on the one turn of its first probe."""
    found = catalogue().find(id_)
    return evaluate(Case(found, found.probes[0]), (told,), "newapi").outcome
