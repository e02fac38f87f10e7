"""Leaks: which messages, sizes and quotations are reported."""

import pytest

from conformance.contract.errors.probes import repeated_input_errors, secret_word
from conformance.model.probe import ProbeContext
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    check_exchanges,
    check_probe,
    error_response,
    make_exchange,
)

HARMLESS_MESSAGES = (
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

LEAKS = {
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


@pytest.mark.parametrize("id_", LEAKS)
@pytest.mark.parametrize("message", HARMLESS_MESSAGES)
def test_harmless_message_passes(id_: str, message: str) -> None:
    """Links, examples, versions, paths into the request, and masked keys."""
    assert check_exchanges(id_, error_response(message)).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("id_", "message"),
    [(id_, message) for id_, messages in LEAKS.items() for message in messages],
)
def test_leak_fails_exactly_one_requirement(id_: str, message: str) -> None:
    """JSON escapes in the body do not hide it."""
    failed = [
        other
        for other in LEAKS
        if check_exchanges(other, error_response(message)).outcome is Outcome.FAILED
    ]

    assert failed == [id_]


@pytest.mark.parametrize(
    ("id_", "message"), [(id_, messages[0]) for id_, messages in LEAKS.items()]
)
def test_text_of_the_request_is_not_a_leak(id_: str, message: str) -> None:
    """A traceback in the prompt is known to the client."""
    request = Request.of({"model": "m", "input": f"Explain this: {message}"})
    exchange = error_response(f"Invalid input: {message}", request=request)

    assert check_exchanges(id_, exchange).outcome is Outcome.PASSED


def test_servers_own_address_is_not_a_leak() -> None:
    """The client sent its request there."""
    exchange = error_response(
        "See http://10.1.2.3:3000/docs for help.", origin="http://10.1.2.3:3000"
    )

    verdict = check_exchanges("errors.internal-address-is-not-leaked", exchange)

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("request_size", "size", "outcome"),
    [
        (100, 16_384, Outcome.PASSED),
        (100, 16_385, Outcome.FAILED),
        (5_000, 50_000, Outcome.PASSED),
        (5_000, 50_001, Outcome.FAILED),
        (1_000_000, 65_536, Outcome.PASSED),
        (1_000_000, 65_537, Outcome.FAILED),
    ],
)
def test_error_size_is_limited_by_the_size_of_the_request(
    request_size: int, size: int, outcome: Outcome
) -> None:
    """Ten times the request body, between 16 and 64 KiB."""
    exchange = make_exchange(b"x" * size, 400, request=Request(b"y" * request_size))

    assert check_exchanges("errors.body-size-is-bounded", exchange).outcome is outcome


@pytest.mark.parametrize(
    ("status", "quoted", "outcome"),
    [
        (400, True, Outcome.FAILED),
        (400, False, Outcome.PASSED),
        (200, True, Outcome.INCONCLUSIVE),
    ],
)
def test_word_of_the_prompt_fails_only_in_a_4xx(
    status: int,
    quoted: bool,  # noqa: FBT001 -- a column of the table
    outcome: Outcome,
) -> None:
    """The model may repeat the prompt; an error must not."""
    context = ProbeContext("m")
    request = next(repeated_input_errors.steps(context))
    assert isinstance(request, Request)
    word = secret_word(context) if quoted else "nobody"
    exchange = error_response(f"Invalid role in {word}.", status, request=request)

    assert check_probe("errors.prompt-is-not-echoed", exchange) is outcome


@pytest.mark.parametrize(
    ("padding", "outcome"), [(65_522, Outcome.FAILED), (65_523, Outcome.PASSED)]
)
def test_64_kib_of_an_error_are_searched(padding: int, outcome: Outcome) -> None:
    """The line of the trace has 14 characters."""
    exchange = make_exchange(b" " * padding + b"goroutine 12 [", 400)
    verdict = check_exchanges("errors.stack-trace-is-not-leaked", exchange)

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("key", "outcome"),
    [("sk-" + "12345" * 5, Outcome.PASSED), ("sk-" + "123456" * 5, Outcome.FAILED)],
)
def test_key_of_few_different_characters_is_a_placeholder(
    key: str, outcome: Outcome
) -> None:
    """A real key has more than eight."""
    exchange = error_response(f"Use {key} instead.")

    assert check_exchanges("errors.api-key-is-not-leaked", exchange).outcome is outcome
