"""Function calls: which arguments and ids conform."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import call, make_request, response
from tests.contract.sample_errors import check_exchanges, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE = Outcome.INCONCLUSIVE

WITH_TOOL = make_request(tools=[probes.WEATHER])
TRUNCATED_CALL = call(arguments='{"ci')
ONE_OBJECT = "tools.arguments-are-one-json-object"


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ("{}", PASSED),
        (' {"city": "Turin"}\n', PASSED),
        ('{"city": "Turin"', FAILED),
        ('{"city": "Turin"}{"city": "Oslo"}', FAILED),
        ('["Turin"]', FAILED),
        ("null", FAILED),
        ("Turin", FAILED),
        ("", FAILED),
        ({"city": "Turin"}, PASSED),
    ],
)
def test_arguments_must_be_exactly_one_object(
    arguments: Json, outcome: Outcome
) -> None:
    """Arguments that are not a string are left to the check of their type."""
    exchange = make_exchange(response(call(arguments=arguments)), request=WITH_TOOL)

    assert check_exchanges(ONE_OBJECT, exchange).outcome is outcome


def test_a_function_without_parameters_may_have_empty_arguments() -> None:
    """Some engines write an empty string instead of an empty object."""
    request = make_request(tools=[{"type": "function", "name": "ping"}])
    exchange = make_exchange(response(call("ping", "")), request=request)

    assert check_exchanges(ONE_OBJECT, exchange).outcome is PASSED


@pytest.mark.parametrize(
    "body",
    [
        response(TRUNCATED_CALL, status="incomplete"),
        response({**TRUNCATED_CALL, "status": "incomplete"}),
        response(TRUNCATED_CALL, written=16),
    ],
    ids=["incomplete response", "incomplete item", "limit reached"],
)
def test_truncated_arguments_are_not_reported(body: Json) -> None:
    """Truncation shows in either status, or in the token count."""
    request = make_request(tools=[probes.WEATHER], max_output_tokens=16)

    assert (
        check_exchanges(ONE_OBJECT, make_exchange(body, request=request)).outcome
        is PASSED
    )


def test_ids_of_parallel_calls_must_differ() -> None:
    """A missing id is left to the check that requires one."""
    first, second = call("get_weather"), call("get_population")
    without_id = {**second, "call_id": None}
    same_id = {**second, "call_id": first["call_id"]}

    for other, outcome in (
        (second, PASSED),
        (without_id, PASSED),
        (same_id, FAILED),
    ):
        exchange = make_exchange(response(first, other), request=WITH_TOOL)
        verdict = check_exchanges("tools.call-ids-differ-within-a-response", exchange)
        assert verdict.outcome is outcome


OTHER_WEATHER = {**probes.WEATHER, "parameters": {"type": "object"}}
PING = {"type": "function", "name": "ping"}


@pytest.mark.parametrize(
    ("tools", "outcome"),
    [
        ([probes.WEATHER], FAILED),
        ([probes.WEATHER, probes.POPULATION], FAILED),
        ([], INCONCLUSIVE),
        ([PING], INCONCLUSIVE),
        ([probes.WEATHER, PING], INCONCLUSIVE),
        ([OTHER_WEATHER], INCONCLUSIVE),
    ],
)
def test_arguments_are_checked_if_only_functions_of_the_probes_are_declared(
    tools: Json, outcome: Outcome
) -> None:
    """A generated request may declare functions with any parameters."""
    exchange = make_exchange(
        response(call(arguments='{"town": "Turin"}')),
        request=make_request(tools=tools),
    )
    verdict = check_exchanges("tools.arguments-match-their-function", exchange)

    assert verdict.outcome is outcome
