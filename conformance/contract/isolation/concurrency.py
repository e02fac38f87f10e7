"""Isolation: an answer belongs to its request, however many there are at once."""

import re
from dataclasses import dataclass
from typing import Final

from conformance.contract.evidence.declared_tools import self_contained
from conformance.contract.isolation import probes
from conformance.contract.tools import probes as tool_probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Finding, Node, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_ATTEMPT, EVERY_CALL, Observation
from conformance.model.sources import REPORTED_BUGS

_WORD: Final = re.compile(rb"(?<![A-Za-z0-9])[A-Z]{6}[0-9]{4}(?![A-Za-z0-9])")
"""The form of the words that probes make up; see ``Setting.word``."""

FOREIGN = must(
    "isolation.no-text-from-another-request",
    "No answer holds a word that only another request has.",
    source=REPORTED_BUGS,
    cause="state of a converter, a buffer or a cache is shared between requests",
    covers=("CC-01", "CC-02", "CC-03", "CC-04"),
)


@dataclass(frozen=True)
class Words:
    """Which of our words one request has, and which its answer has."""

    own: frozenset[bytes]
    heard: frozenset[bytes]
    answered: bool


def _words_of(exchange: Exchange) -> Observation | None:
    request = exchange.request
    headers = " ".join(v for v in request.headers.values() if v)
    whole = b" ".join((request.content, request.path.encode(), headers.encode()))
    own = frozenset(_WORD.findall(whole.replace(b"\0", b"")))
    alone = self_contained(request) and b"item_reference" not in request.content
    heard = frozenset(_WORD.findall(exchange.body)) if alone else frozenset()
    if not own and not heard:
        return None
    return Observation(Words(own, heard, exchange.has_response), exchange.id)


@check(
    FOREIGN,
    on=EVERY_ATTEMPT.collecting(_words_of),
    exercised_by=probes.concurrent_requests,
)
def no_text_from_another_request(notes: list[Observation]) -> Findings:
    """Judge every answer of the run, but those to requests that bring a context by id.

    A word that a model leaves out is no finding, and neither is one that no request
    of this run has.
    """
    if sum(n.value.answered and bool(n.value.heard) for n in notes) < 2:
        raise Inconclusive("fewer than two answers hold any word of ours")
    sent = {word: note.exchange for note in notes for word in note.value.own}
    for note in notes:
        for word in note.value.heard - note.value.own:
            if word in sent:
                yield _stray(note, word, sent[word])


def _stray(note: Observation, word: bytes, owner: str) -> Finding:
    wanted = f"no word of {owner}, which is another request"
    return Finding("", wanted, word.decode(), note.exchange)


@dataclass(frozen=True)
class Id:
    """The call_id of a call, and the id of the answer that it stands in."""

    call_id: str
    response: str


def _call_id(call: Node, exchange: Exchange) -> Observation | None:
    call_id, response = call.get("call_id"), exchange.response.get("id")
    if call_id is None or response is None or not call_id.value:
        return None
    return Observation(
        Id(str(call_id.value), str(response.value)), exchange.id, call_id.pointer
    )


CALLS = should(
    "isolation.call-ids-differ-between-responses",
    "No two answers have a function call of the same call_id.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="call ids are the function's name and a number that starts again",
    covers=("CC-02", "TO-09"),
)


@check(
    CALLS,
    on=EVERY_CALL.collecting(_call_id),
    exercised_by=(tool_probes.tool_choice_required, tool_probes.tool_round_trip),
)
def call_ids_differ_between_responses(notes: list[Observation]) -> Findings:
    """Judge across answers: the calls of several turns end up in one conversation.

    An answer that is given again, under its own id, counts once.
    """
    first = dict[str, Observation]()
    for note in notes:
        before = first.setdefault(note.value.call_id, note)
        if before.value.response != note.value.response:
            wanted = f"another call_id than in {before.exchange}"
            yield Finding(
                note.pointer, wanted, quote(note.value.call_id), note.exchange
            )


Burst = tuple[Exchange, ...]

INSTRUCTIONS = must(
    "isolation.different-instructions-get-separate-responses",
    "Two requests that differ in their instructions have two answers.",
    source=REPORTED_BUGS,
    cause="a cache of answers takes its key from the input alone",
    covers=("CC-04",),
)


def _one_answer(burst: Burst, places: tuple[int, int], wanted: str) -> Findings:
    """Yield a finding where two JSON answers have one id, and others another."""
    first, second = (burst[place] for place in places)
    ids = [exchange.response.get("id") for exchange in (first, second)]
    others = (
        x.response_or_none.get("id")
        for x in burst[: probes.EACH_WAY]
        if x.response_or_none
    )
    told = {id_.value for id_ in others if id_ and id_.is_a(str) and id_.value}
    if len(told) < 2 or not all(id_ and id_.is_a(str) and id_.value for id_ in ids):
        raise Inconclusive(f"{first.id}: the ids of the answers tell nothing")
    for id_ in ids[1:]:
        if ids[0] and id_ and ids[0].value == id_.value:
            yield id_.finding(f"{wanted} {first.id}")


@check(INSTRUCTIONS, on=probes.concurrent_requests)
def different_instructions_get_separate_responses(burst: Burst) -> Findings:
    """Judge the ids of two requests that are alike but for their instructions."""
    yield from _one_answer(burst, probes.ALIKE, "another answer than that of")


TWINS = should(
    "isolation.equal-requests-get-separate-responses",
    "Two requests that are equal in every byte have two answers.",
    source=REPORTED_BUGS,
    cause="equal requests are answered out of a cache, or run as one",
    covers=("CC-04", "RT-03"),
)


@check(TWINS, on=probes.concurrent_requests)
def equal_requests_get_separate_responses(burst: Burst) -> Findings:
    """Judge the ids: each answer can be continued, and is billed, by itself."""
    yield from _one_answer(burst, probes.TWINS, "an answer of its own, not that of")
