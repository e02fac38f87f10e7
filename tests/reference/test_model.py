"""The output of the scripted model."""

import json

import jsonschema
import pytest

from conformance.reference import tokens
from tests.reference.client import (
    TIME,
    WEATHER,
    GatewayClient,
    Json,
    function_calls,
    output_text,
)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "汉字とかな",
        "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1ee\U0001f1f9",
        "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        "e\u0301 \u0915\u094d\u0937",
        "two\nlines\r\n and a tab\t",
        "trailing blanks  \n",
        "\u2028\u0085\x00 unusual",
        "'single' quotes",
    ],
)
def test_text_is_repeated_exactly(client: GatewayClient, text: str) -> None:
    """``Reply with exactly:`` returns every character unchanged."""
    assert client.create_text(input=f"Reply with exactly: {text}") == text


def test_surrounding_quotation_marks_are_removed(
    client: GatewayClient,
) -> None:
    """Text after the closing quotation mark is removed, too."""
    assert (
        client.create_text(input='Reply with exactly: "a b" and nothing else.') == "a b"
    )


@pytest.mark.parametrize(
    ("input_", "text"),
    [
        ("Count from 1 to 5", "1 2 3 4 5"),
        ("Say hello in one word.", "Hello"),
        ("Which word did I ask you to remember?", "You did not tell me a word."),
        ("Nice day.", "You said: Nice day."),
        ("", "Hello."),
        ([], "Hello."),
        (None, "Hello."),
    ],
)
def test_other_prompts(client: GatewayClient, input_: Json, text: str) -> None:
    """Counting, greeting, other sentences, and no input."""
    assert client.create_text(input=input_) == text


def test_word_is_remembered_only_within_the_conversation(client: GatewayClient) -> None:
    """It is found through ``previous_response_id``, and not without it."""
    first = client.create(input="Remember the word xylophone.")
    second = client.create(
        input="Reply with exactly: ok", previous_response_id=first.payload["id"]
    )
    prompt = "Which word did I ask you to remember?"
    third = client.create_text(input=prompt, previous_response_id=second.payload["id"])
    assert third == "xylophone"
    assert "xylophone" not in client.create_text(input=prompt)


def test_last_remembered_word_is_returned(client: GatewayClient) -> None:
    """A later word replaces an earlier one."""
    texts = [
        "Remember the word ONE.",
        "Remember the word zw\u00f6lf!",
        "Which word did I ask you to remember?",
    ]
    messages = [{"role": "user", "content": text} for text in texts]
    assert client.create_text(input=messages) == "zw\u00f6lf"


@pytest.mark.parametrize("role", ["system", "developer"])
def test_system_text_starts_the_output(client: GatewayClient, role: str) -> None:
    """Instructions and system messages have the same effect."""
    rule = "Always start your answer with KIWI."
    assert client.create_text(input="Nice day.", instructions=rule).startswith("KIWI ")
    messages = [{"role": role, "content": rule}, {"role": "user", "content": "Hi"}]
    assert client.create_text(input=messages) == "KIWI You said: Hi"


def test_instructions_are_not_carried_over(client: GatewayClient) -> None:
    """A continued response does not use the instructions of the previous one."""
    rule = "Always start your answer with KIWI."
    first = client.create(input="Nice day.", instructions=rule)
    second = client.create(input="And now?", previous_response_id=first.payload["id"])
    assert output_text(second) == "You said: And now?"
    assert second.payload["instructions"] is None


def test_required_call_uses_the_place_of_the_prompt(client: GatewayClient) -> None:
    """``id`` and ``call_id`` have different prefixes."""
    reply = client.create(
        input="What is the weather in Turin?", tools=[WEATHER], tool_choice="required"
    )
    (call,) = function_calls(reply)
    assert json.loads(call["arguments"]) == {"city": "Turin"}
    assert call["id"].startswith("fc_")
    assert call["call_id"].startswith("call_")


def test_two_places_are_two_calls_unless_parallel_tool_calls_is_false(
    client: GatewayClient,
) -> None:
    """Each call has one place and its own ``call_id``."""
    fields: Json = {
        "input": "Tell the weather in Turin and in Oslo.",
        "tools": [WEATHER],
    }
    calls = function_calls(client.create(**fields))
    assert [json.loads(c["arguments"])["city"] for c in calls] == ["Turin", "Oslo"]
    assert calls[0]["call_id"] != calls[1]["call_id"]
    reply = client.create(**fields, parallel_tool_calls=False)
    assert len(function_calls(reply)) == 1


@pytest.mark.parametrize(
    ("tool_choice", "text", "names"),
    [
        ("auto", "Is the weather fine?", ["get_weather"]),
        ("auto", "Good morning.", []),
        (
            "auto",
            "What time is it, and what is the weather?",
            ["get_weather", "get_time"],
        ),
        ("none", "Please call get_weather for the weather!", []),
        ("required", "Good morning.", ["get_weather"]),
        ({"type": "function", "name": "get_time"}, "Good morning.", ["get_time"]),
        (
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "get_time"}],
            },
            "Is the weather fine?",
            ["get_time"],
        ),
    ],
)
def test_tool_choice(
    client: GatewayClient, tool_choice: Json, text: str, names: list[str]
) -> None:
    """Every form decides which functions are called, and is echoed."""
    reply = client.create(input=text, tools=[WEATHER, TIME], tool_choice=tool_choice)
    assert [call["name"] for call in function_calls(reply)] == names
    assert reply.payload["tool_choice"] == tool_choice


def test_no_call_without_declared_tools(client: GatewayClient) -> None:
    """The prompt alone does not cause a call."""
    reply = client.create(input="What is the weather in Turin?", tools=[])
    assert function_calls(reply) == []


@pytest.mark.parametrize(
    "output", ["21 \u00b0C", [{"type": "input_text", "text": "21 \u00b0C"}]]
)
def test_tool_output_is_repeated(client: GatewayClient, output: Json) -> None:
    """With ``previous_response_id``, and with all items sent again."""
    first = client.create(input="What is the weather in Turin?", tools=[WEATHER])
    (call,) = function_calls(first)
    tool_output = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": output,
    }
    chained = client.create_text(
        input=[tool_output], previous_response_id=first.payload["id"], tools=[WEATHER]
    )
    replayed = client.create_text(
        input=[
            {"role": "user", "content": "What is the weather in Turin?"},
            call,
            tool_output,
        ],
        tools=[WEATHER],
    )
    assert chained == replayed == "The tool says: 21 \u00b0C"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 9, 20])
def test_text_is_truncated_at_max_output_tokens(
    client: GatewayClient, limit: int
) -> None:
    """The response is incomplete and has exactly as many tokens."""
    full = client.create_text(input="Count from 1 to 100")
    reply = client.create(input="Count from 1 to 100", max_output_tokens=limit)
    assert reply.payload["status"] == "incomplete"
    assert reply.payload["incomplete_details"] == {"reason": "max_output_tokens"}
    assert reply.payload["output"][-1]["status"] == "incomplete"
    assert reply.payload["usage"]["completion_tokens"] == limit
    assert full.startswith(output_text(reply))
    assert tokens.count(output_text(reply)) == limit


@pytest.mark.parametrize("limit", [1, 4, 8, 9, 12])
def test_reasoning_counts_towards_max_output_tokens(
    client: GatewayClient, limit: int
) -> None:
    """Reasoning comes first, and may use all output tokens."""
    response = client.create(
        input="Count from 1 to 100",
        max_output_tokens=limit,
        reasoning={"effort": "low"},
    ).payload
    details = response["usage"]["completion_tokens_details"]
    assert response["status"] == "incomplete"
    assert response["output"][0]["type"] == "reasoning"
    assert response["usage"]["completion_tokens"] == limit
    assert details["reasoning_tokens"] == min(limit, 8)
    assert details["text_tokens"] == limit - min(limit, 8)


def test_call_is_truncated_at_max_output_tokens(client: GatewayClient) -> None:
    """The response and the call are incomplete."""
    response = client.create(
        input="Good morning.",
        tools=[WEATHER],
        tool_choice="required",
        max_output_tokens=5,
    ).payload
    assert response["status"] == response["output"][-1]["status"] == "incomplete"
    assert response["usage"]["completion_tokens"] == 5


def test_output_below_max_output_tokens_is_complete(client: GatewayClient) -> None:
    """The limit is echoed, and has no other effect."""
    response = client.create(
        input="Say hello in one word.", max_output_tokens=16
    ).payload
    assert (response["status"], response["incomplete_details"]) == ("completed", None)
    assert response["max_output_tokens"] == 16


@pytest.mark.parametrize("effort", ["low", "medium", "high"])
def test_reasoning_comes_first_and_is_counted(
    client: GatewayClient, effort: str
) -> None:
    """Completion tokens include the reasoning tokens."""
    reply = client.create(
        input="Nice day.", reasoning={"effort": effort, "summary": "auto"}
    )
    reasoning, message = reply.payload["output"]
    usage = reply.payload["usage"]
    assert (reasoning["type"], message["type"]) == ("reasoning", "message")
    assert reasoning["summary"][0]["type"] == "summary_text"
    assert usage["completion_tokens_details"]["reasoning_tokens"] > 0
    assert (
        usage["completion_tokens"]
        > usage["completion_tokens_details"]["reasoning_tokens"]
    )


def test_summary_is_returned_only_on_request(client: GatewayClient) -> None:
    """Without ``effort`` there is no reasoning item either."""
    reply = client.create(input="Nice day.", reasoning={"effort": "low"})
    assert reply.payload["output"][0]["summary"] == []
    without_effort = client.create(input="Nice day.", reasoning={"summary": "auto"})
    assert [item["type"] for item in without_effort.payload["output"]] == ["message"]


def test_encrypted_reasoning_can_be_sent_back(client: GatewayClient) -> None:
    """``encrypted_content`` is returned on request and accepted as input."""
    reply = client.create(
        input="Nice day.",
        reasoning={"effort": "low"},
        include=["reasoning.encrypted_content"],
        store=False,
    )
    assert reply.payload["output"][0]["encrypted_content"]
    second = client.create(
        input=[*reply.payload["output"], {"role": "user", "content": "So?"}]
    )
    assert output_text(second) == "You said: So?"


def test_structured_output_matches_its_schema(client: GatewayClient) -> None:
    """The text is valid JSON with the place of the prompt."""
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "kind": {"enum": ["big", "small"]},
            "scores": {"type": "array", "items": {"$ref": "#/$defs/score"}},
            "note": {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
        },
        "required": ["city", "kind", "scores", "note"],
        "$defs": {"score": {"type": "integer", "minimum": 3}},
    }
    format_ = {"type": "json_schema", "name": "answer", "schema": schema}
    reply = client.create(input="Which is the town in Oslo?", text={"format": format_})
    value = json.loads(output_text(reply))
    jsonschema.validate(value, schema)
    assert value["city"] == "Oslo"
    assert reply.payload["text"]["format"] == format_


def test_json_object_format_returns_an_object(client: GatewayClient) -> None:
    """The format has no schema."""
    text = client.create_text(input="Hi", text={"format": {"type": "json_object"}})
    assert isinstance(json.loads(text), dict)
