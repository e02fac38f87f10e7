"""Faults that break requirements of `contract/tools/choice.py`."""

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.tools.calls import Json, function_calls
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import text_part
from conformance.reference.response_message import GatewayResponse


def _requires_call(request: GatewayRequest) -> bool:
    return bool(request.field("tool_choice") == "required")


def _names_declared_function(request: GatewayRequest) -> bool:
    choice = request.field("tool_choice")
    tools = request.field("tools")
    names = [
        tool.get("name")
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict)
    ]
    return isinstance(choice, dict) and choice.get("name") in names


def bad_request(message: str) -> GatewayResponse:
    """Return a 400 response whose error has this message."""
    error = ApiError(400, message, code="invalid_request")
    return GatewayResponse(400, payload=error.envelope())


def _answer_with_choice(
    request: GatewayRequest, gateway: Gateway, choice: Json
) -> GatewayResponse:
    """Answer as if ``tool_choice`` was ``choice``, but echo the client's value."""
    original = request.field("tool_choice")
    reply = gateway.answer(request.with_fields(tool_choice=choice))
    return change_each_response(
        reply, lambda response: {**response, "tool_choice": original}
    )


@on_request(breaks="tools.function-is-accepted-or-clearly-refused")
def tools_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``tool_choice: auto`` is rejected with a 400 whose message gives no reason."""
    rejected = request.field("tool_choice") == "auto"
    return bad_request("The request is not valid.") if rejected else request


@on_request(breaks="tools.required-choice-makes-a-call")
def tool_choice_required_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``tool_choice: required`` is treated as ``auto``."""
    if not _requires_call(request):
        return request
    return _answer_with_choice(request, gateway, "auto")


@on_request(breaks="tools.choice-is-honored-in-streams")
def tool_choice_required_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``tool_choice: required`` is treated as ``auto`` in streaming requests."""
    ignored = _requires_call(request) and request.wants_stream
    return _answer_with_choice(request, gateway, "auto") if ignored else request


@on_reply(
    breaks={
        "tools.required-choice-makes-a-call",
        "tools.forced-call-response-is-not-empty",
    }
)
def unparsed_call_billed_and_dropped(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """With ``tool_choice: required``, an empty message replaces the billed call."""

    def blank(response: Json) -> Json:
        for call in function_calls(response):
            for name in ("call_id", "name", "arguments"):
                del call[name]
            fields = {"role": "assistant", "content": [text_part("")]}
            call.update({"type": "message", **fields})
        return response

    return rebuild_stream(reply, blank) if _requires_call(request) else reply


@on_request(breaks="tools.named-choice-makes-a-call")
def named_tool_choice_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A ``tool_choice`` that names a function is treated as ``none``."""
    if not _names_declared_function(request):
        return request
    return _answer_with_choice(request, gateway, "none")


@on_request(breaks="tools.named-choice-calls-no-other-function")
def named_tool_choice_weakened_to_required(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A ``tool_choice`` that names a function is treated as ``required``."""
    if not _names_declared_function(request):
        return request
    return _answer_with_choice(request, gateway, "required")


@on_request(breaks="tools.none-choice-makes-no-call")
def tool_choice_none_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``tool_choice: none`` is treated as ``auto``."""
    forbids_calls = request.field("tool_choice") == "none"
    return _answer_with_choice(request, gateway, "auto") if forbids_calls else request


@on_request(breaks="tools.no-parallel-calls-when-disabled")
def parallel_tool_calls_false_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``parallel_tool_calls: false`` is treated as ``true``."""
    if request.field("parallel_tool_calls") is not False:
        return request
    reply = gateway.answer(request.with_fields(parallel_tool_calls=True))
    return change_each_response(reply, lambda r: {**r, "parallel_tool_calls": False})


@on_request(breaks="tools.undeclared-choice-is-refused")
def undeclared_tool_choice_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A ``tool_choice`` that names an undeclared function is treated as ``auto``."""
    choice = request.field("tool_choice")
    is_named = isinstance(choice, dict) and choice.get("type") == "function"
    ignored = is_named and not _names_declared_function(request)
    return _answer_with_choice(request, gateway, "auto") if ignored else request
