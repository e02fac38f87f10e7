"""Concurrency: each response belongs to its request, however many run at once."""

import re
from dataclasses import dataclass
from typing import Final

from conformance.contract.evidence.declared_tools import is_self_contained
from conformance.contract.isolation import probes
from conformance.contract.tools import probes as tool_probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Finding, Node, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_CALL, EVERY_REQUEST, Observation
from conformance.model.sources import REPORTED_BUGS

_WORD: Final = re.compile(rb"(?<![A-Za-z0-9])[A-Z]{6}[0-9]{4}(?![A-Za-z0-9])")
"""The form of a test word: a random word that ``ProbeContext.word`` returns."""

NO_OTHER_TEXT = must(
    "isolation.no-text-from-another-request",
    "No response contains a random word that the run sent only in another request.",
    source=REPORTED_BUGS,
    cause="a converter, a buffer or a cache shares state between requests",
    covers=("CC-01", "CC-02", "CC-03", "CC-04"),
)


@dataclass(frozen=True)
class WordsOfExchange:
    """The test words in a request and its response, and whether the model answered."""

    sent: frozenset[bytes]
    received: frozenset[bytes]
    has_response: bool


def _words(exchange: Exchange) -> Observation | None:
    """Return the test words in request and response, or ``None`` if there are none.

    The words in a response are left out if its request refers to stored state, such as
    an earlier response: the words may come from that state.
    """
    request = exchange.request
    headers = " ".join(value for value in request.headers.values() if value)
    request_bytes = b" ".join(
        (request.content, request.path.encode(), headers.encode())
    )
    sent = frozenset(_WORD.findall(request_bytes.replace(b"\0", b"")))
    stateless = is_self_contained(request) and b"item_reference" not in request.content
    received = frozenset(_WORD.findall(exchange.body)) if stateless else frozenset()
    if not sent and not received:
        return None
    words = WordsOfExchange(sent, received, exchange.has_response)
    return Observation(words, exchange.id)


@check(
    NO_OTHER_TEXT,
    on=EVERY_REQUEST.collecting(_words),
    exercised_by=probes.concurrent_requests,
)
def no_text_from_another_request(observations: list[Observation]) -> Findings:
    """Compare the test words in each response of the run with those in all requests.

    A word is a finding if another request sent it and the response's own request did
    not. Error responses are checked too. Does not check responses to requests that
    refer to stored state. Does not report a word that is missing in a response, or a
    word that no request contains.
    """
    if sum(o.value.has_response and bool(o.value.received) for o in observations) < 2:
        raise Inconclusive("fewer than two responses contain a test word")
    senders = {word: o.exchange for o in observations for word in o.value.sent}
    for observation in observations:
        for word in observation.value.received - observation.value.sent:
            if word in senders:
                yield _leaked_word_finding(observation, word, senders[word])


def _leaked_word_finding(observation: Observation, word: bytes, sender: str) -> Finding:
    """Return the finding for a word that the exchange ``sender`` sent."""
    expected = f"no test word of {sender}, which is another request"
    return Finding("", expected, word.decode(), observation.exchange)


@dataclass(frozen=True)
class CallId:
    """The ``call_id`` of a function call, and the id of the response that has it."""

    call_id: str
    response_id: str


def _call_id(call: Node, exchange: Exchange) -> Observation | None:
    call_id, response_id = call.get("call_id"), exchange.response.get("id")
    if call_id is None or response_id is None or not call_id.value:
        return None
    value = CallId(str(call_id.value), str(response_id.value))
    return Observation(value, exchange.id, call_id.pointer)


UNIQUE_CALL_IDS = should(
    "isolation.call-ids-differ-between-responses",
    "Function calls in different responses have different values of `call_id`.",
    source=REPORTED_BUGS,
    needs=Capability.TOOLS,
    cause="the gateway builds `call_id` from the function name and a counter that "
    "restarts",
    covers=("CC-02", "TO-09"),
)


@check(
    UNIQUE_CALL_IDS,
    on=EVERY_CALL.collecting(_call_id),
    exercised_by=(tool_probes.tool_choice_required, tool_probes.tool_round_trip),
)
def call_ids_differ_between_responses(observations: list[Observation]) -> Findings:
    """Compare the ``call_id`` of the function calls in all responses of the run.

    A conversation may contain calls from several responses, and a client finds the
    output of each by its ``call_id``. Does not compare responses with the same id: they
    are one response, which the server sent more than once.
    """
    first_by_call_id = dict[str, Observation]()
    for observation in observations:
        call_id = observation.value.call_id
        earlier = first_by_call_id.setdefault(call_id, observation)
        if earlier.value.response_id != observation.value.response_id:
            expected = f"a call_id different from the one in {earlier.exchange}"
            yield Finding(
                observation.pointer, expected, quote(call_id), observation.exchange
            )


DIFFERENT_INSTRUCTIONS = must(
    "isolation.different-instructions-get-separate-responses",
    "Two requests that differ only in `instructions` get responses with different ids.",
    source=REPORTED_BUGS,
    cause="the gateway caches responses by `input` alone",
    covers=("CC-04",),
)


def _check_ids_differ(
    exchanges: tuple[Exchange, ...], indexes: tuple[int, int]
) -> Findings:
    """Yield a finding if the JSON responses at two indexes have the same id.

    Raises ``Inconclusive`` if one of the two has no id, or if all JSON responses of the
    probe have the same id: other requirements report both.
    """
    first, second = (exchanges[index] for index in indexes)
    ids = [exchange.response.get("id") for exchange in (first, second)]
    all_ids = (
        exchange.response_or_none.get("id")
        for exchange in exchanges[: probes.REQUESTS_PER_MODE]
        if exchange.response_or_none
    )
    distinct = {id_.value for id_ in all_ids if id_ and id_.is_a(str) and id_.value}
    if len(distinct) < 2 or not all(id_ and id_.is_a(str) and id_.value for id_ in ids):
        raise Inconclusive(f"{first.id}: the response ids are missing or all equal")
    for id_ in ids[1:]:
        if ids[0] and id_ and ids[0].value == id_.value:
            yield id_.finding(f"an id different from the one in {first.id}")


@check(DIFFERENT_INSTRUCTIONS, on=probes.concurrent_requests)
def different_instructions_get_separate_responses(
    exchanges: tuple[Exchange, ...],
) -> Findings:
    """Compare the ids of JSON responses to requests with different ``instructions``.

    Does not compare the texts of the responses.
    """
    yield from _check_ids_differ(exchanges, probes.DIFFERENT_INSTRUCTIONS)


IDENTICAL_REQUESTS = should(
    "isolation.equal-requests-get-separate-responses",
    "Two identical requests get responses with different ids.",
    source=REPORTED_BUGS,
    cause="the gateway answers identical requests from a cache, or merges them",
    covers=("CC-04", "RT-03"),
)


@check(IDENTICAL_REQUESTS, on=probes.concurrent_requests)
def equal_requests_get_separate_responses(exchanges: tuple[Exchange, ...]) -> Findings:
    """Compare the ids of the JSON responses to two identical requests.

    A client pays for each request, so each has a response of its own. Does not compare
    the texts of the responses.
    """
    yield from _check_ids_differ(exchanges, probes.IDENTICAL)
