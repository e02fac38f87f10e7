"""Transport: the client's own limits blame nobody, and odd HTTP may be sound."""

import pytest

from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    ANSWER,
    ASKED,
    came,
    on_probe,
    refusal,
    universal,
)

BLAMED = {
    FailureKind.TRUNCATED: "transport.body-is-complete",
    FailureKind.PROTOCOL: "transport.body-is-complete",
    FailureKind.TOO_LARGE: "transport.body-is-finite",
    FailureKind.ENCODING: "transport.body-matches-content-encoding",
}
WIRE = ("transport.every-request-gets-a-response", *dict.fromkeys(BLAMED.values()))


@pytest.mark.parametrize("trouble", FailureKind)
def test_each_trouble_in_a_body_is_blamed_once(trouble: FailureKind) -> None:
    """Time that is up, and a network that is down, are blamed on nobody."""
    told = came(b"", 200, failure=TransportFailure(trouble))
    failed = [id_ for id_ in WIRE if universal(id_, told).outcome is Outcome.FAILED]

    assert failed == ([BLAMED[trouble]] if trouble in BLAMED else [])


@pytest.mark.parametrize("trouble", FailureKind)
def test_silence_is_blamed_once_unless_it_may_be_ours(trouble: FailureKind) -> None:
    """Before a status there is no body to be blamed for."""
    told = came(b"", 0, failure=TransportFailure(trouble))
    failed = [id_ for id_ in WIRE if universal(id_, told).outcome is Outcome.FAILED]
    ours = trouble in {FailureKind.TIMEOUT, FailureKind.CONNECT, FailureKind.UNSENT}

    assert failed == ([] if ours else ["transport.every-request-gets-a-response"])


@pytest.mark.parametrize(
    ("length", "outcome"),
    [(100_000, Outcome.FAILED), (1_000_000, Outcome.INCONCLUSIVE)],
)
def test_a_large_body_may_be_refused_before_it_is_read(
    length: int, outcome: Outcome
) -> None:
    """The server closes the connection, and what it has said is lost on the way."""
    large = Request.of({"model": "m", "input": "x" * length})
    told = came(b"", 0, request=large, failure=TransportFailure(FailureKind.TRUNCATED))

    assert universal("transport.every-request-gets-a-response", told).outcome is outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("application/json", Outcome.PASSED),
        ('application/json; charset="UTF-8"', Outcome.PASSED),
        ("application/json;charset=utf8", Outcome.PASSED),
        ("text/event-stream; charset=utf-8", Outcome.PASSED),
        ("application/json; charset=ascii; profile=x", Outcome.FAILED),
        ("text/html; charset=latin1", Outcome.INCONCLUSIVE),
    ],
)
def test_a_charset_is_utf_8_in_any_writing(said: str, outcome: Outcome) -> None:
    """Other media types may have other charsets."""
    told = refusal("No.", headers=(("content-type", said),))

    assert universal("transport.charset-is-utf-8", told).outcome is outcome


def test_a_character_cut_by_our_own_hanging_up_is_ours() -> None:
    """We close the connection wherever the last piece ends."""
    request = Request(ASKED.content, disconnect_after=1)
    sse = (("content-type", "text/event-stream"),)
    body = 'data: {"type":"response.created"}\n\ndata: é'.encode()[:-1]
    ours = came(body, request=request, headers=sse)
    theirs = came(body, headers=sse)

    assert universal("transport.body-is-utf-8", theirs).outcome is Outcome.FAILED
    assert universal("transport.body-is-utf-8", ours).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b' {"error": {"message": "m"}}\r\n\n', Outcome.PASSED),
        (b'{"error": {}}{"error": {}}', Outcome.FAILED),
        (b'{"error": {}} trailing', Outcome.FAILED),
        (b'{"error": ', Outcome.INCONCLUSIVE),
        (b"", Outcome.INCONCLUSIVE),
        (b'{"error": {"message": "\xe9"}}', Outcome.INCONCLUSIVE),
    ],
)
def test_only_blanks_may_stand_behind_a_value(body: bytes, outcome: Outcome) -> None:
    """Broken JSON has clauses of its own."""
    verdict = universal("transport.json-body-has-one-value", came(body, 400))

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("no-store", Outcome.PASSED),
        ("max-age=0, private, must-revalidate", Outcome.PASSED),
        ("No-Cache", Outcome.PASSED),
        ("public, max-age=60", Outcome.FAILED),
    ],
)
def test_an_answer_is_kept_private_in_several_ways(said: str, outcome: Outcome) -> None:
    """Each of three words will do."""
    told = came(ANSWER, headers=(("cache-control", said),))

    assert (
        universal("transport.response-forbids-shared-caching", told).outcome is outcome
    )


def _by(method: str, exchange: Exchange) -> Exchange:
    request = Request(b"", method=method)
    return came(exchange.body, exchange.status, request=request, headers=ALLOWED)


ALLOWED = (("content-type", "application/json"), ("allow", "GET, post"))
REFUSED = refusal("Use POST.", 405)
LIST = came({"object": "list", "data": []})


@pytest.mark.parametrize(
    "id_",
    [
        "transport.other-method-creates-no-response",
        "transport.other-method-causes-no-server-error",
        "transport.other-method-is-405",
        "transport.405-lists-allowed-methods",
    ],
)
def test_a_get_may_list_responses(id_: str) -> None:
    """It is a route of its own, and no new answer."""
    told = (_by("GET", LIST), _by("PUT", REFUSED), _by("HEAD", came(b"", 405)))

    assert on_probe(id_, told) is Outcome.PASSED


def test_a_get_that_answers_is_found() -> None:
    """With the object or without it."""
    for body in (ANSWER, {"id": "r", "output": [{"type": "message"}]}):
        told = (_by("GET", came(body)), _by("PUT", REFUSED))
        assert on_probe("transport.other-method-creates-no-response", told) is (
            Outcome.FAILED
        )


def test_a_method_may_be_not_implemented() -> None:
    """501 is how HTTP says so."""
    told = (_by("PATCH", refusal("No.", 501)), _by("PUT", refusal("No.", 501)))

    assert (
        on_probe("transport.other-method-causes-no-server-error", told)
        is Outcome.PASSED
    )
    assert (
        on_probe("transport.other-method-creates-no-response", told) is Outcome.PASSED
    )


def test_a_web_page_at_every_method_refuses_nothing() -> None:
    """A 200 that says nothing is no proof that no answer was made."""
    page = came(b"<html></html>", 200)
    told = (_by("GET", page), _by("PUT", page))

    for id_ in (
        "transport.other-method-creates-no-response",
        "transport.other-method-is-405",
    ):
        assert on_probe(id_, told) is Outcome.INCONCLUSIVE


def test_a_redirect_is_told_with_its_goal() -> None:
    """The reader sees where the key would have gone."""
    told = came(b"", 308, headers=(("location", "https://elsewhere.example/"),))
    verdict = universal("transport.no-redirect", told)

    assert verdict.outcome is Outcome.FAILED
    assert "elsewhere.example" in str(verdict.findings[0])


def test_identity_may_be_named() -> None:
    """It is the name of no compression."""
    named = came(ANSWER, headers=(("content-encoding", "Identity"),))
    packed = came(ANSWER, headers=(("content-encoding", "gzip"),))

    assert (
        on_probe("transport.no-unrequested-compression", (named, packed))
        is Outcome.PASSED
    )
    assert (
        on_probe("transport.no-unrequested-compression", (packed, named))
        is Outcome.FAILED
    )
