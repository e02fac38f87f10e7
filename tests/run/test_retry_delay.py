"""``Retry-After`` as seconds and as a date, and what is used without it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance.model.exchange import Exchange
from conformance.model.request import Request
from conformance.run.retry_delay import retry_delay

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"


def response_with(**headers: str) -> Exchange:
    """Return a 429 with these headers."""
    named = ((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange(Request(b""), 429, tuple(named))


@pytest.mark.parametrize(
    ("retry_after", "delay"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("0.5", 0.5),
        ("20", 20.0),
        ("21", 20.0),
        ("inf", 20.0),
        ("-1", 0.0),
    ],
)
def test_seconds_are_limited_to_0_to_20(retry_after: str, delay: float) -> None:
    """A server cannot stop the run, nor make the delay negative."""
    assert retry_delay(response_with(retry_after=retry_after), 0) == delay


@pytest.mark.parametrize(
    ("retry_after", "delay"),
    [
        ("Wed, 21 Oct 2015 07:28:05 GMT", 5.0),
        ("Wed, 21 Oct 2015 07:28:20 GMT", 20.0),
        ("Wed, 21 Oct 2015 07:28:21 GMT", 20.0),
        ("Wed, 21 Oct 2015 07:27:59 GMT", 0.0),
        ("Wed Oct 21 07:28:05 2015", 5.0),
        ("Wednesday, 21-Oct-15 07:28:05 GMT", 5.0),
    ],
)
def test_date_is_compared_with_the_date_header(retry_after: str, delay: float) -> None:
    """The local clock may differ from the server's."""
    exchange = response_with(retry_after=retry_after, date=DATE)

    assert retry_delay(exchange, 0) == delay


@pytest.mark.parametrize(("hours", "delay"), [(1, 20.0), (-1, 0.0)])
def test_date_is_compared_with_the_local_clock_without_a_date_header(
    hours: int, delay: float
) -> None:
    """The difference exceeds the range in both directions."""
    date = datetime.now(UTC) + timedelta(hours=hours)
    exchange = response_with(retry_after=format_datetime(date, usegmt=True))

    assert retry_delay(exchange, 0) == delay


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry_after": ""},
        {"retry_after": "soon"},
        {"retry_after": "nan"},
        {"retry_after": "Wed, 21 Oct 2015 07:28:00 +99999999999999999"},
    ],
)
def test_delay_doubles_without_a_valid_header(headers: dict[str, str]) -> None:
    """The first retry is sent after a second."""
    assert [retry_delay(response_with(**headers), n) for n in range(6)] == [
        1.0,
        2.0,
        4.0,
        8.0,
        16.0,
        20.0,
    ]
