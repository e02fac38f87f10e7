"""Evaluate whether the requests of a table of cases were accepted or rejected.

Some exchanges show neither: server errors, 2xx without a response object, responses
with the ``status`` ``failed``, rejections with an empty body, and statuses that are not
about the content of the request. They are inconclusive here; requirements of other
sections report them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from conformance.contract.requests.probes import RequestCase, RequestCases, merge
from conformance.model.check import Findings
from conformance.model.exchange import (
    Exchange,
    Inconclusive,
    RejectedRequest,
    ResponseKind,
)
from conformance.model.node import UnexpectedValue

Exchanges = tuple[Exchange, ...]
"""One exchange for each case of a table; empty if only the merged request was sent."""

UNRELATED_STATUSES: Final = frozenset({401, 402, 403, 408, 429})
"""4xx statuses about the client or the load, not about the content of the request."""

MAX_SEARCHED_BYTES: Final = 65536
"""Maximum number of bytes of an error body that are searched for a field name."""


def was_accepted(exchange: Exchange) -> bool:
    """Return whether a request was accepted; ``False`` means rejected with 4xx.

    Raises ``Inconclusive`` if the exchange shows neither.
    """
    if (
        exchange.kind is ResponseKind.CLIENT_ERROR
        and exchange.status not in UNRELATED_STATUSES
    ):
        if not exchange.body.strip():
            raise Inconclusive(f"{exchange.id}: rejected without an error message")
        return False
    try:
        status = exchange.response.get("status")
    except (RejectedRequest, UnexpectedValue) as error:
        raise Inconclusive(str(error)) from None
    if status is not None and status.value == "failed":
        raise Inconclusive(f"{exchange.id}: a 2xx response with status failed")
    return True


def check_each(
    cases: Sequence[RequestCase],
    exchanges: Sequence[Exchange],
    evaluate_case: Callable[[RequestCase, Exchange], Findings],
) -> Findings:
    """Yield the findings of ``evaluate_case`` for each case and its exchange.

    Raises ``Inconclusive`` if ``evaluate_case`` raised it for a case and no case has a
    finding. So an inconclusive case does not suppress the findings of other cases, and
    a table with an inconclusive case cannot pass.
    """
    reasons, has_findings = list[str](), False
    for case, exchange in zip(cases, exchanges, strict=True):
        try:
            findings = list(evaluate_case(case, exchange))
        except Inconclusive as error:
            reasons.append(f"{case.label}: {error}")
            continue
        has_findings = has_findings or bool(findings)
        yield from findings
    if reasons and not has_findings:
        raise Inconclusive(reasons[0])


def _expect_rejected(case: RequestCase, exchange: Exchange) -> Findings:
    if was_accepted(exchange):
        expected = f"a 4xx status ({case.label})"
        yield exchange.finding(
            "status", expected, f"{exchange.status}, {exchange.kind}"
        )


def _expect_accepted(case: RequestCase, exchange: Exchange) -> Findings:
    if not was_accepted(exchange):
        expected = f"a response ({case.label})"
        yield exchange.finding("status", expected, exchange.summary)


def _expect_field_named(case: RequestCase, exchange: Exchange) -> Findings:
    if not was_accepted(exchange) and not error_contains(exchange, case.names):
        expected = f"an error that names {case.names[-1]} ({case.label})"
        yield exchange.finding("/error", expected, exchange.summary)


expect_rejected = partial(check_each, evaluate_case=_expect_rejected)
"""Yield a finding for each case that was accepted."""

expect_accepted = partial(check_each, evaluate_case=_expect_accepted)
"""Yield a finding for each case that was rejected."""

expect_field_named = partial(check_each, evaluate_case=_expect_field_named)
"""Yield a finding for each rejected case whose error contains none of its ``names``."""


def expect_accepted_merged_or_each(
    table: RequestCases,
    cases: RequestCases,
    merged: Exchange,
    exchanges: Exchanges,
) -> Findings:
    """Yield a finding for each of ``cases`` that was rejected.

    ``cases`` are the cases of ``table`` to evaluate. ``merged`` is the exchange of the
    request that merges the complete table. ``exchanges`` has one exchange for each case
    of the table. If it is empty, only the merged request was sent: all ``cases`` were
    accepted or rejected together, and there is at most one finding.
    """
    if not exchanges:
        yield from expect_accepted((merge(cases),), (merged,))
        return
    pairs = [
        (case, exchange)
        for case, exchange in zip(table, exchanges, strict=True)
        if case in cases
    ]
    yield from expect_accepted(
        [case for case, _ in pairs], [exchange for _, exchange in pairs]
    )


def error_contains(exchange: Exchange, strings: Sequence[str]) -> bool:
    """Return whether an error body contains one of ``strings``, given in lower case."""
    body = exchange.body[:MAX_SEARCHED_BYTES].decode("utf-8", "replace").lower()
    return any(string in body for string in strings)
