"""The gateway, called with the official OpenAI client."""

import json
from collections.abc import Iterator

import openai
import pytest

from conformance.reference.gateway import MODEL
from conformance.reference.server import GatewayServer
from tests.reference.client import Json


@pytest.fixture
def sdk(server: GatewayServer) -> Iterator[openai.OpenAI]:
    """Return an OpenAI client with the first key and without retries."""
    url = f"{server.url}/v1"
    with openai.OpenAI(base_url=url, api_key=server.key, max_retries=0) as client:
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


def test_create(sdk: openai.OpenAI) -> None:
    """``output_text`` returns the text of the message."""
    response = sdk.responses.create(model=MODEL, input="Say hello in one word.")
    assert response.output_text == "Hello"
    assert response.status == "completed"


def test_stream_events(sdk: openai.OpenAI) -> None:
    """The client parses every event, including the terminal event."""
    with sdk.responses.create(
        model=MODEL, input="Reply with exactly: \u6f22\u5b57!", stream=True
    ) as stream:
        events = list(stream)
    deltas = [e.delta for e in events if e.type == "response.output_text.delta"]
    assert "".join(deltas) == "\u6f22\u5b57!"
    assert events[-1].type == "response.completed"


def test_stream_helper(sdk: openai.OpenAI) -> None:
    """The response that the client assembles from events is the one that was sent."""
    with sdk.responses.stream(
        model=MODEL,
        input="Count from 1 to 9",
        reasoning={"effort": "low", "summary": "auto"},
    ) as stream:
        types = {event.type for event in stream}
        final = stream.get_final_response()
    assert "response.reasoning_summary_text.delta" in types
    assert final.output_text == "1 2 3 4 5 6 7 8 9"
    assert [item.type for item in final.output] == ["reasoning", "message"]


def test_incomplete_stream(sdk: openai.OpenAI) -> None:
    """A truncated stream ends with ``response.incomplete``."""
    with sdk.responses.create(
        model=MODEL, input="Count from 1 to 99", max_output_tokens=16, stream=True
    ) as stream:
        last = list(stream)[-1]
    assert last.type == "response.incomplete"
    assert last.response.incomplete_details is not None
    assert last.response.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize("chained", [False, True])
def test_tool_loop(sdk: openai.OpenAI, *, chained: bool) -> None:
    """Send tool outputs with ``previous_response_id`` or with all earlier items."""
    message: Json = {"role": "user", "content": "The weather in Turin and in Oslo?"}
    first = sdk.responses.create(model=MODEL, input=[message], tools=[WEATHER])
    calls = [item for item in first.output if item.type == "function_call"]
    outputs: list[Json] = [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": f"sunny in {json.loads(call.arguments)['city']}",
        }
        for call in calls
    ]
    if chained:
        second = sdk.responses.create(
            model=MODEL, input=outputs, tools=[WEATHER], previous_response_id=first.id
        )
    else:
        items: list[Json] = [message, *(c.model_dump() for c in calls), *outputs]
        second = sdk.responses.create(model=MODEL, input=items, tools=[WEATHER])
    assert "sunny in Turin; sunny in Oslo" in second.output_text


def test_all_items_can_be_sent_back(sdk: openai.OpenAI) -> None:
    """Every output item is accepted unchanged as an input item."""
    first = sdk.responses.create(
        model=MODEL,
        input="Remember the word OKAPI.",
        reasoning={"effort": "high", "summary": "detailed"},
    )
    message: Json = {
        "role": "user",
        "content": "Which word did I ask you to remember?",
    }
    history: list[Json] = [
        {"role": "user", "content": "Remember the word OKAPI."},
        *(item.model_dump(exclude_none=True) for item in first.output),
        message,
    ]
    response = sdk.responses.create(model=MODEL, input=history, store=False)
    assert response.output_text == "OKAPI"


def test_retrieve_and_delete(sdk: openai.OpenAI) -> None:
    """The retrieved response equals the created one, until it is deleted."""
    response = sdk.responses.create(model=MODEL, input="Hi")
    assert sdk.responses.retrieve(response.id) == response
    sdk.responses.delete(response.id)
    with pytest.raises(openai.NotFoundError):
        sdk.responses.retrieve(response.id)


def test_models(sdk: openai.OpenAI) -> None:
    """The model is listed."""
    assert MODEL in [model.id for model in sdk.models.list()]


@pytest.mark.parametrize(
    ("fields", "error", "param"),
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
def test_errors_raise_the_classes_of_the_client(
    sdk: openai.OpenAI, fields: Json, error: type[openai.APIStatusError], param: str
) -> None:
    """The exception has ``param``, ``code`` and the request id."""
    for stream in (False, True):
        with pytest.raises(error) as caught:
            sdk.responses.create(**{"model": MODEL, **fields}, stream=stream)
        assert caught.value.param == param
        assert isinstance(caught.value.code, str)
        assert caught.value.request_id


def test_unknown_key_is_an_authentication_error(sdk: openai.OpenAI) -> None:
    """The exception has the code ``invalid_api_key``."""
    with (
        sdk.with_options(api_key="sk-wrong") as other,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        other.responses.create(model=MODEL, input="Hi")
    assert caught.value.code == "invalid_api_key"
