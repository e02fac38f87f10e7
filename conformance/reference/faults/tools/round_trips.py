"""Faults that break requirements of `contract/tools/round_trips.py`."""

from collections.abc import Callable

from conformance.reference.fault import on_request
from conformance.reference.faults.tools.calls import Json
from conformance.reference.faults.tools.choice import rejection
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def _results(asked: GatewayRequest) -> list[Json]:
    """The results of calls in a request that brings the whole conversation itself."""
    given = asked.field("input")
    if not isinstance(given, list) or asked.field("previous_response_id"):
        return []
    return [
        item
        for item in given
        if isinstance(item, dict) and item.get("type") == "function_call_output"
    ]


def _with_outputs(
    asked: GatewayRequest, change: Callable[[Json], Json]
) -> GatewayRequest:
    """Change what the results of calls say."""
    results = _results(asked)
    if not results:
        return asked
    items = [
        {**item, "output": change(item.get("output"))} if item in results else item
        for item in asked.field("input")
    ]
    return asked.with_fields(input=items)


@on_request(
    breaks={"tools.own-call-is-accepted-back", "tools.streamed-call-is-accepted-back"}
)
def replayed_call_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The gateway's own calls are unknown when a client sends them back."""
    if _results(asked):
        return rejection("No tool output found for this function call.")
    return asked


@on_request(breaks="tools.result-is-read")
def result_lost(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """What a function returned does not reach the model."""
    return _with_outputs(asked, lambda _output: "")


@on_request(breaks="tools.result-in-parts-is-read")
def result_in_parts_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The result of a call has to be one text."""
    if any(isinstance(item.get("output"), list) for item in _results(asked)):
        return rejection("The output of a tool call must be a string.")
    return asked


@on_request(breaks="tools.result-in-parts-is-read")
def result_in_parts_lost(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """The result of a call is dropped when it comes in parts."""
    return _with_outputs(asked, lambda o: "" if isinstance(o, list) else o)


@on_request(breaks="tools.result-need-not-be-json")
def result_must_be_json(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A result that begins with a bracket is read as JSON."""
    texts = [item.get("output") for item in _results(asked)]
    if any(isinstance(text, str) and text[:1] in {"{", "["} for text in texts):
        return rejection("The tool call output could not be parsed.")
    return asked
