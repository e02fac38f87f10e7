"""Reasoning: which items, counts, texts and rejections conform."""

import pytest

from conformance.contract.reasoning import probes
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    make_request,
    message,
    outcome_on_turns,
    response,
    run_probe,
)
from tests.contract.sample_errors import check_exchanges, error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

SUMMARY: Json = [{"type": "summary_text", "text": "I counted."}]


def reasoning_item(summary: Json = SUMMARY, **fields: Json) -> Json:
    """Return a reasoning item."""
    return {"type": "reasoning", "id": "rs", "summary": summary, **fields}


def with_reasoning_tokens(count: Json) -> Exchange:
    """Return a response with visible reasoning and this count of its tokens."""
    details = {"output_tokens_details": {"reasoning_tokens": count}}
    usage = {"input_tokens": 9, "output_tokens": 40, "total_tokens": 49, **details}
    return make_exchange(response(reasoning_item(), message("6"), usage=usage))


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (make_exchange(response(message("Hello"))), PASSED),
        (make_exchange(response(message("Hello"), written=16)), PASSED),
        (make_exchange(response(written=16, status="incomplete")), PASSED),
        (
            make_exchange(response(reasoning_item(), written=16, status="incomplete")),
            PASSED,
        ),
        (make_exchange(response(reasoning_item(), message(""), written=16)), FAILED),
        (make_exchange(response(written=16)), FAILED),
        (make_exchange(response(written=0)), INCONCLUSIVE),
        (error_response("Oops.", 500), FAILED),
        (error_response("Busy.", 503), INCONCLUSIVE),
        (error_response("reasoning is not supported"), UNSUPPORTED),
        (error_response("max_output_tokens must be at least 64"), INCONCLUSIVE),
    ],
)
def test_a_tiny_limit_must_not_give_an_empty_completed_response(
    exchange: Exchange, outcome: Outcome
) -> None:
    """A 500 fails, too. A response with text passes, whatever its status is."""
    id_ = "reasoning.using-up-max-output-tokens-is-incomplete"

    assert outcome_on_turns(id_, exchange) is outcome


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (make_exchange(response(message("Hello"))), PASSED),
        (error_response("'reasoning.effort' is not supported"), PASSED),
        (error_response("max_output_tokens must be at least 64"), PASSED),
        (error_response("Bad request."), FAILED),
        (error_response("Bad gateway.", 502), INCONCLUSIVE),
        (error_response("who are you?", 401), INCONCLUSIVE),
    ],
)
def test_a_rejection_must_mention_reasoning_or_the_limit(
    exchange: Exchange, outcome: Outcome
) -> None:
    """A limit that is too small is a valid reason."""
    id_ = "reasoning.effort-is-accepted-or-clearly-refused"

    assert outcome_on_turns(id_, exchange) is outcome


def test_output_without_reasoning_must_be_accepted_as_input_too() -> None:
    """The requirement applies to the complete output, whatever items it has."""
    first = make_exchange(response(message("6")))
    id_ = "reasoning.own-output-is-accepted-as-input"

    for second, outcome in ((first, PASSED), (error_response("Unknown item."), FAILED)):
        turns = run_probe(probes.reasoning_sent_back, first, second)
        assert outcome_on_turns(id_, *turns) is outcome


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (reasoning_item(), PASSED),
        (reasoning_item([]), PASSED),
        (reasoning_item([], content=[{"type": "reasoning_text", "text": "x"}]), PASSED),
        (reasoning_item(encrypted_content="opaque", status="completed"), PASSED),
        (reasoning_item(["I counted."]), FAILED),
        (reasoning_item([{"type": "summary_text"}]), FAILED),
    ],
)
def test_parts_must_be_typed_objects_with_text(item: Json, outcome: Outcome) -> None:
    """Empty arrays pass."""
    verdict = check_exchanges(
        "reasoning.parts-have-a-type-and-text", make_exchange(response(item))
    )

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("count", "outcome"), [(12, PASSED), (0, FAILED), (None, PASSED)]
)
def test_visible_reasoning_must_not_be_counted_as_zero(
    count: Json, outcome: Outcome
) -> None:
    """A missing count is left to other requirements."""
    exchange = with_reasoning_tokens(count)
    verdict = check_exchanges("reasoning.visible-reasoning-is-counted", exchange)

    assert verdict.outcome is outcome


def test_text_must_not_contain_tags_unless_the_request_does() -> None:
    """The word "think" alone is not a tag. A response without text is inconclusive."""
    id_ = "reasoning.think-tags-are-not-in-text"
    request = make_request(input_="What does <think> mean?")
    tagged = make_exchange(response(message("<think>Hm.</think> 6")))
    quoted = make_exchange(
        response(message("<think> opens a thought.")), request=request
    )

    assert check_exchanges(id_, tagged).outcome is FAILED
    assert check_exchanges(id_, quoted).outcome is PASSED
    assert (
        check_exchanges(id_, make_exchange(response(message("I think: 6")))).outcome
        is PASSED
    )
    assert (
        check_exchanges(id_, make_exchange(response(reasoning_item()))).outcome
        is INCONCLUSIVE
    )
