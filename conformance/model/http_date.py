"""Dates in HTTP headers, such as ``Date`` and ``Retry-After`` (RFC 9110, 5.6.7)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_http_date(text: str | None) -> datetime | None:
    """Return a date with its time zone, or ``None`` if ``text`` is not a date.

    A date without a time zone is in UTC, as HTTP requires.
    """
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
