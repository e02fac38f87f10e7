"""Function calls: what every call of every answer has to look like."""

import json
from typing import Final

from conformance.contract.evidence.declared_tools import calls_in, functions
from conformance.contract.evidence.schema_match import misfits
from conformance.contract.evidence.token_counts import output_tokens
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_CALL, EVERY_RESPONSE_OBJECT, only
from conformance.model.sources import OPENAI_API

_CALLED: Final = (probes.tool_choice_required, probes.tool_round_trip)

CALL_ID = must(
    "tools.call-has-a-call-id",
    "A function call carries a call_id, by which its result is handed back.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="a converter from chat completions keeps the call's id as the item's only",
    covers=("TO-09", "OI-06"),
)


@check(CALL_ID, on=EVERY_CALL, exercised_by=_CALLED)
def call_has_a_call_id(call: Node, _exchange: Exchange) -> Findings:
    """Judge that it is a text with something in it; its form is the server's own."""
    if not call["call_id"].expect(str):
        yield call["call_id"].finding("a text that is not empty")


def _nameless(exchange: Exchange) -> bool:
    """Say whether the request declares a function without a name."""
    offered = exchange.request.field("tools")
    return isinstance(offered, list) and not all(
        isinstance(tool, dict) and tool.get("name") for tool in offered
    )


NAME = must(
    "tools.call-has-a-name",
    "A function call carries the name of its function.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the name came in the first chunk of an upstream stream, which was dropped",
    covers=("TO-11",),
)


@check(NAME, on=EVERY_CALL, exercised_by=_CALLED)
def call_has_a_name(call: Node, exchange: Exchange) -> Findings:
    """Judge that it is a text with something in it.

    Who was offered a function without a name, and took it, has none to say.
    """
    if not call["name"].expect(str) and not _nameless(exchange):
        yield call["name"].finding("a text that is not empty")


ARGUMENTS = must(
    "tools.arguments-are-a-string",
    "The arguments of a function call are a text, even where they hold JSON.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="an upstream's parsed arguments are passed on without being written as text",
    covers=("TO-06",),
)


@check(ARGUMENTS, on=EVERY_CALL, exercised_by=_CALLED)
def arguments_are_a_string(call: Node, _exchange: Exchange) -> Findings:
    """Judge the type; what the text says is another clause's business."""
    call["arguments"].expect(str)
    yield from ()


ONE_OBJECT = should(
    "tools.arguments-are-one-json-object",
    "The arguments of a finished function call are the text of one JSON object.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="pieces of several calls are joined, or the last piece of one is lost",
    covers=("TO-07", "TO-08"),
)


def _finished(item: Node, exchange: Exchange) -> bool:
    """Say whether a call came to its end; a cut one may hold half an object.

    That a cut answer says so is judged elsewhere: here the cap itself tells.
    """
    cap, spent = exchange.request.field("max_output_tokens"), output_tokens(exchange)
    if isinstance(cap, int) and spent is not None and spent >= cap:
        return False
    statuses = (exchange.response.get("status"), item.get("status"))
    return all(s is None or s.value == "completed" for s in statuses)


def _takes_nothing(name: str, exchange: Exchange) -> bool:
    schema = functions(exchange.request).get(name) or {}
    return not (isinstance(schema, dict) and schema.get("properties"))


@check(ONE_OBJECT, on=EVERY_CALL, exercised_by=_CALLED)
def arguments_are_one_json_object(call: Node, exchange: Exchange) -> Findings:
    """Judge finished calls; a function without parameters may be given no text at all.

    Several objects in a row, as joined pieces of several calls make them, are named.
    """
    written = call.get("arguments")
    if written is None or not written.is_a(str) or not _finished(call, exchange):
        return
    name = call.get("name")
    if not written.value.strip() and _takes_nothing(str(name and name.value), exchange):
        return
    try:
        value, end = json.JSONDecoder().raw_decode(written.value.strip())
    except (ValueError, RecursionError):
        yield written.finding("the text of one JSON object")
        return
    if not isinstance(value, dict):
        yield written.finding("the text of one JSON object")
    elif end != len(written.value.strip()):
        yield written.finding("the text of one JSON object, and nothing behind it")


FIT = should(
    "tools.arguments-match-their-function",
    "The arguments of a call fit the parameters of the function that it names.",
    source=f"{OPENAI_API}, function calling",
    needs=Capability.TOOLS,
    cause="the arguments of one of several calls are put into another",
    covers=("TO-08",),
)


def _asks_ours(exchange: Exchange) -> bool:
    declared = functions(exchange.request)
    ours = {tool["name"]: tool["parameters"] for tool in probes.BOTH}
    return bool(declared) and all(ours.get(n) == s for n, s in declared.items())


@check(
    FIT,
    on=only(EVERY_CALL, "every call of our own functions", _asks_ours),
    exercised_by=(probes.parallel_calls, *_CALLED),
)
def arguments_match_their_function(call: Node, exchange: Exchange) -> Findings:
    """Judge our own two functions, whose parameters have no name in common."""
    name, written = call.get("name"), call.get("arguments")
    schema = functions(exchange.request).get(str(name.value)) if name else None
    if schema is None or written is None or not _finished(call, exchange):
        return
    try:
        value = json.loads(written.value)
    except (ValueError, TypeError, RecursionError):
        return
    yield from misfits(Node(value, f"{written.pointer} ", written.exchange), schema)


DIFFER = must(
    "tools.call-ids-differ-within-a-response",
    "No two function calls of one answer have the same call_id.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="call ids are made from the function's name, or from a clock",
    covers=("TO-09", "CC-02"),
)


def _makes_a_call(exchange: Exchange) -> bool:
    return exchange.response_or_none is not None and bool(
        calls_in(exchange.response_or_none)
    )


@check(
    DIFFER,
    on=only(EVERY_RESPONSE_OBJECT, "every response with a call", _makes_a_call),
    exercised_by=(probes.parallel_calls, *_CALLED),
)
def call_ids_differ_within_a_response(response: Node, _exchange: Exchange) -> Findings:
    """Judge one answer by itself; a call without a call_id has a clause of its own."""
    seen = dict[str, str]()
    for call in calls_in(response):
        call_id = call.get("call_id")
        if call_id is None or not call_id.is_a(str) or not call_id.value:
            continue
        first = seen.setdefault(call_id.value, call_id.pointer)
        if first != call_id.pointer:
            yield call_id.finding(f"another call_id than at {first}")
