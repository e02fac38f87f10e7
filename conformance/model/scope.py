"""Scopes: select the part of each exchange that a universal check applies to.

A universal check runs on every exchange of a run, not only on those of one probe.
A scope selects nothing from an exchange that the requirement does not apply to. If it
selects nothing in a whole run, the requirement was not tested and does not pass. Only
POST requests to ``/v1/responses`` are in a scope: all others are evaluated by the
probes that send them.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.node import UnexpectedValue
from conformance.model.request import PATH

CheckArguments = tuple[Any, ...]
"""The arguments for one call of a check."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A value from one exchange that is compared with the values from all others.

    ``exchange`` is the id of that exchange. ``pointer`` is the location of the value.
    A run may have one observation for each exchange. To save memory, equal pointers
    share one string.
    """

    value: Any
    exchange: str
    pointer: str = ""

    def __post_init__(self) -> None:
        """Replace the pointer by its interned string."""
        object.__setattr__(self, "pointer", sys.intern(self.pointer))


@dataclass(frozen=True)
class Scope:
    """Where a universal check gets its arguments from.

    ``select`` yields the arguments of each call for an exchange, such as one call for
    each output item. With ``observe``, the check is called once, with all observations
    of the run; ``max_equal`` limits how many observations with the same value are kept,
    where ``None`` keeps all.

    ``within`` names a wider scope: if that selects nothing from an exchange, neither
    does this one, so ``select`` is not called. That saves most calls: most exchanges
    are rejections, and most requirements are about responses. With ``where``, this
    scope selects the same as ``within``, but only from the exchanges for which
    ``where`` returns true.
    """

    name: str
    select: Callable[[Exchange], Iterable[CheckArguments]]
    observe: Callable[..., Observation | None] | None = None
    within: "Scope | None" = None
    where: Callable[[Exchange], bool] | None = None
    max_equal: int | None = None

    def collecting(
        self, observe: Callable[..., Observation | None], max_equal: int | None = None
    ) -> "Scope":
        """Return a scope whose check is called once, with all observations of a run.

        ``observe`` receives what the check would have received, and returns an
        ``Observation``, or ``None`` if there is nothing to observe. Of observations
        with the same value, at most ``max_equal`` are kept.
        """
        return replace(self, observe=observe, max_equal=max_equal)


def _is_create_request(exchange: Exchange) -> bool:
    request = exchange.request
    if request.method != "POST":
        return False
    return request.path == PATH or request.path.startswith(f"{PATH}?")


def _is_create_with_status(exchange: Exchange) -> bool:
    return exchange.status != 0 and _is_create_request(exchange)


def _create_request(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_request(exchange):
        yield (exchange,)


def _recognized(exchange: Exchange) -> Iterator[CheckArguments]:
    if (
        _is_create_with_status(exchange)
        and exchange.kind is not ResponseKind.UNRECOGNIZED
    ):
        yield (exchange,)


def _success(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and 200 <= exchange.status < 300:
        yield (exchange,)


def _object_or_stream(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and exchange.has_response:
        yield (exchange,)


def _json_response(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and exchange.kind is ResponseKind.RESPONSE:
        yield (exchange,)


def _rejection(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and exchange.kind is ResponseKind.CLIENT_ERROR:
        yield (exchange,)


def _error(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and exchange.status >= 400:
        yield (exchange,)


def _stream(exchange: Exchange) -> Iterator[CheckArguments]:
    if _is_create_with_status(exchange) and exchange.kind is ResponseKind.STREAM:
        yield (exchange,)


def _response_object(exchange: Exchange) -> Iterator[CheckArguments]:
    if not _is_create_with_status(exchange) or not exchange.has_response:
        return
    response = exchange.response_or_none
    if response is not None and response.is_a(dict):
        yield response, exchange


def _usage(exchange: Exchange) -> Iterator[CheckArguments]:
    for response, _ in _response_object(exchange):
        usage = response.get("usage")
        if usage is not None and usage.is_a(dict):
            yield usage, exchange


def _output_items(exchange: Exchange) -> Iterator[CheckArguments]:
    for response, _ in _response_object(exchange):
        try:
            items = list(response["output"])
        except UnexpectedValue:
            return
        for item in items:
            if item.is_a(dict):
                yield item, exchange


def _items_of(type_: str) -> Callable[[Exchange], Iterator[CheckArguments]]:
    def select(exchange: Exchange) -> Iterator[CheckArguments]:
        for item, _ in _output_items(exchange):
            if item.value.get("type") == type_:
                yield item, exchange

    return select


_messages = _items_of("message")


def _content_parts(exchange: Exchange) -> Iterator[CheckArguments]:
    for item, _ in _messages(exchange):
        content = item.get("content")
        if content is not None and content.is_a(list):
            for part in content:
                if part.is_a(dict):
                    yield part, exchange


EVERY_REQUEST = Scope("every request", _create_request)
"""(exchange,): each POST, with or without a response."""

EVERY_RECOGNIZED_RESPONSE = Scope(
    "every recognized response", _recognized, within=EVERY_REQUEST
)
"""(exchange,): each POST with a response, except kind ``UNRECOGNIZED``."""

EVERY_2XX = Scope("every 2xx response", _success, within=EVERY_REQUEST)
"""(exchange,): each POST with a 2xx response, whatever its body."""

EVERY_OBJECT_OR_STREAM = Scope(
    "every response object or stream", _object_or_stream, within=EVERY_2XX
)
"""(exchange,): each POST with a response object or an event stream."""

EVERY_JSON_RESPONSE = Scope(
    "every JSON response", _json_response, within=EVERY_OBJECT_OR_STREAM
)
"""(exchange,): each POST with a response object as its body."""

EVERY_ERROR = Scope("every 4xx or 5xx response", _error, within=EVERY_REQUEST)
"""(exchange,): each POST with a 4xx or 5xx response."""

EVERY_REJECTION = Scope("every 4xx response", _rejection, within=EVERY_ERROR)
"""(exchange,): each POST with a 4xx response."""

EVERY_STREAM = Scope("every stream", _stream, within=EVERY_OBJECT_OR_STREAM)
"""(exchange,): each POST with an event stream."""

EVERY_RESPONSE_OBJECT = Scope(
    "every response object", _response_object, within=EVERY_OBJECT_OR_STREAM
)
"""(response, exchange): each response object, from JSON and from terminal events."""

EVERY_USAGE = Scope("every usage object", _usage, within=EVERY_RESPONSE_OBJECT)
"""(usage, exchange): the usage object of each response object."""

EVERY_ITEM = Scope("every output item", _output_items, within=EVERY_RESPONSE_OBJECT)
"""(item, exchange): each output item of each response object."""

EVERY_MESSAGE = Scope("every message item", _messages, within=EVERY_ITEM)
"""(item, exchange): each message item; the next 2 scopes select items in this form."""

EVERY_CALL = Scope("every function call", _items_of("function_call"), within=EVERY_ITEM)
EVERY_REASONING = Scope(
    "every reasoning item", _items_of("reasoning"), within=EVERY_ITEM
)

EVERY_PART = Scope("every content part", _content_parts, within=EVERY_MESSAGE)
"""(part, exchange): each content part of each message item."""


def every(
    name: str,
    select: Callable[[Exchange], Iterable[CheckArguments]],
    of: Scope | None = None,
) -> Scope:
    """Return a new scope with its own ``select``.

    Pass as ``of`` a wider scope that selects something whenever this one does.
    """
    return Scope(name, select, within=of)


def only(scope: Scope, name: str, where: Callable[[Exchange], bool]) -> Scope:
    """Return ``scope`` limited to the exchanges for which ``where`` returns true."""

    def select(exchange: Exchange) -> Iterable[CheckArguments]:
        return scope.select(exchange) if where(exchange) else ()

    return Scope(name, select, within=scope, where=where)
