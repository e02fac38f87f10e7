"""Shared scopes give each universal check the same verdict as on its own."""

import json
from dataclasses import replace

import pytest

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalChecks, UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request

ITEMS = [
    {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "x"}]},
    {"type": "function_call", "id": "f", "name": "add", "arguments": "{", "call_id": 1},
    {"type": "reasoning", "id": 3},
    "no item",
]
RESPONSE = {
    "id": "r",
    "object": "response",
    "status": "completed",
    "model": "m",
    "usage": {"input_tokens": 1, "output_tokens": "2", "total_tokens": 4},
    "output": ITEMS,
    "instructions": "be good",
}
EVENTS = [
    {"type": "response.created", "response": {**RESPONSE, "output": []}},
    {"type": "response.output_text.delta", "delta": "a", "sequence_number": 9},
    {"type": "response.completed", "response": RESPONSE},
]
STREAM = "".join(f"data: {json.dumps(event)}\n\n" for event in EVENTS).encode()
BODY = {"model": "m", "input": "hi", "temperature": 1, "tool_choice": "none"}


def exchange_with(
    body: object, status: int = 200, type_: str = "application/json", **fields: object
) -> Exchange:
    """Return an exchange with this response; a body that is not bytes becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request.of({**BODY, **fields})
    headers = (("content-type", type_),)
    return Exchange(request, status, headers, content, probe="basic")


ANSWERED = exchange_with(RESPONSE)
EXCHANGES = {
    "response": ANSWERED,
    "stream": exchange_with(STREAM, type_="text/event-stream", stream=True),
    "truncated stream": exchange_with(
        STREAM[:-40], type_="text/event-stream", stream=True
    ),
    "response without output": exchange_with({**RESPONSE, "output": None}),
    "400": exchange_with({"error": {"message": "sk-abcdefghijklmnopqrstuvwxyz"}}, 400),
    "401": exchange_with({"error": {}}, 401),
    "429": exchange_with({}, 429),
    "404 as text": exchange_with(b"no", 404, "text/plain"),
    "500": exchange_with({"error": {"message": "Traceback (most recent"}}, 500),
    "web page": exchange_with(b"<html>", 200, "text/html"),
    "redirect": exchange_with(b"", 307),
    "no response": replace(
        exchange_with(b"", 0), failure=TransportFailure(FailureKind.TIMEOUT)
    ),
    "GET": replace(ANSWERED, request=Request(method="GET", path="/v1/responses/r")),
    "generated": replace(ANSWERED, probe="generated-missing-input-0123"),
}
UNIVERSAL = [c for c in catalogue().checks if c.scope]


def new_verdicts() -> list[UniversalVerdict]:
    """Return an empty verdict for each universal check."""
    return [UniversalVerdict(Case(check, None), "newapi") for check in UNIVERSAL]


@pytest.mark.parametrize("name", EXCHANGES)
def test_checks_have_the_same_verdict_together_and_alone(name: str) -> None:
    """A scope that selects once for all its checks passes the same to each of them."""
    together, alone = new_verdicts(), new_verdicts()
    UniversalChecks(together).observe(EXCHANGES[name])
    for verdict in alone:
        verdict.add(EXCHANGES[name])

    for one, other in zip(together, alone, strict=True):
        assert one.verdict() == other.verdict()


def test_most_checks_apply_to_these_exchanges() -> None:
    """Without this, the other test could pass on nothing."""
    verdicts = new_verdicts()
    checks = UniversalChecks(verdicts)
    for exchange in EXCHANGES.values():
        checks.observe(exchange)

    observed = [verdict for verdict in verdicts if verdict.observations]
    assert len(observed) > 0.7 * len(verdicts)
