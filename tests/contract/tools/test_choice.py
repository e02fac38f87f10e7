"""Tool choice: which responses conform, fail, or are inconclusive."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    call,
    make_request,
    message,
    outcome_on_turns,
    response,
    run_probe,
    streamed_response,
)
from tests.contract.sample_errors import check_exchanges, error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, PASSED),
        (404, PASSED),
        (401, INCONCLUSIVE),
        (502, INCONCLUSIVE),
    ],
)
def test_an_undeclared_choice_may_be_rejected_with_any_message(
    status: int, outcome: Outcome
) -> None:
    """A status about the key or the upstream is inconclusive."""
    exchange = error_response("No.", status)

    assert outcome_on_turns("tools.undeclared-choice-is-refused", exchange) is outcome


def test_an_incomplete_response_to_a_forced_call_is_inconclusive() -> None:
    """Reasoning may use up the limit before the call begins."""
    incomplete = make_exchange(response(status="incomplete"))
    text = make_exchange(response(message("Hello!")))
    id_ = "tools.required-choice-makes-a-call"

    assert outcome_on_turns(id_, (incomplete, incomplete)) is INCONCLUSIVE
    assert outcome_on_turns(id_, (text, text)) is FAILED


def test_a_rejected_tool_choice_is_unsupported() -> None:
    """Servers may support tools without ``required``, whatever the stream returns."""
    rejected = error_response("tool_choice 'required' is not supported")
    failed = streamed_response(response(status="failed"))

    outcome = outcome_on_turns(
        "tools.required-choice-makes-a-call", (rejected, rejected)
    )
    assert outcome is UNSUPPORTED
    for stream in (rejected, failed):
        id_ = "tools.streamed-call-is-accepted-as-input"
        assert outcome_on_turns(id_, (rejected, stream)) is UNSUPPORTED


def test_a_stream_must_contain_a_call_only_if_the_json_response_does() -> None:
    """A final snapshot that lacks streamed items is left to the section ``events``."""
    with_call, with_text = (
        make_exchange(response(call())),
        make_exchange(response(message("Hello!"))),
    )
    added = {"type": "response.output_item.added", "item": call()}
    text_stream = streamed_response(response(message("Hi")))
    lost_items = streamed_response(response(), added)
    id_ = "tools.choice-is-honored-in-streams"

    assert outcome_on_turns(id_, (with_call, text_stream)) is FAILED
    assert outcome_on_turns(id_, (with_text, text_stream)) is INCONCLUSIVE
    assert outcome_on_turns(id_, (with_call, lost_items)) is INCONCLUSIVE


def test_hidden_reasoning_explains_the_tokens_of_an_empty_response() -> None:
    """Two other tokens may be end markers."""
    usage = {"input_tokens": 9, "output_tokens": 40, "total_tokens": 49}
    most = {**usage, "output_tokens_details": {"reasoning_tokens": 38}}
    fewer = {**usage, "output_tokens_details": {"reasoning_tokens": 37}}
    with_call = make_exchange(response(call()))
    id_ = "tools.forced-call-response-is-not-empty"

    for counts, outcome in ((usage, FAILED), (fewer, FAILED), (most, PASSED)):
        empty = make_exchange(response(message(" "), usage=counts))
        assert outcome_on_turns(id_, (empty, with_call)) is outcome


def test_a_response_without_a_call_fails_only_the_named_choice() -> None:
    """The check of the result has no call to send back, and is inconclusive."""
    turns = run_probe(
        probes.tool_round_trip, make_exchange(response(message("Hello!")))
    )

    assert outcome_on_turns("tools.named-choice-makes-a-call", *turns) is FAILED
    assert (
        outcome_on_turns("tools.own-call-is-accepted-as-input", *turns) is INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("id_", "fields"),
    [
        ("tools.none-choice-makes-no-call", {"tool_choice": "none"}),
        ("tools.no-parallel-calls-when-disabled", {"parallel_tool_calls": False}),
    ],
)
@pytest.mark.parametrize("output", [None, [], "text"])
def test_a_response_without_output_items_is_inconclusive(
    id_: str, fields: Json, output: Json
) -> None:
    """Another requirement reports that ``output`` is not an array of items."""
    body = {**response(message("Hello.")), "output": output}
    exchange = make_exchange(
        body, request=make_request(tools=[probes.WEATHER], **fields)
    )

    assert check_exchanges(id_, exchange).outcome is INCONCLUSIVE
