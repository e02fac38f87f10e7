"""A request with many parameters that the response may repeat."""

from typing import Final

from conformance.model.exchange import ResponseKind
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

INSTRUCTIONS: Final = "Answer in one short sentence."
MAX_OUTPUT_TOKENS: Final = 96
"""The ``max_output_tokens`` of both requests."""

TOOL: Final = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def _request_with_few_parameters(context: ProbeContext) -> Request:
    """Return a request without the parameters that some models reject."""
    return context.request(
        instructions=INSTRUCTIONS,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        truncation="auto",
    )


@probe(model_responses=1, max_output_tokens=MAX_OUTPUT_TOKENS)
def echoed_parameters(context: ProbeContext) -> Steps:
    """Send one request with many parameters; if it is rejected, send fewer."""
    exchange = yield context.request(
        instructions=INSTRUCTIONS,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        temperature=0.25,
        top_p=0.75,
        tools=[TOOL],
        tool_choice="none",
        truncation="auto",
        metadata={"purpose": context.word("echo")},
    )
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        yield _request_with_few_parameters(context)
