"""What a check looks at when it is judged on every exchange of a run.

A subject picks, out of one exchange, the things that a clause speaks of: nothing
where the clause does not apply. A clause that found no subject in a whole run was
not judged, and never counts as passed. Requests with another method than POST, or
to another path, belong to the probes that make them, and are no subject of anything
here.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.node import UnexpectedValue
from conformance.model.request import PATH

Picked = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """A value taken from one exchange, to be judged beside all others.

    There may be one for each exchange of a run, so equal pointers are one object.
    """

    value: Any
    exchange: str
    pointer: str = ""

    def __post_init__(self) -> None:
        """Put the one object in the place of the pointer."""
        object.__setattr__(self, "pointer", sys.intern(self.pointer))


@dataclass(frozen=True)
class Scope:
    """Which things of an exchange are handed to a check, one call each.

    Where ``of`` picks nothing, this picks nothing either, and need not be asked: most
    exchanges are refusals, and most clauses speak of answers. With ``test`` it picks
    what ``of`` picks, of the exchanges for which that holds. Of notes with equal
    values ``alike`` are kept at most, all where it is ``None``.
    """

    name: str
    select: Callable[[Exchange], Iterable[Picked]]
    observe: Callable[..., Observation | None] | None = None
    within: "Scope | None" = None
    where: Callable[[Exchange], bool] | None = None
    max_equal: int | None = None

    def collecting(
        self, note: Callable[..., Observation | None], alike: int | None = None
    ) -> "Scope":
        """Return a subject whose check is called once, with all notes of a run.

        ``note`` gets what the check would have got, and returns a ``Observation`` or
        ``None`` where there is nothing to note.
        """
        return replace(self, observe=note, max_equal=alike)


def _is_create_request(exchange: Exchange) -> bool:
    request = exchange.request
    if request.method != "POST":
        return False
    return request.path == PATH or request.path.startswith(f"{PATH}?")


def _has_status(exchange: Exchange) -> bool:
    return exchange.status != 0 and _is_create_request(exchange)


def _exchange(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.kind is not ResponseKind.UNRECOGNIZED:
        yield (exchange,)


def _attempt(exchange: Exchange) -> Iterator[Picked]:
    if _is_create_request(exchange):
        yield (exchange,)


def _two_xx(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and 200 <= exchange.status < 300:
        yield (exchange,)


def _answered(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.has_response:
        yield (exchange,)


def _json_response(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.kind is ResponseKind.RESPONSE:
        yield (exchange,)


def _rejection(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.kind is ResponseKind.CLIENT_ERROR:
        yield (exchange,)


def _error(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.status >= 400:
        yield (exchange,)


def _stream(exchange: Exchange) -> Iterator[Picked]:
    if _has_status(exchange) and exchange.kind is ResponseKind.STREAM:
        yield (exchange,)


def _response(exchange: Exchange) -> Iterator[Picked]:
    if not _has_status(exchange) or not exchange.has_response:
        return
    final = exchange.response_or_none
    if final is not None and final.is_a(dict):
        yield final, exchange


def _usage(exchange: Exchange) -> Iterator[Picked]:
    for response, _ in _response(exchange):
        usage = response.get("usage")
        if usage is not None and usage.is_a(dict):
            yield usage, exchange


def _item(exchange: Exchange) -> Iterator[Picked]:
    for response, _ in _response(exchange):
        try:
            items = list(response["output"])
        except UnexpectedValue:
            return
        for item in items:
            if item.is_a(dict):
                yield item, exchange


def _items_of(type_: str) -> Callable[[Exchange], Iterator[Picked]]:
    def pick(exchange: Exchange) -> Iterator[Picked]:
        for item, whole in _item(exchange):
            if item.value.get("type") == type_:
                yield item, whole

    return pick


def _part(exchange: Exchange) -> Iterator[Picked]:
    for item, whole in _items_of("message")(exchange):
        content = item.get("content")
        if content is not None and content.is_a(list):
            for part in content:
                if part.is_a(dict):
                    yield part, whole


EVERY_ATTEMPT = Scope("every request", _attempt)
"""(exchange,): each POST, answered or not."""

EVERY_EXCHANGE = Scope("every exchange", _exchange, within=EVERY_ATTEMPT)
"""(exchange,): each POST whose answer the contract knows."""

EVERY_2XX = Scope("every success", _two_xx, within=EVERY_ATTEMPT)
"""(exchange,): each POST with a 2xx, whatever its body."""

EVERY_ANSWERED_REQUEST = Scope("every answer", _answered, within=EVERY_2XX)
"""(exchange,): each response object or stream."""

EVERY_JSON_RESPONSE = Scope(
    "every JSON answer", _json_response, within=EVERY_ANSWERED_REQUEST
)
"""(exchange,): each response object that is not a stream."""

EVERY_ERROR = Scope("every error", _error, within=EVERY_ATTEMPT)
"""(exchange,): each 4xx and 5xx."""

EVERY_REJECTION = Scope("every refusal", _rejection, within=EVERY_ERROR)
"""(exchange,): each 4xx."""

EVERY_STREAM = Scope("every stream", _stream, within=EVERY_ANSWERED_REQUEST)
"""(exchange,): each stream with an event."""

EVERY_RESPONSE_OBJECT = Scope(
    "every response object", _response, within=EVERY_ANSWERED_REQUEST
)
"""(response, exchange): each final response object, a stream's last snapshot too."""

EVERY_USAGE = Scope("every usage object", _usage, within=EVERY_RESPONSE_OBJECT)
"""(usage, exchange): each usage object of a final response."""

EVERY_ITEM = Scope("every output item", _item, within=EVERY_RESPONSE_OBJECT)
"""(item, exchange): each output item of a final response."""

EVERY_MESSAGE = Scope("every message item", _items_of("message"), within=EVERY_ITEM)
EVERY_CALL = Scope("every function call", _items_of("function_call"), within=EVERY_ITEM)
EVERY_REASONING = Scope(
    "every reasoning item", _items_of("reasoning"), within=EVERY_ITEM
)

EVERY_PART = Scope("every content part", _part, within=EVERY_MESSAGE)
"""(part, exchange): each content part of a message item."""


def every(
    name: str,
    pick: Callable[[Exchange], Iterable[Picked]],
    of: Scope | None = None,
) -> Scope:
    """Make a subject of one's own; ``pick`` yields argument tuples.

    Name as ``of`` what must pick something if ``pick`` is to.
    """
    return Scope(name, pick, within=of)


def only(subject: Scope, name: str, test: Callable[[Exchange], bool]) -> Scope:
    """Narrow a subject to the exchanges for which ``test`` holds."""

    def pick(exchange: Exchange) -> Iterable[Picked]:
        return subject.select(exchange) if test(exchange) else ()

    return Scope(name, pick, within=subject, where=test)
