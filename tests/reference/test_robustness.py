"""Whatever is sent, the gateway answers, and never with a 5xx."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reference.gateway import MODEL, Gateway
from conformance.reference.items import ROLES, TEXT_OF_PART
from conformance.reference.members import RULES
from tests.reference.speaking import TIME, WEATHER, Json, Speaker, error_of

WORDS = [
    *ROLES,
    *TEXT_OF_PART,
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
MEMBERS = st.sampled_from(["input", "tool_choice", "unknown", *RULES])
FUZZ = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=200,
    suppress_health_check=list(HealthCheck),
)
SPEAKER = Speaker(Gateway())


@FUZZ
@given(st.dictionaries(MEMBERS, VALUE, max_size=4), st.booleans())
def test_any_members_get_an_answer(members: Json, stream: bool) -> None:  # noqa: FBT001  # drawn
    """An answer is whole, a refusal is a small envelope, and both can be written."""
    reply = SPEAKER.send(
        json.dumps({"stream": stream, **members, "model": MODEL}).encode()
    )
    _head, chunks = reply.to_wire()
    body = b"".join(chunk.data for chunk in chunks)
    if reply.refused:
        assert reply.status in {400, 404}
        assert error_of(reply)["message"]
        assert len(body) < 2_000
    else:
        assert reply.status == 200
        assert b'"completed"' in body or b'"incomplete"' in body


@FUZZ
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ud1e', max_size=40))
def test_any_bytes_get_an_answer(raw: bytes | str) -> None:
    """What is no JSON object is a 400."""
    reply = SPEAKER.send(raw.encode() if isinstance(raw, str) else raw)
    assert reply.status == 400
    error_of(reply)
