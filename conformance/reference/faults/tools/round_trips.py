"""Faults that break requirements of `contract/tools/round_trips.py`."""

from collections.abc import Callable

from conformance.reference.fault import on_request
from conformance.reference.faults.tools.calls import Json
from conformance.reference.faults.tools.choice import bad_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def _results(request: GatewayRequest) -> list[Json]:
    """Return the call results in a request that has no ``previous_response_id``."""
    items = request.field("input")
    if not isinstance(items, list) or request.field("previous_response_id"):
        return []
    return [
        item
        for item in items
        if isinstance(item, dict) and item.get("type") == "function_call_output"
    ]


def _with_outputs(
    request: GatewayRequest, change: Callable[[Json], Json]
) -> GatewayRequest:
    """Return the request after ``change`` of the ``output`` of each call result."""
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
    """Calls that the gateway returned are rejected when a client sends them back."""
    if _results(request):
        return bad_request("No tool output found for this function call.")
    return request


@on_request(breaks="tools.result-reaches-the-model")
def tool_result_dropped(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """The result of a function call does not reach the model."""
    return _with_outputs(request, lambda _output: "")


@on_request(breaks="tools.result-in-parts-reaches-the-model")
def tool_result_in_parts_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A call result that is an array of parts is rejected."""
    if any(isinstance(item.get("output"), list) for item in _results(request)):
        return bad_request("The output of a tool call must be a string.")
    return request


@on_request(breaks="tools.result-in-parts-reaches-the-model")
def tool_result_in_parts_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A call result that is an array of parts does not reach the model."""
    return _with_outputs(
        request, lambda output: "" if isinstance(output, list) else output
    )


@on_request(breaks="tools.non-json-result-is-accepted")
def non_json_tool_result_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A call result that starts with a bracket is rejected."""
    outputs = [item.get("output") for item in _results(request)]
    if any(isinstance(output, str) and output[:1] in {"{", "["} for output in outputs):
        return bad_request("The tool call output could not be parsed.")
    return request
