"""Which functions an answer may speak of: those that the request declares."""

import re
from typing import Final

from conformance.contract.evidence.declared_tools import (
    all_names,
    calls_in,
    functions,
    only_functions,
    self_contained,
)
from conformance.contract.probes import basic
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_CALL, EVERY_RESPONSE_OBJECT, only
from conformance.model.sources import OPENAI_API, REPORTED_BUGS

_CALLED: Final = (probes.tool_choice_required, probes.tool_round_trip)

UNASKED = must(
    "tools.no-call-without-tools",
    "An answer to a request without tools holds no function call.",
    source=f"{OPENAI_API}, tools",
    cause="the tool parser of an engine reads calls where no tool was declared",
    covers=("TO-05", "CC-05"),
)


def _run_by_the_server(call: Node, exchange: Exchange) -> bool:
    """Say whether the answer holds the result of the call, too: an agent's own tool."""
    wanted = call.get("call_id")
    results = exchange.items("function_call_output")
    ids = [found.value for item in results if (found := item.get("call_id"))]
    return wanted is not None and wanted.value in ids


def _without_tools(exchange: Exchange) -> bool:
    return self_contained(exchange.request) and not exchange.request.field("tools")


@check(
    UNASKED,
    on=only(EVERY_RESPONSE_OBJECT, "every answer without tools", _without_tools),
    exercised_by=basic.text,
)
def no_call_without_tools(response: Node, exchange: Exchange) -> Findings:
    """Judge requests that stand by themselves: earlier turns may have brought tools.

    A call whose result is in the same answer was made by an agent server to a tool of
    its own, and is no fault.
    """
    output = response.get("output")
    if output is None or not output.is_a(list) or not output.value:
        raise Inconclusive(f"{exchange.id}: the answer has no output")
    for call in calls_in(response):
        if not _run_by_the_server(call, exchange):
            yield call.finding("no function call, since no tool was declared")


DECLARED = should(
    "tools.calls-name-a-declared-function",
    "A function call names one of the functions that the request declares.",
    source=f"{OPENAI_API}, tools",
    needs=Capability.TOOLS,
    cause="the gateway renames functions for an upstream, and does not name them back",
    covers=("TO-05", "TO-16"),
)


def _with_tools(exchange: Exchange) -> bool:
    return self_contained(exchange.request) and bool(all_names(exchange.request))


@check(
    DECLARED,
    on=only(EVERY_CALL, "every call where tools are declared", _with_tools),
    exercised_by=_CALLED,
)
def calls_name_a_declared_function(call: Node, exchange: Exchange) -> Findings:
    """Judge against every name in the declared tools, however they are nested."""
    name = call.get("name")
    if name is None or not name.is_a(str) or _run_by_the_server(call, exchange):
        return
    names = all_names(exchange.request)
    if name.value not in names:
        yield name.finding(f"one of {', '.join(sorted(names))}")


MARKUP = should(
    "tools.call-markup-is-not-in-text",
    "The text of an answer is free of the markup in which models write tool calls.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="the engine has no tool parser for the model, or it gave up half-way",
    covers=("OI-10",),
)

_MARKUP: Final = re.compile(
    r"</?tool_calls?>|<function=|<\|?/?tool_call(?:s_begin)?\|?>|\[TOOL_CALLS\]"
    r"|<\|python_tag\|>|</?function_calls?>|<invoke name="
)


def _may_call(exchange: Exchange) -> bool:
    return _with_tools(exchange) and exchange.request.field("tool_choice") != "none"


@check(
    MARKUP,
    on=only(EVERY_RESPONSE_OBJECT, "every answer that may hold a call", _may_call),
    exercised_by=(probes.tool_choice_auto, *_CALLED),
)
def call_markup_is_not_in_text(_response: Node, exchange: Exchange) -> Findings:
    """Judge where calls are allowed, unless the request itself has such markup.

    A model that must not call may write what it likes: its text is read as text.
    """
    found = _MARKUP.search(exchange.text)
    if found and not _MARKUP.search(exchange.request.content.decode("utf-8", "ignore")):
        yield exchange.finding("/output", "text without tool markup", found.group())


ECHO = should(
    "tools.echoed-tools-match-the-request",
    "The tools that an answer repeats are those that the request declares.",
    source=f"{OPENAI_API}, response object, tools",
    cause="the gateway slips in tools of its own, or those of another request",
    covers=("TO-16",),
)


def _plain_tools(exchange: Exchange) -> bool:
    final = exchange.response_or_none
    echoed = final.get("tools") if final is not None else None
    return (
        self_contained(exchange.request)
        and only_functions(exchange.request)
        and echoed is not None
        and echoed.is_a(list)
    )


@check(
    ECHO,
    on=only(EVERY_RESPONSE_OBJECT, "every answer that repeats its tools", _plain_tools),
    exercised_by=(basic.text, probes.tool_choice_auto),
)
def echoed_tools_match_the_request(response: Node, exchange: Exchange) -> Findings:
    """Judge names only: servers may fill in what a declaration leaves open."""
    declared = set(functions(exchange.request))
    echoed = response["tools"]
    names = {tool["name"].expect(str) for tool in echoed}
    if names != declared:
        wanted = f"the functions {sorted(declared)}" if declared else "no tools"
        yield echoed.finding(wanted)
