"""The gateway through the official client."""

import json
from collections.abc import Iterator

import openai
import pytest

from conformance.reference.gateway import MODEL
from conformance.reference.server import GatewayServer
from tests.reference.client import Json


@pytest.fixture
def client(gateway: GatewayServer) -> Iterator[openai.OpenAI]:
    """A client that holds the first key and does not retry."""
    url = f"{gateway.url}/v1"
    with openai.OpenAI(base_url=url, api_key=gateway.key, max_retries=0) as client:
        yield client


WEATHER: Json = {
    "type": "function",
    "name": "get_weather",
    "description": None,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


def test_create(client: openai.OpenAI) -> None:
    """The client finds the text where it looks for it."""
    said = client.responses.create(model=MODEL, input="Say hello in one word.")
    assert said.output_text == "Hello"
    assert said.status == "completed"


def test_stream_events(client: openai.OpenAI) -> None:
    """The client reads every event, to the terminal one."""
    with client.responses.create(
        model=MODEL, input="Reply with exactly: \u6f22\u5b57!", stream=True
    ) as stream:
        events = list(stream)
    told = [e.delta for e in events if e.type == "response.output_text.delta"]
    assert "".join(told) == "\u6f22\u5b57!"
    assert events[-1].type == "response.completed"


def test_stream_helper(client: openai.OpenAI) -> None:
    """The client's own accumulator ends with the response that we sent."""
    with client.responses.stream(
        model=MODEL,
        input="Count from 1 to 9",
        reasoning={"effort": "low", "summary": "auto"},
    ) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_response()
    assert "response.reasoning_summary_text.delta" in kinds
    assert final.output_text == "1 2 3 4 5 6 7 8 9"
    assert [item.type for item in final.output] == ["reasoning", "message"]


def test_incomplete_stream(client: openai.OpenAI) -> None:
    """A cut stream ends in its own terminal event."""
    with client.responses.create(
        model=MODEL, input="Count from 1 to 99", max_output_tokens=16, stream=True
    ) as stream:
        last = list(stream)[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details is not None
    assert last.response.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize("chained", [False, True])
def test_tool_loop(client: openai.OpenAI, *, chained: bool) -> None:
    """Call, result, answer: by previous id, or with every item sent again."""
    question: Json = {"role": "user", "content": "The weather in Turin and in Oslo?"}
    asked = client.responses.create(model=MODEL, input=[question], tools=[WEATHER])
    calls = [item for item in asked.output if item.type == "function_call"]
    results: list[Json] = [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": f"sunny in {json.loads(call.arguments)['city']}",
        }
        for call in calls
    ]
    if chained:
        said = client.responses.create(
            model=MODEL, input=results, tools=[WEATHER], previous_response_id=asked.id
        )
    else:
        sent: list[Json] = [question, *(c.model_dump() for c in calls), *results]
        said = client.responses.create(model=MODEL, input=sent, tools=[WEATHER])
    assert "sunny in Turin; sunny in Oslo" in said.output_text


def test_all_items_can_be_sent_back(client: openai.OpenAI) -> None:
    """The output of one turn is input for the next, item by item as it came."""
    first = client.responses.create(
        model=MODEL,
        input="Remember the word OKAPI.",
        reasoning={"effort": "high", "summary": "detailed"},
    )
    question: Json = {
        "role": "user",
        "content": "Which word did I ask you to remember?",
    }
    history: list[Json] = [
        {"role": "user", "content": "Remember the word OKAPI."},
        *(item.model_dump(exclude_none=True) for item in first.output),
        question,
    ]
    said = client.responses.create(model=MODEL, input=history, store=False)
    assert said.output_text == "OKAPI"


def test_retrieve_and_delete(client: openai.OpenAI) -> None:
    """The stored response is the answered one."""
    said = client.responses.create(model=MODEL, input="Hi")
    assert client.responses.retrieve(said.id) == said
    client.responses.delete(said.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(said.id)


def test_models(client: openai.OpenAI) -> None:
    """The model is listed."""
    assert MODEL in [model.id for model in client.models.list()]


@pytest.mark.parametrize(
    ("members", "error", "param"),
    [
        ({"model": "nobody"}, openai.NotFoundError, "model"),
        ({"temperature": 3.0}, openai.BadRequestError, "temperature"),
        (
            {"previous_response_id": "resp_0"},
            openai.NotFoundError,
            "previous_response_id",
        ),
        ({"input": 5}, openai.BadRequestError, "input"),
    ],
)
def test_errors_are_of_the_clients_classes(
    client: openai.OpenAI, members: Json, error: type[openai.APIStatusError], param: str
) -> None:
    """The client sorts our statuses, and finds the envelope's members."""
    for stream in (False, True):
        with pytest.raises(error) as caught:
            client.responses.create(**{"model": MODEL, **members}, stream=stream)
        assert caught.value.param == param
        assert isinstance(caught.value.code, str)
        assert caught.value.request_id


def test_a_wrong_key_is_an_authentication_error(client: openai.OpenAI) -> None:
    """The client knows a 401."""
    with (
        client.with_options(api_key="sk-wrong") as stranger,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        stranger.responses.create(model=MODEL, input="Hi")
    assert caught.value.code == "invalid_api_key"
