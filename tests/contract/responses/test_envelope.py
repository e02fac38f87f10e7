"""Response objects: odd ones that are sound, and those that are none."""

from collections.abc import Iterator

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.responses.model import is_a_version
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
    NOON,
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
UNIQUE = "responses.ids-are-unique"
SAME_MODEL = "responses.model-is-the-requested-one"
NAMED_ALIKE = "responses.model-is-the-same-in-streams"
NOW = "responses.created-at-is-current"

CHAT_USAGE = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
CHAT_DETAILS = {
    "prompt_tokens_details": {"cached_tokens": 0, "text_tokens": 12},
    "completion_tokens_details": {"reasoning_tokens": 0, "text_tokens": 3},
}
NO_DETAILS = {"prompt_tokens": None, "completion_tokens": None, **USAGE}
HIDDEN = {
    **USAGE,
    "output_tokens": 40,
    "total_tokens": 52,
    "output_tokens_details": {"reasoning_tokens": 40},
}
REFUSED_PART = {"type": "refusal", "refusal": "I cannot say that."}
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "searching"}
FAILED: Json = {
    "status": "failed",
    "error": {"code": "server_error", "message": "No."},
    "output": [],
    "usage": None,
}

CAPPED = asking(max_output_tokens=16)
NOTHING_READ = {**USAGE, "input_tokens": 0, "total_tokens": 3}

SOUND = {
    "plain": answer(),
    "streamed": stream(),
    "extra-members": answer(choices=None, x_gateway={"channel": 7}),
    "chat-usage": answer(usage={**CHAT_USAGE, **CHAT_DETAILS}),
    "both-usages": answer(usage={**CHAT_USAGE, **CHAT_DETAILS, **USAGE}),
    "nulls-of-the-other-usage": answer(usage=NO_DETAILS),
    "cut": answer(CAPPED, **CUT, max_output_tokens=16),
    "cut-in-a-stream": stream(CAPPED, **CUT, max_output_tokens=16),
    "cut-before-the-first-item": answer(
        CAPPED, **{**CUT, "max_output_tokens": 16, "output": [], "usage": HIDDEN}
    ),
    "failed": answer(**FAILED),
    "failed-in-a-stream": stream(**FAILED),
    "failed-before-there-was-a-whole": stream(
        **{**FAILED, "object": None, "created_at": None, "model": None, "output": None}
    ),
    "filtered": answer(
        status="incomplete", incomplete_details={"reason": "content_filter"}
    ),
    "call": answer(output=[CALL]),
    "two-calls": answer(output=[CALL, {**CALL, "id": "fc_2", "call_id": "call_2"}]),
    "reasoning-alone": answer(output=[THOUGHT], usage=HIDDEN),
    "reasoning-then-message": answer(output=[THOUGHT, MESSAGE], usage=HIDDEN),
    "hosted-tool": answer(output=[SEARCH, MESSAGE]),
    "empty-text": answer(output=saying("")),
    "empty-content": answer(output=[{**MESSAGE, "content": []}]),
    "refused-in-words": answer(output=[{**MESSAGE, "content": [REFUSED_PART]}]),
    "nothing-to-say": answer(output=[]),
    "in-the-background": answer(
        asking(background=True), status="in_progress", output=[], usage=None
    ),
    "no-error-members": came(
        {n: v for n, v in RESPONSE.items() if n not in {"error", "incomplete_details"}},
        request=asking(),
        headers=HEADERS,
    ),
    "no-date-header": came(RESPONSE, request=asking(), headers=HEADERS[:1]),
    "problem-json": came(
        RESPONSE, headers=(("content-type", "application/problem+json"),)
    ),
    "dated-model": answer(asking(model="m-large"), model="m-large-2024-08-06"),
    "empty-input": answer(asking(""), usage=NOTHING_READ),
    "created": came(RESPONSE, 201, request=asking(), headers=HEADERS),
    "refusal": refusal("No."),
    "overloaded": refusal("Later.", 503),
}


def _universal() -> Iterator[str]:
    for check in catalogue().checks:
        if check.scope and check.requirement.section in SECTIONS:
            yield check.requirement.id


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        *((name, "newapi") for name in SOUND),
        *((name, "openai") for name in SOUND if name != "chat-usage"),
    ],
)
def test_no_clause_blames_a_sound_answer(name: str, profile: str) -> None:
    """Whatever a conforming server may answer passes every universal clause.

    The counts of chat are in use with New API alone.
    """
    blamed = []
    for id_ in _universal():
        tally = UniversalVerdict(Case(catalogue().find(id_), None), profile)
        tally.add(SOUND[name])
        if tally.verdict().outcome in {Outcome.FAILED, Outcome.ERROR}:
            blamed.append(id_)

    assert blamed == []


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
def test_what_is_no_response_is_blamed_once(body: bytes, media_type: str) -> None:
    """The one clause speaks up, and the others have nothing to judge."""
    told = came(body, headers=(("content-type", media_type),))

    assert told.kind is ResponseKind.UNRECOGNIZED
    assert universal(IS_A_RESPONSE, told).outcome is Outcome.FAILED
    assert universal("responses.id-is-a-string", told).outcome is Outcome.INCONCLUSIVE


def test_an_answer_that_was_cut_off_is_no_evidence() -> None:
    """The transport has clauses of its own."""
    told = came(b'{"id": "r', failure=TransportFailure(FailureKind.TRUNCATED))

    assert universal(IS_A_RESPONSE, told).outcome is Outcome.INCONCLUSIVE


def test_a_response_may_bring_choices_beside_its_output() -> None:
    """Members that the contract does not name are allowed."""
    assert universal(IS_A_RESPONSE, answer(choices=[])).outcome is Outcome.PASSED


def test_one_question_may_be_answered_twice_under_one_id() -> None:
    """A cache keeps the whole answer; what it must not do is mix up questions."""
    other = answer(asking("Another question."), id="resp_2")
    again = answer(), stream(), other
    mixed = answer(), answer(asking("Another question."))

    assert universal(UNIQUE, *again).outcome is Outcome.PASSED
    assert universal(UNIQUE, *mixed).outcome is Outcome.FAILED


def test_one_question_shows_nothing_about_ids() -> None:
    """Two answers to the same question are no two ids to compare."""
    assert universal(UNIQUE, answer(), stream()).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("created_at", "outcome"),
    [
        (NOON, Outcome.PASSED),
        (NOON - 80_000, Outcome.PASSED),
        (float(NOON), Outcome.PASSED),
        (NOON - 90_000, Outcome.FAILED),
        (0, Outcome.FAILED),
        (NOON * 1000, Outcome.INCONCLUSIVE),
        ("today", Outcome.INCONCLUSIVE),
    ],
)
def test_two_clocks_of_the_target_agree_within_a_day(
    created_at: object, outcome: Outcome
) -> None:
    """Milliseconds and texts are blamed by clauses of their own."""
    assert universal(NOW, answer(created_at=created_at)).outcome is outcome


@pytest.mark.parametrize(("created_at", "sound"), [(NOON, True), (1, False)])
def test_without_a_date_any_year_of_this_api_will_do(
    created_at: int, *, sound: bool
) -> None:
    """Many servers send no Date header."""
    told = came({**RESPONSE, "created_at": created_at}, headers=HEADERS[:1])

    assert (universal(NOW, told).outcome is Outcome.PASSED) is sound


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o", "GPT-4o"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("gpt-4o-latest", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("gemma", "gemma:2b"),
        ("m", "models/m-001"),
    ],
)
def test_versions_of_one_model(asked: str, told: str) -> None:
    """Aliases and dated snapshots are everyday names."""
    assert is_a_version(asked, told)
    assert is_a_version(told, asked)


@pytest.mark.parametrize(
    ("asked", "told"),
    [("gpt-4o", "gpt-4o-mini"), ("gpt-4o", "claude"), ("gpt-4", "gpt-4o-2024-08-06")],
)
def test_another_model_is_no_version(asked: str, told: str) -> None:
    """A smaller sister has another price."""
    assert not is_a_version(asked, told)


def test_a_model_may_go_by_several_names_in_both_modes() -> None:
    """A balancer has several versions behind one name."""
    told = answer(model="m-1"), answer(model="m-2"), stream(model="m-2")

    assert universal(NAMED_ALIKE, *told).outcome is Outcome.PASSED
    assert universal(NAMED_ALIKE, *told[:1], told[2]).outcome is Outcome.FAILED
    assert universal(NAMED_ALIKE, *told[:2]).outcome is Outcome.INCONCLUSIVE


def test_a_request_without_a_model_asks_for_no_name() -> None:
    """Whether it is served at all is another question."""
    told = came({**RESPONSE, "model": None}, request=asking(model=None))

    assert universal("responses.model-is-a-string", told).outcome is (
        Outcome.INCONCLUSIVE
    )


def test_a_stream_cut_short_has_no_response() -> None:
    """A text of one event, and then nothing: there is no snapshot to judge."""
    told = came(
        b'data: {"type": "response.created", "response": {}}\n\n',
        request=asking(stream=True),
        headers=STREAM_HEADERS,
    )

    assert told.response_or_none is None
    assert universal("usage.is-present", told).outcome is Outcome.INCONCLUSIVE


def _exchanges() -> Iterator[Exchange]:
    yield from SOUND.values()
    yield answer(output=[{**MESSAGE, "content": [{**PART, "text": None}]}])


def test_every_universal_check_is_safe_on_every_shape() -> None:
    """None breaks on odd values: that would be our own error."""
    odd: list[Json] = [None, 7, "x", [], {}, [None], [7], True, -1, 1e300]
    shapes = [answer(**{name: value}) for name in RESPONSE for value in odd]
    for id_ in _universal():
        outcome = universal(id_, *shapes, *_exchanges()).outcome

        assert outcome is not Outcome.ERROR, id_
