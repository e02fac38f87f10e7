"""Methods: which responses to methods other than POST are allowed."""

import pytest

from conformance.model.exchange import Exchange
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    RESPONSE,
    check_probe,
    error_response,
    make_exchange,
)

CREATES_NOTHING = "transport.other-method-creates-no-response"
NO_SERVER_ERROR = "transport.other-method-causes-no-server-error"
IS_405 = "transport.other-method-is-405"
LISTS_METHODS = "transport.405-lists-allowed-methods"
HEADERS = (("content-type", "application/json"), ("allow", "GET, post"))
NOT_ALLOWED = error_response("Use POST.", 405)
RESPONSE_LIST = make_exchange({"object": "list", "data": []})


def _to(method: str, exchange: Exchange) -> Exchange:
    """Return the response as one to a request with ``method``."""
    request = Request(b"", method=method)
    return make_exchange(
        exchange.body, exchange.status, request=request, headers=HEADERS
    )


@pytest.mark.parametrize(
    "id_", [CREATES_NOTHING, NO_SERVER_ERROR, IS_405, LISTS_METHODS]
)
def test_get_may_list_responses(id_: str) -> None:
    """It is a route of its own, and creates no response."""
    exchanges = (
        _to("GET", RESPONSE_LIST),
        _to("PUT", NOT_ALLOWED),
        _to("HEAD", make_exchange(b"", 405)),
    )

    assert check_probe(id_, exchanges) is Outcome.PASSED


@pytest.mark.parametrize(
    "body", [RESPONSE, {"id": "r", "output": [{"type": "message"}]}]
)
def test_get_that_creates_a_response_fails(body: object) -> None:
    """The field ``object`` may be missing."""
    exchanges = (_to("GET", make_exchange(body)), _to("PUT", NOT_ALLOWED))

    assert check_probe(CREATES_NOTHING, exchanges) is Outcome.FAILED


@pytest.mark.parametrize("id_", [NO_SERVER_ERROR, CREATES_NOTHING])
def test_501_for_every_method_passes(id_: str) -> None:
    """501 means that the server does not implement the method."""
    exchanges = (
        _to("PATCH", error_response("No.", 501)),
        _to("PUT", error_response("No.", 501)),
    )

    assert check_probe(id_, exchanges) is Outcome.PASSED


@pytest.mark.parametrize("id_", [CREATES_NOTHING, IS_405])
def test_web_page_for_every_method_is_inconclusive(id_: str) -> None:
    """A 200 with a page does not show that no response was created."""
    page = make_exchange(b"<html></html>", 200)
    exchanges = (_to("GET", page), _to("PUT", page))

    assert check_probe(id_, exchanges) is Outcome.INCONCLUSIVE
