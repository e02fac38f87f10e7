"""Tool round trips: a call comes out, its result goes in, and the model reads it."""

from conformance.contract.evidence.request_outcome import expect_accepted
from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.tools import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.requirement import (
    LEVELS_IF_MODELS_REQUIRE,
    Capability,
    must,
    should,
)
from conformance.model.sources import OPENAI_API, REPORTED_BUGS

Replies = tuple[Exchange, Exchange, Exchange]
"""The answers to a plain result, to one in brackets, and to one in parts."""

_SOURCE = f"{OPENAI_API}, function_call_output item"


def _replies(exchange: Exchange, replies: tuple[Replies, ...]) -> Replies:
    """Return the answers to the results; raises where no call was made."""
    if not replies:
        _ = exchange.response
        raise Inconclusive(
            f"{exchange.id}: the model called no function, though forced to"
        )
    return replies[0]


def _read(replies: Replies) -> Replies:
    """Return the replies where the plain one was taken; another clause blames that."""
    if not replies[0].has_response:
        raise Inconclusive(f"{replies[0].id}: no result was taken at all")
    return replies


ACCEPTED = must(
    "tools.own-call-is-accepted-as-input",
    "The items of an answer are accepted as input, the result of its call behind them.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="ids that the gateway made itself are unknown to the upstream it asks next",
    covers=("RV-07", "OI-15", "TO-09", "TO-10"),
)


@check(ACCEPTED, on=probes.tool_round_trip)
def own_call_is_accepted_as_input(exchange: Exchange, *replied: Replies) -> Findings:
    """Judge the status of the plain reply: all items go back word for word."""
    plain, _, _ = _replies(exchange, replied)
    yield from expect_accepted(plain, "an answer, since the items are the server's own")


STREAMED = must(
    "tools.streamed-call-is-accepted-as-input",
    "The items of a stream are accepted as input, the result of its call behind them.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="the streaming path makes ids that the gateway itself does not know",
    covers=("RV-07", "OI-15", "TO-09", "TO-10"),
)


@check(STREAMED, on=probes.tool_choice_required)
def streamed_call_is_accepted_as_input(
    pair: tuple[Exchange, Exchange], *replied: Exchange
) -> Findings:
    """Judge the status; the items are those of the stream's last snapshot."""
    if not replied:
        _ = [exchange.response for exchange in pair]  # a refusal tells more than this
        raise Inconclusive(f"{pair[1].id}: the stream has no call to reply to")
    yield from expect_accepted(
        replied[0], "an answer, since the items are the server's own"
    )


READ = should(
    "tools.result-reaches-the-model",
    "The model reads the result of its call.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="a converter drops results whose call it cannot find",
    covers=("TO-10",),
)


@check(READ, on=probes.tool_round_trip)
def result_reaches_the_model(exchange: Exchange, *replied: Replies) -> Findings:
    """Look for a word of the result in the answer, else at the prompt tokens.

    They must grow with the result. Counts that never move tell nothing.
    """
    plain, brackets, _ = _read(_replies(exchange, replied))
    before, short, long = map(input_tokens, (exchange, plain, brackets))
    if _said(plain):
        return
    if before is None or short is None or long is None or before == short == long:
        raise Inconclusive(f"{plain.id}: neither the text nor the usage tells")
    if long <= short:
        wanted = f"more prompt tokens than for a result of one line ({short})"
        yield brackets.finding("/usage", wanted, str(long))


def _said(plain: Exchange) -> bool:
    """Say whether the answer repeats the code word of the result."""
    result = plain.request.json["input"][-1]["output"]
    return result.rpartition(" ")[2].strip(".") in plain.text


PARTS = should(
    "tools.result-in-parts-reaches-the-model",
    "The result of a call may be a list of input_text parts.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="a converter knows results as texts only",
    covers=("RV-10",),
)


@check(PARTS, on=probes.tool_round_trip)
def result_in_parts_reaches_the_model(
    exchange: Exchange, *replied: Replies
) -> Findings:
    """Judge the status, and that a long result costs more than one of a line."""
    plain, _, parts = _read(_replies(exchange, replied))
    yield from expect_accepted(parts, "an answer, since parts are a form of a result")
    short, long = input_tokens(plain), input_tokens(parts)
    if short and long and long < short:
        wanted = f"more prompt tokens than for a result of one line ({short})"
        yield parts.finding("/usage", wanted, str(long))


OPAQUE = must(
    "tools.non-json-result-is-accepted",
    "The result of a call is any text, whatever it begins with.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="a result that begins with a bracket is put into an upstream's JSON as it is",
    covers=("RV-11",),
)


@check(OPAQUE, on=probes.tool_round_trip)
def non_json_result_is_accepted(exchange: Exchange, *replied: Replies) -> Findings:
    """Judge the status, where the same call with a plain result is accepted."""
    _, brackets, _ = _read(_replies(exchange, replied))
    yield from expect_accepted(brackets, "an answer, since a result is any text")
