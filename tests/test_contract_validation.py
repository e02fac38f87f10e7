"""The contract document accepts conforming responses and rejects others.

schemathesis validates responses with the document, and generates requests from it.
The generated requests are validated by jsonschema, so that a mistake of one library is
not hidden by the same mistake of the other.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import schemathesis
import yaml
from jsonschema import Draft202012Validator
from schemathesis import Config, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation.case import Case
from schemathesis.generation.meta import CONTENT_TYPE_PROBES, CoveragePhaseData
from schemathesis.specs.openapi.schemas import OpenApiSchema

Json: TypeAlias = Mapping[str, Any]

DOCUMENT = Path(__file__).parents[1] / "openapi" / "newapi.yaml"
CONTRACT: Json = yaml.safe_load(DOCUMENT.read_text("utf-8"))

USAGE = {"prompt_tokens": 11, "completion_tokens": 23, "total_tokens": 34}
UPSTREAM_USAGE = {"input_tokens": 11, "output_tokens": 23, "total_tokens": 34}
TEXT = {"type": "output_text", "text": "Violet.", "annotations": []}
MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [TEXT],
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_700_000_000,
    "status": "completed",
    "model": "gpt-4o",
    "output": [MESSAGE],
    "usage": USAGE,
}
FRACTION = {"cached_tokens": 0.5}
ERROR = {"message": "no", "type": "invalid_request_error", "param": None, "code": None}


@cache
def schema() -> OpenApiSchema:
    """Load the document once, because enumerating its cases modifies it."""
    config = Config.from_dict(
        {
            "seed": 1,
            "generation": {"with-security-parameters": False, "database": "none"},
            "phases": {"coverage": {"unexpected-methods": []}},
            "cache": {"enabled": False},
        }
    )
    return schemathesis.openapi.from_path(DOCUMENT, config=config)


@cache
def coverage_cases() -> list[Case[Any]]:
    """Return the valid and invalid requests that schemathesis generates."""
    loaded = schema()
    operation = loaded["/v1/responses"]["POST"]
    config = loaded.config.generation_for(operation=operation, phase="coverage")
    return list(
        loaded.iter_coverage_cases(
            operation,
            generation_modes=list(GenerationMode),
            generation_config=config,
        )
    )


def bodies(mode: GenerationMode) -> list[Any]:
    """Return the bodies of one mode, without those that test the media type."""
    return [
        case.body
        for case in coverage_cases()
        if case.meta is not None
        and case.meta.generation.mode is mode
        and isinstance(case.meta.phase.data, CoveragePhaseData)
        and case.meta.phase.data.scenario not in CONTENT_TYPE_PROBES
    ]


def violations(content: bytes, *, status: int = 200, media: str) -> list[str]:
    """Return the messages of schemathesis about a response; none if it is valid."""
    response = httpx.Response(
        status,
        headers={"content-type": media},
        content=content,
        request=httpx.Request("POST", "http://target/v1/responses"),
    )
    response.elapsed = timedelta(seconds=1)
    try:
        schema()["/v1/responses"]["POST"].validate_response(response)
    except FailureGroup as group:
        return [str(failure) for failure in group.exceptions]
    except Failure as failure:
        return [str(failure)]
    return []


def validate_json(body: object, status: int = 200) -> list[str]:
    """Return the violations of a JSON response."""
    content = json.dumps(body).encode()
    return violations(content, status=status, media="application/json")


def validate_stream(*payloads: Json) -> list[str]:
    """Return the violations of a stream with one frame for each payload."""
    frames = [
        f"event: {payload.get('type')}\ndata: {json.dumps(payload)}\n\n"
        for payload in payloads
    ]
    return violations("".join(frames).encode(), media="text/event-stream")


def without(name: str) -> dict[str, Any]:
    """Return the conforming response without one field."""
    return {key: value for key, value in RESPONSE.items() if key != name}


@pytest.mark.parametrize(
    "body",
    [
        RESPONSE,
        {**RESPONSE, "usage": UPSTREAM_USAGE},
        {**RESPONSE, "usage": {**USAGE, **UPSTREAM_USAGE}},
        {**RESPONSE, "status": "incomplete", "incomplete_details": {"reason": "x"}},
        {**RESPONSE, "status": "failed", "usage": None},
        {**without("usage"), "status": "failed"},
        {**RESPONSE, "output": []},
        {**RESPONSE, "created_at": 1_700_000_000.0},
        {**RESPONSE, "output": [{"type": "reasoning", "id": "rs_1", "summary": []}]},
        {**RESPONSE, "output": [{"type": "function_call", "arguments": "{}"}, MESSAGE]},
        {**RESPONSE, "metadata": {}, "provider": "x", "error": None},
    ],
)
def test_a_conforming_response_is_accepted(body: Json) -> None:
    """Both styles of usage, unknown fields and item types, and an integral float."""
    assert validate_json(body) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "Violet.",
        {"error": ERROR},
        *(without(name) for name in RESPONSE),
        *({**RESPONSE, name: None} for name in RESPONSE),
        {**RESPONSE, "created_at": "1700000000"},
        {**RESPONSE, "created_at": 1_700_000_000.5},
        {**RESPONSE, "status": "done"},
        {**RESPONSE, "status": "queued"},
        {**RESPONSE, "output": {}},
        {**RESPONSE, "output": ["Violet."]},
        {**RESPONSE, "output": [{**MESSAGE, "content": "Violet."}]},
        {**RESPONSE, "output": [{**MESSAGE, "role": 1}]},
        {**RESPONSE, "output": [{**MESSAGE, "content": [{**TEXT, "text": None}]}]},
        {**RESPONSE, "usage": {}},
        {**RESPONSE, "usage": {"total_tokens": 34}},
        {**RESPONSE, "usage": {"prompt_tokens": 11, "output_tokens": 23}},
        {**RESPONSE, "usage": {**USAGE, "total_tokens": "34"}},
        {**RESPONSE, "usage": {**USAGE, "prompt_tokens": -11}},
        {**RESPONSE, "usage": {**USAGE, "prompt_tokens_details": FRACTION}},
        {**RESPONSE, "usage": {**USAGE, "completion_tokens_details": []}},
        {**RESPONSE, "usage": {**UPSTREAM_USAGE, "input_tokens_details": None}},
    ],
)
def test_a_response_with_one_violation_is_rejected(body: object) -> None:
    """Includes empty bodies and bodies that are not objects."""
    assert validate_json(body)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_needs_the_envelope(status: int) -> None:
    """For every status; ``param`` and ``code`` are optional."""
    assert validate_json({"error": ERROR}, status) == []
    assert validate_json({"error": {"message": "no", "type": "x"}}, status) == []
    assert validate_json({"error": "no"}, status)
    assert validate_json({"error": {**ERROR, "code": 401}}, status)
    assert validate_json({"error": {"type": "x"}}, status)
    assert validate_json({"detail": "no"}, status)
    assert validate_json({}, status)


CREATED = {
    "type": "response.created",
    "sequence_number": 0,
    "response": {"id": "resp_1", "status": "in_progress", "usage": None},
}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": MESSAGE}
DELTA = {"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Vio"}
COMPLETED = {"type": "response.completed", "response": RESPONSE}
INCOMPLETE = {**RESPONSE, "status": "incomplete"}


@pytest.mark.parametrize(
    "end",
    [
        COMPLETED,
        {"type": "response.incomplete", "response": INCOMPLETE},
        {"type": "response.failed", "response": {"id": "resp_1", "status": "failed"}},
        {"type": "error", "message": "no", "code": None},
        {"error": ERROR},
        {"type": "response.some_later_invention", "anything": 1},
    ],
)
def test_a_conforming_stream_is_accepted(end: Json) -> None:
    """Every valid last event, and an event that the document does not define."""
    assert validate_stream(CREATED, ADDED, DELTA, end) == []


def test_every_valid_framing_is_accepted() -> None:
    """Comments, CRLF, no event name, split data, ``id``, ``retry`` and ``[DONE]``."""
    lines = [
        ": a comment",
        "",
        f"data: {json.dumps(CREATED)}",
        "",
        "id: 1",
        "retry: 10",
        *(f"data:{line}" for line in json.dumps(COMPLETED, indent=1).split("\n")),
        "",
        "data: [DONE]",
        "",
        "",
    ]
    assert violations("\r\n".join(lines).encode(), media="text/event-stream") == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"delta": "Vio"},
        {"type": 1},
        {"type": "response.created"},
        {"type": "response.created", "response": {}},
        {"type": "response.completed"},
        {"type": "response.completed", "response": {"id": "resp_1"}},
        {"type": "response.completed", "response": without("usage")},
        {"type": "response.completed", "response": {**RESPONSE, "status": "done"}},
        {**DELTA, "output_index": -1},
        {**DELTA, "sequence_number": "3"},
        {**ADDED, "item": "msg_1"},
    ],
)
def test_an_invalid_event_is_rejected(event: Json) -> None:
    """One invalid event between valid ones."""
    assert validate_stream(CREATED, event, COMPLETED)


def test_an_event_that_is_not_json_is_rejected() -> None:
    """The only exception is ``[DONE]``."""
    assert violations(b"data: {oops\n\n", media="text/event-stream")
    assert violations(b"data: DONE\n\n", media="text/event-stream")


def test_generated_requests_are_as_valid_as_they_claim() -> None:
    """Only positive requests are valid according to jsonschema."""
    reference = {"$ref": "#/components/schemas/Request"}
    validator = Draft202012Validator({**reference, **CONTRACT})
    positive = bodies(GenerationMode.POSITIVE)
    negative = bodies(GenerationMode.NEGATIVE)

    assert len(positive) > 20
    assert len(negative) > 100
    assert [body for body in positive if not validator.is_valid(body)] == []
    assert [body for body in negative if validator.is_valid(body)] == []


def test_every_request_field_is_generated_valid_and_invalid() -> None:
    """No field of the request is missing from either mode."""
    names = set(CONTRACT["components"]["schemas"]["Request"]["properties"])

    for mode in GenerationMode:
        fields = [body.keys() for body in bodies(mode) if isinstance(body, dict)]
        assert set().union(*fields) == names


def test_a_generated_request_varies_one_field() -> None:
    """A rejection can therefore be attributed to that field."""
    for case in coverage_cases():
        if isinstance(case.body, dict):
            assert len(case.body.keys() - {"model", "input"}) <= 1
