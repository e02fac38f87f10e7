"""Continuation: what texts, token counts and errors show about stored responses."""

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
    CONTEXT,
    call,
    message,
    outcome_on_turns,
    response,
    run_probe,
    streamed_response,
)
from tests.contract.sample_errors import error_response, make_exchange
from tests.fault_servers import fault_servers

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

GROWTH = "state.context-grows-by-one-turn"
STREAM_CONTINUED = "state.streamed-response-can-be-continued"
FETCHED = "state.get-returns-the-response-or-error"


def text_response(text: str = "Hello", read: int = 80, **fields: Json) -> Exchange:
    """Return a response with a text and ``read`` prompt tokens."""
    return make_exchange(response(message(text), read=read, **fields))


@pytest.mark.parametrize(
    ("text", "counts", "outcome"),
    [
        ("I forgot.", (80, 110), PASSED),
        ("I forgot.", (80, 20), FAILED),
        (f"It was {CONTEXT.word('remembered')}.", (80, 20), PASSED),
        ("I forgot.", (36, 36), INCONCLUSIVE),
        ("I forgot.", (0, 0), INCONCLUSIVE),
    ],
)
def test_the_word_or_token_counts_show_that_the_context_was_read(
    text: str, counts: tuple[int, int], outcome: Outcome
) -> None:
    """Equal counts are inconclusive: the server does not count."""
    first, second = counts
    turns = run_probe(
        probes.two_turn_recall,
        text_response(read=first),
        text_response(text, read=second),
    )

    assert (
        outcome_on_turns("state.previous-response-reaches-the-model", *turns) is outcome
    )


@pytest.mark.parametrize(
    ("store", "error", "outcome"),
    [
        (True, "Previous response not found.", FAILED),
        (True, "previous_response_id is not supported.", PASSED),
        (False, "Previous response not found.", PASSED),
        (None, "Previous response not found.", PASSED),
    ],
)
def test_not_found_fails_only_if_the_response_has_store_true(
    store: bool | None,  # noqa: FBT001 -- a value of the wire
    error: str,
    outcome: Outcome,
) -> None:
    """A server that stores nothing may say so with another error or ``store``."""
    turns = run_probe(
        probes.two_turn_recall, text_response(store=store), error_response(error)
    )

    assert outcome_on_turns("state.stored-response-can-be-continued", *turns) is outcome


def chain(*counts: int) -> tuple[Exchange, ...]:
    """Return the exchanges of ``chained_turns``, its turns with these prompt tokens.

    The unstored turn is not found, and the stored one is fetched.
    """
    fetched = make_exchange({"id": "resp_1"})
    turns = (text_response(read=count) for count in counts)
    results = run_probe(
        probes.chained_turns, *turns, error_response("not found", 404), fetched
    )
    return tuple(turn for turn in results if isinstance(turn, Exchange))


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((40, 60, 80, 100, 120), PASSED),
        ((300, 60, 80, 100, 120), PASSED),
        ((40, 50, 75, 130, 190), PASSED),
        ((40, 80, 160, 320, 640), FAILED),
        ((0, 0, 0, 0, 0), INCONCLUSIVE),
        ((40, 60, 60, 80, 100), PASSED),
    ],
)
def test_a_chain_fails_only_if_its_growth_doubles_twice(
    counts: tuple[int, ...], outcome: Outcome
) -> None:
    """Uneven growth passes."""
    assert outcome_on_turns(GROWTH, *chain(*counts)) is outcome


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((33, 35, 14, 14, 14), FAILED),
        ((33, 35, 14, 30, 60), FAILED),
        ((40, 60, 80, 99, 98), FAILED),
        ((40, 16, 16, 16, 16), INCONCLUSIVE),
        ((40, 13, 16, 16, 16), INCONCLUSIVE),
    ],
)
def test_a_turn_that_reads_fewer_tokens_fails(
    counts: tuple[int, ...], outcome: Outcome
) -> None:
    """Equal last counts are inconclusive: the server counts only new input."""
    assert outcome_on_turns(GROWTH, *chain(*counts)) is outcome


def test_a_continued_turn_may_be_a_stream() -> None:
    """Its final snapshot has the token count, and its id can be continued."""
    first, second = text_response(), text_response(read=90)
    turns = chain(80, 90, 110, 130, 150)
    third = streamed_response(
        response(message("Hello"), read=20), request=turns[2].request
    )
    shrinking = (first, second, third, *turns[3:])
    not_found = run_probe(
        probes.chained_turns, first, second, third, error_response("not found")
    )

    assert [t.request.streamed for t in turns[:5]] == [True, False, True, False, False]
    assert outcome_on_turns(GROWTH, *shrinking) is FAILED
    assert outcome_on_turns(STREAM_CONTINUED, *shrinking) is PASSED
    assert outcome_on_turns(STREAM_CONTINUED, *not_found) is FAILED


def test_the_last_prompts_are_longer_than_the_one_before() -> None:
    """So a server that counts only new input never counts less than before."""
    assert len(probes.HELLO_PROMPT.split()) > len(probes.RECALL_PROMPT.split())


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (make_exchange({"id": "resp_1"}), PASSED),
        (make_exchange({"id": "resp_2"}), FAILED),
        (make_exchange({"detail": "Not Found"}, 404), PASSED),
        (error_response("Method not allowed.", 405), PASSED),
        (make_exchange(b"<html>", 404), FAILED),
        (make_exchange(b"<html>"), FAILED),
        (make_exchange(b"", 404), FAILED),
        (error_response("Oops.", 500), FAILED),
        (error_response("Busy.", 503), INCONCLUSIVE),
    ],
)
def test_a_fetch_returns_the_response_or_a_json_error(
    fetched: Exchange, outcome: Outcome
) -> None:
    """A server need not support GET."""
    *turns, _ = chain(40, 60, 80, 100, 120)
    turns.append(run_probe(probes.chained_turns, *turns, fetched)[-1])  # type: ignore[arg-type]  # a fetch is one exchange

    assert outcome_on_turns(FETCHED, *turns) is outcome


def test_the_finding_for_a_fetched_page_quotes_it() -> None:
    """It has the media type, the status and the body, but no JSON parser error."""
    html = (("content-type", "text/html; charset=utf-8"),)
    page = make_exchange(b"<html>Not found</html>", 404, headers=html)
    *turns, _ = chain(40, 60, 80, 100, 120)
    turns.append(run_probe(probes.chained_turns, *turns, page)[-1])  # type: ignore[arg-type]  # as above
    check = catalogue().find(FETCHED)

    (finding,) = evaluate(Case(check, check.probes[0]), tuple(turns), "newapi").findings

    assert finding.got == 'text/html, status 404, "<html>Not found</html>"'


def test_checks_of_later_turns_are_inconclusive_if_the_chain_ends_early() -> None:
    """A rejected second turn fails one requirement only."""
    not_found = error_response("Response resp_1 not found.", 404)
    turns = run_probe(probes.chained_turns, text_response(), not_found)

    assert outcome_on_turns(STREAM_CONTINUED, *turns) is FAILED
    for id_ in (GROWTH, "state.unstored-response-cannot-be-continued", FETCHED):
        assert outcome_on_turns(id_, *turns) is INCONCLUSIVE


def test_instructions_that_the_model_repeated_are_inconclusive() -> None:
    """Its output is part of the context of the next turn."""
    repeating = text_response(CONTEXT.word("instructed"))
    silent = text_response("Hello")
    id_ = "state.instructions-are-not-carried-over"

    for turns, outcome in (
        ((repeating, repeating), INCONCLUSIVE),
        ((silent, repeating), FAILED),
        ((silent, silent), PASSED),
    ):
        assert (
            outcome_on_turns(id_, *run_probe(probes.chained_turns, *turns)) is outcome
        )


def test_a_stored_call_is_inconclusive_if_the_model_made_none() -> None:
    """A rejected result fails."""
    with_call = make_exchange(response(call()))
    no_call = run_probe(probes.stored_call, text_response())
    rejected = run_probe(
        probes.stored_call, with_call, error_response("No tool call found.")
    )

    assert (
        outcome_on_turns("state.stored-call-result-is-accepted", *no_call)
        is INCONCLUSIVE
    )
    assert outcome_on_turns("state.stored-call-result-is-accepted", *rejected) is FAILED


@on_request()
def _stateless(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``previous_response_id`` is rejected as unsupported."""
    if not request.field("previous_response_id"):
        return request
    error = ApiError(
        400, "'previous_response_id' is not supported.", code="unsupported_parameter"
    )
    return GatewayResponse(400, payload=error.envelope())


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[str, Outcome]]:
    """Yield the outcomes of the section ``state`` for a stateless server."""
    with fault_servers({"stateless": (_stateless,)}) as servers:
        report = servers.judge("stateless", only=("state",))
        yield {v.requirement.id: v.outcome for v in report.verdicts}


def test_a_stateless_server_is_unsupported(outcomes: dict[str, Outcome]) -> None:
    """A clear rejection makes the whole capability unsupported, and fails nothing."""
    of_state = {id_: o for id_, o in outcomes.items() if id_.startswith("state.")}
    supported = {
        id_: outcome for id_, outcome in of_state.items() if outcome is not UNSUPPORTED
    }

    assert len(of_state) > 10
    assert supported == {"state.stored-response-can-be-continued": PASSED}


@pytest.mark.parametrize(
    ("growth", "outcome"),
    [
        ((100, 160, 1000), PASSED),
        ((100, 161, 1000), FAILED),
        ((10, 100, 160), PASSED),
        ((10, 100, 161), FAILED),
        ((1, 10, 64), PASSED),
        ((1, 10, 65), FAILED),
    ],
)
def test_growth_by_more_than_1_6_times_and_64_tokens_doubles(
    growth: tuple[int, int, int], outcome: Outcome
) -> None:
    """The 9 output tokens of each turn are part of the next prompt."""
    counts = [40, 50]
    for tokens in growth:
        counts.append(counts[-1] + 9 + tokens)

    assert outcome_on_turns(GROWTH, *chain(*counts)) is outcome
