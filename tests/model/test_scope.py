"""Picking once for many passes nothing over: every tally ends as it would alone."""

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
ASKED = {"model": "m", "input": "hi", "temperature": 1, "tool_choice": "none"}


def came(
    body: object, status: int = 200, type_: str = "application/json", **asked: object
) -> Exchange:
    """Return an exchange with this answer, bytes as they are and all else as JSON."""
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request.of({**ASKED, **asked})
    return Exchange(request, status, (("content-type", type_),), told, probe="basic")


ANSWER = came(RESPONSE)
EXCHANGES = {
    "answer": ANSWER,
    "stream": came(STREAM, type_="text/event-stream", stream=True),
    "cut stream": came(STREAM[:-40], type_="text/event-stream", stream=True),
    "answer without output": came({**RESPONSE, "output": None}),
    "refusal": came({"error": {"message": "sk-abcdefghijklmnopqrstuvwxyz"}}, 400),
    "401": came({"error": {}}, 401),
    "429": came({}, 429),
    "refusal as text": came(b"no", 404, "text/plain"),
    "breakdown": came({"error": {"message": "Traceback (most recent"}}, 500),
    "page": came(b"<html>", 200, "text/html"),
    "redirect": came(b"", 307),
    "silence": replace(came(b"", 0), failure=TransportFailure(FailureKind.TIMEOUT)),
    "fetched": replace(ANSWER, request=Request(method="GET", path="/v1/responses/r")),
    "generated": replace(ANSWER, probe="generated-missing-input-0123"),
}
UNIVERSAL = [c for c in catalogue().checks if c.scope]


def tallies() -> list[UniversalVerdict]:
    """Return a fresh tally for each universal check."""
    return [UniversalVerdict(Case(check, None), "newapi") for check in UNIVERSAL]


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_bench_judges_as_each_tally_would_alone(name: str) -> None:
    """Each check sees the same things, whether it is asked alone or among all."""
    together, alone = tallies(), tallies()
    UniversalChecks(together).hear(EXCHANGES[name])
    for tally in alone:
        tally.add(EXCHANGES[name])

    for one, other in zip(together, alone, strict=True):
        assert one.verdict() == other.verdict()


def test_these_exchanges_are_judged_at_all() -> None:
    """Nearly every universal check has something to look at in them."""
    heard = tallies()
    bench = UniversalChecks(heard)
    for exchange in EXCHANGES.values():
        bench.hear(exchange)

    judged = [tally for tally in heard if tally.observations]
    assert len(judged) > 0.7 * len(heard)
