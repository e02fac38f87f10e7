"""Tool declarations: responses use only the functions that the request declares."""

import re
from typing import Final

from conformance.contract.evidence.declared_tools import (
    all_names,
    calls_in,
    declared_functions,
    has_only_functions,
    is_self_contained,
)
from conformance.contract.probes import basic
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_CALL, EVERY_RESPONSE_OBJECT, only
from conformance.model.sources import OPENAI_API, REPORTED_BUGS

_FORCED_CALLS: Final = (probes.tool_choice_required, probes.tool_round_trip)
"""Probes whose ``tool_choice`` forces the model to call a function."""

NO_CALL_WITHOUT_TOOLS = must(
    "tools.no-call-without-tools",
    "A response to a request without `tools` contains no function call.",
    source=f"{OPENAI_API}, tools",
    cause="the engine's tool parser finds calls although no tool was declared",
    covers=("TO-05", "CC-05"),
)


def _is_run_by_server(call: Node, exchange: Exchange) -> bool:
    """Return whether the response also contains the result of the call.

    An agent server runs its own tools, and returns each call with its result.
    """
    call_id = call.get("call_id")
    results = exchange.items("function_call_output")
    result_ids = [id_.value for item in results if (id_ := item.get("call_id"))]
    return call_id is not None and call_id.value in result_ids


def _declares_no_tools(exchange: Exchange) -> bool:
    return is_self_contained(exchange.request) and not exchange.request.field("tools")


@check(
    NO_CALL_WITHOUT_TOOLS,
    on=only(
        EVERY_RESPONSE_OBJECT,
        "every response to a request without tools",
        _declares_no_tools,
    ),
    exercised_by=basic.text,
)
def no_call_without_tools(response: Node, exchange: Exchange) -> Findings:
    """Check that no output item is a function call for the client.

    Does not check requests with stored state, which may declare tools. Does not report
    a call whose result is in the same response: an agent server ran its own tool.
    """
    output = response.get("output")
    if output is None or not output.is_a(list) or not output.value:
        raise Inconclusive(f"{exchange.id}: the response has no output")
    for call in calls_in(response):
        if not _is_run_by_server(call, exchange):
            yield call.finding("no function call")


DECLARED_NAME = should(
    "tools.calls-name-a-declared-function",
    "`name` of a function call is the name of a function that the request declares.",
    source=f"{OPENAI_API}, tools",
    needs=Capability.TOOLS,
    cause="the gateway renames functions for an upstream and returns those names",
    covers=("TO-05", "TO-16"),
)


def _declares_tools(exchange: Exchange) -> bool:
    return is_self_contained(exchange.request) and bool(all_names(exchange.request))


@check(
    DECLARED_NAME,
    on=only(
        EVERY_CALL,
        "every function call for a request with tools",
        _declares_tools,
    ),
    exercised_by=_FORCED_CALLS,
)
def calls_name_a_declared_function(call: Node, exchange: Exchange) -> Findings:
    """Check that some object in ``tools`` has this ``name``, at any depth.

    Does not check calls whose result is in the same response: the server ran its own
    tool.
    """
    name = call.get("name")
    if name is None or not name.is_a(str) or _is_run_by_server(call, exchange):
        return
    names = all_names(exchange.request)
    if name.value not in names:
        yield name.finding(f"one of {', '.join(sorted(names))}")


NO_MARKUP = should(
    "tools.call-markup-is-not-in-text",
    "When function calls are allowed, the response text contains no tool call markup "
    "such as `<tool_call>`.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="the engine has no tool parser for the model, or the parser stops halfway",
    covers=("OI-10",),
)

_CALL_MARKUP: Final = re.compile(
    r"</?tool_calls?>|<function=|<\|?/?tool_call(?:s_begin)?\|?>|\[TOOL_CALLS\]"
    r"|<\|python_tag\|>|</?function_calls?>|<invoke name="
)


def _allows_calls(exchange: Exchange) -> bool:
    return _declares_tools(exchange) and exchange.request.field("tool_choice") != "none"


@check(
    NO_MARKUP,
    on=only(
        EVERY_RESPONSE_OBJECT,
        "every response that may contain a function call",
        _allows_calls,
    ),
    exercised_by=(probes.tool_choice_auto, *_FORCED_CALLS),
)
def call_markup_is_not_in_text(_response: Node, exchange: Exchange) -> Findings:
    """Check the output text for the markup in which models write tool calls.

    Does not check responses to requests that contain such markup, or that forbid
    calls: in those responses, the markup is ordinary text.
    """
    found = _CALL_MARKUP.search(exchange.text)
    if found is None:
        return
    request_body = exchange.request.content.decode("utf-8", "ignore")
    if not _CALL_MARKUP.search(request_body):
        expected = "text without tool call markup"
        yield exchange.finding("/output", expected, quote(found.group()))


ECHOED_TOOLS = should(
    "tools.echoed-tools-match-the-request",
    "Echoed `tools` name exactly the functions that the request declares.",
    source=f"{OPENAI_API}, response object, tools",
    cause="the gateway adds its own tools, or echoes those of another request",
    covers=("TO-16",),
)


def _echoes_functions(exchange: Exchange) -> bool:
    """Return whether a response echoes ``tools`` and its request has only functions."""
    response = exchange.response_or_none
    echoed = response.get("tools") if response is not None else None
    return (
        is_self_contained(exchange.request)
        and has_only_functions(exchange.request)
        and echoed is not None
        and echoed.is_a(list)
    )


@check(
    ECHOED_TOOLS,
    on=only(
        EVERY_RESPONSE_OBJECT, "every response that echoes tools", _echoes_functions
    ),
    exercised_by=(basic.text, probes.tool_choice_auto),
)
def echoed_tools_match_the_request(response: Node, exchange: Exchange) -> Findings:
    """Compare the names of the echoed tools with the declared ones.

    Does not compare other fields, because servers may fill in optional ones.
    """
    declared = set(declared_functions(exchange.request))
    echoed = response["tools"]
    echoed_names = {tool["name"].expect(str) for tool in echoed}
    if echoed_names != declared:
        expected = f"the functions {sorted(declared)}" if declared else "no tools"
        yield echoed.finding(expected)
