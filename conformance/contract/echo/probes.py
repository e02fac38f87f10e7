"""A request whose every parameter can be found again in the answer."""

from typing import Final

from conformance.model.exchange import ResponseKind
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

SAID: Final = "Answer in one short sentence."
CAP: Final = 96

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


def _plain(context: ProbeContext) -> Request:
    return context.request(instructions=SAID, max_output_tokens=CAP, truncation="auto")


@probe(model_responses=1, max_output_tokens=CAP)
def echoed_parameters(context: ProbeContext) -> Steps:
    """One request with many parameters; with fewer of them where it is refused."""
    told = yield context.request(
        instructions=SAID,
        max_output_tokens=CAP,
        temperature=0.25,
        top_p=0.75,
        tools=[TOOL],
        tool_choice="none",
        truncation="auto",
        metadata={"purpose": context.word("echo")},
    )
    if told.kind is ResponseKind.CLIENT_ERROR:
        yield _plain(context)
