"""Conversations in which the model may, must or must not call a function."""

from collections.abc import Mapping
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request
from conformance.model.requirement import Capability

CAP: Final = 256
"""Output tokens for one call: its arguments are short, thinking may be longer."""

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
BOTH: Final = [WEATHER, POPULATION]

LONG: Final = " ".join(f"Line {number} of the old result." for number in range(1, 21))
"""A text of more than a hundred tokens in any model's reckoning."""

BRACKETS: Final = f"[Old tool result cleared] {LONG}"
"""A result that looks like JSON and is none."""


def calls(exchange: Exchange) -> list[Json]:
    """Return the function calls of an answer that can be replied to, as they are."""
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


def result(call: Json, output: Json) -> Json:
    """Return the input item that replies to a call."""
    return {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": output,
    }


def _replied(
    context: ProbeContext, question: Json, exchange: Exchange, output: Json
) -> Request:
    """Replay a whole turn, word for word, with the results of its calls behind it."""
    turn = exchange.response["output"].value
    results = [result(call, output) for call in calls(exchange)]
    return context.request(
        [question, *turn, *results], tools=BOTH, max_output_tokens=CAP
    )


@probe(model_responses=1, max_output_tokens=CAP, needs=Capability.TOOLS)
def tool_choice_auto(context: ProbeContext) -> Steps:
    """A question, and a function that the model may call to answer it."""
    yield context.request(
        "What is the weather in Turin?",
        tools=[WEATHER],
        tool_choice="auto",
        max_output_tokens=CAP,
    )


@probe(model_responses=4, max_output_tokens=4 * CAP, needs=Capability.TOOLS)
def tool_round_trip(context: ProbeContext) -> Steps:
    """One of two functions is forced, and its result is handed over in three forms."""
    question = {
        "role": "user",
        "content": "Look up the population of Italy. I live in Turin, in Italy. "
        "Then repeat the code word that stands in the result.",
    }
    asked = yield context.request(
        [question],
        tools=BOTH,
        tool_choice={"type": "function", "name": POPULATION["name"]},
        max_output_tokens=CAP,
    )
    if calls(asked):
        plain = f"The code word is {context.word('tool-result')}."
        parts = [{"type": "input_text", "text": LONG}]
        yield (
            _replied(context, question, asked, plain),
            _replied(context, question, asked, BRACKETS),
            _replied(context, question, asked, parts),
        )


@probe(model_responses=3, max_output_tokens=3 * CAP, needs=Capability.TOOLS)
def tool_choice_required(context: ProbeContext) -> Steps:
    """Small talk with a required call, as JSON and as a stream, which is replied to."""
    question = {"role": "user", "content": "Hello, I am in Turin today."}
    asked: dict[str, Json] = {
        "tools": [WEATHER],
        "tool_choice": "required",
        "max_output_tokens": CAP,
    }
    _, streamed = yield (
        context.request([question], **asked),
        context.request([question], stream=True, **asked),
    )
    if calls(streamed):
        yield _replied(context, question, streamed, "It is sunny in Turin.")


@probe(model_responses=1, max_output_tokens=CAP, needs=Capability.TOOLS)
def tool_choice_none(context: ProbeContext) -> Steps:
    """A question that begs for a function, and a choice that forbids to call it."""
    yield context.request(
        "Use the tool: what is the weather in Turin?",
        tools=[WEATHER],
        tool_choice="none",
        max_output_tokens=CAP,
    )


@probe(model_responses=2, max_output_tokens=2 * CAP, needs=Capability.TOOLS)
def parallel_calls(context: ProbeContext) -> Steps:
    """A question that takes several calls: as a stream, and one call at a time."""
    yield (
        context.request(
            "What is the weather in Turin, what is the weather in Oslo, and what is "
            "the population of Italy? Call every tool that you need at once.",
            tools=BOTH,
            tool_choice="required",
            max_output_tokens=CAP,
            stream=True,
        ),
        context.request(
            "What is the weather in Turin, and what is the weather in Oslo? "
            "Call the tool for both at once.",
            tools=[WEATHER],
            parallel_tool_calls=False,
            max_output_tokens=CAP,
        ),
    )


@probe(rejections=1, needs=Capability.TOOLS)
def undeclared_tool_choice(context: ProbeContext) -> Steps:
    """A choice that forces a function which is not among the tools."""
    yield context.request(
        tools=[WEATHER], tool_choice={"type": "function", "name": "get_horoscope"}
    )
