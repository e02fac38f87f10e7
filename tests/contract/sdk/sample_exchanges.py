"""Exchanges and verdicts for the tests of the section ``sdk``."""

import json
from typing import Any

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.request import Request
from conformance.model.verdict import Verdict
from tests.contract.profile.sample_response import MESSAGE, RESPONSE

Json = Any

CALL: Json = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city": "Turin"}',
    "status": "completed",
}
CHAT_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def json_exchange(body: Json, status: int = 200, **headers: str) -> Exchange:
    """Return an exchange with a JSON response to a plain request."""
    content = json.dumps(body).encode()
    named = {"content-type": "application/json", **headers}
    pairs = tuple((name.replace("_", "-"), value) for name, value in named.items())
    request = Request.of({"model": "m", "input": "Hi"})
    return Exchange(request, status, pairs, content, ((0.1, len(content)),))


def stream_exchange(*events: Json, chunk_size: int = 7) -> Exchange:
    """Return an exchange with a stream that arrived in chunks of ``chunk_size`` bytes.

    Adds a ``sequence_number`` to each event.
    """
    numbered = ({**event, "sequence_number": i} for i, event in enumerate(events))
    frames = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in numbered)
    body = "".join(frames).encode()
    ends = [*range(chunk_size, len(body), chunk_size), len(body)]
    request = Request.of({"model": "m", "input": "Hi", "stream": True})
    headers = (("content-type", "text/event-stream"),)
    return Exchange(request, 200, headers, body, tuple((0.1, end) for end in ends))


def events_of(
    item: Json = MESSAGE, status: str = "completed", **added_fields: Json
) -> list[Json]:
    """Return the events of a short stream with one item, a message or a call.

    ``added_fields`` replace fields of the item in ``response.output_item.added``.
    """
    at = {"output_index": 0, "item_id": item["id"]}
    started = {**RESPONSE, "status": "in_progress", "output": [], "usage": None}
    empty_fields: Json = {"content": []} if item is MESSAGE else {"arguments": ""}
    added = {**item, "status": "in_progress", **empty_fields, **added_fields}
    part = {**at, "content_index": 0}
    empty_part = {**MESSAGE["content"][0], "text": ""}
    text: list[Json] = [
        {"type": "response.content_part.added", **part, "part": empty_part},
        {
            "type": "response.output_text.delta",
            **part,
            "delta": "Hello",
            "logprobs": [],
        },
        {"type": "response.output_text.done", **part, "text": "Hello", "logprobs": []},
        {"type": "response.content_part.done", **part, "part": MESSAGE["content"][0]},
    ]
    arguments: list[Json] = [
        {
            "type": "response.function_call_arguments.delta",
            **at,
            "delta": item.get("arguments"),
        },
        {
            "type": "response.function_call_arguments.done",
            **at,
            "arguments": item.get("arguments"),
        },
    ]
    final = {**RESPONSE, "status": status, "output": [item], "usage": CHAT_USAGE}
    return [
        {"type": "response.created", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": added},
        *(text if item is MESSAGE else arguments),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": f"response.{status}", "response": final},
    ]


def verdict_of(slug: str, *exchanges: Exchange) -> Verdict:
    """Evaluate the requirement ``sdk.<slug>`` on some exchanges."""
    check = catalogue().find(f"sdk.{slug}")
    verdict = UniversalVerdict(Case(check, None), "newapi")
    for exchange in exchanges:
        verdict.add(exchange)
    return verdict.verdict()
