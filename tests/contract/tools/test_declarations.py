"""Tool declarations: which calls, texts and echoed tools match the request."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import call, make_request, message, response
from tests.contract.sample_errors import check_exchanges, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED

WITH_TOOL = make_request(tools=[probes.WEATHER])


def test_an_agent_server_may_call_its_own_tools() -> None:
    """It returns the call together with its result."""
    own = call("search_archive", "{}")
    result = {"type": "function_call_output", "call_id": own["call_id"], "output": "x"}
    with_result = make_exchange(response(own, result, message("Here it is.")))
    without_result = make_exchange(response(own))
    id_ = "tools.no-call-without-tools"

    assert check_exchanges(id_, with_result).outcome is PASSED
    assert check_exchanges(id_, without_result).outcome is FAILED


@pytest.mark.parametrize("field", ["previous_response_id", "prompt", "conversation"])
def test_stored_state_may_declare_tools(field: str) -> None:
    """Only requests that do not refer to stored state are checked."""
    exchange = make_exchange(response(call()), request=make_request(**{field: "x"}))
    verdict = check_exchanges("tools.no-call-without-tools", exchange)

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_names_in_nested_declarations_count() -> None:
    """A server may also accept the nested form of chat completions."""
    nested = {"type": "function", "function": {"name": "get_weather"}}
    request = make_request(tools=[nested])
    id_ = "tools.calls-name-a-declared-function"

    for name, outcome in (("get_weather", PASSED), ("get_time", FAILED)):
        exchange = make_exchange(response(call(name)), request=request)
        assert check_exchanges(id_, exchange).outcome is outcome


def test_markup_in_the_request_may_be_repeated() -> None:
    """A model that explains tool calls has not leaked one."""
    text = "<tool_call> starts a call."
    with_markup = make_request(input_="What is <tool_call>?", tools=[probes.WEATHER])

    for request, outcome in ((WITH_TOOL, FAILED), (with_markup, PASSED)):
        exchange = make_exchange(response(message(text)), request=request)
        verdict = check_exchanges("tools.call-markup-is-not-in-text", exchange)
        assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("echoed", "outcome"),
    [
        ([{**probes.WEATHER, "strict": None}], PASSED),
        ([], FAILED),
        ([probes.WEATHER, probes.POPULATION], FAILED),
        (None, Outcome.INCONCLUSIVE),
    ],
)
def test_echoed_tools_are_compared_by_name(echoed: Json, outcome: Outcome) -> None:
    """Servers may add fields to a declaration. Missing tools are not checked."""
    exchange = make_exchange(response(message("Hi"), tools=echoed), request=WITH_TOOL)
    verdict = check_exchanges("tools.echoed-tools-match-the-request", exchange)

    assert verdict.outcome is outcome
