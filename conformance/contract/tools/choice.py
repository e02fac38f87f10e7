"""Tool choice: whether the model may, must or must not call a function."""

from conformance.contract.evidence.declared_tools import (
    calls_in,
    declared_functions,
    forced_function,
    is_self_contained,
)
from conformance.contract.evidence.request_outcome import (
    expect_rejected,
    expect_rejection_to_name,
)
from conformance.contract.evidence.token_counts import output_tokens, reasoning_tokens
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node
from conformance.model.requirement import (
    LEVELS_IF_MODELS_REQUIRE,
    Capability,
    must,
    should,
)
from conformance.model.scope import EVERY_RESPONSE_OBJECT, only
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API

_CHOICE = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/tool_choice"

TOOLS_ACCEPTED = should(
    "tools.function-is-accepted-or-clearly-refused",
    "A request that declares a function is answered, or rejected with an error that "
    "mentions tools or functions.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/tools",
    needs=Capability.TOOLS,
    cause="the gateway sends flat functions to an upstream that expects nested ones",
    covers=("RV-14", "RV-13"),
)


@check(TOOLS_ACCEPTED, on=probes.tool_choice_auto)
def function_is_accepted_or_clearly_refused(exchange: Exchange) -> Findings:
    """Check the message of a rejection, not whether the model calls the function."""
    yield from expect_rejection_to_name(exchange, Capability.TOOLS)


REQUIRED_CHOICE = should(
    "tools.required-choice-makes-a-call",
    "When `tool_choice` is `required`, the JSON response contains a function call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway passes `tool_choice` on to an engine that does not enforce it",
    covers=("TO-01", "OI-09", "TO-13"),
)


def _final_snapshot_lost_items(exchange: Exchange) -> bool:
    """Return whether a stream had output items but its final snapshot has none."""
    if exchange.kind is not ResponseKind.STREAM:
        return False
    streamed = any(e.type.startswith("response.output_item.") for e in exchange.events)
    return streamed and not list(exchange.items())


def _expect_call(exchange: Exchange) -> Findings:
    """Yield a finding if a completed response contains no function call.

    Raises ``Inconclusive`` if there is no call and the response is not completed, has
    no output, or is a final snapshot that lacks the streamed items.
    """
    response = exchange.response
    status = response.get("status")
    if calls_in(response):
        return
    if response.get("output") is None:
        raise Inconclusive(f"{exchange.id}: the response has no output")
    if _final_snapshot_lost_items(exchange):
        raise Inconclusive(f"{exchange.id}: the final snapshot lacks streamed items")
    if status is not None and status.value != "completed":
        raise Inconclusive(
            f"{exchange.id}: the response is {status.value}, with no call"
        )
    yield response["output"].finding("an array with a function_call")


@check(REQUIRED_CHOICE, on=probes.tool_choice_required)
def required_choice_makes_a_call(
    json_and_stream: tuple[Exchange, Exchange], *_result: Exchange
) -> Findings:
    """Check that the JSON response to small talk contains a function call.

    The prompt alone gives no reason for a call. Does not check the streamed response.
    """
    json_exchange, _ = json_and_stream
    yield from _expect_call(json_exchange)


STREAMED_CHOICE = should(
    "tools.choice-is-honored-in-streams",
    "When `tool_choice` is `required` and the JSON response contains a function call, "
    "the streamed response contains one too.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the streaming path builds its own upstream request, without `tool_choice`",
    covers=("TO-04",),
)


@check(STREAMED_CHOICE, on=probes.tool_choice_required)
def choice_is_honored_in_streams(
    json_and_stream: tuple[Exchange, Exchange], *_result: Exchange
) -> Findings:
    """Check that the streamed response contains a function call.

    Inconclusive if the JSON response to the same request contains none.
    """
    json_exchange, stream_exchange = json_and_stream
    if not calls_in(json_exchange.response):
        raise Inconclusive(f"{json_exchange.id}: the JSON response contains no call")
    yield from _expect_call(stream_exchange)


FORCED_CALL_OUTPUT = should(
    "tools.forced-call-response-is-not-empty",
    "When `tool_choice` is `required`, a completed response with more than 2 output "
    "tokens besides reasoning contains text or an item other than a message.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway discards model output that it cannot parse as a function call",
    covers=("TO-13", "OI-09", "US-26"),
)

_MAX_TOKENS_OF_EMPTY_OUTPUT = 2
"""Number of output tokens, such as end markers, that may leave no visible output."""


def _has_visible_output(exchange: Exchange) -> bool:
    types = [t.value for item in exchange.items() if (t := item.get("type"))]
    return any(t != "message" for t in types) or bool(exchange.text.strip())


@check(FORCED_CALL_OUTPUT, on=probes.tool_choice_required)
def forced_call_response_is_not_empty(
    json_and_stream: tuple[Exchange, Exchange], *_result: Exchange
) -> Findings:
    """Check that completed responses contain the output whose tokens they report.

    Reasoning tokens do not count, because reasoning may be hidden. Does not check
    which kind of output it is.
    """
    for exchange in json_and_stream:
        response = exchange.response
        reasoning = reasoning_tokens(response)
        visible = (output_tokens(exchange) or 0) - (reasoning.value if reasoning else 0)
        status = response.get("status")
        completed = status is not None and status.value == "completed"
        if not completed or visible <= _MAX_TOKENS_OF_EMPTY_OUTPUT:
            continue
        if _final_snapshot_lost_items(exchange) or _has_visible_output(exchange):
            continue
        yield response["output"].finding(f"a call or text for {visible} output tokens")


NAMED_CHOICE = should(
    "tools.named-choice-makes-a-call",
    "When `tool_choice` names a function, the response contains a function call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway passes on `auto`, `none` and `required`, but drops an object",
    covers=("TO-03", "OI-09"),
)


@check(NAMED_CHOICE, on=probes.tool_round_trip)
def named_choice_makes_a_call(exchange: Exchange, *_results: object) -> Findings:
    """Check that the response contains a call, of whichever function."""
    yield from _expect_call(exchange)


def _names_declared(exchange: Exchange) -> bool:
    return forced_function(exchange.request) in declared_functions(exchange.request)


CHOSEN_FUNCTION = must(
    "tools.named-choice-calls-no-other-function",
    "When `tool_choice` names a declared function, the response calls no other one.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway converts a named choice to `required`, and the model chooses",
    covers=("TO-03",),
)


@check(
    CHOSEN_FUNCTION,
    on=only(EVERY_RESPONSE_OBJECT, "every response to a named choice", _names_declared),
    exercised_by=probes.tool_round_trip,
)
def named_choice_calls_no_other_function(
    response: Node, exchange: Exchange
) -> Findings:
    """Check that each call names the chosen function; no call is inconclusive."""
    calls = calls_in(response)
    if not calls:
        raise Inconclusive(f"{exchange.id}: the response contains no call")
    for call in calls:
        name = call.get("name")
        if name is not None:
            yield from name.must_equal(forced_function(exchange.request))


def _require_output(response: Node, exchange: Exchange) -> None:
    """Raise ``Inconclusive`` if ``output`` is not an array with items."""
    output = response.get("output")
    if output is None or not output.is_a(list) or not output.value:
        raise Inconclusive(f"{exchange.id}: the response has no output")


def _forbids_calls(exchange: Exchange) -> bool:
    request = exchange.request
    declared = bool(declared_functions(request)) and is_self_contained(request)
    return declared and request.field("tool_choice") == "none"


NONE_CHOICE = must(
    "tools.none-choice-makes-no-call",
    "When `tool_choice` is `none`, the response contains no function call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway passes on `tools`, but drops `tool_choice`",
    covers=("TO-02",),
)


@check(
    NONE_CHOICE,
    on=only(
        EVERY_RESPONSE_OBJECT, "every response to tool_choice none", _forbids_calls
    ),
    exercised_by=probes.tool_choice_none,
)
def none_choice_makes_no_call(response: Node, exchange: Exchange) -> Findings:
    """Check that no output item is a function call, because clients run each call.

    Does not check requests without functions, or with stored state that may add tools.
    """
    _require_output(response, exchange)
    for call in calls_in(response):
        yield call.finding("no function call")


def _disables_parallel_calls(exchange: Exchange) -> bool:
    return exchange.request.field("parallel_tool_calls") is False


SINGLE_CALL = should(
    "tools.no-parallel-calls-when-disabled",
    "When `parallel_tool_calls` is `false`, a response has at most one function call.",
    source=f"{OPENAI_API}, parallel_tool_calls",
    needs=Capability.TOOLS,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway does not pass on `parallel_tool_calls`",
    covers=("TO-12",),
)


@check(
    SINGLE_CALL,
    on=only(
        EVERY_RESPONSE_OBJECT,
        "every response to parallel_tool_calls false",
        _disables_parallel_calls,
    ),
    exercised_by=probes.parallel_calls,
)
def no_parallel_calls_when_disabled(response: Node, exchange: Exchange) -> Findings:
    """Check that there is at most one call. A response without a call passes."""
    _require_output(response, exchange)
    calls = calls_in(response)
    for call in calls[1:]:
        yield call.finding("at most one function call", f"{len(calls)} calls")


UNDECLARED_CHOICE = should(
    "tools.undeclared-choice-is-refused",
    "A `tool_choice` that names an undeclared function is rejected with a 4xx status.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway forwards or drops `tool_choice` without comparing it to `tools`",
    covers=("TO-03",),
)


@check(UNDECLARED_CHOICE, on=probes.undeclared_tool_choice)
def undeclared_choice_is_refused(exchange: Exchange) -> Findings:
    """Check that the status is 4xx; 401 and 403 are inconclusive.

    Does not check the error message.
    """
    yield from expect_rejected(exchange, "a 4xx status")
