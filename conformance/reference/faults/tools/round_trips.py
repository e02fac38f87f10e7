"""Faults that break requirements of `contract/tools/round_trips.py`."""

from collections.abc import Callable

from conformance.reference.fault import on_request
from conformance.reference.faults.tools.calls import Json
from conformance.reference.faults.tools.choice import rejection
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def _results(request: GatewayRequest) -> list[Json]:
    """The results of calls in a request that brings the whole conversation itself."""
    given = request.field("input")
    if not isinstance(given, list) or request.field("previous_response_id"):
        return []
    return [
        item
        for item in given
        if isinstance(item, dict) and item.get("type") == "function_call_output"
    ]


def _with_outputs(
    request: GatewayRequest, change: Callable[[Json], Json]
) -> GatewayRequest:
    """Change what the results of calls say."""
    results = _results(request)
    if not results:
        return request
    items = [
        {**item, "output": change(item.get("output"))} if item in results else item
        for item in request.field("input")
    ]
    return request.with_fields(input=items)


@on_request(
    breaks={
        "tools.own-call-is-accepted-as-input",
        "tools.streamed-call-is-accepted-as-input",
    }
)
def own_call_rejected_as_input(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The gateway's own calls are unknown when a client sends them back."""
    if _results(request):
        return rejection("No tool output found for this function call.")
    return request


@on_request(breaks="tools.result-reaches-the-model")
def tool_result_dropped(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """What a function returned does not reach the model."""
    return _with_outputs(request, lambda _output: "")


@on_request(breaks="tools.result-in-parts-reaches-the-model")
def tool_result_in_parts_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The result of a call has to be one text."""
    if any(isinstance(item.get("output"), list) for item in _results(request)):
        return rejection("The output of a tool call must be a string.")
    return request


@on_request(breaks="tools.result-in-parts-reaches-the-model")
def tool_result_in_parts_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The result of a call is dropped when it comes in parts."""
    return _with_outputs(request, lambda o: "" if isinstance(o, list) else o)


@on_request(breaks="tools.non-json-result-is-accepted")
def non_json_tool_result_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A result that begins with a bracket is read as JSON."""
    texts = [item.get("output") for item in _results(request)]
    if any(isinstance(text, str) and text[:1] in {"{", "["} for text in texts):
        return rejection("The tool call output could not be parsed.")
    return request
