"""Headers: accepted spellings of charset, caching and compression."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    RESPONSE,
    check_exchanges,
    check_probe,
    error_response,
    make_exchange,
)


@pytest.mark.parametrize(
    ("header", "outcome"),
    [
        ("application/json", Outcome.PASSED),
        ('application/json; charset="UTF-8"', Outcome.PASSED),
        ("application/json;charset=utf8", Outcome.PASSED),
        ("text/event-stream; charset=utf-8", Outcome.PASSED),
        ("application/json; charset=ascii; profile=x", Outcome.FAILED),
        ("text/html; charset=latin1", Outcome.INCONCLUSIVE),
    ],
)
def test_charset_is_utf_8_in_any_spelling(header: str, outcome: Outcome) -> None:
    """Other media types may have other charsets."""
    exchange = error_response("No.", headers=(("content-type", header),))

    assert check_exchanges("transport.charset-is-utf-8", exchange).outcome is outcome


@pytest.mark.parametrize(
    ("header", "outcome"),
    [
        ("no-store", Outcome.PASSED),
        ("max-age=0, private, must-revalidate", Outcome.PASSED),
        ("No-Cache", Outcome.PASSED),
        ("public, max-age=60", Outcome.FAILED),
    ],
)
def test_any_of_three_directives_forbids_shared_caching(
    header: str, outcome: Outcome
) -> None:
    """Case and other directives do not matter."""
    exchange = make_exchange(RESPONSE, headers=(("cache-control", header),))
    verdict = check_exchanges("transport.response-forbids-shared-caching", exchange)

    assert verdict.outcome is outcome


def test_content_encoding_identity_is_not_compression() -> None:
    """Only the first response counts: its request accepts no compression."""
    id_ = "transport.no-unrequested-compression"
    identity = make_exchange(RESPONSE, headers=(("content-encoding", "Identity"),))
    compressed = make_exchange(RESPONSE, headers=(("content-encoding", "gzip"),))

    assert check_probe(id_, (identity, compressed)) is Outcome.PASSED
    assert check_probe(id_, (compressed, identity)) is Outcome.FAILED
