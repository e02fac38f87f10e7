"""Errors: what an envelope may lack, and what a message may say."""

import pytest

from conformance.contract.errors.envelope import OF_HTTP
from conformance.contract.errors.probes import repeated_input_errors, secret_word
from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.probe import ProbeContext
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

TEXTS = (
    "errors.type-is-a-string",
    "errors.code-is-a-string-or-null",
    "errors.param-is-a-string-or-null",
)


@pytest.mark.parametrize("clause", ["errors.body-has-an-error-object", *TEXTS])
def test_a_bare_message_is_an_envelope(clause: str) -> None:
    """Clients read absent members as null."""
    told = came({"error": {"message": "No."}}, 400)

    assert universal(clause, told).outcome is Outcome.PASSED


def test_extra_members_are_welcome() -> None:
    """Beside the error, and inside it."""
    told = came({"error": {"message": "No.", "hint": 3}, "request_id": "r"}, 400)

    assert universal("errors.body-has-an-error-object", told).outcome is Outcome.PASSED


@pytest.mark.parametrize("status", sorted(OF_HTTP))
def test_a_proxy_may_refuse_in_its_own_words(status: int) -> None:
    """What it refuses by size or time never reached the application."""
    told = came(b"<html>too large</html>", status)

    assert (
        universal("errors.body-has-an-error-object", told).outcome
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    "body", [b"", b"Unauthorized", {"error": "No."}, {"message": "No."}, [], None]
)
def test_what_is_no_envelope_is_blamed_once(body: object) -> None:
    """Clauses about its members then have nothing to judge."""
    told = came(body, 401)

    assert universal("errors.body-has-an-error-object", told).outcome is Outcome.FAILED
    for clause in ("errors.message-is-a-non-empty-string", "errors.has-a-type", *TEXTS):
        assert universal(clause, told).outcome is Outcome.INCONCLUSIVE


def test_a_body_cut_on_the_way_is_the_transports_business() -> None:
    """Half an envelope says nothing of the whole."""
    failure = TransportFailure(FailureKind.TRUNCATED)
    told = came(b'{"error": {"mess', 400, failure=failure)

    assert (
        universal("errors.body-has-an-error-object", told).outcome
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (500, (), Outcome.FAILED),
        (502, (), Outcome.FAILED),
        (503, (), Outcome.FAILED),
        (503, (("retry-after", "3"),), Outcome.INCONCLUSIVE),
        (501, (), Outcome.INCONCLUSIVE),
        (504, (), Outcome.INCONCLUSIVE),
        (529, (), Outcome.INCONCLUSIVE),
        (429, (), Outcome.PASSED),
    ],
)
def test_a_5xx_is_a_breakdown_unless_it_will_pass(
    status: int, headers: tuple[tuple[str, str], ...], outcome: Outcome
) -> None:
    """An overload that says so is no defect."""
    told = refusal("Oops.", status, headers=headers)

    assert universal("errors.never-a-server-error", told).outcome is outcome


def test_a_failed_response_carries_its_error_by_right() -> None:
    """It is a response object all the same."""
    failed = {**ANSWER, "status": "failed", "error": {"message": "m", "code": "c"}}

    verdict = universal("errors.status-is-not-2xx", came(failed))

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("error", [{"message": "Quota."}, "Quota.", True])
def test_an_error_alone_is_no_success(error: object) -> None:
    """Whatever its form."""
    verdict = universal("errors.status-is-not-2xx", came({"error": error}))

    assert verdict.outcome is Outcome.FAILED


def test_a_json_type_may_have_a_suffix_and_parameters() -> None:
    """Problem details are JSON, too."""
    for said in ("application/problem+json", "application/json; charset=utf-8"):
        told = refusal("No.", headers=(("content-type", said),))
        assert universal("errors.media-type-is-json", told).outcome is Outcome.PASSED


INNOCENT = (
    "See https://docs.gateway.example/errors/v1/responses#create.",
    "You can find your key at https://platform.openai.com/account/api-keys.",
    "Unknown parameter: 'input[0].content[1].text'.",
    "Invalid value for /input/0/role: at 12:30 it was fine.",
    "The model 'org/model-7b:latest' does not exist or was updated.",
    "Please select a model from the list where you have access.",
    "Send it as 'Authorization: Bearer YOUR_OPENAI_API_KEY_HERE'.",
    "Incorrect API key provided: sk-abc12***************wxyz.",
    "Version 10.2.3 of the API from 2024-01-01 is not supported.",
    "Invalid URL (POST /v1/responses)",
    "Table 3 of the manual names the values.",
    "Expected one of: py, go, js; e.g. 'main.py'.",
    "Use sk-your-own-api-key-goes-here instead.",
)

LEAKY = {
    "errors.api-key-is-not-leaked": (
        "GET https://up.example/v1?key=AIzaSyD4x9Q2m7Lk0Vb3Nc8Rt5Yw1Zp6Hs2Jf failed",
        "upstream refused key sk-proj-8Hs2JfQ7mLk0Vb3Nc8Rt5Yw1",
        "headers: {'Authorization': 'Bearer eyJhbGciOiJIUzI1NiJ9.e30'}",
    ),
    "errors.stack-trace-is-not-leaked": (
        'Traceback (most recent call last):\n  File "/srv/x.py", line 3, in y',
        "TypeError: x\n    at create (/app/src/routes/create.js:40:13)",
        "panic\ngoroutine 12 [running]:",
        "java.lang.X\n\tat org.example.Api.create(Api.java:31)",
        "thread panicked at src/main.rs:12",
        "cannot open /var/lib/gateway/keys.db",
        "usr/lib/python3/site-packages/pydantic/main.py",
    ),
    "errors.database-details-are-not-leaked": (
        "SELECT id FROM tokens WHERE key = ?",
        'relation "tokens" does not exist',
        "SQLSTATE[42S02]",
        "No connected db.",
        "(x) [SQL: SEL" + "a.long_column, " * 30,
        "(sqlite3.OperationalError) database is locked",
        "Background on this error at: https://sqlalche.me/e/20/f405",
    ),
    "errors.internal-address-is-not-leaked": (
        "dial tcp: lookup upstream: no such host",
        "connect ECONNREFUSED 127.0.0.1:8080",
        "proxy to 192.168.7.9:8443 timed out",
        "http://llm.prod.svc.cluster.local/api failed",
        "POST https://api.vendor.example/v1/chat/completions returned 404",
        "HTTPConnectionPool(host='x', port=80): Max retries exceeded",
    ),
}


@pytest.mark.parametrize("clause", LEAKY)
@pytest.mark.parametrize("message", INNOCENT)
def test_an_innocent_message_tells_nothing(clause: str, message: str) -> None:
    """Links, examples, versions, paths into the request, and masked keys."""
    assert universal(clause, refusal(message)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("clause", "message"),
    [(clause, message) for clause, messages in LEAKY.items() for message in messages],
)
def test_an_indiscreet_message_is_found_by_one_clause(
    clause: str, message: str
) -> None:
    """However JSON has escaped it."""
    found = [
        other
        for other in LEAKY
        if universal(other, refusal(message)).outcome is Outcome.FAILED
    ]

    assert found == [clause]


@pytest.mark.parametrize(
    ("clause", "message"), [(clause, messages[0]) for clause, messages in LEAKY.items()]
)
def test_what_the_client_said_may_be_said_back(clause: str, message: str) -> None:
    """A traceback in the prompt is the client's own."""
    request = Request.of({"model": "m", "input": f"Explain this: {message}"})
    told = refusal(f"Invalid input: {message}", request=request)

    assert universal(clause, told).outcome is Outcome.PASSED


def test_the_servers_own_address_is_no_secret() -> None:
    """The client has just used it."""
    told = refusal(
        "See http://10.1.2.3:3000/docs for help.", origin="http://10.1.2.3:3000"
    )

    assert (
        universal("errors.internal-address-is-not-leaked", told).outcome
        is Outcome.PASSED
    )


@pytest.mark.parametrize(
    ("asked", "size", "outcome"),
    [
        (100, 16_000, Outcome.PASSED),
        (100, 17_000, Outcome.FAILED),
        (5_000, 49_000, Outcome.PASSED),
        (5_000, 51_000, Outcome.FAILED),
        (1_000_000, 65_000, Outcome.PASSED),
        (1_000_000, 66_000, Outcome.FAILED),
    ],
)
def test_an_error_may_grow_with_its_request_and_not_beyond(
    asked: int, size: int, outcome: Outcome
) -> None:
    """Ten times the request, between 16 and 64 KiB."""
    told = came(b"x" * size, 400, request=Request(b"y" * asked))

    assert universal("errors.body-size-is-bounded", told).outcome is outcome


@pytest.mark.parametrize(
    ("status", "quoted", "outcome"),
    [
        (400, True, Outcome.FAILED),
        (400, False, Outcome.PASSED),
        (200, True, Outcome.INCONCLUSIVE),
    ],
)
def test_the_prompt_is_known_by_its_word(
    status: int,
    quoted: bool,  # noqa: FBT001 -- a column of the table
    outcome: Outcome,
) -> None:
    """An answer may of course repeat it; only a refusal may not."""
    setting = ProbeContext("m")
    request = next(repeated_input_errors.steps(setting))
    assert isinstance(request, Request)
    word = secret_word(setting) if quoted else "nobody"
    told = refusal(f"Invalid role in {word}.", status, request=request)

    assert on_probe("errors.prompt-is-not-echoed", told) is outcome


def test_a_rate_limit_tells_its_time() -> None:
    """Where a run meets one."""
    clause = "errors.rate-limit-has-retry-after"
    timed = refusal("Slow down.", 429, headers=(("retry-after", "1"),))

    assert universal(clause, timed).outcome is Outcome.PASSED
    assert universal(clause, refusal("Slow down.", 429)).outcome is Outcome.FAILED
    assert universal(clause, came(ANSWER, request=ASKED)).observations == 0
