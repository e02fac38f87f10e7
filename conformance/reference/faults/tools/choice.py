"""Defects of tools: choices that are lost, and results that do not get through."""

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.tools.calls import Json, function_calls
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import text_part
from conformance.reference.response_message import GatewayResponse


def _requires(asked: GatewayRequest) -> bool:
    return bool(asked.field("tool_choice") == "required")


def _names_declared(asked: GatewayRequest) -> bool:
    choice = asked.field("tool_choice")
    tools = asked.field("tools")
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


def _choosing(asked: GatewayRequest, gateway: Gateway, choice: Json) -> GatewayResponse:
    """Answer as if another choice had been made, and repeat the one that was."""
    own = asked.field("tool_choice")
    reply = gateway.answer(asked.with_fields(tool_choice=choice))
    return change_each_response(
        reply, lambda response: {**response, "tool_choice": own}
    )


@on_request(breaks="tools.offer-is-taken-or-refused-by-name")
def offer_refused_vaguely(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request that lets the model choose is refused without a word on why."""
    may_call = asked.field("tool_choice") == "auto"
    return rejection("The request is not valid.") if may_call else asked


@on_request(breaks="tools.required-choice-makes-a-call")
def required_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "required" is not passed on."""
    return _choosing(asked, gateway, "auto") if _requires(asked) else asked


@on_request(breaks="tools.choice-holds-in-a-stream")
def choice_lost_in_streams(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "required" is not passed on where a stream is wanted."""
    lost = _requires(asked) and asked.wants_stream
    return _choosing(asked, gateway, "auto") if lost else asked


@on_reply(
    breaks={
        "tools.required-choice-makes-a-call",
        "tools.forced-answer-is-not-blank",
    }
)
def forced_answer_blanked(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A required call that cannot be read is thrown away, and its tokens are billed."""

    def blank(response: Json) -> Json:
        for call in function_calls(response):
            for name in ("call_id", "name", "arguments"):
                del call[name]
            more = {"role": "assistant", "content": [text_part("")]}
            call.update({"type": "message", **more})
        return response

    return rebuild_stream(reply, blank) if _requires(asked) else reply


@on_request(breaks="tools.named-choice-makes-a-call")
def named_choice_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function is taken for none."""
    return _choosing(asked, gateway, "none") if _names_declared(asked) else asked


@on_request(breaks="tools.named-choice-calls-no-other")
def named_choice_weakened(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function is taken for any function."""
    return _choosing(asked, gateway, "required") if _names_declared(asked) else asked


@on_request(breaks="tools.none-choice-makes-no-call")
def none_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The choice "none" is not passed on."""
    forbids = asked.field("tool_choice") == "none"
    return _choosing(asked, gateway, "auto") if forbids else asked


@on_request(breaks="tools.one-call-where-parallel-is-off")
def parallel_calls_always(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The leave for parallel calls is always given."""
    if asked.field("parallel_tool_calls") is not False:
        return asked
    reply = gateway.answer(asked.with_fields(parallel_tool_calls=True))
    return change_each_response(reply, lambda r: {**r, "parallel_tool_calls": False})


@on_request(breaks="tools.undeclared-choice-is-refused")
def undeclared_choice_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A choice that names a function which is not declared is dropped."""
    choice = asked.field("tool_choice")
    named = isinstance(choice, dict) and choice.get("type") == "function"
    lost = named and not _names_declared(asked)
    return _choosing(asked, gateway, "auto") if lost else asked
