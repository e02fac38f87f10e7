"""State: what ``previous_response_id`` brings back, and for whom."""

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

_MEMBER = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/previous_response_id"
)

FOUND = should(
    "state.stored-response-can-be-continued",
    "An answer that says it was stored is found when it is continued.",
    source=f"{OPENAI_API}, store",
    cause="store is repeated from the request, and nothing was ever kept",
    covers=("PR-03",),
)

_LOST = ("not found", "not_found", "no such", "does not exist", "unknown", "expired")


@check(FOUND, on=probes.two_turn_recall)
def stored_response_can_be_continued(told: Exchange, exchange: Exchange) -> Findings:
    """Judge the words of a refusal; one that lacks the capability is none of those."""
    stored = told.response.get("store")
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        _ = exchange.response
        return
    said = exchange.body[:65536].decode("utf-8", "replace").lower()
    if stored is not None and stored.value is True and any(w in said for w in _LOST):
        wanted = "the answer to be known, since its store is true"
        yield exchange.finding("status", wanted, exchange.summary)


READ = must(
    "state.previous-response-reaches-the-model",
    "A request with a previous_response_id is answered out of the conversation so far.",
    source=_MEMBER,
    needs=Capability.STATE,
    cause="the gateway drops the member for upstreams that keep nothing",
    covers=("PR-01", "RT-05"),
)


@check(READ, on=probes.two_turn_recall)
def previous_response_reaches_the_model(told: Exchange, exchange: Exchange) -> Findings:
    """Look for the word of the first turn in the second answer, else at the counts.

    The first message is several times as long as the second, so fewer prompt tokens
    in the second turn show that it was not read. Equal ones come from a server that
    does not count.
    """
    word = probes.word_in(told.request.json["input"])
    if word in exchange.text:
        return
    before, after = input_tokens(told), input_tokens(exchange)
    if before is None or after is None or before == after:
        raise Inconclusive(f"{exchange.id}: neither the text nor the usage tells")
    if after < before:
        wanted = f"more prompt tokens than in the first turn ({before})"
        yield exchange.finding("/usage", wanted, str(after))


_CHAIN = 5
"""Turns of a conversation by id, which two requests about it follow."""

STREAMED = must(
    "state.streamed-response-can-be-continued",
    "The id of a stream is known as soon as the stream has ended.",
    source=_MEMBER,
    needs=Capability.STATE,
    cause="a stream is stored in the background, or under another id",
    covers=("PR-06", "SE-10"),
)


@check(STREAMED, on=probes.chained_turns)
def streamed_response_can_be_continued(*turns: Exchange) -> Findings:
    """Judge the status of each turn that continues the id of a stream."""
    if len(turns) < 2:
        _ = turns[0].response
    for before, after in pairwise(turns[:_CHAIN]):
        if before.request.streamed:
            wanted = "an answer, since the id is that of the stream"
            yield from expect_accepted(after, wanted)


LINEAR = must(
    "state.context-grows-by-one-turn",
    "Each turn by id adds only itself to all that the turn before it read.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="earlier turns are put before a context that holds them, or left out of it",
    covers=("PR-01", "PR-09"),
)

_DOUBLING = 1.6
_NOISE = 64
"""Prompt tokens that a turn of a few words may add, whatever its template."""


def _told(
    turns: tuple[Exchange, ...], count: Callable[[Exchange], int | None], what: str
) -> list[int]:
    """Return a count of each turn; raises ``Inconclusive`` where one is not told."""
    counts = list[int]()
    for turn in turns:
        if (told := count(turn)) is None:
            raise Inconclusive(f"{turn.id}: the usage does not tell what was {what}")
        counts.append(told)
    return counts


@check(LINEAR, on=probes.chained_turns)
def context_grows_by_one_turn(*turns: Exchange) -> Findings:
    """Judge turns two to five: one that reads less, or growth that doubles twice.

    The first has instructions, which no other reads. By how much a turn has to grow
    is not judged: what a model thought is written, and need not be read again. Where
    the last three, which ask the same, read no more each time, nothing shows: they
    come from a server that does not count, or counts only what is new.
    """
    if len(turns) <= _CHAIN:
        raise Inconclusive("the chain broke off before its fifth turn")
    read = _told(turns[1:_CHAIN], input_tokens, "read")
    for turn, (before, now) in zip(turns[2:_CHAIN], pairwise(read), strict=True):
        if now < before:
            wanted = f"more prompt tokens than in the turn before ({before})"
            yield turn.finding("/usage", wanted, str(now))
            return
    if read[1] == read[-1]:
        raise Inconclusive(f"each of the last turns is counted as {read[1]} tokens")
    written = _told(turns[1 : _CHAIN - 1], output_tokens, "written")
    yield from _doubled(turns[_CHAIN - 1], read, written)


def _doubled(last: Exchange, read: list[int], written: list[int]) -> Findings:
    """Compare by how much each turn outgrows the one before, that answer apart."""
    third, fourth, fifth = (
        now - before - said
        for (before, now), said in zip(pairwise(read), written, strict=True)
    )
    doubles = fourth > _DOUBLING * third and fifth > _DOUBLING * fourth
    if doubles and fifth > _NOISE:
        wanted = f"about as many more prompt tokens as a turn before ({fourth})"
        yield last.finding("/usage", wanted, str(fifth))


INSTRUCTIONS = should(
    "state.instructions-are-not-carried-over",
    "The instructions of one turn do not hold in the next.",
    source=f"{OPENAI_API}, instructions",
    needs=Capability.STATE,
    cause="instructions are stored as a message of the conversation",
    covers=("PR-08",),
)


@check(INSTRUCTIONS, on=probes.chained_turns)
def instructions_are_not_carried_over(*turns: Exchange) -> Findings:
    """Look for a word that stood in the first turn's instructions alone.

    A model that let it slip in its first answer has put it into the context itself.
    """
    if len(turns) < 2:
        raise Inconclusive("there is no second turn")
    first, second = turns[:2]
    word = probes.word_in(first.request.json["instructions"])
    repeated = second.response.get("instructions")
    if repeated is not None and word in str(repeated.value):
        yield repeated.finding("no instructions, since this turn has none")
    elif word in first.text:
        raise Inconclusive(f"{first.id}: the model told its instructions itself")
    elif word in second.text:
        yield second.finding("/output", "nothing of earlier instructions", second.text)


UNSTORED = should(
    "state.unstored-response-cannot-be-continued",
    "An answer that was not to be stored cannot be continued.",
    source=f"{OPENAI_API}, store",
    needs=Capability.STATE,
    cause="everything is stored, whatever store says",
    covers=("PR-10",),
)


@check(UNSTORED, on=probes.chained_turns)
def unstored_response_cannot_be_continued(*turns: Exchange) -> Findings:
    """Judge the status of a turn that continues one with store false."""
    if len(turns) <= _CHAIN + 1:
        raise Inconclusive("no turn was answered that asked not to be stored")
    yield from expect_rejected(turns[_CHAIN], "a 4xx, since the answer was not stored")


FETCHED = should(
    "state.get-returns-the-response-or-error",
    "A GET of an answer's id returns that answer, or says in JSON that it does not.",
    source=f"{OPENAI_API}, Get a model response",
    needs=Capability.STATE,
    cause="companion routes fall through to a web page, or make a new id each time",
    covers=("ST-10", "PR-11"),
)

_LACKING = frozenset({400, 404, 405, 501})


@check(FETCHED, on=probes.chained_turns)
def get_returns_the_response_or_error(*turns: Exchange) -> Findings:
    """Judge status, form and id; what else the object holds is not looked at."""
    fetched = turns[-1]
    if fetched.request.method != "GET" or fetched.status in {0, 429, 502, 503}:
        raise Inconclusive("the answer was not fetched")
    asked = unquote(fetched.request.path.rpartition("/")[2])
    if fetched.status not in {200, *_LACKING}:
        yield fetched.finding("status", "200, 404, 405 or 501", str(fetched.status))
    elif not fetched.is_json:
        got = f"{fetched.media_type or 'no media type'}, {fetched.summary}"
        yield fetched.finding("", "the answer in JSON, or an object that says why", got)
    elif fetched.status in _LACKING:
        if not fetched.json.expect(dict):
            yield fetched.json.finding("an object that says why not")
    else:
        yield from fetched.json["id"].must_equal(asked, "the id that was asked for")


CALLS = must(
    "state.stored-call-result-is-accepted",
    "A stored function call is answered by the id of its response, and its result.",
    source=_MEMBER,
    needs=Capability.TOOLS,
    cause="stored context keeps messages, and loses calls",
    covers=("PR-07",),
)


@check(CALLS, on=probes.stored_call)
def stored_call_result_is_accepted(exchange: Exchange, *replied: Exchange) -> Findings:
    """Judge the status of the second turn, which has nothing but id and result."""
    if not replied:
        _ = exchange.response
        raise Inconclusive(
            f"{exchange.id}: the model called no function, though forced to"
        )
    yield from expect_accepted(
        replied[0], "an answer, since the call is in the context"
    )
