"""Exchanges and verdicts for the tests of the section ``requests``."""

import json

from conformance.contract.catalogue import catalogue
from conformance.contract.requests.probes import RequestCase
from conformance.judge.universal_checks import evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, ProbeResult
from conformance.model.verdict import Verdict

CONTEXT = ProbeContext("gpt-4o")
RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
ERROR = {"error": {"message": "Invalid 'top_p'.", "type": "invalid_request_error"}}


def exchange(status: int = 200, body: Json = None) -> Exchange:
    """Return an exchange with ``body`` as JSON; bytes are used as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", "application/json"),)
    return Exchange(CONTEXT.request(), status, headers, content)


ACCEPTED = exchange(200, RESPONSE)
REJECTED = exchange(400, ERROR)
UNCLEAR = [
    exchange(500, ERROR),
    exchange(200, b""),
    exchange(200, {}),
    exchange(200, {"error": {"message": "No."}}),
    exchange(200, {**RESPONSE, "status": "failed"}),
    exchange(400, b" "),
    exchange(401, ERROR),
    exchange(403, ERROR),
    exchange(429, ERROR),
    exchange(302, b""),
    Exchange(CONTEXT.request(), failure=TransportFailure(FailureKind.TIMEOUT)),
    Exchange(CONTEXT.request(), failure=TransportFailure(FailureKind.TRUNCATED)),
]
"""Exchanges that show neither that a request was accepted nor that it was rejected."""

CASES = (
    RequestCase("first", names=("top_p",)),
    RequestCase("second", names=("truncation",)),
)


def verdict_of(slug: str, *turns: ProbeResult) -> Verdict:
    """Evaluate the requirement ``requests.<slug>`` on turns built by hand."""
    check = catalogue().find(f"requests.{slug}")
    return evaluate(Case(check, check.probes[0]), turns, "newapi")
