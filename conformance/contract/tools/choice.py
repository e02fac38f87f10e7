"""Tools: how the model is told that it may, must or must not call a function."""

from conformance.contract.evidence.declared_tools import (
    calls_in,
    chosen,
    functions,
    self_contained,
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

OFFER = should(
    "tools.function-is-accepted-or-clearly-refused",
    "A request that offers a function is answered, or refused in words about tools.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/tools",
    needs=Capability.TOOLS,
    cause="a function's flat form reaches an upstream that expects the nested one",
    covers=("RV-14", "RV-13"),
)


@check(OFFER, on=probes.tool_choice_auto)
def function_is_accepted_or_clearly_refused(exchange: Exchange) -> Findings:
    """Judge the words of a refusal only; whether the model calls is its own affair."""
    yield from expect_rejection_to_name(exchange, Capability.TOOLS)


REQUIRED = should(
    "tools.required-choice-makes-a-call",
    "With tool_choice required the answer holds a function call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the gateway passes tool_choice on to an engine that does not enforce it",
    covers=("TO-01", "OI-09", "TO-13"),
)


def _lost(exchange: Exchange) -> bool:
    """Say whether a stream told of items, and its last snapshot has none."""
    told = any(e.type.startswith("response.output_item.") for e in exchange.events)
    return exchange.kind is ResponseKind.STREAM and told and not list(exchange.items())


def _no_call(exchange: Exchange) -> Findings:
    """Yield a finding where an answer holds no call, unless it was cut or failed."""
    response = exchange.response
    status = response.get("status")
    if calls_in(response):
        return
    if response.get("output") is None:
        raise Inconclusive(f"{exchange.id}: the answer has no output")
    if _lost(exchange):
        raise Inconclusive(f"{exchange.id}: the last snapshot lacks what was streamed")
    if status is not None and status.value != "completed":
        raise Inconclusive(
            f"{exchange.id}: the answer is {status.value}, without a call"
        )
    yield response["output"].finding("an array with a function_call")


@check(REQUIRED, on=probes.tool_choice_required)
def required_choice_makes_a_call(
    pair: tuple[Exchange, Exchange], *_replied: Exchange
) -> Findings:
    """Judge the JSON answer to small talk, which asks for no call by itself."""
    yield from _no_call(pair[0])


STREAMED = should(
    "tools.choice-is-honored-in-streams",
    "A tool_choice that makes a call in JSON makes one in a stream, too.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the streaming path builds its own upstream request, without the choice",
    covers=("TO-04",),
)


@check(STREAMED, on=probes.tool_choice_required)
def choice_is_honored_in_streams(
    pair: tuple[Exchange, Exchange], *_replied: Exchange
) -> Findings:
    """Judge the stream where the JSON answer to the same request has a call."""
    if not calls_in(pair[0].response):
        raise Inconclusive(f"{pair[0].id}: the JSON answer holds no call, either")
    yield from _no_call(pair[1])


SHOWN = should(
    "tools.forced-call-response-is-not-empty",
    "An answer to a forced call shows what its output tokens were spent on.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="text that is no call is thrown away where only calls are expected",
    covers=("TO-13", "OI-09", "US-26"),
)

_END_MARKS = 2
"""Tokens that a model may spend on saying nothing."""


def _shows_something(exchange: Exchange) -> bool:
    types = [t.value for item in exchange.items() if (t := item.get("type"))]
    return any(t != "message" for t in types) or bool(exchange.text.strip())


@check(SHOWN, on=probes.tool_choice_required)
def forced_call_response_is_not_empty(
    pair: tuple[Exchange, Exchange], *_replied: Exchange
) -> Findings:
    """Judge completed answers; hidden reasoning may well be all that was spent."""
    for exchange in pair:
        response = exchange.response
        thought = reasoning_tokens(response)
        spent = (output_tokens(exchange) or 0) - (thought.value if thought else 0)
        status = response.get("status")
        done = status is not None and status.value == "completed"
        if not done or spent <= _END_MARKS or _lost(exchange):
            continue
        if not _shows_something(exchange):
            wanted = f"a call or a text for {spent} output tokens"
            yield response["output"].finding(wanted)


NAMED = should(
    "tools.named-choice-makes-a-call",
    "A tool_choice that names a function makes a call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="only the texts auto, none and required are passed on, objects are dropped",
    covers=("TO-03", "OI-09"),
)


@check(NAMED, on=probes.tool_round_trip)
def named_choice_makes_a_call(exchange: Exchange, *_replied: object) -> Findings:
    """Judge that there is a call; which function it names has a clause of its own."""
    yield from _no_call(exchange)


def _names_one(exchange: Exchange) -> bool:
    return chosen(exchange.request) in functions(exchange.request)


NO_OTHER = must(
    "tools.named-choice-calls-no-other-function",
    "A tool_choice that names a function lets no other function be called.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="a named choice is weakened to required, and the model picks for itself",
    covers=("TO-03",),
)


@check(
    NO_OTHER,
    on=only(EVERY_RESPONSE_OBJECT, "every answer to a named choice", _names_one),
    exercised_by=probes.tool_round_trip,
)
def named_choice_calls_no_other_function(
    response: Node, exchange: Exchange
) -> Findings:
    """Judge the names of the calls that are there."""
    calls = calls_in(response)
    if not calls:
        raise Inconclusive(f"{exchange.id}: the answer holds no call")
    for call in calls:
        name = call.get("name")
        if name is not None:
            yield from name.must_equal(chosen(exchange.request))


def _needs_output(response: Node, exchange: Exchange) -> None:
    """Raise ``Inconclusive`` for an answer that has nothing to look at."""
    output = response.get("output")
    if output is None or not output.is_a(list) or not output.value:
        raise Inconclusive(f"{exchange.id}: the answer has no output")


def _forbids(exchange: Exchange) -> bool:
    request = exchange.request
    declared = bool(functions(request)) and self_contained(request)
    return declared and request.field("tool_choice") == "none"


NONE = must(
    "tools.none-choice-makes-no-call",
    "With tool_choice none the answer holds no function call.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the choice is dropped on the way, and the tools are not",
    covers=("TO-02",),
)


@check(
    NONE,
    on=only(EVERY_RESPONSE_OBJECT, "every answer to a forbidden call", _forbids),
    exercised_by=probes.tool_choice_none,
)
def none_choice_makes_no_call(response: Node, exchange: Exchange) -> Findings:
    """Judge the items; a client runs each call that it is given."""
    _needs_output(response, exchange)
    for call in calls_in(response):
        yield call.finding("no function call, since tool_choice is none")


def _one_at_a_time(exchange: Exchange) -> bool:
    return exchange.request.field("parallel_tool_calls") is False


ONE = should(
    "tools.no-parallel-calls-when-disabled",
    "With parallel_tool_calls false the answer holds one function call at most.",
    source=f"{OPENAI_API}, parallel_tool_calls",
    needs=Capability.TOOLS,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="parallel_tool_calls is not in the gateway's list of members to pass on",
    covers=("TO-12",),
)


@check(
    ONE,
    on=only(
        EVERY_RESPONSE_OBJECT, "every answer without parallel calls", _one_at_a_time
    ),
    exercised_by=probes.parallel_calls,
)
def no_parallel_calls_when_disabled(response: Node, exchange: Exchange) -> Findings:
    """Judge how many calls there are; none is fine where the model prefers to talk."""
    _needs_output(response, exchange)
    calls = calls_in(response)
    for call in calls[1:]:
        yield call.finding("one function call at most", f"{len(calls)} calls")


UNDECLARED = should(
    "tools.undeclared-choice-is-refused",
    "A tool_choice that names a function which is not declared is refused.",
    source=_CHOICE,
    needs=Capability.TOOLS,
    cause="the choice is passed on, or dropped, without a look at the tools",
    covers=("TO-03",),
)


@check(UNDECLARED, on=probes.undeclared_tool_choice)
def undeclared_choice_is_refused(exchange: Exchange) -> Findings:
    """Judge the status: any 4xx will do, but one that speaks of the caller."""
    yield from expect_rejected(
        exchange, "a 4xx, since the chosen function is not declared"
    )
