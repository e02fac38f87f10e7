"""The contract document accepts what conforms, refuses what does not, and generates.

The judge here is schemathesis, as it reads the document that we ship; the requests that
it generates are judged by jsonschema, so that the two cannot share a mistake.
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
ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_700_000_000,
    "status": "completed",
    "model": "gpt-4o",
    "output": [MESSAGE],
    "usage": USAGE,
}
ERROR = {"message": "no", "type": "invalid_request_error", "param": None, "code": None}


@cache
def schema() -> OpenApiSchema:
    """Load the document once; it is enumerated once, for that leaves traces in it."""
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
def enumerated() -> list[Case[Any]]:
    """List the requests that schemathesis makes of the document, good and bad."""
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
    """Return the bodies of one mode, less the two whose fault is the media type."""
    return [
        case.body
        for case in enumerated()
        if case.meta is not None
        and case.meta.generation.mode is mode
        and isinstance(case.meta.phase.data, CoveragePhaseData)
        and case.meta.phase.data.scenario not in CONTENT_TYPE_PROBES
    ]


def refusals(content: bytes, *, status: int = 200, media: str) -> list[str]:
    """Return what schemathesis has against an answer."""
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


def answered(answer: object, status: int = 200) -> list[str]:
    """Judge a JSON answer."""
    content = json.dumps(answer).encode()
    return refusals(content, status=status, media="application/json")


def streamed(*payloads: Json) -> list[str]:
    """Judge a stream of one frame for each payload."""
    frames = [
        f"event: {payload.get('type')}\ndata: {json.dumps(payload)}\n\n"
        for payload in payloads
    ]
    return refusals("".join(frames).encode(), media="text/event-stream")


def less(name: str) -> dict[str, Any]:
    """Return the good answer without one member."""
    return {key: value for key, value in ANSWER.items() if key != name}


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        {**ANSWER, "usage": UPSTREAM_USAGE},
        {**ANSWER, "usage": {**USAGE, **UPSTREAM_USAGE}},
        {**ANSWER, "status": "incomplete", "incomplete_details": {"reason": "x"}},
        {**ANSWER, "status": "failed", "usage": None},
        {**less("usage"), "status": "failed"},
        {**ANSWER, "output": []},
        {**ANSWER, "created_at": 1_700_000_000.0},
        {**ANSWER, "output": [{"type": "reasoning", "id": "rs_1", "summary": []}]},
        {**ANSWER, "output": [{"type": "function_call", "arguments": "{}"}, MESSAGE]},
        {**ANSWER, "metadata": {}, "provider": "x", "error": None},
    ],
)
def test_a_conforming_answer_is_accepted(answer: Json) -> None:
    """Either style of usage, unknown members and item types, an integral float."""
    assert answered(answer) == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        "Violet.",
        {"error": ERROR},
        *(less(name) for name in ANSWER),
        *({**ANSWER, name: None} for name in ANSWER),
        {**ANSWER, "created_at": "1700000000"},
        {**ANSWER, "created_at": 1_700_000_000.5},
        {**ANSWER, "status": "done"},
        {**ANSWER, "status": "queued"},
        {**ANSWER, "output": {}},
        {**ANSWER, "output": ["Violet."]},
        {**ANSWER, "output": [{**MESSAGE, "content": "Violet."}]},
        {**ANSWER, "output": [{**MESSAGE, "role": 1}]},
        {**ANSWER, "output": [{**MESSAGE, "content": [{**TEXT, "text": None}]}]},
        {**ANSWER, "usage": {}},
        {**ANSWER, "usage": {"total_tokens": 34}},
        {**ANSWER, "usage": {"prompt_tokens": 11, "output_tokens": 23}},
        {**ANSWER, "usage": {**USAGE, "total_tokens": "34"}},
        {**ANSWER, "usage": {**USAGE, "prompt_tokens": -11}},
        {**ANSWER, "usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 0.5}}},
        {**ANSWER, "usage": {**USAGE, "completion_tokens_details": []}},
        {**ANSWER, "usage": {**UPSTREAM_USAGE, "input_tokens_details": None}},
    ],
)
def test_a_broken_answer_is_refused(answer: object) -> None:
    """Each breaks one demand of the document, and nothing at all breaks them too."""
    assert answered(answer)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_has_the_envelope(status: int) -> None:
    """Whatever the status; param and code may be left out."""
    assert answered({"error": ERROR}, status) == []
    assert answered({"error": {"message": "no", "type": "x"}}, status) == []
    assert answered({"error": "no"}, status)
    assert answered({"error": {**ERROR, "code": 401}}, status)
    assert answered({"error": {"type": "x"}}, status)
    assert answered({"detail": "no"}, status)
    assert answered({}, status)


CREATED = {
    "type": "response.created",
    "sequence_number": 0,
    "response": {"id": "resp_1", "status": "in_progress", "usage": None},
}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": MESSAGE}
DELTA = {"type": "response.output_text.delta", "item_id": "msg_1", "delta": "Vio"}
COMPLETED = {"type": "response.completed", "response": ANSWER}


@pytest.mark.parametrize(
    "end",
    [
        COMPLETED,
        {"type": "response.incomplete", "response": {**ANSWER, "status": "incomplete"}},
        {"type": "response.failed", "response": {"id": "resp_1", "status": "failed"}},
        {"type": "error", "message": "no", "code": None},
        {"error": ERROR},
        {"type": "response.some_later_invention", "anything": 1},
    ],
)
def test_a_conforming_stream_is_accepted(end: Json) -> None:
    """All legal endings, and events that the document does not know."""
    assert streamed(CREATED, ADDED, DELTA, end) == []


def test_every_legal_way_to_write_a_stream_is_accepted() -> None:
    """Comments, carriage returns, data alone, several data lines, id, retry, [DONE]."""
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
    assert refusals("\r\n".join(lines).encode(), media="text/event-stream") == []


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"delta": "Vio"},
        {"type": 1},
        {"type": "response.created"},
        {"type": "response.created", "response": {}},
        {"type": "response.completed"},
        {"type": "response.completed", "response": {"id": "resp_1"}},
        {"type": "response.completed", "response": less("usage")},
        {"type": "response.completed", "response": {**ANSWER, "status": "done"}},
        {**DELTA, "output_index": -1},
        {**DELTA, "sequence_number": "3"},
        {**ADDED, "item": "msg_1"},
    ],
)
def test_a_bad_event_is_refused(bad: Json) -> None:
    """One bad event among good ones."""
    assert streamed(CREATED, bad, COMPLETED)


def test_an_event_that_is_not_json_is_refused() -> None:
    """Only the text [DONE] need not be JSON."""
    assert refusals(b"data: {oops\n\n", media="text/event-stream")
    assert refusals(b"data: DONE\n\n", media="text/event-stream")


def requests_judge() -> Draft202012Validator:
    """Compile the request's schema with a validator that schemathesis does not use."""
    document = yaml.safe_load(DOCUMENT.read_text("utf-8"))
    return Draft202012Validator({"$ref": "#/components/schemas/Request", **document})


def test_every_good_request_is_valid_and_every_bad_one_is_not() -> None:
    """The two validators agree on all that is enumerated."""
    judge = requests_judge()
    good, bad = bodies(GenerationMode.POSITIVE), bodies(GenerationMode.NEGATIVE)
    assert (len(good) > 20, len(bad) > 100) == (True, True)
    assert [body for body in good if not judge.is_valid(body)] == []
    assert [body for body in bad if judge.is_valid(body)] == []


def test_every_request_field_is_tried_both_ways() -> None:
    """No field of the request escapes the enumeration."""
    fields = yaml.safe_load(DOCUMENT.read_text("utf-8"))
    names = set(fields["components"]["schemas"]["Request"]["properties"])
    for mode in GenerationMode:
        tried = [body.keys() for body in bodies(mode) if isinstance(body, dict)]
        assert set().union(*tried) == names


def test_a_request_deviates_in_one_place() -> None:
    """A refusal says what was refused: no request has two members under trial."""
    for case in enumerated():
        if isinstance(case.body, dict):
            assert len(case.body.keys() - {"model", "input"}) <= 1
