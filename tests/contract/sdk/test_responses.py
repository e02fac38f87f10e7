"""SDK: what the official client reads from JSON responses."""

import subprocess
import sys
from dataclasses import replace

import pytest

from conformance.clients import openai_client
from conformance.contract.catalogue import catalogue
from conformance.contract.sdk import responses
from conformance.judge.plan import plan
from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.generated_input import PREFIX
from conformance.model.profile import NEWAPI
from conformance.model.scope import Observation
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome
from tests.contract.profile.sample_response import MESSAGE, RESPONSE
from tests.contract.sdk.sample_exchanges import (
    CALL,
    CHAT_USAGE,
    Json,
    events_of,
    json_exchange,
    stream_exchange,
    verdict_of,
)

ERROR: Json = {"error": {"message": "No.", "type": "t", "code": None, "param": None}}


def test_text_and_calls_are_read_as_sent() -> None:
    """A ``usage`` with the names of Chat Completions does not matter."""
    response = {**RESPONSE, "output": [MESSAGE, CALL], "usage": CHAT_USAGE}
    exchange = json_exchange(response)

    result = openai_client.read_response(exchange)

    assert result.text == "Hello"
    assert result.calls == (
        openai_client.Call("call_1", "get_weather", '{"city": "Turin"}'),
    )
    assert verdict_of("reads-a-response", exchange).outcome is Outcome.PASSED


def test_warning_of_the_clients_models_is_ignored() -> None:
    """An unlisted role causes a warning, and pytest turns warnings into errors."""
    response = {**RESPONSE, "output": [{**MESSAGE, "role": "model"}]}
    *events, last = events_of()
    stream = stream_exchange(*events, {**last, "response": response})

    assert openai_client.read_response(json_exchange(response)).text == "Hello"
    assert openai_client.read_final_response(stream).text == "Hello"


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (422, "UnprocessableEntityError"),
        (413, "APIStatusError"),
    ],
)
def test_exception_depends_on_the_status(status: int, name: str) -> None:
    """It has the message, and the request is sent once."""
    error = openai_client.read_error(json_exchange(ERROR, status))

    assert error == openai_client.ClientError(name, "No.", 1)


@pytest.mark.parametrize(
    ("status", "headers"), [(409, {}), (408, {}), (400, {"x_should_retry": "true"})]
)
def test_retried_request_is_reported(status: int, headers: Json) -> None:
    """The client decides by its own rules whether to retry."""
    rejection = json_exchange(ERROR, status, **headers)

    verdict = verdict_of("does-not-retry-refused-requests", rejection)

    assert verdict.outcome is Outcome.FAILED


def test_missing_message_is_reported() -> None:
    """The client cannot parse a body that begins with a byte order mark."""
    rejection = json_exchange(ERROR, 400)
    with_bom = replace(rejection, body=b"\xef\xbb\xbf" + rejection.body)

    slug = "reads-the-error-message"
    assert verdict_of(slug, rejection).outcome is Outcome.PASSED
    assert verdict_of(slug, with_bom).outcome is Outcome.FAILED


def test_error_page_of_a_proxy_needs_no_message() -> None:
    """A proxy may reject a body that is too large before the gateway reads it."""
    page = replace(json_exchange({}, 413), body=b"<html>too large</html>")
    rejection = json_exchange(ERROR, 400)

    slug = "reads-the-error-message"
    assert verdict_of(slug, page).outcome is Outcome.INCONCLUSIVE
    assert verdict_of(slug, page, rejection).outcome is Outcome.PASSED


def test_truncated_generated_and_rate_limited_responses_are_skipped() -> None:
    """Without other responses, the checks are inconclusive."""
    exchange = json_exchange(RESPONSE)
    truncated = replace(exchange, failure=TransportFailure(FailureKind.TRUNCATED))
    generated = replace(exchange, probe=f"{PREFIX}x")
    rate_limited = json_exchange(ERROR, 429)

    read = verdict_of("reads-a-response", truncated, generated)
    retried = verdict_of("does-not-retry-refused-requests", rate_limited)

    assert read.outcome is Outcome.INCONCLUSIVE
    assert retried.outcome is Outcome.INCONCLUSIVE


def test_shortest_response_of_each_form_is_read() -> None:
    """The client is slow."""
    short = json_exchange(RESPONSE)
    long = json_exchange({**RESPONSE, "user": "x" * 99})
    observations = [Observation(exchange, "x-1") for exchange in (long, short, long)]

    chosen = responses.shortest_of_each_form(observations, lambda x: x.status)

    assert chosen == [short]


def test_section_is_not_run_without_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reason says what to install."""
    monkeypatch.setitem(sys.modules, "openai", None)
    settings = Settings("http://target.invalid", "m", "k", profile=NEWAPI)

    planned = plan(catalogue(), settings)

    skipped = [v for v in planned.skipped if v.requirement.section == "sdk"]
    assert len(skipped) == 6
    assert {v.outcome for v in skipped} == {Outcome.NOT_RUN}
    assert all("responses-conformance[openai]" in v.reason for v in skipped)
    assert not any(c.check.requirement.section == "sdk" for c in planned.cases)


def test_reading_the_catalogue_imports_no_slow_package() -> None:
    """Help and lists are fast, whatever packages are installed."""
    code = (
        "import sys; from conformance.contract.catalogue import catalogue; "
        "catalogue(); "
        "print([m for m in ('openai', 'openresponses_types', 'pydantic', 'httpx2') "
        "if m in sys.modules])"
    )
    result = subprocess.run(  # noqa: S603 -- the test's own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "[]"
