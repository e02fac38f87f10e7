"""Responses: bodies that conform although they look unusual, and bodies that do not."""

from collections.abc import Iterator

import pytest

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import (
    Exchange,
    FailureKind,
    ResponseKind,
    TransportFailure,
)
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, error_response, make_exchange
from tests.contract.sample_responses import (
    CALL,
    HEADERS,
    INCOMPLETE,
    MESSAGE,
    PART,
    REASONING,
    RESPONSE,
    STREAM_HEADERS,
    USAGE,
    Json,
    json_response,
    make_request,
    message_output,
    streamed_response,
)

SECTIONS = ("responses", "items", "status", "usage", "limits", "tokens", "echo")

IS_A_RESPONSE = "responses.is-a-response-object"
UNIQUE_IDS = "responses.ids-are-unique"

CHAT_COUNTS = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
CHAT_DETAILS = {
    "prompt_tokens_details": {"cached_tokens": 0, "text_tokens": 12},
    "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 3},
}
NULL_CHAT_COUNTS = {"prompt_tokens": None, "completion_tokens": None, **USAGE}
REASONING_ONLY = {
    **USAGE,
    "output_tokens": 40,
    "total_tokens": 52,
    "output_tokens_details": {"reasoning_tokens": 40},
}
REFUSAL_PART = {"type": "refusal", "refusal": "I cannot say that."}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "searching"}
FAILED: Json = {
    "status": "failed",
    "error": {"code": "server_error", "message": "No."},
    "output": [],
    "usage": None,
}

CAPPED_REQUEST = make_request(max_output_tokens=16)
ZERO_INPUT = {**USAGE, "input_tokens": 0, "total_tokens": 3}

CONFORMING = {
    "plain": json_response(),
    "streamed": streamed_response(),
    "additional-fields": json_response(choices=None, x_gateway={"channel": 7}),
    "chat-usage": json_response(usage={**CHAT_COUNTS, **CHAT_DETAILS}),
    "both-styles": json_response(usage={**CHAT_COUNTS, **CHAT_DETAILS, **USAGE}),
    "null-counts-in-other-style": json_response(usage=NULL_CHAT_COUNTS),
    "truncated": json_response(CAPPED_REQUEST, **INCOMPLETE, max_output_tokens=16),
    "truncated-stream": streamed_response(
        CAPPED_REQUEST, **INCOMPLETE, max_output_tokens=16
    ),
    "truncated-before-first-item": json_response(
        CAPPED_REQUEST,
        **{
            **INCOMPLETE,
            "max_output_tokens": 16,
            "output": [],
            "usage": REASONING_ONLY,
        },
    ),
    "failed": json_response(**FAILED),
    "failed-stream": streamed_response(**FAILED),
    "failed-with-null-fields": streamed_response(
        **{**FAILED, "object": None, "created_at": None, "model": None, "output": None}
    ),
    "filtered": json_response(
        status="incomplete", incomplete_details={"reason": "content_filter"}
    ),
    "call": json_response(output=[CALL]),
    "two-calls": json_response(
        output=[CALL, {**CALL, "id": "fc_2", "call_id": "call_2"}]
    ),
    "reasoning-only": json_response(output=[REASONING], usage=REASONING_ONLY),
    "reasoning-then-message": json_response(
        output=[REASONING, MESSAGE], usage=REASONING_ONLY
    ),
    "hosted-tool": json_response(output=[SEARCH, MESSAGE]),
    "empty-text": json_response(output=message_output("")),
    "empty-content": json_response(output=[{**MESSAGE, "content": []}]),
    "refusal": json_response(output=[{**MESSAGE, "content": [REFUSAL_PART]}]),
    "empty-output": json_response(output=[]),
    "background": json_response(
        make_request(background=True), status="in_progress", output=[], usage=None
    ),
    "without-error-fields": make_exchange(
        {n: v for n, v in RESPONSE.items() if n not in {"error", "incomplete_details"}},
        request=make_request(),
        headers=HEADERS,
    ),
    "without-date-header": make_exchange(
        RESPONSE, request=make_request(), headers=HEADERS[:1]
    ),
    "problem-json": make_exchange(
        RESPONSE, headers=(("content-type", "application/problem+json"),)
    ),
    "dated-model": json_response(
        make_request(model="m-large"), model="m-large-2024-08-06"
    ),
    "empty-input": json_response(make_request(""), usage=ZERO_INPUT),
    "status-201": make_exchange(RESPONSE, 201, request=make_request(), headers=HEADERS),
    "status-400": error_response("No."),
    "status-503": error_response("Later.", 503),
}


def _universal_ids() -> Iterator[str]:
    for check in catalogue().checks:
        if check.scope and check.requirement.section in SECTIONS:
            yield check.requirement.id


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        *((name, "newapi") for name in CONFORMING),
        *((name, "openai") for name in CONFORMING if name != "chat-usage"),
    ],
)
def test_a_conforming_response_fails_no_requirement(name: str, profile: str) -> None:
    """Any response of a conforming server passes every universal check.

    The count names of Chat Completions conform in the profile ``newapi`` only.
    """
    failed = []
    for id_ in _universal_ids():
        check = UniversalVerdict(Case(catalogue().find(id_), None), profile)
        check.add(CONFORMING[name])
        if check.verdict().outcome in {Outcome.FAILED, Outcome.ERROR}:
            failed.append(id_)

    assert failed == []


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", "application/json"),
        (b"{}", "application/json"),
        (b"null", "application/json"),
        (b"<html></html>", "text/html"),
        (b'{"error": {"message": "No."}}', "application/json"),
        (b'{"id": "c", "object": "chat.completion", "choices": []}', ""),
        (b'{"id": "r", "object": "response"} [DONE]', "application/json"),
        (b"data: [DONE]\n\n", "text/event-stream"),
        (b'data: {"object": "chat.completion.chunk"}\n\n', "text/event-stream"),
    ],
)
def test_an_unrecognized_body_fails_one_requirement_only(
    body: bytes, media_type: str
) -> None:
    """The other requirements are inconclusive."""
    exchange = make_exchange(body, headers=(("content-type", media_type),))

    assert exchange.kind is ResponseKind.UNRECOGNIZED
    assert check_exchanges(IS_A_RESPONSE, exchange).outcome is Outcome.FAILED
    assert (
        check_exchanges("responses.id-is-a-string", exchange).outcome
        is Outcome.INCONCLUSIVE
    )


def test_a_body_cut_short_by_the_connection_is_inconclusive() -> None:
    """Section ``transport`` reports it."""
    exchange = make_exchange(
        b'{"id": "r', failure=TransportFailure(FailureKind.TRUNCATED)
    )

    assert check_exchanges(IS_A_RESPONSE, exchange).outcome is Outcome.INCONCLUSIVE


def test_a_response_may_contain_choices_in_addition_to_output() -> None:
    """Fields that the contract does not name are allowed."""
    assert (
        check_exchanges(IS_A_RESPONSE, json_response(choices=[])).outcome
        is Outcome.PASSED
    )


def test_only_responses_to_the_same_prompt_may_share_an_id() -> None:
    """A cache may return the same response, but only for the same prompt."""
    different = (
        json_response(),
        streamed_response(),
        json_response(make_request("Another prompt."), id="resp_2"),
    )
    shared = json_response(), json_response(make_request("Another prompt."))

    assert check_exchanges(UNIQUE_IDS, *different).outcome is Outcome.PASSED
    assert check_exchanges(UNIQUE_IDS, *shared).outcome is Outcome.FAILED


def test_one_prompt_is_inconclusive_about_ids() -> None:
    """Its responses may share an id."""
    assert (
        check_exchanges(UNIQUE_IDS, json_response(), streamed_response()).outcome
        is Outcome.INCONCLUSIVE
    )


def test_a_stream_without_terminal_event_has_no_response() -> None:
    """There is no final snapshot to check."""
    exchange = make_exchange(
        b'data: {"type": "response.created", "response": {}}\n\n',
        request=make_request(stream=True),
        headers=STREAM_HEADERS,
    )

    assert exchange.response_or_none is None
    assert check_exchanges("usage.is-present", exchange).outcome is Outcome.INCONCLUSIVE


def _exchanges() -> Iterator[Exchange]:
    yield from CONFORMING.values()
    yield json_response(output=[{**MESSAGE, "content": [{**PART, "text": None}]}])


def test_no_universal_check_raises_on_unusual_values() -> None:
    """An exception would be an internal error."""
    values: list[Json] = [None, 7, "x", [], {}, [None], [7], True, -1, 1e300]
    shapes = [json_response(**{name: value}) for name in RESPONSE for value in values]
    for id_ in _universal_ids():
        outcome = check_exchanges(id_, *shapes, *_exchanges()).outcome

        assert outcome is not Outcome.ERROR, id_
