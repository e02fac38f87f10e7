"""Probes in which the model may, must or must not call a function."""

from collections.abc import Mapping
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request
from conformance.model.requirement import Capability

MAX_CALL_TOKENS: Final = 256
"""Value of ``max_output_tokens`` in each request for a call; includes reasoning."""

WEATHER: Final[Mapping[str, Json]] = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Name of the city"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
POPULATION: Final[Mapping[str, Json]] = {
    "type": "function",
    "name": "get_population",
    "description": "Tells how many people live in a country.",
    "parameters": {
        "type": "object",
        "properties": {
            "country": {"type": "string", "description": "Name of the country"}
        },
        "required": ["country"],
        "additionalProperties": False,
    },
}
TOOLS: Final = [WEATHER, POPULATION]

LONG_RESULT: Final = " ".join(
    f"Line {number} of the old result." for number in range(1, 21)
)
"""A function result that has more than 100 tokens with any tokenizer."""

BRACKETED_RESULT: Final = f"[Old tool result cleared] {LONG_RESULT}"
"""A function result that starts like a JSON array but is not JSON."""


def function_calls(exchange: Exchange) -> list[Json]:
    """Return the function calls of a response whose ``call_id`` is a string.

    The list is empty if there is no response, or if ``output`` is not an array.
    """
    if exchange.response_or_none is None or not isinstance(
        exchange.response_or_none.value.get("output"), list
    ):
        return []
    return [
        item
        for item in exchange.response_or_none.value["output"]
        if isinstance(item, dict)
        and item.get("type") == "function_call"
        and isinstance(item.get("call_id"), str)
    ]


def call_result(call: Json, result: Json) -> Json:
    """Return the ``function_call_output`` item with this result of a call."""
    return {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": result,
    }


def _request_with_results(
    context: ProbeContext, prompt: Json, exchange: Exchange, result: Json
) -> Request:
    """Return the request that continues ``exchange`` with the results of its calls.

    Its input is the prompt, the unchanged output items of ``exchange``, and ``result``
    once for each function call.
    """
    output_items = exchange.response["output"].value
    results = [call_result(call, result) for call in function_calls(exchange)]
    return context.request(
        [prompt, *output_items, *results],
        tools=TOOLS,
        max_output_tokens=MAX_CALL_TOKENS,
    )


@probe(model_responses=1, max_output_tokens=MAX_CALL_TOKENS, needs=Capability.TOOLS)
def tool_choice_auto(context: ProbeContext) -> Steps:
    """Ask about the weather, and declare a function that the model may call."""
    yield context.request(
        "What is the weather in Turin?",
        tools=[WEATHER],
        tool_choice="auto",
        max_output_tokens=MAX_CALL_TOKENS,
    )


@probe(model_responses=4, max_output_tokens=4 * MAX_CALL_TOKENS, needs=Capability.TOOLS)
def tool_round_trip(context: ProbeContext) -> Steps:
    """Force a call of one of two functions, then send its result in three forms.

    The three requests with a result are sent at the same time. Their results are a
    short string, a long string that starts like JSON, and a long string as an
    ``input_text`` part.
    """
    prompt = {
        "role": "user",
        "content": "Look up the population of Italy. I live in Turin, in Italy. "
        "Then repeat the code word that stands in the result.",
    }
    call_exchange = yield context.request(
        [prompt],
        tools=TOOLS,
        tool_choice={"type": "function", "name": POPULATION["name"]},
        max_output_tokens=MAX_CALL_TOKENS,
    )
    if function_calls(call_exchange):
        short = f"The code word is {context.word('tool-result')}."
        parts = [{"type": "input_text", "text": LONG_RESULT}]
        yield (
            _request_with_results(context, prompt, call_exchange, short),
            _request_with_results(context, prompt, call_exchange, BRACKETED_RESULT),
            _request_with_results(context, prompt, call_exchange, parts),
        )


@probe(model_responses=3, max_output_tokens=3 * MAX_CALL_TOKENS, needs=Capability.TOOLS)
def tool_choice_required(context: ProbeContext) -> Steps:
    """Force a call in JSON and in a stream, then send the result of the streamed call.

    The prompt is small talk, so that no model calls the function unless it is forced.
    """
    prompt = {"role": "user", "content": "Hello, I am in Turin today."}
    fields: dict[str, Json] = {
        "tools": [WEATHER],
        "tool_choice": "required",
        "max_output_tokens": MAX_CALL_TOKENS,
    }
    _, stream_exchange = yield (
        context.request([prompt], **fields),
        context.request([prompt], stream=True, **fields),
    )
    if function_calls(stream_exchange):
        yield _request_with_results(
            context, prompt, stream_exchange, "It is sunny in Turin."
        )


@probe(model_responses=1, max_output_tokens=MAX_CALL_TOKENS, needs=Capability.TOOLS)
def tool_choice_none(context: ProbeContext) -> Steps:
    """Ask the model to use a tool, with ``tool_choice`` set to ``none``."""
    yield context.request(
        "Use the tool: what is the weather in Turin?",
        tools=[WEATHER],
        tool_choice="none",
        max_output_tokens=MAX_CALL_TOKENS,
    )


@probe(model_responses=2, max_output_tokens=2 * MAX_CALL_TOKENS, needs=Capability.TOOLS)
def parallel_calls(context: ProbeContext) -> Steps:
    """Ask for several calls: once in a stream, once with parallel calls disabled."""
    yield (
        context.request(
            "What is the weather in Turin, what is the weather in Oslo, and what is "
            "the population of Italy? Call every tool that you need at once.",
            tools=TOOLS,
            tool_choice="required",
            max_output_tokens=MAX_CALL_TOKENS,
            stream=True,
        ),
        context.request(
            "What is the weather in Turin, and what is the weather in Oslo? "
            "Call the tool for both at once.",
            tools=[WEATHER],
            parallel_tool_calls=False,
            max_output_tokens=MAX_CALL_TOKENS,
        ),
    )


@probe(rejections=1, needs=Capability.TOOLS)
def undeclared_tool_choice(context: ProbeContext) -> Steps:
    """Force a call of a function that ``tools`` does not declare."""
    yield context.request(
        tools=[WEATHER], tool_choice={"type": "function", "name": "get_horoscope"}
    )
