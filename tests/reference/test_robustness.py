"""Generated requests: every request gets a response, and never a 5xx."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reference.field_rules import RULES
from conformance.reference.gateway import MODEL, Gateway
from conformance.reference.items import ROLES, TEXT_FIELDS
from tests.reference.client import TIME, WEATHER, GatewayClient, Json, error_object

WORDS = [
    *ROLES,
    *TEXT_FIELDS,
    *("message", "function_call", "function_call_output", "reasoning"),
    *("item_reference", "function", "allowed_tools", "required", "auto", "none"),
    *("json_schema", "json_object", "text", "low", "resp_1", "get_weather"),
    *(
        "Reply with exactly: ",
        "Count from 1 to 999999",
        "weather in \u0130zmir",
        "\x00",
    ),
]
NAMES = [
    *("type", "role", "content", "text", "id", "call_id", "name", "arguments"),
    *("output", "summary", "effort", "format", "schema", "parameters"),
    *("properties", "mode", "tools", "refusal", "strict"),
]

VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.sampled_from(WORDS)
    | st.sampled_from([WEATHER, TIME]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=12,
)
FIELD_NAMES = st.sampled_from(["input", "tool_choice", "unknown", *RULES])
FUZZ = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=list(HealthCheck),
)
CLIENT = GatewayClient(Gateway())


@FUZZ
@given(st.dictionaries(FIELD_NAMES, VALUE, max_size=4), st.booleans())
def test_generated_fields_get_a_response(fields: Json, stream: bool) -> None:  # noqa: FBT001  # generated
    """The response is complete, or a 400 or 404 with a small error object."""
    reply = CLIENT.post(
        json.dumps({"stream": stream, **fields, "model": MODEL}).encode()
    )
    _head, chunks = reply.to_wire()
    body = b"".join(chunk.data for chunk in chunks)
    if reply.is_rejection:
        assert reply.status in {400, 404}
        assert error_object(reply)["message"]
        assert len(body) < 2_000
    else:
        assert reply.status == 200
        assert b'"completed"' in body or b'"incomplete"' in body


@FUZZ
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ud1e', max_size=40))
def test_body_that_is_not_a_json_object_is_a_400(raw: bytes | str) -> None:
    """Bytes and almost-JSON are rejected with an error object."""
    reply = CLIENT.post(raw.encode() if isinstance(raw, str) else raw)
    assert reply.status == 400
    error_object(reply)


TOOL = st.fixed_dictionaries(
    {"type": st.just("function"), "name": st.sampled_from(["get_weather", "look_up"])},
    optional={
        "description": st.text(max_size=4) | st.none(),
        "parameters": st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={"properties": st.dictionaries(st.text(max_size=3), VALUE)},
        ),
    },
)
MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(ROLES),
        "content": st.text(max_size=9)
        | st.lists(
            st.fixed_dictionaries(
                {"type": st.just("input_text"), "text": st.sampled_from(WORDS)}
            ),
            max_size=2,
        ),
    }
)
CREATE_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "input": st.text() | st.sampled_from(WORDS) | st.lists(MESSAGE, max_size=3),
        "instructions": st.text() | st.none(),
        "max_output_tokens": st.integers(1, 10**30),
        "temperature": st.floats(0, 2),
        "tools": st.lists(TOOL, max_size=3),
        "tool_choice": st.sampled_from(["auto", "none", None]),
        "reasoning": st.fixed_dictionaries(
            {}, optional={"effort": st.sampled_from(["low", "medium", "high", None])}
        ),
        "text": st.fixed_dictionaries(
            {
                "format": st.fixed_dictionaries(
                    {
                        "type": st.just("json_schema"),
                        "name": st.text(min_size=1, max_size=3),
                        "schema": st.dictionaries(st.sampled_from(NAMES), VALUE),
                    }
                )
            }
        ),
        "stream": st.booleans(),
    },
)


@FUZZ
@given(CREATE_FIELDS)
def test_valid_request_gets_a_conforming_response(fields: Json) -> None:
    """Token counts add up, and the output is within ``max_output_tokens``."""
    reply = CLIENT.post(json.dumps({"model": MODEL, **fields}).encode())
    assert reply.status == 200
    assert len(b"".join(chunk.data for chunk in reply.to_wire()[1])) > 100
    response = reply.events[-1]["response"] if reply.events else reply.payload
    usage, limit = response["usage"], fields.get("max_output_tokens")
    completion = usage["completion_tokens"]
    assert usage["prompt_tokens"] + completion == usage["total_tokens"]
    assert 0 < completion <= (limit or completion)
    assert response["output"]
    assert response["status"] == "completed" or completion == limit
    for item in response["output"]:
        if item["type"] == "function_call" and item["status"] == "completed":
            assert isinstance(json.loads(item["arguments"]), dict)
