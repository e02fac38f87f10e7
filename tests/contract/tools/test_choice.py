"""Tool choice: which responses conform, fail, or are inconclusive."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    asking,
    call,
    conversed,
    held,
    message,
    response,
    streamed,
)
from tests.contract.sample_errors import came, refusal, universal

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
    exchange = refusal("No.", status)

    assert held("tools.undeclared-choice-is-refused", exchange) is outcome


def test_an_incomplete_response_to_a_forced_call_is_inconclusive() -> None:
    """Reasoning may use up the limit before the call begins."""
    incomplete = came(response(status="incomplete"))
    text = came(response(message("Hello!")))
    id_ = "tools.required-choice-makes-a-call"

    assert held(id_, (incomplete, incomplete)) is INCONCLUSIVE
    assert held(id_, (text, text)) is FAILED


def test_a_rejected_tool_choice_is_unsupported() -> None:
    """Servers may support tools without ``required``, whatever the stream returns."""
    rejected = refusal("tool_choice 'required' is not supported")
    failed = streamed(response(status="failed"))

    outcome = held("tools.required-choice-makes-a-call", (rejected, rejected))
    assert outcome is UNSUPPORTED
    for stream in (rejected, failed):
        id_ = "tools.streamed-call-is-accepted-as-input"
        assert held(id_, (rejected, stream)) is UNSUPPORTED


def test_a_stream_must_contain_a_call_only_if_the_json_response_does() -> None:
    """A final snapshot that lacks streamed items is left to the section ``events``."""
    with_call, with_text = came(response(call())), came(response(message("Hello!")))
    added = {"type": "response.output_item.added", "item": call()}
    text_stream = streamed(response(message("Hi")))
    lost_items = streamed(response(), added)
    id_ = "tools.choice-is-honored-in-streams"

    assert held(id_, (with_call, text_stream)) is FAILED
    assert held(id_, (with_text, text_stream)) is INCONCLUSIVE
    assert held(id_, (with_call, lost_items)) is INCONCLUSIVE


def test_hidden_reasoning_explains_the_tokens_of_an_empty_response() -> None:
    """An empty response fails only if its tokens are not reasoning tokens."""
    usage = {"input_tokens": 9, "output_tokens": 40, "total_tokens": 49}
    reasoning = {**usage, "output_tokens_details": {"reasoning_tokens": 39}}
    with_call = came(response(call()))
    id_ = "tools.forced-call-response-is-not-empty"

    for counts, outcome in ((usage, FAILED), (reasoning, PASSED)):
        empty = came(response(message(" "), usage=counts))
        assert held(id_, (empty, with_call)) is outcome


def test_a_response_without_a_call_fails_only_the_named_choice() -> None:
    """The check of the result has no call to send back, and is inconclusive."""
    turns = conversed(probes.tool_round_trip, came(response(message("Hello!"))))

    assert held("tools.named-choice-makes-a-call", *turns) is FAILED
    assert held("tools.own-call-is-accepted-as-input", *turns) is INCONCLUSIVE


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
    exchange = came(body, request=asking(tools=[probes.WEATHER], **fields))

    assert universal(id_, exchange).outcome is INCONCLUSIVE
