"""Whatever an answer is made of, a check judges it and never breaks."""

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
from tests.contract.run_probe import asking, call, conversed, message, response
from tests.contract.sample_errors import came

SECTIONS = ("tools", "state", "isolation", "reasoning", "structured", "images")
CHECKS = catalogue().select(SECTIONS)
ODD: tuple[Json, ...] = (None, True, 5, "", "x", [], [[]], {}, {"a": []})

THOUGHT = {
    "type": "reasoning",
    "id": "rs",
    "summary": [{"type": "summary_text", "text": "Hm."}],
    "content": [{"type": "reasoning_text", "text": "Hm."}],
}
WHOLE = response(message("Hi"), call(), THOUGHT, tools=[probes.WEATHER], store=True)


def variants(value: Json) -> Iterator[Json]:
    """Yield a value with each of its parts in turn replaced by something odd."""
    yield from ODD
    places = value if isinstance(value, dict) else range(len(value))
    for place in places if isinstance(value, dict | list) else ():
        if not isinstance(value[place], dict | list):
            inner: Iterator[Json] = iter(ODD)
        else:
            inner = variants(value[place])
        for odd in inner:
            whole = deepcopy(value)
            whole[place] = odd
            yield whole


ANSWERS = [came(odd) for odd in variants(WHOLE)]


def universal(check: Check, answers: list[Exchange]) -> Outcome:
    """Judge a universal clause on answers to requests with odd tools, too."""
    tally = UniversalVerdict(Case(check, None), "newapi")
    requests = cycle(
        [
            asking(),
            asking(tools=[probes.WEATHER]),
            asking(tools=[], tool_choice="none"),
            asking(tools=[[]], tool_choice={"type": "function", "name": []}),
            asking(tools={"name": {}}, parallel_tool_calls=False),
            asking(
                tools=[probes.WEATHER], tool_choice="none", parallel_tool_calls=False
            ),
        ]
    )
    for answer, request in zip(answers * 6, requests, strict=False):
        tally.add(came(answer.json.value, request=request))
    return tally.verdict().outcome


def on_probe(check: Check, probe: Probe, answer: Exchange) -> Outcome:
    """Judge a clause on a conversation in which every answer is the same."""
    try:
        turns = conversed(probe, *[answer] * 40)
    except (Inconclusive, RejectedRequest, UnexpectedValue):
        return Outcome.INCONCLUSIVE
    return evaluate(Case(check, probe), turns, "newapi").outcome


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if c.scope], ids=lambda c: str(c.requirement.id)
)
def test_universal_checks_stand_odd_answers(check: Check) -> None:
    """Each part of an answer was replaced by each odd value once."""
    assert universal(check, ANSWERS) is not Outcome.ERROR


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if not c.scope], ids=lambda c: str(c.requirement.id)
)
def test_checks_on_probes_stand_odd_answers(check: Check) -> None:
    """A conversation that cannot go on ends early, and is judged all the same."""
    for answer in ANSWERS:
        for probe in check.probes:
            assert on_probe(check, probe, answer) is not Outcome.ERROR
