"""Continuation: what ``previous_response_id`` brings back, and what GET returns."""

from collections.abc import Callable
from itertools import pairwise
from urllib.parse import unquote

from conformance.contract.evidence.request_outcome import (
    expect_accepted,
    expect_rejected,
)
from conformance.contract.evidence.token_counts import input_tokens, output_tokens
from conformance.contract.state import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import Capability, must, should
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API, REPORTED_BUGS

_PREVIOUS_ID = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/previous_response_id"
)

STORED_IS_FOUND = should(
    "state.stored-response-can-be-continued",
    "If `store` is `true` in a response, a request that continues it is not rejected "
    "with an error about an unknown response.",
    source=f"{OPENAI_API}, store",
    cause="the gateway echoes `store` from the request, but stores nothing",
    covers=("PR-03",),
)

_NOT_FOUND_PHRASES = (
    "not found",
    "not_found",
    "no such",
    "does not exist",
    "unknown",
    "expired",
)


@check(STORED_IS_FOUND, on=probes.two_turn_recall)
def stored_response_can_be_continued(first: Exchange, second: Exchange) -> Findings:
    """Check that a rejection of the second turn does not say "not found" or the like.

    Does not report other rejections, such as "unsupported field".
    """
    stored = first.response.get("store")
    if second.kind is not ResponseKind.CLIENT_ERROR:
        _ = second.response
        return
    error = second.body[:65536].decode("utf-8", "replace").lower()
    not_found = any(phrase in error for phrase in _NOT_FOUND_PHRASES)
    if stored is not None and stored.value is True and not_found:
        expected = "the stored response to be found"
        yield second.finding("status", expected, second.summary)


CONTEXT_READ = must(
    "state.previous-response-reaches-the-model",
    "`previous_response_id` gives the model the earlier turns of the conversation.",
    source=_PREVIOUS_ID,
    needs=Capability.STATE,
    cause="the gateway drops `previous_response_id` for upstreams that store nothing",
    covers=("PR-01", "RT-05"),
)


@check(CONTEXT_READ, on=probes.two_turn_recall)
def previous_response_reaches_the_model(first: Exchange, second: Exchange) -> Findings:
    """Check that the second turn repeats the word, or has more prompt tokens.

    The first message is several times as long as the second one, so a second turn with
    fewer prompt tokens did not read the first message. Equal counts are inconclusive:
    the server does not count.
    """
    word = probes.remembered_word(first.request.json["input"])
    if word in second.text:
        return
    before, after = input_tokens(first), input_tokens(second)
    if before is None or after is None or before == after:
        raise Inconclusive(
            f"{second.id}: neither the text nor the token counts show whether the "
            "first turn was read"
        )
    if after < before:
        expected = f"more than the {before} prompt tokens of turn 1"
        yield second.finding("/usage", expected, str(after))


_CHAIN_TURNS = 5
"""Number of turns of the probe ``chained_turns`` before its last two requests."""

STREAM_IS_FOUND = must(
    "state.streamed-response-can-be-continued",
    "A streamed response can be continued by its id as soon as the stream has ended.",
    source=_PREVIOUS_ID,
    needs=Capability.STATE,
    cause="the stream is stored in the background, or under another id",
    covers=("PR-06", "SE-10"),
)


@check(STREAM_IS_FOUND, on=probes.chained_turns)
def streamed_response_can_be_continued(*turns: Exchange) -> Findings:
    """Check that each turn that continues a stream succeeds.

    Does not check what the model read.
    """
    if len(turns) < 2:
        _ = turns[0].response
    for before, after in pairwise(turns[:_CHAIN_TURNS]):
        if before.request.streamed:
            yield from expect_accepted(after, "a 2xx status")


GROWTH = must(
    "state.context-grows-by-one-turn",
    "Each turn with a `previous_response_id` adds only itself to the context of the "
    "turn before it.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="earlier turns are prepended to a context that already contains them, or are "
    "left out",
    covers=("PR-01", "PR-09"),
)

_DOUBLING = 1.6
"""Growth divided by the growth of the turn before, above which it counts as doubled."""

_MAX_TURN_TOKENS = 64
"""Number of prompt tokens that a short turn may add, including the chat template."""


def _token_counts(
    turns: tuple[Exchange, ...], count: Callable[[Exchange], int | None], kind: str
) -> list[int]:
    """Return a token count of each turn; raises ``Inconclusive`` if one is missing."""
    counts = list[int]()
    for turn in turns:
        if (tokens := count(turn)) is None:
            raise Inconclusive(f"{turn.id}: usage has no {kind} token count")
        counts.append(tokens)
    return counts


@check(GROWTH, on=probes.chained_turns)
def context_grows_by_one_turn(*turns: Exchange) -> Findings:
    """Check that prompt tokens of turns 2 to 5 neither shrink nor grow exponentially.

    Does not compare turn 1: only it has instructions. Does not check the exact growth:
    a turn need not read the reasoning of the turn before. Equal counts in turns 3 to 5
    are inconclusive: the server does not count, or counts only new input.
    """
    if len(turns) <= _CHAIN_TURNS:
        raise Inconclusive("the chain ended before its fifth turn")
    prompts = _token_counts(turns[1:_CHAIN_TURNS], input_tokens, "input")
    for turn, (before, now) in zip(
        turns[2:_CHAIN_TURNS], pairwise(prompts), strict=True
    ):
        if now < before:
            expected = f"at least the {before} prompt tokens of the turn before"
            yield turn.finding("/usage", expected, str(now))
            return
    if prompts[1] == prompts[-1]:
        raise Inconclusive(f"turns 3 to 5 all report {prompts[1]} prompt tokens")
    outputs = _token_counts(turns[1 : _CHAIN_TURNS - 1], output_tokens, "output")
    yield from _check_doubling(turns[_CHAIN_TURNS - 1], prompts, outputs)


def _check_doubling(last: Exchange, prompts: list[int], outputs: list[int]) -> Findings:
    """Yield a finding if the growth of the prompt doubles from turn 3 to 4 to 5.

    ``prompts`` has the prompt tokens of turns 2 to 5, ``outputs`` the output tokens of
    turns 2 to 4. The growth does not include the output of the turn before.
    """
    third, fourth, fifth = (
        now - before - output
        for (before, now), output in zip(pairwise(prompts), outputs, strict=True)
    )
    doubles = fourth > _DOUBLING * third and fifth > _DOUBLING * fourth
    if doubles and fifth > _MAX_TURN_TOKENS:
        expected = f"about {fourth} more prompt tokens, as in turn 4"
        yield last.finding("/usage", expected, str(fifth))


OLD_INSTRUCTIONS = should(
    "state.instructions-are-not-carried-over",
    "`instructions` of one turn do not apply to the next turn.",
    source=f"{OPENAI_API}, instructions",
    needs=Capability.STATE,
    cause="the gateway stores `instructions` as a message of the conversation",
    covers=("PR-08",),
)


@check(OLD_INSTRUCTIONS, on=probes.chained_turns)
def instructions_are_not_carried_over(*turns: Exchange) -> Findings:
    """Check the second turn for a word that only the first turn's instructions have.

    Inconclusive if the model wrote that word in the first turn: the word is then part
    of the conversation.
    """
    if len(turns) < 2:
        raise Inconclusive("there is no second turn")
    first, second = turns[:2]
    word = probes.remembered_word(first.request.json["instructions"])
    echoed = second.response.get("instructions")
    if echoed is not None and word in str(echoed.value):
        yield echoed.finding("no instructions")
    elif word in first.text:
        raise Inconclusive(f"{first.id}: the model repeated its instructions")
    elif word in second.text:
        expected = "no text from earlier instructions"
        yield second.finding("/output", expected, second.text)


STORE_FALSE = should(
    "state.unstored-response-cannot-be-continued",
    "A request that continues a response with `store` set to `false` is rejected with "
    "a 4xx status.",
    source=f"{OPENAI_API}, store",
    needs=Capability.STATE,
    cause="the gateway stores every response, regardless of `store`",
    covers=("PR-10",),
)


@check(STORE_FALSE, on=probes.chained_turns)
def unstored_response_cannot_be_continued(*turns: Exchange) -> Findings:
    """Check the status of the request that continues the turn with ``store: false``.

    Does not check the error message.
    """
    if len(turns) <= _CHAIN_TURNS + 1:
        raise Inconclusive("no request with store false was answered")
    yield from expect_rejected(turns[_CHAIN_TURNS], "a 4xx status")


FETCH = should(
    "state.get-returns-the-response-or-error",
    "A GET request for a response id returns the response with that `id`, or a JSON "
    "object with status 400, 404, 405 or 501.",
    source=f"{OPENAI_API}, Get a model response",
    needs=Capability.STATE,
    cause="the GET route falls through to a web page, or makes a new id each time",
    covers=("ST-10", "PR-11"),
)

_UNSUPPORTED_STATUSES = frozenset({400, 404, 405, 501})


@check(FETCH, on=probes.chained_turns)
def get_returns_the_response_or_error(*turns: Exchange) -> Findings:
    """Check the status, that the body is JSON, and the ``id`` of a fetched response.

    Does not check any other field.
    """
    fetched = turns[-1]
    if fetched.request.method != "GET" or fetched.status in {0, 429, 502, 503}:
        raise Inconclusive("the response was not fetched")
    requested_id = unquote(fetched.request.path.rpartition("/")[2])
    if fetched.status not in {200, *_UNSUPPORTED_STATUSES}:
        expected = "200, 400, 404, 405 or 501"
        yield fetched.finding("status", expected, str(fetched.status))
    elif not fetched.is_json:
        got = f"{fetched.media_type or 'no media type'}, {fetched.summary}"
        yield fetched.finding("", "a JSON response or error", got)
    elif fetched.status in _UNSUPPORTED_STATUSES:
        if not fetched.json.expect(dict):
            yield fetched.json.finding("a non-empty error object")
    else:
        yield from fetched.json["id"].must_equal(requested_id, "the requested id")


STORED_CALL = must(
    "state.stored-call-result-is-accepted",
    "A `function_call_output` is accepted with only the `previous_response_id` of the "
    "response that contains the call.",
    source=_PREVIOUS_ID,
    needs=Capability.TOOLS,
    cause="the stored context keeps messages, but loses function calls",
    covers=("PR-07",),
)


@check(STORED_CALL, on=probes.stored_call)
def stored_call_result_is_accepted(
    call_exchange: Exchange, *result: Exchange
) -> Findings:
    """Check that the request with the id and the result succeeds.

    Does not check the output of the model.
    """
    if not result:
        _ = call_exchange.response
        raise Inconclusive(
            f"{call_exchange.id}: the model made no function call although one was "
            "forced"
        )
    yield from expect_accepted(result[0], "a 2xx status")
