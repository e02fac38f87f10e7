"""Errors: which envelopes and statuses are allowed."""

import pytest

from conformance.contract.errors.envelope import OF_HTTP
from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import ANSWER, ASKED, came, refusal, universal

HAS_ERROR_OBJECT = "errors.body-has-an-error-object"
STRING_FIELDS = (
    "errors.type-is-a-string",
    "errors.code-is-a-string-or-null",
    "errors.param-is-a-string-or-null",
)


@pytest.mark.parametrize("id_", [HAS_ERROR_OBJECT, *STRING_FIELDS])
def test_error_with_only_a_message_passes(id_: str) -> None:
    """Clients read missing fields as null."""
    exchange = came({"error": {"message": "No."}}, 400)

    assert universal(id_, exchange).outcome is Outcome.PASSED


def test_extra_fields_pass() -> None:
    """They may be in the error object and next to it."""
    exchange = came({"error": {"message": "No.", "hint": 3}, "request_id": "r"}, 400)

    assert universal(HAS_ERROR_OBJECT, exchange).outcome is Outcome.PASSED


@pytest.mark.parametrize("status", sorted(OF_HTTP))
def test_statuses_of_proxies_need_no_error_object(status: int) -> None:
    """A request that is too large or too slow never reaches the gateway."""
    exchange = came(b"<html>too large</html>", status)

    assert universal(HAS_ERROR_OBJECT, exchange).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "body", [b"", b"Unauthorized", {"error": "No."}, {"message": "No."}, [], None]
)
def test_body_without_an_error_object_fails_one_requirement(body: object) -> None:
    """Checks of its fields are inconclusive."""
    exchange = came(body, 401)
    of_fields = ("errors.message-is-a-non-empty-string", "errors.has-a-type")

    assert universal(HAS_ERROR_OBJECT, exchange).outcome is Outcome.FAILED
    for id_ in (*of_fields, *STRING_FIELDS):
        assert universal(id_, exchange).outcome is Outcome.INCONCLUSIVE


def test_truncated_body_is_inconclusive() -> None:
    """Requirements of the section ``transport`` report it."""
    failure = TransportFailure(FailureKind.TRUNCATED)
    exchange = came(b'{"error": {"mess', 400, failure=failure)

    assert universal(HAS_ERROR_OBJECT, exchange).outcome is Outcome.INCONCLUSIVE


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
def test_5xx_fails_unless_it_reports_a_limit_or_overload(
    status: int, headers: tuple[tuple[str, str], ...], outcome: Outcome
) -> None:
    """A 503 needs ``Retry-After`` to count as overload."""
    exchange = refusal("Oops.", status, headers=headers)

    assert universal("errors.never-a-server-error", exchange).outcome is outcome


def test_failed_response_may_contain_an_error() -> None:
    """It is still a response object."""
    failed = {**ANSWER, "status": "failed", "error": {"message": "m", "code": "c"}}

    verdict = universal("errors.status-is-not-2xx", came(failed))

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("error", [{"message": "Quota."}, "Quota.", True])
def test_error_without_output_in_a_200_fails(error: object) -> None:
    """The type of ``error`` does not matter."""
    verdict = universal("errors.status-is-not-2xx", came({"error": error}))

    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "header", ["application/problem+json", "application/json; charset=utf-8"]
)
def test_json_media_type_may_have_a_suffix_or_parameters(header: str) -> None:
    """Problem details (RFC 9457) are JSON."""
    exchange = refusal("No.", headers=(("content-type", header),))

    verdict = universal("errors.media-type-is-json", exchange)

    assert verdict.outcome is Outcome.PASSED


def test_429_needs_retry_after() -> None:
    """A run without a 429 makes no observation."""
    id_ = "errors.rate-limit-has-retry-after"
    with_header = refusal("Slow down.", 429, headers=(("retry-after", "1"),))

    assert universal(id_, with_header).outcome is Outcome.PASSED
    assert universal(id_, refusal("Slow down.", 429)).outcome is Outcome.FAILED
    assert universal(id_, came(ANSWER, request=ASKED)).observations == 0
