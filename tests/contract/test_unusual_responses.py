"""No check raises an exception, whatever values a response contains."""

from collections.abc import Iterator
from copy import deepcopy
from itertools import cycle

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.tools import probes
from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.check import Check
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.node import Json, UnexpectedValue
from conformance.model.probe import Probe
from conformance.model.verdict import Outcome
from tests.contract.run_probe import call, make_request, message, response, run_probe
from tests.contract.sample_errors import make_exchange

SECTIONS = ("tools", "state", "isolation", "reasoning", "structured", "images")
CHECKS = catalogue().select(SECTIONS)
UNUSUAL: tuple[Json, ...] = (None, True, 5, "", "x", [], [[]], {}, {"a": []})

REASONING = {
    "type": "reasoning",
    "id": "rs",
    "summary": [{"type": "summary_text", "text": "Hm."}],
    "content": [{"type": "reasoning_text", "text": "Hm."}],
}
RESPONSE = response(
    message("Hi"), call(), REASONING, tools=[probes.WEATHER], store=True
)


def variants(value: Json) -> Iterator[Json]:
    """Yield copies of a value in which one part is replaced by an unusual value."""
    yield from UNUSUAL
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys if isinstance(value, dict | list) else ():
        if not isinstance(value[key], dict | list):
            replacements: Iterator[Json] = iter(UNUSUAL)
        else:
            replacements = variants(value[key])
        for replacement in replacements:
            changed = deepcopy(value)
            changed[key] = replacement
            yield changed


EXCHANGES = [make_exchange(variant) for variant in variants(RESPONSE)]


def outcome_of_universal(check: Check, exchanges: list[Exchange]) -> Outcome:
    """Evaluate a universal check on responses to requests with unusual tools."""
    verdict = UniversalVerdict(Case(check, None), "newapi")
    requests = cycle(
        [
            make_request(),
            make_request(tools=[probes.WEATHER]),
            make_request(tools=[], tool_choice="none"),
            make_request(tools=[[]], tool_choice={"type": "function", "name": []}),
            make_request(tools={"name": {}}, parallel_tool_calls=False),
            make_request(
                tools=[probes.WEATHER], tool_choice="none", parallel_tool_calls=False
            ),
        ]
    )
    for exchange, request in zip(exchanges * 6, requests, strict=False):
        verdict.add(make_exchange(exchange.json.value, request=request))
    return verdict.verdict().outcome


def outcome_on_probe(check: Check, probe: Probe, exchange: Exchange) -> Outcome:
    """Evaluate a check on a probe whose every request gets the same response."""
    try:
        turns = run_probe(probe, *[exchange] * 40)
    except (Inconclusive, RejectedRequest, UnexpectedValue):
        return Outcome.INCONCLUSIVE
    return evaluate(Case(check, probe), turns, "newapi").outcome


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if c.scope], ids=lambda c: str(c.requirement.id)
)
def test_universal_check_handles_unusual_responses(check: Check) -> None:
    """Each part of the response is replaced by each unusual value once."""
    assert outcome_of_universal(check, EXCHANGES) is not Outcome.ERROR


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if not c.scope], ids=lambda c: str(c.requirement.id)
)
def test_check_on_a_probe_handles_unusual_responses(check: Check) -> None:
    """A probe that cannot continue ends early, and is inconclusive."""
    for exchange in EXCHANGES:
        for probe in check.probes:
            assert outcome_on_probe(check, probe, exchange) is not Outcome.ERROR
