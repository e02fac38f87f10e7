"""What is said of an answer: fair to a good server, and never content with nothing."""

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

ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1_700_000_000,
    "status": "completed",
    "model": "m",
    "output": [],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
BODY = {"model": "m", "input": "hello", "temperature": 1}


def drawn(scenario: Scenario) -> GeneratedInput:
    """Name an input of a scenario."""
    return GeneratedInput(scenario, "temperature", "0")


def answered(status: int, body: object, *, media: str = "application/json") -> Exchange:
    """Return an exchange about ``BODY``."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", media),)
    return Exchange(Request.of(BODY), status, headers, content, ((0.1, len(content)),))


def refusal(message: str, status: int = 400, param: str | None = None) -> Exchange:
    """Return a refusal in the envelope."""
    error = {"message": message, "type": "invalid_request_error", "param": param}
    return answered(status, {"error": error})


@pytest.mark.parametrize("scenario", BROKEN)
def test_what_is_broken_has_to_be_refused(scenario: Scenario) -> None:
    """Any 4xx about the request will do; an answer will not."""
    assert check_response(drawn(scenario), refusal("no")) is None
    assert check_response(drawn(scenario), refusal("no", 422)) is None
    found = check_response(drawn(scenario), answered(200, ANSWER))
    assert found is not None
    assert "temperature" in found.expected


@pytest.mark.parametrize("body", [b"", b"{}", b"<html></html>", b"data: [DONE]\n\n"])
def test_a_blank_success_is_no_refusal_and_no_answer(body: bytes) -> None:
    """An empty answer satisfies nothing, and is no acceptance either."""
    for scenario in (Scenario.WRONG_TYPE, Scenario.VALID):
        with pytest.raises(Inconclusive):
            check_response(drawn(scenario), answered(200, body))


@pytest.mark.parametrize(
    "body",
    [
        b'data: {"error": {"message": "400: input"}}\n\n',
        b'data: {"type": "error", "message": "input"}\n\n',
        b'data: {"type": "response.created"}\n\ndata: {"error": {"code": 400}}\n\n',
    ],
)
def test_a_refusal_inside_a_stream_is_not_taken_for_an_answer(body: bytes) -> None:
    """That it comes as a stream is blamed elsewhere."""
    exchange = answered(200, body)
    streamed = replace(exchange, headers=(("content-type", "text/event-stream"),))

    with pytest.raises(Inconclusive):
        check_response(drawn(Scenario.WRONG_TYPE), streamed)


@pytest.mark.parametrize("status", [401, 403, 405, 429, 500, 502, 302, 0])
@pytest.mark.parametrize("scenario", Scenario)
def test_an_answer_about_something_else_leaves_it_open(
    status: int, scenario: Scenario
) -> None:
    """The caller's key, the server's own trouble, no answer at all."""
    with pytest.raises(Inconclusive):
        check_response(drawn(scenario), refusal("temperature", status))


def test_nothing_at_this_path_is_no_refusal_of_the_request() -> None:
    """A 404 counts only when it names what it does not find."""
    with pytest.raises(Inconclusive):
        check_response(
            drawn(Scenario.WRONG_TYPE), answered(404, {"detail": "Not Found"})
        )
    assert (
        check_response(drawn(Scenario.WRONG_TYPE), refusal("temperature?", 404)) is None
    )


def test_a_failure_inside_a_success_is_not_taken_for_an_answer() -> None:
    """A refusal in the wrong dress is blamed elsewhere."""
    failed = answered(200, {**ANSWER, "status": "failed"})
    for scenario in (Scenario.WRONG_TYPE, Scenario.VALID):
        with pytest.raises(Inconclusive):
            check_response(drawn(scenario), failed)


@pytest.mark.parametrize(
    "said",
    [
        "Unsupported value: temperature",
        "this model does not do reasoning",
        "tool_choice needs tools",
        "Previous response not found",
        "Unknown parameter",
        "Invalid unicode",
    ],
)
def test_a_valid_request_may_be_refused_for_a_reason(said: str) -> None:
    """A capability that is not there, a field that the model does not take."""
    assert check_response(drawn(Scenario.VALID), refusal(said)) is None
    assert check_response(drawn(Scenario.UNSPECIFIED), refusal(said)) is None


def test_the_reason_may_stand_in_param_alone() -> None:
    """Servers in good standing say less in the message."""
    assert (
        check_response(drawn(Scenario.VALID), refusal("no", param="temperature"))
        is None
    )


def test_a_valid_request_is_not_refused_without_a_reason() -> None:
    """The name of the model is no reason: the model is right."""
    for said in ("Bad request", "the model is m"):
        assert check_response(drawn(Scenario.VALID), refusal(said))


def test_null_is_to_be_taken_for_absence() -> None:
    """For information only, for the page does not say it."""
    assert check_response(drawn(Scenario.NULL), answered(200, ANSWER)) is None
    assert check_response(drawn(Scenario.NULL), refusal("temperature is null"))


def test_the_document_accepts_what_conforms() -> None:
    """A response, a stream, and a refusal."""
    event = json.dumps({"type": "response.completed", "response": ANSWER})
    stream = f"event: response.completed\ndata: {event}\n\ndata: [DONE]\n\n".encode()

    assert document_violations(answered(200, ANSWER)) == []
    assert document_violations(answered(200, stream, media="text/event-stream")) == []
    assert document_violations(refusal("no")) == []


def test_a_misfit_tells_its_place() -> None:
    """In the terms of the body, where the document knows it."""
    found = document_violations(answered(200, {**ANSWER, "created_at": "now"}))
    assert [finding.pointer for finding in found] == ["/created_at"]


@pytest.mark.parametrize(
    "bad",
    [
        answered(200, {}),
        answered(200, b""),
        answered(200, b"<html></html>", media="text/html"),
        answered(400, {"detail": "no"}),
        answered(200, b"data: {}\n\n", media="text/event-stream"),
        replace(answered(200, ANSWER), headers=()),
    ],
)
def test_the_document_is_not_content_with_nothing(bad: Exchange) -> None:
    """Blank bodies, foreign media types, foreign envelopes."""
    assert document_violations(bad)
