"""Compute the delay before a request is sent again after a 429."""

import math
from datetime import UTC, datetime
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.http_date import parse_http_date

MAX_RETRY_DELAY: Final = 20.0
"""Maximum delay in seconds before a retry, even if ``Retry-After`` is longer."""


def retry_delay(exchange: Exchange, attempt: int) -> float:
    """Return the delay after a 429, from 0 to ``MAX_RETRY_DELAY`` seconds.

    ``Retry-After`` is a number of seconds or a date. A date is compared with the
    ``Date`` header of the same response, or with the local clock if there is none.
    Without a valid ``Retry-After``, the delay is 1 s for attempt 0. It doubles with
    each further attempt.
    """
    stated = _stated_delay(exchange)
    delay = 2.0**attempt if stated is None else stated
    return max(0.0, min(delay, MAX_RETRY_DELAY))


def _stated_delay(exchange: Exchange) -> float | None:
    """Return the delay that ``Retry-After`` states, in seconds.

    Return ``None`` if the header is missing or invalid.
    """
    text = exchange.header("retry-after") or ""
    if date := parse_http_date(text):
        now = parse_http_date(exchange.header("date")) or datetime.now(UTC)
        return (date - now).total_seconds()
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds
