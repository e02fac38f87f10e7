"""Credentials: what counts as accepted or rejected."""

import pytest

from conformance.model.exchange import Exchange
from conformance.model.request import PATH, Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    REQUEST,
    RESPONSE,
    check_probe,
    error_response,
    make_exchange,
)

ALIAS_CHECK = "auth.path-alias-requires-the-key"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_any_4xx_rejects_a_missing_key(status: int) -> None:
    """Which status it should be is another requirement."""
    exchange = error_response("No.", status)

    assert check_probe("auth.missing-key-is-refused", exchange) is Outcome.PASSED


def test_200_with_an_error_accepts_an_unknown_key() -> None:
    """A client treats any 2xx as a success."""
    exchange = error_response("No.", 200)

    assert check_probe("auth.wrong-key-is-refused", exchange) is Outcome.FAILED


@pytest.mark.parametrize("status", [302, 500, 503])
def test_redirects_and_5xx_are_inconclusive_for_an_unknown_key(status: int) -> None:
    """Such a response neither accepts nor rejects the key."""
    exchange = error_response("Oops.", status)

    assert check_probe("auth.wrong-key-is-refused", exchange) is Outcome.INCONCLUSIVE


def _at(path: str, exchange: Exchange) -> Exchange:
    """Return the response as one to a request without a key to ``path``."""
    request = Request(REQUEST.content, path=path, headers={"authorization": None})
    return make_exchange(exchange.body, exchange.status, request=request)


@pytest.mark.parametrize(
    "alias",
    [
        make_exchange(b"404 page not found", 404),
        make_exchange(b"<html>the web page of the gateway</html>", 200),
        make_exchange(b"", 307),
        make_exchange(b"", 0),
    ],
    ids=["unknown", "web page", "redirect", "no response"],
)
def test_alias_without_a_response_object_passes(alias: Exchange) -> None:
    """A gateway may serve its web page at every other path."""
    exchanges = (
        _at(PATH, error_response("No.", 401)),
        _at("/responses", alias),
        _at(f"{PATH}/", error_response("No.", 404)),
    )

    assert check_probe(ALIAS_CHECK, exchanges) is Outcome.PASSED


def test_alias_with_a_response_object_fails() -> None:
    """The alias skips authentication."""
    exchanges = (
        _at(PATH, error_response("No.", 401)),
        _at("/responses", make_exchange(RESPONSE)),
    )

    assert check_probe(ALIAS_CHECK, exchanges) is Outcome.FAILED


def test_aliases_are_inconclusive_if_the_endpoint_needs_no_key() -> None:
    """One defect is reported by one requirement."""
    exchanges = (
        _at(PATH, make_exchange(RESPONSE)),
        _at("/responses", make_exchange(RESPONSE)),
    )

    assert check_probe(ALIAS_CHECK, exchanges) is Outcome.INCONCLUSIVE
