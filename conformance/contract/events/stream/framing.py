"""The outermost rules of a stream: its frames, their types and their numbers."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.contract.events.stream.rules import Rule, StreamFindings, Unquoted
from conformance.contract.events.stream.text_events import ERROR
from conformance.model.event import Event
from conformance.model.exchange import Exchange, FailureKind
from conformance.model.node import Json, UnexpectedValue, is_a
from conformance.model.sse import names_without_data

Told = tuple[Event, str, dict[str, Json]]
"""An event of a known form: itself, its type, and its data."""

OURS: Final = frozenset(
    (
        FailureKind.TIMEOUT,
        FailureKind.TOO_LARGE,
        FailureKind.ENCODING,
        FailureKind.PROTOCOL,
    )
)
"""Troubles after which we do not know how the stream would have gone on."""

_FAMILY: Final = re.compile(r"response\..+|error|keepalive|[^:]+:.+", re.DOTALL)
_OTHER_SHAPES: Final = frozenset(("choices", "error"))


def abandoned(exchange: Exchange) -> bool:
    """Say whether we, and not the server, ended the stream."""
    hung_up = exchange.request.disconnect_after is not None
    return hung_up or bool(exchange.failure and exchange.failure.kind in OURS)


def framed(exchange: Exchange, ledger: StreamFindings) -> Iterator[Told]:
    """Judge frames and numbers; yield each event that is of a known form."""
    _frames(exchange, ledger)
    for rule in (Rule.FOREIGN, Rule.NAME, Rule.COUNTS_UP):
        ledger.open(rule)
    number: int | None = None
    for event in exchange.events:
        data = _data(event, ledger)
        if data is None:
            continue
        type_ = data.get("type")
        number = _number(event, data, number, ledger)
        if not (isinstance(type_, str) and type_):
            _no_type(event, data, ledger)
            continue
        ledger.open(Rule.TYPE)
        name = event.frame.name
        if name:
            holds = name == type_
            wanted = f"the name {type_!r}"
            ledger.judge(Rule.NAME, holds, event, "", wanted, name)
        ledger.judge(
            Rule.VOCABULARY,
            _FAMILY.fullmatch(type_) is not None,
            event,
            "/type",
            "'response.…' or 'error'",
            type_,
        )
        yield event, type_, data


def _frames(exchange: Exchange, ledger: StreamFindings) -> None:
    """Judge what lies below the events: empty ones, and the last blank line."""
    cut = bool(exchange.failure) or abandoned(exchange)
    empty = ledger.open(Rule.EMPTY)
    for name in names_without_data(exchange.body):
        empty.append(exchange.finding("the stream", "data", f"'event: {name}' alone"))
        break
    for frame in exchange.frames[-1:]:
        closed = frame.finished or cut or not _is_object(frame.data)
        if not closed:
            ledger.open(Rule.CLOSED).append(
                exchange.finding("the last event", "a blank line behind it", "the end")
            )
        ledger.open(Rule.CLOSED)


def _is_object(data: str) -> bool:
    return data.lstrip().startswith("{") and data.rstrip().endswith("}")


def _data(event: Event, ledger: StreamFindings) -> dict[str, Json] | None:
    """Return the data of an event; what a cut left of one is not judged."""
    try:
        value = event.data.value
    except UnexpectedValue as error:
        if event.frame.finished:
            ledger.open(Rule.DATA).append(error.finding)
        return None
    wanted = "data of one JSON object"
    holds = ledger.judge(Rule.DATA, is_a(value, dict), event, "", wanted, value)
    return value if holds else None


def _no_type(event: Event, data: dict[str, Json], ledger: StreamFindings) -> None:
    """Tell data of another API from an event of this one that lacks its type."""
    shape = data.get("object")
    foreign = not _OTHER_SHAPES.isdisjoint(data) or (
        isinstance(shape, str) and shape.startswith("chat.")
    )
    if foreign:
        ledger.judge(Rule.FOREIGN, False, event, "", "an event of this API", data)  # noqa: FBT003 -- broken as found
        return
    got = data.get("type", Unquoted("nothing"))
    ledger.judge(Rule.TYPE, False, event, "/type", "a string", got)  # noqa: FBT003 -- broken as found


def _number(
    event: Event, data: dict[str, Json], before: int | None, ledger: StreamFindings
) -> int | None:
    """Judge a sequence number beside that of the event before; return it."""
    given = data.get("sequence_number")
    number = given if isinstance(given, int) and is_a(given, int) else None
    if event.type == ERROR or event.type.startswith("response."):
        got = Unquoted("nothing") if given is None else given
        holds = number is not None
        ledger.judge(Rule.NUMBERED, holds, event, "/sequence_number", "an integer", got)
    if number is None or before is None:
        return number
    at = "/sequence_number"
    more = f"more than {before}"
    if ledger.judge(Rule.COUNTS_UP, number > before, event, at, more, number):
        ledger.judge(
            Rule.NO_GAP, number == before + 1, event, at, f"{before + 1}", number
        )
    return number
