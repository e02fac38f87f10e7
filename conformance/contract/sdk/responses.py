"""The official client: what it makes of the answers that a run brought.

The client reads recorded bytes (``conformance.clients.openai_client``), which costs no
request. Where it stumbles over something that a clause of another section blames,
that clause tells it better, and this section says nothing of it. Generated requests
are left out: the client is slow, and would never send them.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from conformance.clients import openai_client
from conformance.clients.openai_client import Call, ClientResult
from conformance.contract.errors import probes as error_probes
from conformance.contract.errors.envelope import OF_HTTP
from conformance.contract.evidence.attribution import explaining_requirements
from conformance.contract.limits import probes as limit_probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, OptionalDependency, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.generated_input import PREFIX
from conformance.model.node import Finding, Json, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import (
    EVERY_JSON_RESPONSE,
    EVERY_REJECTION,
    Observation,
    Scope,
    only,
)
from conformance.model.sources import REPORTED_BUGS

MOST: Final = 8
"""Answers that the client is given for one clause, each of another form."""


def is_read(exchange: Exchange) -> bool:
    """Say whether a program would see this answer: whole, and to a plain request."""
    whole = exchange.failure is None and exchange.request.disconnect_after is None
    return whole and not exchange.probe.startswith(PREFIX) and not exchange.rate_limited


def _noted(exchange: Exchange) -> Observation:
    return Observation(exchange, exchange.id)


def subject(of: Scope, name: str, test: Callable[[Exchange], bool]) -> Scope:
    """Hand all answers of a run over at once, at its end: the client takes its time."""
    return only(of, name, test).collecting(_noted)


CLIENT: Final = OptionalDependency(openai_client.missing_reason, openai_client.preload)

READ: Final = subject(EVERY_JSON_RESPONSE, "every JSON answer to a probe", is_read)
REFUSED: Final = subject(EVERY_REJECTION, "every refusal of a probe", is_read)


def _items(exchange: Exchange) -> list[Json]:
    output = (
        exchange.response_or_none.value.get("output")
        if exchange.response_or_none is not None
        else None
    )
    listed = output if isinstance(output, list) else []
    return [item for item in listed if isinstance(item, dict)]


def _kind(exchange: Exchange) -> Hashable:
    """Return what a JSON answer is made of."""
    return tuple(str(item.get("type")) for item in _items(exchange))


def _ground(exchange: Exchange) -> Hashable:
    return exchange.status, exchange.media_type, exchange.body[:1]


def chosen(
    notes: Iterable[Observation], form: Callable[[Exchange], Hashable]
) -> list[Exchange]:
    """Return one answer of each form, the shortest, ``MOST`` in all."""
    shortest = dict[Hashable, Exchange]()
    for note in notes:
        exchange: Exchange = note.value
        known = shortest.setdefault(form(exchange), exchange)
        if len(exchange.body) < len(known.body):
            shortest[form(exchange)] = exchange
    return list(shortest.values())[:MOST]


def judged(
    exchanges: Iterable[Exchange],
    profile: str,
    read: Callable[[Exchange], Iterable[Finding]],
) -> Findings:
    """Yield what the client stumbles over, unless another clause blames it.

    Raises ``Inconclusive`` where nothing is left to judge by.
    """
    judged, told = 0, ""
    for exchange in exchanges:
        found = list(read(exchange))
        if found and (blocks := explaining_requirements(exchange, profile)):
            told = f"{exchange.id}: {blocks[0]} tells it better: {found[0].got}"
            continue
        judged += 1
        yield from found
    if not judged:
        raise Inconclusive(told or "no answer that the client could read")


def _text(exchange: Exchange) -> str:
    """Return the text of a message: that of its parts which the client knows as text.

    Where there is none, that of the parts of the chat API, which it passes over.
    """
    return _text_of(exchange, "output_text") or _text_of(exchange, "text")


def _text_of(exchange: Exchange, type_: str) -> str:
    messages = (item for item in _items(exchange) if item.get("type") == "message")
    contents = (message.get("content") for message in messages)
    parts = (p for c in contents if isinstance(c, list) for p in c)
    texts = (
        part.get("text")
        for part in parts
        if isinstance(part, dict) and part.get("type") == type_
    )
    return "".join(text for text in texts if isinstance(text, str))


def _calls(exchange: Exchange) -> tuple[Call, ...]:
    return tuple(
        Call(item.get("call_id", ""), item.get("name", ""), item.get("arguments", ""))
        for item in _items(exchange)
        if item.get("type") == "function_call"
    )


def as_sent(exchange: Exchange, reading: ClientResult, how: str) -> Iterator[Finding]:
    """Compare what the client hands over with what is on the wire."""
    if reading.trouble:
        yield exchange.finding("", f"an answer that {how} reads", reading.trouble)
        return
    if reading.text != _text(exchange):
        wanted = f"the text {quote(_text(exchange))} from {how}"
        yield exchange.finding("/output", wanted, quote(reading.text))
    if reading.calls != _calls(exchange):
        wanted = f"the calls {_calls(exchange)} from {how}"
        yield exchange.finding("/output", wanted, str(reading.calls))


READS = must(
    "sdk.reads-a-response",
    "The official client reads the text or the calls of a response as they were sent.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="text is in parts of the chat API, or null where clients walk over it",
)


@check(
    READS,
    on=READ,
    exercised_by=(basic.text, limit_probes.output_cap),
    dependency=CLIENT,
)
def reads_a_response(notes: list[Observation], *, profile: str) -> Findings:
    """Judge output_text, function calls, and that nothing is raised."""

    def read(exchange: Exchange) -> Iterator[Finding]:
        yield from as_sent(
            exchange, openai_client.read_response(exchange), "responses.create"
        )

    yield from judged(chosen(notes, _kind), profile, read)


MESSAGE = should(
    "sdk.reads-the-error-message",
    "The error that the official client raises has the message of the refusal.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="the body of a refusal has a mark or an encoding that clients do not expect",
)


@check(
    MESSAGE,
    on=REFUSED,
    exercised_by=error_probes.repeated_input_errors,
    dependency=CLIENT,
)
def reads_the_error_message(notes: list[Observation], *, profile: str) -> Findings:
    """Judge the body of the exception, where programs look for code and message.

    Its class follows the status alone, which clauses of other sections judge. What a
    proxy refuses before it knows what is asked (413 ...) need not have a message.
    """
    known = [note for note in notes if note.value.status not in OF_HTTP]

    def read(exchange: Exchange) -> Iterator[Finding]:
        raised = openai_client.raised(exchange)
        if not raised.message:
            got = f"{raised.name} without one in its body"
            yield exchange.finding("/error/message", "an error with a message", got)

    yield from judged(chosen(known, _ground), profile, read)


ONCE = should(
    "sdk.does-not-retry-refused-requests",
    "The official client does not send a refused request a second time.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="a bad request is refused with a status or a header that asks for a retry",
)


@check(
    ONCE, on=REFUSED, exercised_by=error_probes.repeated_input_errors, dependency=CLIENT
)
def does_not_retry_refused_requests(
    notes: list[Observation], *, profile: str
) -> Findings:
    """Judge every refusal but 429.

    By its own rules the client retries 408, 409, and what x-should-retry asks for.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        if (sent := openai_client.raised(exchange).sent) > 1:
            yield exchange.finding("status", "one request", f"{sent} of them")

    yield from judged(chosen(notes, _ground), profile, read)
