"""Served or refused: how the fate of a request is read.

A 5xx, a success that is no response, a response that failed and a refusal without a
word tell nothing here. Clauses of their own blame those, once.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from conformance.contract.requests.probes import RequestCase, RequestCases, all_of
from conformance.model.check import Findings
from conformance.model.exchange import (
    Exchange,
    Inconclusive,
    RejectedRequest,
    ResponseKind,
)
from conformance.model.node import UnexpectedValue

Apart = tuple[Exchange, ...]
"""The rows of a table that went out one by one; none where all were served at once."""

OF_THE_CALLER: Final = frozenset({401, 402, 403, 408, 429})
"""Refusals of who asks, or of when, and not of what is asked."""

LONGEST_READ: Final = 65536
"""Bytes of a refusal that are searched for a name."""


def was_served(exchange: Exchange) -> bool:
    """Say whether a request was served or refused; raises ``Inconclusive``."""
    if (
        exchange.kind is ResponseKind.CLIENT_ERROR
        and exchange.status not in OF_THE_CALLER
    ):
        if not exchange.body.strip():
            raise Inconclusive(f"{exchange.id}: refused without a word")
        return False
    try:
        status = exchange.response.get("status")
    except (RejectedRequest, UnexpectedValue) as why:
        raise Inconclusive(str(why)) from None
    if status is not None and status.value == "failed":
        raise Inconclusive(f"{exchange.id}: failed inside a success")
    return True


def row_by_row(
    rows: Sequence[RequestCase],
    exchanges: Sequence[Exchange],
    judge: Callable[[RequestCase, Exchange], Findings],
) -> Findings:
    """Yield what ``judge`` finds on each row.

    Raises ``Inconclusive`` where one row could not be judged and no other was found
    at fault: a doubt neither hides a finding nor lets the table pass.
    """
    doubts, broken = list[str](), False
    for row, exchange in zip(rows, exchanges, strict=True):
        try:
            found = list(judge(row, exchange))
        except Inconclusive as why:
            doubts.append(f"{row.label}: {why}")
            continue
        broken = broken or bool(found)
        yield from found
    if doubts and not broken:
        raise Inconclusive(doubts[0])


def _refused(row: RequestCase, exchange: Exchange) -> Findings:
    if was_served(exchange):
        expected = f"a refusal ({row.label})"
        yield exchange.finding(
            "status", expected, f"{exchange.status}, {exchange.kind}"
        )


def _served(row: RequestCase, exchange: Exchange) -> Findings:
    if not was_served(exchange):
        expected = f"an answer ({row.label})"
        yield exchange.finding("status", expected, exchange.summary)


def _named(row: RequestCase, exchange: Exchange) -> Findings:
    if not was_served(exchange) and not names(exchange, row.names):
        expected = f"a refusal that names {row.names[-1]} ({row.label})"
        yield exchange.finding("/error", expected, exchange.summary)


refused = partial(row_by_row, judge=_refused)
"""Find each row that was served."""

served = partial(row_by_row, judge=_served)
"""Find each row that was refused."""

named = partial(row_by_row, judge=_named)
"""Find each row whose refusal has none of the row's names in it."""


def served_together(
    table: RequestCases, rows: RequestCases, whole: Exchange, apart: Apart
) -> Findings:
    """Judge ``rows`` of a table that went out in one request, then one by one.

    ``apart`` is empty where the one request was served, or told nothing.
    """
    if not apart:
        yield from served((all_of(rows),), (whole,))
        return
    single = [(row, x) for row, x in zip(table, apart, strict=True) if row in rows]
    yield from served([row for row, _ in single], [x for _, x in single])


def names(exchange: Exchange, words: Sequence[str]) -> bool:
    """Say whether a refusal has one of ``words`` in it, in any case."""
    said = exchange.body[:LONGEST_READ].decode("utf-8", "replace").lower()
    return any(word in said for word in words)
