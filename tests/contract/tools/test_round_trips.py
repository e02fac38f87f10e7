"""Tool round trips: what shows that a call result was accepted and read."""

import pytest

from conformance.contract.tools import probes
from conformance.model.probe import ProbeResult
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    CONTEXT,
    call,
    message,
    outcome_on_turns,
    response,
    run_probe,
)
from tests.contract.sample_errors import error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE = Outcome.INCONCLUSIVE

CODE_WORD = CONTEXT.word("tool-result")


def round_trip(
    text: str = "Fine.", counts: tuple[int, int, int, int] = (90, 120, 300, 310)
) -> tuple[ProbeResult, ...]:
    """Return a call, and responses with ``text`` to its three results.

    ``counts`` are the prompt tokens of the call and of each result.
    """
    first, *others = counts
    with_call = make_exchange(response(call("get_population", "{}"), read=first))
    with_text = (make_exchange(response(message(text), read=count)) for count in others)
    return run_probe(probes.tool_round_trip, with_call, *with_text)


@pytest.mark.parametrize(
    ("text", "counts", "outcome"),
    [
        ("Fine.", (90, 120, 300, 310), PASSED),
        (f"It is {CODE_WORD}.", (90, 120, 120, 120), PASSED),
        ("Fine.", (90, 120, 120, 120), FAILED),
        ("Fine.", (36, 36, 36, 36), INCONCLUSIVE),
        ("Fine.", (0, 0, 0, 0), INCONCLUSIVE),
    ],
)
def test_the_code_word_or_token_counts_show_that_a_result_was_read(
    text: str, counts: tuple[int, int, int, int], outcome: Outcome
) -> None:
    """Equal counts are inconclusive: the server does not count."""
    turns = round_trip(text, counts)

    assert outcome_on_turns("tools.result-reaches-the-model", *turns) is outcome


def test_parts_that_use_fewer_tokens_than_one_line_were_dropped() -> None:
    """The text of the parts is much longer than one line."""
    read, dropped = round_trip(), round_trip(counts=(90, 120, 300, 95))

    assert outcome_on_turns("tools.result-in-parts-reaches-the-model", *read) is PASSED
    assert (
        outcome_on_turns("tools.result-in-parts-reaches-the-model", *dropped) is FAILED
    )


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(400, FAILED), (500, FAILED), (503, INCONCLUSIVE), (429, INCONCLUSIVE)],
)
def test_a_rejected_result_fails_unless_the_server_is_overloaded(
    status: int, outcome: Outcome
) -> None:
    """The checks of the longer results are inconclusive, so it is reported once."""
    with_call = make_exchange(response(call("get_population", "{}")))
    rejected = error_response("No tool output found for this call.", status)
    turns = run_probe(probes.tool_round_trip, with_call, rejected, rejected, rejected)

    assert outcome_on_turns("tools.own-call-is-accepted-as-input", *turns) is outcome
    assert outcome_on_turns("tools.non-json-result-is-accepted", *turns) is INCONCLUSIVE
    assert (
        outcome_on_turns("tools.result-in-parts-reaches-the-model", *turns)
        is INCONCLUSIVE
    )
