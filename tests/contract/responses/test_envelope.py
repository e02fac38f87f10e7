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
from tests.contract.sample_errors import came, refusal, universal
from tests.contract.sample_responses import (
    CALL,
    CUT,
    HEADERS,
    MESSAGE,
    PART,
    RESPONSE,
    STREAM_HEADERS,
    THOUGHT,
    USAGE,
    Json,
    answer,
    asking,
    saying,
    stream,
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

CAPPED_REQUEST = asking(max_output_tokens=16)
ZERO_INPUT = {**USAGE, "input_tokens": 0, "total_tokens": 3}

CONFORMING = {
    "plain": answer(),
    "streamed": stream(),
    "additional-fields": answer(choices=None, x_gateway={"channel": 7}),
    "chat-usage": answer(usage={**CHAT_COUNTS, **CHAT_DETAILS}),
    "both-styles": answer(usage={**CHAT_COUNTS, **CHAT_DETAILS, **USAGE}),
    "null-counts-in-other-style": answer(usage=NULL_CHAT_COUNTS),
    "truncated": answer(CAPPED_REQUEST, **CUT, max_output_tokens=16),
    "truncated-stream": stream(CAPPED_REQUEST, **CUT, max_output_tokens=16),
    "truncated-before-first-item": answer(
        CAPPED_REQUEST,
        **{**CUT, "max_output_tokens": 16, "output": [], "usage": REASONING_ONLY},
    ),
    "failed": answer(**FAILED),
    "failed-stream": stream(**FAILED),
    "failed-with-null-fields": stream(
        **{**FAILED, "object": None, "created_at": None, "model": None, "output": None}
    ),
    "filtered": answer(
        status="incomplete", incomplete_details={"reason": "content_filter"}
    ),
    "call": answer(output=[CALL]),
    "two-calls": answer(output=[CALL, {**CALL, "id": "fc_2", "call_id": "call_2"}]),
    "reasoning-only": answer(output=[THOUGHT], usage=REASONING_ONLY),
    "reasoning-then-message": answer(output=[THOUGHT, MESSAGE], usage=REASONING_ONLY),
    "hosted-tool": answer(output=[SEARCH, MESSAGE]),
    "empty-text": answer(output=saying("")),
    "empty-content": answer(output=[{**MESSAGE, "content": []}]),
    "refusal": answer(output=[{**MESSAGE, "content": [REFUSAL_PART]}]),
    "empty-output": answer(output=[]),
    "background": answer(
        asking(background=True), status="in_progress", output=[], usage=None
    ),
    "without-error-fields": came(
        {n: v for n, v in RESPONSE.items() if n not in {"error", "incomplete_details"}},
        request=asking(),
        headers=HEADERS,
    ),
    "without-date-header": came(RESPONSE, request=asking(), headers=HEADERS[:1]),
    "problem-json": came(
        RESPONSE, headers=(("content-type", "application/problem+json"),)
    ),
    "dated-model": answer(asking(model="m-large"), model="m-large-2024-08-06"),
    "empty-input": answer(asking(""), usage=ZERO_INPUT),
    "status-201": came(RESPONSE, 201, request=asking(), headers=HEADERS),
    "status-400": refusal("No."),
    "status-503": refusal("Later.", 503),
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
    exchange = came(body, headers=(("content-type", media_type),))

    assert exchange.kind is ResponseKind.UNRECOGNIZED
    assert universal(IS_A_RESPONSE, exchange).outcome is Outcome.FAILED
    assert (
        universal("responses.id-is-a-string", exchange).outcome is Outcome.INCONCLUSIVE
    )


def test_a_body_cut_short_by_the_connection_is_inconclusive() -> None:
    """Section ``transport`` reports it."""
    exchange = came(b'{"id": "r', failure=TransportFailure(FailureKind.TRUNCATED))

    assert universal(IS_A_RESPONSE, exchange).outcome is Outcome.INCONCLUSIVE


def test_a_response_may_contain_choices_in_addition_to_output() -> None:
    """Fields that the contract does not name are allowed."""
    assert universal(IS_A_RESPONSE, answer(choices=[])).outcome is Outcome.PASSED


def test_only_responses_to_the_same_prompt_may_share_an_id() -> None:
    """A cache may return the same response, but only for the same prompt."""
    different = answer(), stream(), answer(asking("Another prompt."), id="resp_2")
    shared = answer(), answer(asking("Another prompt."))

    assert universal(UNIQUE_IDS, *different).outcome is Outcome.PASSED
    assert universal(UNIQUE_IDS, *shared).outcome is Outcome.FAILED


def test_one_prompt_is_inconclusive_about_ids() -> None:
    """Its responses may share an id."""
    assert universal(UNIQUE_IDS, answer(), stream()).outcome is Outcome.INCONCLUSIVE


def test_a_stream_without_terminal_event_has_no_response() -> None:
    """There is no final snapshot to check."""
    exchange = came(
        b'data: {"type": "response.created", "response": {}}\n\n',
        request=asking(stream=True),
        headers=STREAM_HEADERS,
    )

    assert exchange.response_or_none is None
    assert universal("usage.is-present", exchange).outcome is Outcome.INCONCLUSIVE


def _exchanges() -> Iterator[Exchange]:
    yield from CONFORMING.values()
    yield answer(output=[{**MESSAGE, "content": [{**PART, "text": None}]}])


def test_no_universal_check_raises_on_unusual_values() -> None:
    """An exception would be an internal error."""
    values: list[Json] = [None, 7, "x", [], {}, [None], [7], True, -1, 1e300]
    shapes = [answer(**{name: value}) for name in RESPONSE for value in values]
    for id_ in _universal_ids():
        outcome = universal(id_, *shapes, *_exchanges()).outcome

        assert outcome is not Outcome.ERROR, id_
