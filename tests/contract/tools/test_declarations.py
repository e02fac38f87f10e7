"""Tool declarations: which calls, texts and echoed tools match the request."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import asking, call, message, response
from tests.contract.sample_errors import came, universal

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED

WITH_TOOL = asking(tools=[probes.WEATHER])


def test_an_agent_server_may_call_its_own_tools() -> None:
    """It returns the call together with its result."""
    own = call("search_archive", "{}")
    result = {"type": "function_call_output", "call_id": own["call_id"], "output": "x"}
    with_result = came(response(own, result, message("Here it is.")))
    without_result = came(response(own))
    id_ = "tools.no-call-without-tools"

    assert universal(id_, with_result).outcome is PASSED
    assert universal(id_, without_result).outcome is FAILED


@pytest.mark.parametrize("field", ["previous_response_id", "prompt", "conversation"])
def test_stored_state_may_declare_tools(field: str) -> None:
    """Only requests that do not refer to stored state are checked."""
    exchange = came(response(call()), request=asking(**{field: "x"}))
    verdict = universal("tools.no-call-without-tools", exchange)

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_names_in_nested_declarations_count() -> None:
    """A server may also accept the nested form of chat completions."""
    nested = {"type": "function", "function": {"name": "get_weather"}}
    request = asking(tools=[nested])
    id_ = "tools.calls-name-a-declared-function"

    for name, outcome in (("get_weather", PASSED), ("get_time", FAILED)):
        exchange = came(response(call(name)), request=request)
        assert universal(id_, exchange).outcome is outcome


def test_markup_in_the_request_may_be_repeated() -> None:
    """A model that explains tool calls has not leaked one."""
    text = "<tool_call> starts a call."
    with_markup = asking(input_="What is <tool_call>?", tools=[probes.WEATHER])

    for request, outcome in ((WITH_TOOL, FAILED), (with_markup, PASSED)):
        exchange = came(response(message(text)), request=request)
        verdict = universal("tools.call-markup-is-not-in-text", exchange)
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
    exchange = came(response(message("Hi"), tools=echoed), request=WITH_TOOL)
    verdict = universal("tools.echoed-tools-match-the-request", exchange)

    assert verdict.outcome is outcome
