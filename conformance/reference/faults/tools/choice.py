"""Defects of tools: choices that are lost, and results that do not get through."""

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.tools.calls import Json, function_calls
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import text_part
from conformance.reference.response_message import GatewayResponse


def _requires(request: GatewayRequest) -> bool:
    return bool(request.field("tool_choice") == "required")


def _names_declared(request: GatewayRequest) -> bool:
    choice = request.field("tool_choice")
    tools = request.field("tools")
    names = [
        tool.get("name")
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict)
    ]
    return isinstance(choice, dict) and choice.get("name") in names


def rejection(message: str) -> GatewayResponse:
    """Return a 400 with this message."""
    refused = ApiError(400, message, code="invalid_request")
    return GatewayResponse(400, payload=refused.envelope())


def _choosing(
    request: GatewayRequest, gateway: Gateway, choice: Json
) -> GatewayResponse:
    """Answer as if another choice had been made, and repeat the one that was."""
    own = request.field("tool_choice")
    reply = gateway.answer(request.with_fields(tool_choice=choice))
    return change_each_response(
        reply, lambda response: {**response, "tool_choice": own}
    )


@on_request(breaks="tools.function-is-accepted-or-clearly-refused")
def tools_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request that lets the model choose is refused without a word on why."""
    may_call = request.field("tool_choice") == "auto"
    return rejection("The request is not valid.") if may_call else request


@on_request(breaks="tools.required-choice-makes-a-call")
def tool_choice_required_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "required" is not passed on."""
    return _choosing(request, gateway, "auto") if _requires(request) else request


@on_request(breaks="tools.choice-is-honored-in-streams")
def tool_choice_required_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "required" is not passed on where a stream is wanted."""
    lost = _requires(request) and request.wants_stream
    return _choosing(request, gateway, "auto") if lost else request


@on_reply(
    breaks={
        "tools.required-choice-makes-a-call",
        "tools.forced-call-response-is-not-empty",
    }
)
def unparsed_call_billed_and_dropped(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A required call that cannot be read is thrown away, and its tokens are billed."""

    def blank(response: Json) -> Json:
        for call in function_calls(response):
            for name in ("call_id", "name", "arguments"):
                del call[name]
            more = {"role": "assistant", "content": [text_part("")]}
            call.update({"type": "message", **more})
        return response

    return rebuild_stream(reply, blank) if _requires(request) else reply


@on_request(breaks="tools.named-choice-makes-a-call")
def named_tool_choice_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function is taken for none."""
    return _choosing(request, gateway, "none") if _names_declared(request) else request


@on_request(breaks="tools.named-choice-calls-no-other-function")
def named_tool_choice_weakened_to_required(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function is taken for any function."""
    return (
        _choosing(request, gateway, "required") if _names_declared(request) else request
    )


@on_request(breaks="tools.none-choice-makes-no-call")
def tool_choice_none_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "none" is not passed on."""
    forbids = request.field("tool_choice") == "none"
    return _choosing(request, gateway, "auto") if forbids else request


@on_request(breaks="tools.no-parallel-calls-when-disabled")
def parallel_tool_calls_false_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The leave for parallel calls is always given."""
    if request.field("parallel_tool_calls") is not False:
        return request
    reply = gateway.answer(request.with_fields(parallel_tool_calls=True))
    return change_each_response(reply, lambda r: {**r, "parallel_tool_calls": False})


@on_request(breaks="tools.undeclared-choice-is-refused")
def undeclared_tool_choice_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function which is not declared is dropped."""
    choice = request.field("tool_choice")
    named = isinstance(choice, dict) and choice.get("type") == "function"
    lost = named and not _names_declared(request)
    return _choosing(request, gateway, "auto") if lost else request
