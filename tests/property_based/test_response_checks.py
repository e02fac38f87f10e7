"""Checks of responses to generated requests, and against the OpenAPI document."""

import json
from dataclasses import replace

import pytest

from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.model.request import Request
from conformance.property_based.response_checks import (
    check_response,
    document_violations,
)

RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_700_000_000,
    "status": "completed",
    "model": "m",
    "output": [],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
BODY = {"model": "m", "input": "hello", "temperature": 1}


def generated(scenario: Scenario) -> GeneratedInput:
    """Return an input of a scenario."""
    return GeneratedInput(scenario, "temperature", "0")


def answered(status: int, body: object, *, media: str = "application/json") -> Exchange:
    """Return an exchange with ``BODY`` as request."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", media),)
    return Exchange(Request.of(BODY), status, headers, content, ((0.1, len(content)),))


def error_response(
    message: str, status: int = 400, param: str | None = None
) -> Exchange:
    """Return an exchange with an error object."""
    fields = {"message": message, "type": "invalid_request_error", "param": param}
    return answered(status, {"error": fields})


@pytest.mark.parametrize("scenario", BROKEN)
def test_invalid_request_must_be_rejected(scenario: Scenario) -> None:
    """Any 4xx about the request passes; a response object does not."""
    assert check_response(generated(scenario), error_response("no")) is None
    assert check_response(generated(scenario), error_response("no", 422)) is None
    found = check_response(generated(scenario), answered(200, RESPONSE))
    assert found is not None
    assert "temperature" in found.expected


@pytest.mark.parametrize("body", [b"", b"{}", b"<html></html>", b"data: [DONE]\n\n"])
def test_200_without_a_response_is_inconclusive(body: bytes) -> None:
    """It neither answers nor rejects the request."""
    for scenario in (Scenario.WRONG_TYPE, Scenario.VALID):
        with pytest.raises(Inconclusive):
            check_response(generated(scenario), answered(200, body))


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"error": {"message": "400: input"}}\n\n',
        b'data: {"type": "error", "message": "input"}\n\n',
        b'data: {"type": "response.created"}\n\ndata: {"error": {"code": 400}}\n\n',
    ],
)
def test_error_in_a_stream_is_inconclusive(body: bytes) -> None:
    """Another requirement covers errors that are sent as a stream."""
    exchange = answered(200, body)
    streamed = replace(exchange, headers=(("content-type", "text/event-stream"),))

    with pytest.raises(Inconclusive):
        check_response(generated(Scenario.WRONG_TYPE), streamed)


@pytest.mark.parametrize("status", [401, 403, 405, 429, 500, 502, 302, 0])
@pytest.mark.parametrize("scenario", Scenario)
def test_response_that_is_not_about_the_request_is_inconclusive(
    status: int, scenario: Scenario
) -> None:
    """It is about the client, it is a server error, or there is none."""
    with pytest.raises(Inconclusive):
        check_response(generated(scenario), error_response("temperature", status))


def test_404_without_a_reason_is_inconclusive() -> None:
    """It rejects the path, unless it names a field of the request."""
    with pytest.raises(Inconclusive):
        check_response(
            generated(Scenario.WRONG_TYPE), answered(404, {"detail": "Not Found"})
        )
    assert (
        check_response(
            generated(Scenario.WRONG_TYPE), error_response("temperature?", 404)
        )
        is None
    )


def test_failed_response_is_inconclusive() -> None:
    """Another requirement covers errors that are sent with status 200."""
    failed = answered(200, {**RESPONSE, "status": "failed"})
    for scenario in (Scenario.WRONG_TYPE, Scenario.VALID):
        with pytest.raises(Inconclusive):
            check_response(generated(scenario), failed)


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported value: temperature",
        "this model does not do reasoning",
        "tool_choice needs tools",
        "Previous response not found",
        "Unknown parameter",
        "Invalid unicode",
    ],
)
def test_valid_request_may_be_rejected_with_a_reason(message: str) -> None:
    """A missing capability, or a field that the model does not support."""
    assert check_response(generated(Scenario.VALID), error_response(message)) is None
    assert (
        check_response(generated(Scenario.UNSPECIFIED), error_response(message)) is None
    )


def test_reason_may_be_in_param_only() -> None:
    """The message need not name the field."""
    assert (
        check_response(
            generated(Scenario.VALID), error_response("no", param="temperature")
        )
        is None
    )


def test_valid_request_must_not_be_rejected_without_a_reason() -> None:
    """The model's name is not a reason, because the model exists."""
    for message in ("Bad request", "the model is m"):
        assert check_response(generated(Scenario.VALID), error_response(message))


def test_null_must_be_accepted_like_a_missing_field() -> None:
    """A reason does not help: no 4xx is accepted."""
    assert check_response(generated(Scenario.NULL), answered(200, RESPONSE)) is None
    assert check_response(
        generated(Scenario.NULL), error_response("temperature is null")
    )


def test_document_accepts_conforming_responses() -> None:
    """A response object, a stream, and an error."""
    event = json.dumps({"type": "response.completed", "response": RESPONSE})
    stream = f"event: response.completed\ndata: {event}\n\ndata: [DONE]\n\n".encode()

    assert document_violations(answered(200, RESPONSE)) == []
    assert document_violations(answered(200, stream, media="text/event-stream")) == []
    assert document_violations(error_response("no")) == []


def test_violation_of_the_document_has_a_json_pointer() -> None:
    """It points into the body."""
    found = document_violations(answered(200, {**RESPONSE, "created_at": "now"}))
    assert [finding.pointer for finding in found] == ["/created_at"]


@pytest.mark.parametrize(
    "exchange",
    [
        answered(200, {}),
        answered(200, b""),
        answered(200, b"<html></html>", media="text/html"),
        answered(400, {"detail": "no"}),
        answered(200, b"data: {}\n\n", media="text/event-stream"),
        replace(answered(200, RESPONSE), headers=()),
    ],
)
def test_document_rejects_other_responses(exchange: Exchange) -> None:
    """Empty bodies, wrong media types, and errors in another format."""
    assert document_violations(exchange)


def test_rejection_of_another_field_says_nothing_about_null() -> None:
    """``error.param`` names the field; without it, the rejection is a finding."""
    null = generated(Scenario.NULL)
    with pytest.raises(Inconclusive):
        check_response(null, error_response("top_p is too small", param="top_p"))
    for param in ("temperature", "temperature.value", "", None):
        assert check_response(null, error_response("no", param=param)) is not None
