"""Errors: which envelopes and statuses are allowed."""

import pytest

from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    REQUEST,
    RESPONSE,
    check_exchanges,
    error_response,
    make_exchange,
)

HAS_ERROR_OBJECT = "errors.body-has-an-error-object"
STRING_FIELDS = (
    "errors.type-is-a-string",
    "errors.code-is-a-string-or-null",
    "errors.param-is-a-string-or-null",
)


@pytest.mark.parametrize("id_", [HAS_ERROR_OBJECT, *STRING_FIELDS])
def test_error_with_only_a_message_passes(id_: str) -> None:
    """Clients read missing fields as null."""
    exchange = make_exchange({"error": {"message": "No."}}, 400)

    assert check_exchanges(id_, exchange).outcome is Outcome.PASSED


def test_extra_fields_pass() -> None:
    """They may be in the error object and next to it."""
    exchange = make_exchange(
        {"error": {"message": "No.", "hint": 3}, "request_id": "r"}, 400
    )

    assert check_exchanges(HAS_ERROR_OBJECT, exchange).outcome is Outcome.PASSED


@pytest.mark.parametrize("status", [408, 413, 414, 431])
def test_statuses_of_proxies_need_no_error_object(status: int) -> None:
    """A request that is too large or too slow never reaches the gateway."""
    exchange = make_exchange(b"<html>too large</html>", status)

    assert check_exchanges(HAS_ERROR_OBJECT, exchange).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    "body", [b"", b"Unauthorized", {"error": "No."}, {"message": "No."}, [], None]
)
def test_body_without_an_error_object_fails_one_requirement(body: object) -> None:
    """Checks of its fields are inconclusive."""
    exchange = make_exchange(body, 401)
    of_fields = ("errors.message-is-a-non-empty-string", "errors.has-a-type")

    assert check_exchanges(HAS_ERROR_OBJECT, exchange).outcome is Outcome.FAILED
    for id_ in (*of_fields, *STRING_FIELDS):
        assert check_exchanges(id_, exchange).outcome is Outcome.INCONCLUSIVE


def test_truncated_body_is_inconclusive() -> None:
    """Requirements of the section ``transport`` report it."""
    failure = TransportFailure(FailureKind.TRUNCATED)
    exchange = make_exchange(b'{"error": {"mess', 400, failure=failure)

    assert check_exchanges(HAS_ERROR_OBJECT, exchange).outcome is Outcome.INCONCLUSIVE


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
    exchange = error_response("Oops.", status, headers=headers)

    assert check_exchanges("errors.never-a-server-error", exchange).outcome is outcome


def test_failed_response_may_contain_an_error() -> None:
    """It is still a response object."""
    failed = {**RESPONSE, "status": "failed", "error": {"message": "m", "code": "c"}}

    verdict = check_exchanges("errors.status-is-not-2xx", make_exchange(failed))

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("error", [{"message": "Quota."}, "Quota.", True])
def test_error_without_output_in_a_200_fails(error: object) -> None:
    """The type of ``error`` does not matter."""
    verdict = check_exchanges(
        "errors.status-is-not-2xx", make_exchange({"error": error})
    )

    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    "header", ["application/problem+json", "application/json; charset=utf-8"]
)
def test_json_media_type_may_have_a_suffix_or_parameters(header: str) -> None:
    """Problem details (RFC 9457) are JSON."""
    exchange = error_response("No.", headers=(("content-type", header),))

    verdict = check_exchanges("errors.media-type-is-json", exchange)

    assert verdict.outcome is Outcome.PASSED


def test_429_needs_retry_after() -> None:
    """A run without a 429 makes no observation."""
    id_ = "errors.rate-limit-has-retry-after"
    with_header = error_response("Slow down.", 429, headers=(("retry-after", "1"),))

    assert check_exchanges(id_, with_header).outcome is Outcome.PASSED
    assert (
        check_exchanges(id_, error_response("Slow down.", 429)).outcome
        is Outcome.FAILED
    )
    assert (
        check_exchanges(id_, make_exchange(RESPONSE, request=REQUEST)).observations == 0
    )
