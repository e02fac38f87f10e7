"""Responses: when one was created, by the clock of the target itself."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.contract.responses.envelope import PLAIN, WHOLE
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

_MEMBER: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties/created_at"

LAST_SECOND: Final = 10**11
"""No clock that counts seconds has come this far; one of milliseconds has."""

FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LAST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Between these any server of this API was or will be run."""

DAY: Final = 86_400
"""Seconds by which the clocks behind one answer may differ."""


CREATED_AT = must(
    "responses.created-at-is-a-number",
    "The created_at of a response is a number.",
    source=_MEMBER,
    cause="a date is written as text, or the chat member 'created' is passed on",
    covers=("OI-13",),
)


@check(CREATED_AT, on=WHOLE, exercised_by=PLAIN)
def created_at_is_a_number(response: Node, _exchange: Exchange) -> Findings:
    """Judge the type; that it is whole is a clause of its own."""
    yield from response["created_at"].must_be(float)


def _created(response: Node) -> Node | None:
    """Return ``created_at`` where it is a number."""
    stated = response.get("created_at")
    return stated if stated is not None and stated.is_a(float) else None


SECONDS = must(
    "responses.created-at-is-in-seconds",
    "The created_at of a response counts seconds.",
    source=_MEMBER,
    cause="the gateway's clock counts milliseconds",
    covers=("OI-13",),
)


@check(SECONDS, on=WHOLE, exercised_by=PLAIN)
def created_at_is_in_seconds(response: Node, _exchange: Exchange) -> Findings:
    """Judge the magnitude: milliseconds are a thousand times too many."""
    stated = _created(response)
    if stated is None:
        raise Inconclusive("no created_at that is a number")
    if stated.value >= LAST_SECOND:
        yield stated.finding("seconds since 1970")


WHOLE_SECONDS = should(
    "responses.created-at-is-an-integer",
    "The created_at of a response is written without a fraction.",
    source=_MEMBER,
    cause="a float clock, whose value typed clients refuse",
    covers=("OI-13", "US-27"),
)


@check(WHOLE_SECONDS, on=WHOLE, exercised_by=PLAIN)
def created_at_is_an_integer(response: Node, _exchange: Exchange) -> Findings:
    """Judge how the number is written: ``1786588600.0`` has broken typed clients."""
    stated = _created(response)
    if stated is None:
        raise Inconclusive("no created_at that is a number")
    yield from stated.must_be(int)


NOW = should(
    "responses.created-at-is-current",
    "The created_at of a response lies within a day of the answer's Date header.",
    source=REPORTED_BUGS,
    cause="a constant, a local time, or an answer kept for long",
    covers=("OI-13",),
)


def _around(exchange: Exchange) -> tuple[float, float]:
    """Return the earliest and latest second that the answer can be from."""
    try:
        sent = parsedate_to_datetime(exchange.header("date") or "")
    except ValueError:
        return FIRST.timestamp(), LAST.timestamp()
    known = sent if sent.tzinfo else sent.replace(tzinfo=UTC)
    return known.timestamp() - DAY, known.timestamp() + DAY


@check(NOW, on=WHOLE, exercised_by=PLAIN)
def created_at_is_current(response: Node, exchange: Exchange) -> Findings:
    """Compare two clocks of the target with each other, never with ours.

    Without a Date header any second from 2020 on will do. What is not counted in
    seconds is judged by another clause.
    """
    stated = _created(response)
    if stated is None or stated.value >= LAST_SECOND:
        raise Inconclusive("no created_at in seconds")
    earliest, latest = _around(exchange)
    if not earliest <= stated.value <= latest:
        yield stated.finding(f"from {earliest:.0f} to {latest:.0f}, by the Date header")
