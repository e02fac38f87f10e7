"""Which requests the gateway accepts, and how it rejects the others."""

import json

import pytest

from conformance.reference.gateway import MODEL
from tests.reference.client import TIME, WEATHER, GatewayClient, Json, error_object

OPTIONAL = (
    "input",
    "instructions",
    "max_output_tokens",
    "temperature",
    "top_p",
    "stream",
    "tools",
    "tool_choice",
    "reasoning",
    "previous_response_id",
    "truncation",
    "store",
    "metadata",
    "text",
    "parallel_tool_calls",
)


@pytest.mark.parametrize("name", OPTIONAL)
def test_null_means_absent(client: GatewayClient, name: str) -> None:
    """Every optional field may be ``null``."""
    fields: Json = {name: None}
    assert client.create(**fields).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"temperature": 2.0},
        {"top_p": 1},
        {"max_output_tokens": 16.0},
        {"reasoning": {}},
        {"reasoning": {"effort": None, "summary": "anything"}},
        {"truncation": "auto"},
        {"tools": []},
        {"metadata": {}},
        {"text": {}},
        {"unknown_field": [1, {"a": None}]},
        {"input": [{"role": "assistant", "content": ""}]},
        {"input": [{"role": "user", "content": []}]},
        {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
        {"input": "\x00"},
    ],
)
def test_valid_fields_are_accepted(client: GatewayClient, fields: Json) -> None:
    """Limits of the allowed ranges, and less common forms."""
    assert client.create(**fields).status == 200


CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": 5}, "model"),
        ({"input": 5}, "input"),
        ({"input": {}}, "input"),
        ({"input": ["text"]}, "input[0]"),
        ({"input": [{}]}, "input[0].type"),
        ({"input": [{"type": "riddle"}]}, "input[0].type"),
        ({"input": [{"type": []}]}, "input[0].type"),
        ({"input": [{"role": "wizard", "content": ""}]}, "input[0].role"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": 1}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": [1]}]}, "input[0].content[0]"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_text"}]}]},
            "input[0].content[0].text",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "smell"}]}]},
            "input[0].content[0].type",
        ),
        ({"input": [{**CALL, "name": None}]}, "input[0].name"),
        ({"input": [{**CALL, "arguments": {}}]}, "input[0].arguments"),
        (
            {
                "input": [
                    {"type": "function_call_output", "call_id": "c", "output": "x"}
                ]
            },
            "input[0].call_id",
        ),
        (
            {"input": [CALL, {"type": "function_call_output", "call_id": "c"}]},
            "input[1].output",
        ),
        ({"input": [{"type": "reasoning", "summary": "x"}]}, "input[0].summary"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].id"),
        ({"instructions": 1}, "instructions"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"max_output_tokens": -(10**4000)}, "max_output_tokens"),
        ({"max_output_tokens": True}, "max_output_tokens"),
        ({"max_output_tokens": 1.5}, "max_output_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": False}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"stream": "yes"}, "stream"),
        ({"stream": 1}, "stream"),
        ({"tools": {}}, "tools"),
        ({"tools": [None]}, "tools[0]"),
        ({"tools": [{}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [WEATHER, {**TIME, "name": ""}]}, "tools[1].name"),
        ({"tools": [{**TIME, "parameters": []}]}, "tools[0].parameters"),
        (
            {"tools": [{**TIME, "parameters": {"type": "string"}}]},
            "tools[0].parameters.type",
        ),
        (
            {"tools": [{**TIME, "parameters": {"properties": []}}]},
            "tools[0].parameters.properties",
        ),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"tool_choice": 1}, "tool_choice"),
        ({"tool_choice": {}}, "tool_choice.type"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "name": "no"}}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.name"),
        ({"reasoning": "much"}, "reasoning"),
        ({"reasoning": {"effort": "maximal"}}, "reasoning.effort"),
        ({"reasoning": {"summary": 1}}, "reasoning.summary"),
        ({"truncation": "middle"}, "truncation"),
        ({"previous_response_id": 7}, "previous_response_id"),
        ({"previous_response_id": "resp_0"}, "previous_response_id"),
        ({"previous_response_id": ""}, "previous_response_id"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"text": {"format": {"type": "poem"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.name"),
        ({"background": True}, "background"),
        ({"max_tokens": 5}, "max_tokens"),
        ({"messages": []}, "messages"),
    ],
)
def test_invalid_field_is_rejected_by_path(
    client: GatewayClient, fields: Json, param: str
) -> None:
    """``param`` is the path of the invalid field, and the message is short."""
    reply = client.create(**fields)
    error = error_object(reply)
    assert reply.status in {400, 404}
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"
    assert isinstance(error["code"], str)
    assert len(error["message"]) < 300


def test_missing_model_is_rejected(client: GatewayClient) -> None:
    """``model`` is the only required field."""
    assert error_object(client.post(b"{}"))["param"] == "model"


def test_unknown_model_is_a_404(client: GatewayClient) -> None:
    """The error does not list the known models."""
    reply = client.create(model="nobody-9")
    assert reply.status == 404
    assert error_object(reply)["code"] == "model_not_found"
    assert MODEL not in error_object(reply)["message"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b'{"model": "scripted-1"',
        b'{"model": "scripted-1"} x',
        b"[]",
        b"null",
        b'"model"',
        b"5",
        b'{"model": "scripted-1", "temperature": NaN}',
        b'{"model": "scripted-1", "temperature": 1e999}',
        b'{"model": "scripted-1", "top_p": ' + b"1" * 5000 + b"}",
        b'{"model": "scripted-1", "input": "\xff"}',
        b'{"model": "scripted-1", "input": "\xed\xa0\xbd"}',
        '{"model": "scripted-1"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"model": "scripted-1", "x": ' + b"[" * 300 + b"]" * 300 + b"}",
    ],
)
def test_body_that_is_not_an_object_is_a_400(client: GatewayClient, raw: bytes) -> None:
    """The error is short, also for deeply nested or very long bodies."""
    reply = client.post(raw)
    assert reply.status == 400
    assert len(json.dumps(error_object(reply))) < 400


def test_unpaired_surrogate_is_rejected_by_path(client: GatewayClient) -> None:
    """In a field name there is no path to report, so ``param`` is ``null``."""
    raw = b'{"model": "scripted-1", "input": [{"role": "user", "content": "a\\ud83d"}]}'
    reply = client.post(raw)
    assert reply.status == 400
    assert error_object(reply)["param"] == "input[0].content"
    in_name = client.post(b'{"model": "scripted-1", "\\ud83d": 1}')
    assert (in_name.status, error_object(in_name)["param"]) == (400, None)


def test_surrogate_pair_is_accepted(client: GatewayClient) -> None:
    """Two escaped surrogates are one character."""
    reply = client.post(
        b'{"model": "scripted-1", "input": "Reply with exactly: \\ud83d\\ude00"}'
    )
    assert reply.payload["output"][0]["content"][0]["text"] == "\U0001f600"


def test_last_of_duplicate_members_is_used(client: GatewayClient) -> None:
    """RFC 8259 allows duplicate member names."""
    assert client.post(b'{"model": "nobody", "model": "scripted-1"}').status == 200
    assert client.post(b'{"model": "scripted-1", "model": "nobody"}').status == 404


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("", 415),
    ],
)
def test_content_types(client: GatewayClient, content_type: str, status: int) -> None:
    """The media type of JSON is case-insensitive; any other type is a 415."""
    reply = client.post(b'{"model": "scripted-1"}', content_type=content_type)
    assert reply.status == status


def test_error_size_is_bounded(client: GatewayClient) -> None:
    """Repeated errors are reported once, and long values are truncated."""
    invalid = [{"role": "user", "content": [{"type": "x" * 1000}]}] * 200
    canary = "canary" * 1000
    for fields in ({"input": invalid}, {"truncation": canary}, {"model": canary}):
        reply = client.create(**fields)
        assert reply.status in {400, 404}
        assert len(json.dumps(reply.payload)) < 500
