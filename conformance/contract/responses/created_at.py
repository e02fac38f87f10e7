"""Responses: ``created_at``, compared with the target's own clock."""

from datetime import UTC, datetime
from typing import Final

from conformance.contract.responses.envelope import (
    PLAIN_PROBES,
    RESPONSES_UNLESS_FAILED,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.http_date import parse_http_date
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

_CREATED_AT: Final = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties/created_at"
)

MIN_MILLISECONDS: Final = 10**11
"""Smallest value taken for milliseconds; in seconds, it would be in the year 5138."""

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
"""Range of plausible times for a response without a ``Date`` header."""

MAX_CLOCK_DIFFERENCE: Final = 86_400
"""Seconds by which the clocks of the servers behind one target may differ."""


CREATED_AT = must(
    "responses.created-at-is-a-number",
    "The `created_at` of a response is a number.",
    source=_CREATED_AT,
    cause=(
        "the gateway writes a date as a string, or passes on the chat field `created`"
    ),
    covers=("OI-13",),
)


@check(CREATED_AT, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def created_at_is_a_number(response: Node, _exchange: Exchange) -> Findings:
    """Check that ``created_at`` is a number.

    A fraction passes; another requirement reports it.
    """
    yield from response["created_at"].must_be(float)


def _numeric_created_at(response: Node) -> Node | None:
    """Return ``created_at`` if it is a number, else ``None``."""
    created_at = response.get("created_at")
    return created_at if created_at is not None and created_at.is_a(float) else None


SECONDS = must(
    "responses.created-at-is-in-seconds",
    "The `created_at` of a response is in seconds.",
    source=_CREATED_AT,
    cause="the gateway's clock counts milliseconds",
    covers=("OI-13",),
)


@check(SECONDS, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def created_at_is_in_seconds(response: Node, _exchange: Exchange) -> Findings:
    """Check the magnitude: a value of 10**11 or more is in milliseconds.

    Does not check whether the time is right; another requirement does.
    """
    created_at = _numeric_created_at(response)
    if created_at is None:
        raise Inconclusive("created_at is missing or not a number")
    if created_at.value >= MIN_MILLISECONDS:
        yield created_at.finding("seconds since 1970")


INTEGER = should(
    "responses.created-at-is-an-integer",
    "The `created_at` of a response is written without a fraction.",
    source=_CREATED_AT,
    cause="the gateway writes the time as a float, which typed clients reject",
    covers=("OI-13", "US-27"),
)


@check(INTEGER, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def created_at_is_an_integer(response: Node, _exchange: Exchange) -> Findings:
    """Check how the number is written: ``1786588600.0`` breaks typed clients.

    Does not check other types; another requirement does.
    """
    created_at = _numeric_created_at(response)
    if created_at is None:
        raise Inconclusive("created_at is missing or not a number")
    yield from created_at.must_be(int)


CURRENT = should(
    "responses.created-at-is-current",
    "The `created_at` of a response is within one day of its `Date` header.",
    source=REPORTED_BUGS,
    cause="the gateway uses a constant, a local time, or a response from a cache",
    covers=("OI-13",),
)


def _accepted_range(exchange: Exchange) -> tuple[float, float]:
    """Return the earliest and the latest accepted ``created_at``, in seconds."""
    date = parse_http_date(exchange.header("date"))
    if date is None:
        return EARLIEST.timestamp(), LATEST.timestamp()
    seconds = date.timestamp()
    return seconds - MAX_CLOCK_DIFFERENCE, seconds + MAX_CLOCK_DIFFERENCE


@check(CURRENT, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def created_at_is_current(response: Node, exchange: Exchange) -> Findings:
    """Compare ``created_at`` with the ``Date`` header of the same response.

    Does not use the clock of the client. Without a ``Date`` header, any time from 2020
    to 2100 passes. Does not check values that are not in seconds; another requirement
    does.
    """
    created_at = _numeric_created_at(response)
    if created_at is None or created_at.value >= MIN_MILLISECONDS:
        raise Inconclusive("created_at is missing or not in seconds")
    earliest, latest = _accepted_range(exchange)
    if not earliest <= created_at.value <= latest:
        yield created_at.finding(f"{earliest:.0f} to {latest:.0f}")
