"""What the scripted model says, word for word."""

import json
from itertools import pairwise

import jsonschema
import pytest

from conformance.reference import tokens
from tests.reference.client import (
    TIME,
    WEATHER,
    GatewayClient,
    Json,
    error_object,
    function_calls,
    output_text,
)

SENTENCE = "The quick brown fox jumps over the lazy dog, twice. "


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
        "\u2028\u0085\x00 odd",
        "'single' quotes",
    ],
)
def test_a_text_is_repeated_exactly(client: GatewayClient, text: str) -> None:
    """Every kind of text comes back character for character."""
    assert client.create_text(input=f"Reply with exactly: {text}") == text


def test_quotation_marks_around_a_text_are_not_part_of_it(
    client: GatewayClient,
) -> None:
    """A quoted text ends where its quotation does."""
    assert (
        client.create_text(input='Reply with exactly: "a b" and nothing else.') == "a b"
    )


@pytest.mark.parametrize(
    ("question", "answer"),
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
def test_other_phrases(client: GatewayClient, question: Json, answer: str) -> None:
    """The rest of the language, and the answer to nothing at all."""
    assert client.create_text(input=question) == answer


def test_a_word_is_remembered_by_the_context_alone(client: GatewayClient) -> None:
    """A word is known through carried turns, and not without them."""
    first = client.create(input="Remember the word xylophone.")
    second = client.create(
        input="Reply with exactly: ok", previous_response_id=first.payload["id"]
    )
    question = "Which word did I ask you to remember?"
    third = client.create_text(
        input=question, previous_response_id=second.payload["id"]
    )
    assert third == "xylophone"
    assert "xylophone" not in client.create_text(input=question)


def test_the_last_word_wins(client: GatewayClient) -> None:
    """Of several words the latest is given."""
    texts = [
        "Remember the word ONE.",
        "Remember the word zw\u00f6lf!",
        "Which word did I ask you to remember?",
    ]
    said = client.create_text(
        input=[{"role": "user", "content": text} for text in texts]
    )
    assert said == "zw\u00f6lf"


@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_system_text_starts_the_answer(client: GatewayClient, role: str) -> None:
    """Instructions and system messages are obeyed alike."""
    order = "Always start your answer with KIWI."
    assert client.create_text(input="Nice day.", instructions=order).startswith("KIWI ")
    turns = [{"role": role, "content": order}, {"role": "user", "content": "Hi"}]
    assert client.create_text(input=turns) == "KIWI You said: Hi"


def test_instructions_are_not_carried_over(client: GatewayClient) -> None:
    """A continued response forgets the instructions of the one before."""
    order = "Always start your answer with KIWI."
    first = client.create(input="Nice day.", instructions=order)
    second = client.create(input="And now?", previous_response_id=first.payload["id"])
    assert output_text(second) == "You said: And now?"
    assert second.payload["instructions"] is None


def test_a_required_call_is_made_with_the_place_asked_about(
    client: GatewayClient,
) -> None:
    """Arguments come from the prompt, and the two ids differ."""
    said = client.create(
        input="What is the weather in Turin?", tools=[WEATHER], tool_choice="required"
    )
    (call,) = function_calls(said)
    assert json.loads(call["arguments"]) == {"city": "Turin"}
    assert call["id"].startswith("fc_")
    assert call["call_id"].startswith("call_")


def test_two_places_are_two_calls_unless_parallel_calls_are_off(
    client: GatewayClient,
) -> None:
    """Parallel calls are made, or not, as asked."""
    question: Json = {
        "input": "Tell the weather in Turin and in Oslo.",
        "tools": [WEATHER],
    }
    both = function_calls(client.create(**question))
    assert [json.loads(c["arguments"])["city"] for c in both] == ["Turin", "Oslo"]
    assert both[0]["call_id"] != both[1]["call_id"]
    assert (
        len(function_calls(client.create(**question, parallel_tool_calls=False))) == 1
    )


@pytest.mark.parametrize(
    ("choice", "text", "called"),
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
    client: GatewayClient, choice: Json, text: str, called: list[str]
) -> None:
    """Every form of tool choice decides what is called, and is echoed."""
    said = client.create(input=text, tools=[WEATHER, TIME], tool_choice=choice)
    assert [call["name"] for call in function_calls(said)] == called
    assert said.payload["tool_choice"] == choice


def test_no_tool_no_call(client: GatewayClient) -> None:
    """Without a tool there is nothing to call."""
    said = client.create(input="What is the weather in Turin?", tools=[])
    assert function_calls(said) == []


@pytest.mark.parametrize(
    "output", ["21 \u00b0C", [{"type": "input_text", "text": "21 \u00b0C"}]]
)
def test_a_tool_loop_ends_in_the_result(client: GatewayClient, output: Json) -> None:
    """A result is answered with, whether the call is carried or replayed."""
    asked = client.create(input="What is the weather in Turin?", tools=[WEATHER])
    (call,) = function_calls(asked)
    result = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": output,
    }
    chained = client.create_text(
        input=[result], previous_response_id=asked.payload["id"], tools=[WEATHER]
    )
    replayed = client.create_text(
        input=[
            {"role": "user", "content": "What is the weather in Turin?"},
            call,
            result,
        ],
        tools=[WEATHER],
    )
    assert chained == replayed == "The tool says: 21 \u00b0C"


@pytest.mark.parametrize("cap", [1, 2, 3, 7, 8, 9, 20])
def test_an_answer_is_cut_at_exactly_the_cap(client: GatewayClient, cap: int) -> None:
    """A cut answer says so, and costs the cap to the token."""
    whole = client.create_text(input="Count from 1 to 100")
    cut = client.create(input="Count from 1 to 100", max_output_tokens=cap)
    assert cut.payload["status"] == "incomplete"
    assert cut.payload["incomplete_details"] == {"reason": "max_output_tokens"}
    assert cut.payload["output"][-1]["status"] == "incomplete"
    assert cut.payload["usage"]["completion_tokens"] == cap
    assert whole.startswith(output_text(cut))
    assert tokens.count(output_text(cut)) == cap


@pytest.mark.parametrize("cap", [1, 4, 8, 9, 12])
def test_thinking_counts_towards_the_cap(client: GatewayClient, cap: int) -> None:
    """Reasoning is paid first, and may eat the whole cap."""
    cut = client.create(
        input="Count from 1 to 100",
        max_output_tokens=cap,
        reasoning={"effort": "low"},
    ).payload
    details = cut["usage"]["completion_tokens_details"]
    assert cut["status"] == "incomplete"
    assert cut["output"][0]["type"] == "reasoning"
    assert cut["usage"]["completion_tokens"] == cap
    assert details["reasoning_tokens"] == min(cap, 8)
    assert details["text_tokens"] == cap - min(cap, 8)


def test_a_call_can_be_cut_too(client: GatewayClient) -> None:
    """The arguments of a call end at the cap."""
    cut = client.create(
        input="Good morning.",
        tools=[WEATHER],
        tool_choice="required",
        max_output_tokens=5,
    ).payload
    assert cut["status"] == cut["output"][-1]["status"] == "incomplete"
    assert cut["usage"]["completion_tokens"] == 5


def test_a_cap_that_is_not_reached_changes_nothing(client: GatewayClient) -> None:
    """A short answer under a cap is complete."""
    said = client.create(input="Say hello in one word.", max_output_tokens=16).payload
    assert (said["status"], said["incomplete_details"]) == ("completed", None)
    assert said["max_output_tokens"] == 16


@pytest.mark.parametrize("effort", ["low", "medium", "high"])
def test_thinking_comes_first_and_is_billed(client: GatewayClient, effort: str) -> None:
    """A reasoning item leads, and is part of the completion tokens."""
    said = client.create(
        input="Nice day.", reasoning={"effort": effort, "summary": "auto"}
    )
    thought, spoken = said.payload["output"]
    usage = said.payload["usage"]
    assert (thought["type"], spoken["type"]) == ("reasoning", "message")
    assert thought["summary"][0]["type"] == "summary_text"
    assert usage["completion_tokens_details"]["reasoning_tokens"] > 0
    assert (
        usage["completion_tokens"]
        > usage["completion_tokens_details"]["reasoning_tokens"]
    )


def test_a_summary_comes_only_when_asked_for(client: GatewayClient) -> None:
    """No summary without its member, no thought without an effort."""
    said = client.create(input="Nice day.", reasoning={"effort": "low"})
    assert said.payload["output"][0]["summary"] == []
    silent = client.create(input="Nice day.", reasoning={"summary": "auto"})
    assert [item["type"] for item in silent.payload["output"]] == ["message"]


def test_encrypted_thoughts_can_be_sent_back(client: GatewayClient) -> None:
    """An opaque thought is given on request, and accepted again."""
    said = client.create(
        input="Nice day.",
        reasoning={"effort": "low"},
        include=["reasoning.encrypted_content"],
        store=False,
    )
    assert said.payload["output"][0]["encrypted_content"]
    again = client.create(
        input=[*said.payload["output"], {"role": "user", "content": "So?"}]
    )
    assert output_text(again) == "You said: So?"


def test_a_structured_answer_fits_its_schema(client: GatewayClient) -> None:
    """The text is JSON that validates, with the place asked about."""
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
    form = {"type": "json_schema", "name": "answer", "schema": schema}
    said = client.create(input="Which is the town in Oslo?", text={"format": form})
    value = json.loads(output_text(said))
    jsonschema.validate(value, schema)
    assert value["city"] == "Oslo"
    assert said.payload["text"]["format"] == form


def test_a_json_object_is_an_object(client: GatewayClient) -> None:
    """The schemaless format gives an object."""
    said = client.create_text(input="Hi", text={"format": {"type": "json_object"}})
    assert isinstance(json.loads(said), dict)


def test_the_prompt_costs_more_the_longer_it_is(client: GatewayClient) -> None:
    """Each further sentence costs the same."""
    costs = [client.prompt_tokens(input=SENTENCE * n) for n in (1, 2, 3, 4)]
    steps = {after - before for before, after in pairwise(costs)}
    assert len(steps) == 1
    assert steps.pop() >= len(SENTENCE) / tokens.MAX_TOKEN_LENGTH


def test_a_text_costs_the_same_in_every_form(client: GatewayClient) -> None:
    """A string, a message and a typed part have one price."""
    part = {"type": "input_text", "text": SENTENCE}
    forms: list[Json] = [
        SENTENCE,
        [{"role": "user", "content": SENTENCE}],
        [{"type": "message", "role": "user", "content": [part]}],
    ]
    assert len({client.prompt_tokens(input=form) for form in forms}) == 1


def test_everything_that_is_read_is_billed(client: GatewayClient) -> None:
    """Instructions, tools and carried turns count as prompt."""
    plain = client.prompt_tokens(input="Hi")
    assert client.prompt_tokens(input="Hi", instructions=SENTENCE) > plain
    assert client.prompt_tokens(input="Hi", tools=[WEATHER]) > plain
    first = client.create(input=SENTENCE).payload["id"]
    assert client.prompt_tokens(input="Hi", previous_response_id=first) > 2 * plain


def test_a_chain_grows_by_the_same_cost_each_turn(client: GatewayClient) -> None:
    """Carried turns are counted once."""
    costs, previous = [], None
    for _ in range(6):
        said = client.create(
            input="Say hello in one word.", previous_response_id=previous
        )
        previous = said.payload["id"]
        costs.append(said.payload["usage"]["prompt_tokens"])
    assert len({after - before for before, after in pairwise(costs)}) == 1


def test_a_long_prompt_is_cached_the_second_time(client: GatewayClient) -> None:
    """Cached tokens are part of the prompt, and only of a known one."""
    usages = [client.create(input=SENTENCE * 100).payload["usage"] for _ in range(2)]
    first, second = (u["prompt_tokens_details"]["cached_tokens"] for u in usages)
    assert first == 0
    assert 1024 <= second <= usages[1]["prompt_tokens"]


def test_a_context_that_is_too_long_is_refused(client: GatewayClient) -> None:
    """More than the model reads is a 400 that clients recognise."""
    for text in ("a " * 200_001, "a" * 4_000_000):
        reply = client.create(input=text)
        assert reply.status == 400
        assert error_object(reply)["code"] == "context_length_exceeded"
        assert error_object(reply)["param"] == "input"
