"""Build exchanges and error responses, and evaluate one check on them."""

import json
from typing import Any, Final

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.request import Request
from conformance.model.verdict import Outcome, Verdict

Json = Any

REQUEST: Final = Request.of({"model": "m", "input": "Say hello in one word."})
RESPONSE: Final = {"id": "r", "object": "response", "status": "completed", "output": []}
JSON_HEADERS: Final = (("content-type", "application/json"), ("date", "today"))


def make_exchange(
    body: Json = None,
    status: int = 200,
    *,
    request: Request = REQUEST,
    headers: tuple[tuple[str, str], ...] = JSON_HEADERS,
    **facts: Any,  # noqa: ANN401 -- any other field of an exchange
) -> Exchange:
    """Return an exchange; a body that is not bytes is encoded as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange(request, status, headers, raw, **facts)


def error_response(message: Json, status: int = 400, **facts: Any) -> Exchange:  # noqa: ANN401 -- as above
    """Return an error response, 400 by default, with an OpenAI error object."""
    error = {"message": message, "type": "invalid_request_error", "param": None}
    return make_exchange({"error": {**error, "code": None}}, status, **facts)


def check_exchanges(id_: str, *exchanges: Exchange) -> Verdict:
    """Return the verdict of a universal check on these exchanges."""
    tally = UniversalVerdict(Case(catalogue().find(id_), None), "newapi")
    for exchange in exchanges:
        tally.add(exchange)
    return tally.verdict()


def check_probe(id_: str, told: Exchange | tuple[Exchange, ...]) -> Outcome:
    """Return the outcome of a requirement for the only turn of its first probe."""
    found = catalogue().find(id_)
    return evaluate(Case(found, found.probes[0]), (told,), "newapi").outcome
