"""Keys: what counts as a leak, and when a valid key is rejected."""

import hashlib

import pytest

from conformance.model.exchange import REDACTED, Exchange
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    REQUEST,
    RESPONSE,
    check_exchanges,
    error_response,
    make_exchange,
)

UNKNOWN_KEY = "sk-QWERTZ4711ASDFGH8150YXCVBN2342"
WITH_UNKNOWN_KEY = Request(
    REQUEST.content, headers={"authorization": f"Bearer {UNKNOWN_KEY}"}
)
NOT_LEAKED = "auth.key-is-not-leaked"
ALWAYS_ACCEPTED = "auth.valid-key-is-always-accepted"


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key: sk-QW****42.",
        f"sk-...{UNKNOWN_KEY[-4:]}",
        UNKNOWN_KEY[:12],
    ],
)
def test_masked_key_passes(text: str) -> None:
    """The first characters and the last four may be shown."""
    verdict = check_exchanges(
        NOT_LEAKED, error_response(text, 401, request=WITH_UNKNOWN_KEY)
    )

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("text", [UNKNOWN_KEY, UNKNOWN_KEY[-5:], UNKNOWN_KEY[:-5]])
def test_key_beyond_its_last_four_characters_fails(text: str) -> None:
    """The last five characters are a leak."""
    verdict = check_exchanges(
        NOT_LEAKED, error_response(text, 401, request=WITH_UNKNOWN_KEY)
    )

    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("the key", Outcome.FAILED),
        ("the second key", Outcome.FAILED),
        ("the key without its end", Outcome.FAILED),
        ("the key with its case swapped", Outcome.FAILED),
        ("most of the key", Outcome.FAILED),
        ("the end of the second key", Outcome.FAILED),
        ("the key, or the same letters by chance,", Outcome.PASSED),
        ("the value of header x-tenant", Outcome.PASSED),
        ("the SHA-256 of the key", Outcome.PASSED),
    ],
)
def test_marker_of_a_key_fails_unless_it_may_be_a_coincidence(
    name: str, outcome: Outcome
) -> None:
    """A key such as "test" occurs in ordinary sentences."""
    verdict = check_exchanges(
        NOT_LEAKED, error_response(f"Got {REDACTED.format(name)}.", 401)
    )

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    "text",
    [
        hashlib.sha256(UNKNOWN_KEY.encode()).hexdigest().upper(),
        REDACTED.format("the SHA-256 of the key"),
    ],
)
def test_hash_of_an_invented_or_a_real_key_fails(text: str) -> None:
    """The hexadecimal digits may be in upper case."""
    exchange = error_response(f"Key hash: {text}", 401, request=WITH_UNKNOWN_KEY)

    verdict = check_exchanges("auth.key-hash-is-not-leaked", exchange)

    assert verdict.outcome is Outcome.FAILED


def test_key_from_the_request_body_is_not_a_leak() -> None:
    """A server may echo fields of the request."""
    request = Request(REQUEST.content, has_key_placeholder=True)
    body = {**RESPONSE, "metadata": REDACTED.format("the key")}

    verdict = check_exchanges(NOT_LEAKED, make_exchange(body, request=request))

    assert verdict.outcome is Outcome.INCONCLUSIVE


def _with_valid_key(status: int, model: str = "m") -> Exchange:
    body = RESPONSE if status == 200 else {"error": {"message": "No."}}
    return make_exchange(body, status, request=Request.of({"model": model}))


def test_key_accepted_by_ten_requests_passes() -> None:
    """A 400 counts as accepted: it rejects the request, not the key."""
    exchanges = [_with_valid_key(200), *(_with_valid_key(400) for _ in range(9))]

    assert check_exchanges(ALWAYS_ACCEPTED, *exchanges).outcome is Outcome.PASSED


def test_few_requests_are_inconclusive() -> None:
    """A run of one section sends too few to conclude anything."""
    nine = [_with_valid_key(200), *(_with_valid_key(400) for _ in range(8))]

    for exchanges in (nine, nine[:1]):
        verdict = check_exchanges(ALWAYS_ACCEPTED, *exchanges)
        assert verdict.outcome is Outcome.INCONCLUSIVE


def test_one_401_among_responses_fails() -> None:
    """A failure needs no minimum number of requests."""
    verdict = check_exchanges(
        ALWAYS_ACCEPTED, _with_valid_key(200), _with_valid_key(401)
    )

    assert verdict.outcome is Outcome.FAILED


def test_401_for_every_request_to_one_model_passes() -> None:
    """Some servers return 401 if the key may not use a model."""
    exchanges = [
        *(_with_valid_key(200) for _ in range(10)),
        _with_valid_key(401, "x"),
        _with_valid_key(401, "x"),
    ]

    assert check_exchanges(ALWAYS_ACCEPTED, *exchanges).outcome is Outcome.PASSED


def test_key_that_never_got_a_response_is_inconclusive() -> None:
    """The user may have configured an invalid key."""
    exchanges = [_with_valid_key(401), *(_with_valid_key(400) for _ in range(20))]

    assert check_exchanges(ALWAYS_ACCEPTED, *exchanges).outcome is Outcome.INCONCLUSIVE
