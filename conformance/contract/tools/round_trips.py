"""Tool round trips: a call and its result are accepted as input and reach the model."""

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

ResultTurn = tuple[Exchange, Exchange, Exchange]
"""Exchanges that send a short result, a long one in brackets, and one in parts."""

_SOURCE = f"{OPENAI_API}, function_call_output item"


def _result_turn(call_exchange: Exchange, turns: tuple[ResultTurn, ...]) -> ResultTurn:
    """Return the turn with the results.

    Raises ``Inconclusive`` if it does not exist because the model made no call.
    """
    if not turns:
        _ = call_exchange.response  # raises the more specific reason, if there is one
        raise Inconclusive(
            f"{call_exchange.id}: the model made no function call although one was "
            "forced"
        )
    return turns[0]


def _with_accepted_result(turn: ResultTurn) -> ResultTurn:
    """Return the turn if the short result was accepted; otherwise raise.

    Raises ``Inconclusive`` because ``tools.own-call-is-accepted-as-input`` reports the
    rejection.
    """
    if not turn[0].has_response:
        raise Inconclusive(f"{turn[0].id}: the short result was not accepted")
    return turn


JSON_CALL_ACCEPTED = must(
    "tools.own-call-is-accepted-as-input",
    "The output items of a JSON response with a function call, followed by the result "
    "of the call, are accepted as input.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="the gateway generates ids, which the upstream rejects as input",
    covers=("RV-07", "OI-15", "TO-09", "TO-10"),
)


@check(JSON_CALL_ACCEPTED, on=probes.tool_round_trip)
def own_call_is_accepted_as_input(
    call_exchange: Exchange, *results: ResultTurn
) -> Findings:
    """Check that the request with the short result succeeds.

    It contains all output items unchanged. Does not check the output of the model.
    """
    short_result, _, _ = _result_turn(call_exchange, results)
    yield from expect_accepted(short_result, "a 2xx status")


STREAMED_CALL_ACCEPTED = must(
    "tools.streamed-call-is-accepted-as-input",
    "The output items of a streamed response with a function call, followed by the "
    "result of the call, are accepted as input.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="the streaming path generates ids, which the gateway rejects as input",
    covers=("RV-07", "OI-15", "TO-09", "TO-10"),
)


@check(STREAMED_CALL_ACCEPTED, on=probes.tool_choice_required)
def streamed_call_is_accepted_as_input(
    json_and_stream: tuple[Exchange, Exchange], *result: Exchange
) -> Findings:
    """Check that the request with the items of the final snapshot succeeds.

    Does not check the output of the model.
    """
    if not result:
        # Raise the more specific reason, such as a rejection, if there is one.
        _ = [exchange.response for exchange in json_and_stream]
        raise Inconclusive(f"{json_and_stream[1].id}: the stream contains no call")
    yield from expect_accepted(result[0], "a 2xx status")


RESULT_READ = should(
    "tools.result-reaches-the-model",
    "The result of a function call reaches the model.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    cause="the converter drops results whose call it cannot find",
    covers=("TO-10",),
)


@check(RESULT_READ, on=probes.tool_round_trip)
def result_reaches_the_model(call_exchange: Exchange, *results: ResultTurn) -> Findings:
    """Check for the result's code word in the output, or for a growing token count.

    If the model does not repeat the code word, the long result must use more prompt
    tokens than the short one. Inconclusive if all three counts are equal.
    """
    turn = _result_turn(call_exchange, results)
    short_result, long_result, _ = _with_accepted_result(turn)
    before, short, long = map(input_tokens, (call_exchange, short_result, long_result))
    if _repeats_code_word(short_result):
        return
    if before is None or short is None or long is None or before == short == long:
        raise Inconclusive(
            f"{short_result.id}: neither the text nor the token counts show whether "
            "the result was read"
        )
    if long <= short:
        expected = f"more than the {short} prompt tokens of a short result"
        yield long_result.finding("/usage", expected, str(long))


def _repeats_code_word(exchange: Exchange) -> bool:
    """Return whether the output contains the last word of the result in the request."""
    result = exchange.request.json["input"][-1]["output"]
    return result.rpartition(" ")[2].strip(".") in exchange.text


PARTS_READ = should(
    "tools.result-in-parts-reaches-the-model",
    "A `function_call_output` whose `output` is an array of `input_text` parts is "
    "accepted, and the parts reach the model.",
    source=_SOURCE,
    needs=Capability.TOOLS,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the converter supports only results that are strings",
    covers=("RV-10",),
)


@check(PARTS_READ, on=probes.tool_round_trip)
def result_in_parts_reaches_the_model(
    call_exchange: Exchange, *results: ResultTurn
) -> Findings:
    """Check that the request succeeds, with at least the tokens of a short result.

    The parts are longer than the short result. Does not compare token counts that
    are missing.
    """
    turn = _result_turn(call_exchange, results)
    short_result, _, parts_result = _with_accepted_result(turn)
    yield from expect_accepted(parts_result, "a 2xx status")
    short, long = input_tokens(short_result), input_tokens(parts_result)
    if short and long and long < short:
        expected = f"at least the {short} prompt tokens of a short result"
        yield parts_result.finding("/usage", expected, str(long))


NON_JSON_ACCEPTED = must(
    "tools.non-json-result-is-accepted",
    "A `function_call_output` whose `output` starts with a bracket but is not JSON is "
    "accepted.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="the gateway inserts a result that starts with a bracket into the upstream's "
    "JSON unescaped",
    covers=("RV-11",),
)


@check(NON_JSON_ACCEPTED, on=probes.tool_round_trip)
def non_json_result_is_accepted(
    call_exchange: Exchange, *results: ResultTurn
) -> Findings:
    """Check that the request succeeds, if the same call with a short result does.

    Does not check the output of the model.
    """
    turn = _result_turn(call_exchange, results)
    _, long_result, _ = _with_accepted_result(turn)
    yield from expect_accepted(long_result, "a 2xx status")
