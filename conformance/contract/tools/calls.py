"""Function calls: their ids, names and arguments."""

import json
from typing import Final

from conformance.contract.evidence.declared_tools import calls_in, declared_functions
from conformance.contract.evidence.schema_match import VALIDATOR, check_schema
from conformance.contract.evidence.token_counts import output_tokens
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_CALL, EVERY_RESPONSE_OBJECT, only
from conformance.model.sources import OPENAI_API

_FORCED_CALLS: Final = (probes.tool_choice_required, probes.tool_round_trip)
"""Probes whose ``tool_choice`` forces the model to call a function."""

CALL_ID = must(
    "tools.call-has-a-call-id",
    "`call_id` of a function call is a non-empty string.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the converter from chat completions uses the call's id only as the item id",
    covers=("TO-09", "OI-06"),
)


@check(CALL_ID, on=EVERY_CALL, exercised_by=_FORCED_CALLS)
def call_has_a_call_id(call: Node, _exchange: Exchange) -> Findings:
    """Check that ``call_id`` is a non-empty string. Does not check its format."""
    if not call["call_id"].expect(str):
        yield call["call_id"].finding("a non-empty string")


def _declares_unnamed_function(exchange: Exchange) -> bool:
    """Return whether a tool in the request has no name."""
    tools = exchange.request.field("tools")
    return isinstance(tools, list) and not all(
        isinstance(tool, dict) and tool.get("name") for tool in tools
    )


CALL_NAME = must(
    "tools.call-has-a-name",
    "`name` of a function call is a non-empty string.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the converter drops the first chunk of an upstream stream, with the name",
    covers=("TO-11",),
)


@check(CALL_NAME, on=EVERY_CALL, exercised_by=_FORCED_CALLS)
def call_has_a_name(call: Node, exchange: Exchange) -> Findings:
    """Check that ``name`` is a non-empty string.

    Does not report an empty name if the request declares a tool without a name.
    """
    if not call["name"].expect(str) and not _declares_unnamed_function(exchange):
        yield call["name"].finding("a non-empty string")


ARGUMENTS_TYPE = must(
    "tools.arguments-are-a-string",
    "`arguments` of a function call is a string, even if it contains JSON.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the converter passes on the upstream's parsed arguments as an object",
    covers=("TO-06",),
)


@check(ARGUMENTS_TYPE, on=EVERY_CALL, exercised_by=_FORCED_CALLS)
def arguments_are_a_string(call: Node, _exchange: Exchange) -> Findings:
    """Check the type of ``arguments``. Does not check the content of the string."""
    call["arguments"].expect(str)  # raises the finding as ``UnexpectedValue``
    yield from ()


ARGUMENTS_OBJECT = should(
    "tools.arguments-are-one-json-object",
    "`arguments` of a completed function call contains exactly one JSON object.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the converter joins the deltas of several calls, or loses the last delta",
    covers=("TO-07", "TO-08"),
)


def _is_complete(call: Node, exchange: Exchange) -> bool:
    """Return whether a call has all its arguments, because nothing is truncated.

    A response that used all of ``max_output_tokens`` counts as truncated whatever its
    status is, because another requirement checks the status.
    """
    cap, used = exchange.request.field("max_output_tokens"), output_tokens(exchange)
    if isinstance(cap, int) and used is not None and used >= cap:
        return False
    statuses = (exchange.response.get("status"), call.get("status"))
    return all(s is None or s.value == "completed" for s in statuses)


def _has_no_parameters(name: str, exchange: Exchange) -> bool:
    """Return whether the request declares no parameters for this function."""
    schema = declared_functions(exchange.request).get(name) or {}
    return not (isinstance(schema, dict) and schema.get("properties"))


@check(ARGUMENTS_OBJECT, on=EVERY_CALL, exercised_by=_FORCED_CALLS)
def arguments_are_one_json_object(call: Node, exchange: Exchange) -> Findings:
    """Check that ``arguments`` of a completed call parse as one JSON object.

    Does not check truncated calls, or arguments that are not a string. An empty
    string is valid for a function without parameters.
    """
    arguments = call.get("arguments")
    if arguments is None or not arguments.is_a(str):
        return
    if not _is_complete(call, exchange):
        return
    name = call.get("name")
    function_name = str(name and name.value)
    if not arguments.value.strip() and _has_no_parameters(function_name, exchange):
        return
    try:
        value, end = json.JSONDecoder().raw_decode(arguments.value.strip())
    except (ValueError, RecursionError):
        yield arguments.finding("one JSON object")
        return
    if not isinstance(value, dict):
        yield arguments.finding("one JSON object")
    elif end != len(arguments.value.strip()):
        yield arguments.finding("exactly one JSON object")


ARGUMENTS_SCHEMA = should(
    "tools.arguments-match-their-function",
    "`arguments` of a function call match the `parameters` schema of its function.",
    source=f"{OPENAI_API}, function calling",
    needs=Capability.TOOLS,
    cause="the converter assigns the arguments of one parallel call to another",
    covers=("TO-08",),
)


def _declares_only_probe_functions(exchange: Exchange) -> bool:
    """Return whether all declared functions are those of the probes, unchanged."""
    declared = declared_functions(exchange.request)
    known = {tool["name"]: tool["parameters"] for tool in probes.TOOLS}
    return bool(declared) and declared.items() <= known.items()


@check(
    ARGUMENTS_SCHEMA,
    on=only(
        EVERY_CALL,
        "every call of a function that the probes declare",
        _declares_only_probe_functions,
    ),
    exercised_by=(probes.parallel_calls, *_FORCED_CALLS),
    dependency=VALIDATOR,
)
def arguments_match_their_function(call: Node, exchange: Exchange) -> Findings:
    """Validate the arguments of calls of the two functions that the probes declare.

    The two functions have no parameter name in common, so swapped arguments fail. Does
    not check truncated calls, or arguments that are not JSON.
    """
    name, arguments = call.get("name"), call.get("arguments")
    schema = declared_functions(exchange.request).get(str(name.value)) if name else None
    if schema is None or arguments is None or not _is_complete(call, exchange):
        return
    try:
        value = json.loads(arguments.value)
    except (ValueError, TypeError, RecursionError):
        return
    yield from check_schema(
        Node(value, f"{arguments.pointer} ", arguments.exchange), schema
    )


UNIQUE_CALL_IDS = must(
    "tools.call-ids-differ-within-a-response",
    "Function calls in one response have different values of `call_id`.",
    source=f"{OPENAI_API}, function_call item",
    needs=Capability.TOOLS,
    cause="the gateway derives `call_id` from the function name or from the time",
    covers=("TO-09", "CC-02"),
)


def _has_a_call(exchange: Exchange) -> bool:
    return exchange.response_or_none is not None and bool(
        calls_in(exchange.response_or_none)
    )


@check(
    UNIQUE_CALL_IDS,
    on=only(EVERY_RESPONSE_OBJECT, "every response with a function call", _has_a_call),
    exercised_by=(probes.parallel_calls, *_FORCED_CALLS),
)
def call_ids_differ_within_a_response(response: Node, _exchange: Exchange) -> Findings:
    """Compare the ``call_id`` of all calls in one response.

    Does not check missing or empty ids.
    """
    first_pointers = dict[str, str]()
    for call in calls_in(response):
        call_id = call.get("call_id")
        if call_id is None or not call_id.is_a(str) or not call_id.value:
            continue
        first = first_pointers.setdefault(call_id.value, call_id.pointer)
        if first != call_id.pointer:
            yield call_id.finding(f"a call_id different from {first}")
