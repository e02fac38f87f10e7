"""State: what counts, words and refusals say of a conversation, and what not."""

from collections.abc import Iterator

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.state import probes
from conformance.judge.universal_checks import evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from conformance.reference.errors import ApiError
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse
from tests.contract.run_probe import (
    SETTING,
    call,
    conversed,
    held,
    message,
    response,
    streamed,
)
from tests.contract.sample_errors import came, refusal
from tests.fault_servers import fault_servers

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
OPEN, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED


def said(text: str = "Hello", read: int = 80, **members: Json) -> Exchange:
    """Return an answer that says something for so many prompt tokens."""
    return came(response(message(text), read=read, **members))


@pytest.mark.parametrize(
    ("text", "counts", "outcome"),
    [
        ("I forgot.", (80, 110), PASSED),
        ("I forgot.", (80, 20), FAILED),
        (f"It was {SETTING.word('remembered')}.", (80, 20), PASSED),
        ("I forgot.", (36, 36), OPEN),
        ("I forgot.", (0, 0), OPEN),
    ],
)
def test_a_context_is_read_by_word_or_by_count(
    text: str, counts: tuple[int, int], outcome: Outcome
) -> None:
    """A forgetful model has read it, and a server that never counts tells nothing."""
    first, second = counts
    turns = conversed(probes.two_turn_recall, said(read=first), said(text, read=second))

    assert held("state.previous-response-reaches-the-model", *turns) is outcome


@pytest.mark.parametrize(
    ("stored", "words", "outcome"),
    [
        (True, "Previous response not found.", FAILED),
        (True, "previous_response_id is not supported.", PASSED),
        (False, "Previous response not found.", PASSED),
        (None, "Previous response not found.", PASSED),
    ],
)
def test_only_who_says_to_have_stored_must_find(
    stored: bool | None,  # noqa: FBT001 -- a value of the wire
    words: str,
    outcome: Outcome,
) -> None:
    """A server without memory says so in the first place."""
    turns = conversed(probes.two_turn_recall, said(store=stored), refusal(words))

    assert held("state.stored-response-can-be-continued", *turns) is outcome


def chain(*counts: int) -> tuple[Exchange, ...]:
    """Return a whole chain whose turns read so many tokens, and then its ends."""
    fetched = came({"id": "resp_1"})
    turns = (said(read=count) for count in counts)
    told = conversed(probes.chained_turns, *turns, refusal("not found", 404), fetched)
    return tuple(turn for turn in told if isinstance(turn, Exchange))


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((40, 60, 80, 100, 120), PASSED),
        ((300, 60, 80, 100, 120), PASSED),
        ((40, 50, 75, 130, 190), PASSED),
        ((40, 80, 160, 320, 640), FAILED),
        ((0, 0, 0, 0, 0), OPEN),
        ((40, 60, 60, 80, 100), PASSED),
    ],
)
def test_a_chain_may_grow_unevenly(counts: tuple[int, ...], outcome: Outcome) -> None:
    """Only growth that doubles twice in a row is blamed."""
    assert held("state.context-grows-by-one-turn", *chain(*counts)) is outcome


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((33, 35, 14, 14, 14), FAILED),
        ((33, 35, 14, 30, 60), FAILED),
        ((40, 60, 80, 99, 98), FAILED),
        ((40, 16, 16, 16, 16), OPEN),
        ((40, 13, 16, 16, 16), OPEN),
    ],
)
def test_a_turn_that_reads_less_has_forgotten(
    counts: tuple[int, ...], outcome: Outcome
) -> None:
    """A server that counts only what is new shows nothing; the last turns are alike."""
    assert held("state.context-grows-by-one-turn", *chain(*counts)) is outcome


def test_a_turn_that_continues_is_a_stream() -> None:
    """What it reads is told by its last event, and its id can be continued too."""
    first, second = said(), said(read=90)
    whole = chain(80, 90, 110, 130, 150)
    third = streamed(response(message("Hello"), read=20), request=whole[2].request)
    again = (first, second, third, *whole[3:])
    lost = conversed(probes.chained_turns, first, second, third, refusal("not found"))

    assert [t.request.streamed for t in whole[:5]] == [True, False, True, False, False]
    assert held("state.context-grows-by-one-turn", *again) is FAILED
    assert held("state.streamed-response-can-be-continued", *again) is PASSED
    assert held("state.streamed-response-can-be-continued", *lost) is FAILED


def test_what_only_counts_the_new_never_shrinks() -> None:
    """The turns that are alike ask at more length than the one before them."""
    assert len(probes.HELLO.split()) > len(probes.QUESTION.split())


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (came({"id": "resp_1"}), PASSED),
        (came({"id": "resp_2"}), FAILED),
        (came({"detail": "Not Found"}, 404), PASSED),
        (refusal("Method not allowed.", 405), PASSED),
        (came(b"<html>", 404), FAILED),
        (came(b"<html>"), FAILED),
        (came(b"", 404), FAILED),
        (refusal("Oops.", 500), FAILED),
        (refusal("Busy.", 503), OPEN),
    ],
)
def test_a_server_need_not_fetch(fetched: Exchange, outcome: Outcome) -> None:
    """It only has to say in JSON that it does not."""
    *turns, _ = chain(40, 60, 80, 100, 120)
    turns.append(conversed(probes.chained_turns, *turns, fetched)[-1])  # type: ignore[arg-type]  # a fetch is one exchange

    assert held("state.get-returns-the-response-or-error", *turns) is outcome


def test_a_page_is_told_by_what_came() -> None:
    """Its status and media type, and not what a decoder said of it."""
    html = (("content-type", "text/html; charset=utf-8"),)
    page = came(b"<html>Not found</html>", 404, headers=html)
    *turns, _ = chain(40, 60, 80, 100, 120)
    turns.append(conversed(probes.chained_turns, *turns, page)[-1])  # type: ignore[arg-type]  # as above
    check = catalogue().find("state.get-returns-the-response-or-error")

    (finding,) = evaluate(Case(check, check.probes[0]), tuple(turns), "newapi").findings

    assert finding.got == 'text/html, status 404, "<html>Not found</html>"'


def test_a_chain_that_breaks_off_leaves_the_rest_open() -> None:
    """A refused second turn is the business of one clause."""
    down = refusal("Response resp_1 not found.", 404)
    turns = conversed(probes.chained_turns, said(), down)

    assert held("state.streamed-response-can-be-continued", *turns) is FAILED
    for rest in (
        "context-grows-by-a-turn",
        "unstored-response-is-forgotten",
        "response-can-be-fetched",
    ):
        assert held(f"state.{rest}", *turns) is OPEN


def test_a_model_that_tells_its_instructions_is_no_evidence() -> None:
    """What it said itself stands in the context of the next turn by right."""
    told = said(SETTING.word("instructed"))
    silent = said("Hello")
    clause = "state.instructions-are-not-carried-over"

    assert held(clause, *conversed(probes.chained_turns, told, told)) is OPEN
    assert held(clause, *conversed(probes.chained_turns, silent, told)) is FAILED
    assert held(clause, *conversed(probes.chained_turns, silent, silent)) is PASSED


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (refusal("not found", 404), PASSED),
        (refusal("forbidden", 403), PASSED),
        (refusal("who are you?", 401), OPEN),
        (said("I do not know.", read=20), PASSED),
        (said("I do not know.", read=120), FAILED),
        (said(f"It was {SETTING.word('foreign')}.", read=20), FAILED),
        (said("I do not know.", read=80), OPEN),
    ],
)
def test_a_stranger_may_be_answered_out_of_nothing(
    asked: Exchange, outcome: Outcome
) -> None:
    """A leak is a word, or a prompt that is longer than the stranger's own."""
    turns = conversed(
        probes.other_users_conversation, said(), asked, refusal("no", 404)
    )

    assert held("state.conversation-is-private-to-its-key", *turns) is outcome


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (refusal("not found", 404), PASSED),
        (came(b"<html>the application</html>"), PASSED),
        (came({"id": "resp_1"}), FAILED),
        (refusal("who are you?", 401), OPEN),
        (refusal("oops", 500), OPEN),
    ],
)
def test_a_page_for_any_path_gives_nothing_away(
    fetched: Exchange, outcome: Outcome
) -> None:
    """What counts is whether the answer comes back."""
    turns = conversed(
        probes.other_users_conversation, said(), refusal("no", 404), fetched
    )

    assert held("state.response-is-private-to-its-key", *turns) is outcome


def test_a_stored_call_that_was_not_made_is_open() -> None:
    """The model would not call, so nothing can be answered."""
    made = came(response(call()))
    silent = conversed(probes.stored_call, said())
    refused = conversed(probes.stored_call, made, refusal("No tool call found."))

    assert held("state.stored-call-result-is-accepted", *silent) is OPEN
    assert held("state.stored-call-result-is-accepted", *refused) is FAILED


@on_request()
def _stateless(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A server that keeps nothing, and says so."""
    if not asked.field("previous_response_id"):
        return asked
    refused = ApiError(
        400, "'previous_response_id' is not supported.", code="unsupported_parameter"
    )
    return GatewayResponse(400, payload=refused.envelope())


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, Outcome]]:
    """Judge a stateless server by the whole section."""
    with fault_servers({"stateless": (_stateless,)}) as town:
        report = town.judge("stateless", only=("state",))
        yield {v.requirement.id: v.outcome for v in report.verdicts}


def test_a_server_without_memory_is_unsupported(
    outcomes: dict[str, Outcome],
) -> None:
    """A clear refusal closes the whole capability, and breaks nothing."""
    mine = {id_: o for id_, o in outcomes.items() if id_.startswith("state.")}
    judged = {id_ for id_, outcome in mine.items() if outcome is not UNSUPPORTED}

    assert len(mine) > 10
    assert judged == {"state.stored-response-can-be-continued"}
    assert mine["state.stored-response-can-be-continued"] is PASSED
