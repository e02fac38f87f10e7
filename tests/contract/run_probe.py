"""Run a probe against prepared responses, and build such responses."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.probe import Probe, ProbeContext, ProbeResult
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import make_exchange

Json = Any

CONTEXT: Final = ProbeContext("m")


def message(text: str) -> Json:
    """Return a message item with one text part."""
    return {
        "type": "message",
        "id": "msg",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }


def call(name: str = "get_weather", arguments: Json = '{"city": "Turin"}') -> Json:
    """Return a function call item; its ``call_id`` contains the function name."""
    return {
        "type": "function_call",
        "id": "fc",
        "call_id": f"call_{name}",
        "name": name,
        "arguments": arguments,
    }


def response(*output: Json, read: int = 50, written: int = 9, **members: Json) -> Json:
    """Return a completed response object with these output items.

    ``read`` are its input tokens, ``written`` its output tokens. ``members`` are added
    to the object, or replace its fields.
    """
    usage = {"input_tokens": read, "output_tokens": written}
    return {
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "output": list(output),
        "usage": {**usage, "total_tokens": read + written},
        **members,
    }


def make_request(**members: Json) -> Request:
    """Return a request as probes make it, with these fields."""
    return CONTEXT.request(**members)


def streamed_response(
    final: Json, *events: Json, request: Request | None = None
) -> Exchange:
    """Return a stream of events that ends with a ``response.completed`` event.

    ``final`` is the response object of that event.
    """
    told = [*events, {"type": "response.completed", "response": final}]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in told)
    return make_exchange(
        body.encode(),
        request=request or make_request(stream=True),
        headers=(("content-type", "text/event-stream"),),
    )


def run_probe(probe: Probe, *answers: Exchange) -> tuple[ProbeResult, ...]:
    """Run a probe, whose requests get these responses in order; return its turns.

    A turn of several requests is a tuple. Raises what the probe raises if it cannot
    continue.
    """
    steps, left, turns = probe.steps(CONTEXT), iter(answers), list[ProbeResult]()
    with suppress(StopIteration):
        asked = next(steps)
        while True:
            told: ProbeResult
            if isinstance(asked, tuple):
                told = tuple(replace(next(left), request=one) for one in asked)
            else:
                told = replace(next(left), request=asked)
            turns.append(told)
            asked = steps.send(told)
    return tuple(turns)


def outcome_on_turns(id_: str, *turns: ProbeResult, probe: int = 0) -> Outcome:
    """Return the outcome of a requirement for the turns of one of its probes.

    ``probe`` is the index of the probe.
    """
    check = catalogue().find(id_)
    return evaluate(Case(check, check.probes[probe]), turns, "newapi").outcome
