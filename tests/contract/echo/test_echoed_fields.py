"""Echo: what an answer repeats, and what it may leave out or round."""

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.echo import probes
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.probe import ProbeContext
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import refusal, universal
from tests.contract.sample_responses import Json, answer, asking

FOREIGN = "echo.no-instructions-are-added"


def _judged(member: str, sent: Json, told: Json, profile: str = "newapi") -> Outcome:
    check = catalogue().find(f"echo.{member.replace('_', '-')}-as-sent")
    tally = UniversalVerdict(Case(check, None), profile)
    tally.add(answer(asking(**{member: sent}), **{member: told}))
    return tally.verdict().outcome


@pytest.mark.parametrize(
    ("member", "sent", "told"),
    [
        ("temperature", 0.25, 0.25),
        ("temperature", 0.7, 0.699999988079071),
        ("temperature", 1, 1.0),
        ("top_p", 0.75, 0.75),
        ("max_output_tokens", 64, 64),
        ("tool_choice", "none", "none"),
        ("truncation", "auto", "auto"),
        ("metadata", {"a": "b"}, {"a": "b"}),
        ("instructions", "Be brief.", "Be brief."),
        ("previous_response_id", "resp_0", "resp_0"),
    ],
)
def test_the_same_is_the_same(member: str, sent: Json, told: Json) -> None:
    """Four bytes for a number are enough."""
    assert _judged(member, sent, told) is Outcome.PASSED
    assert _judged(member, sent, told, "openai") is Outcome.PASSED


@pytest.mark.parametrize(
    ("member", "sent", "told"),
    [
        ("temperature", 0.25, 1.0),
        ("max_output_tokens", 64, 4096),
        ("tool_choice", "none", "auto"),
        ("metadata", {"a": "b"}, {}),
        ("instructions", "Be brief.", "You are a coding agent."),
    ],
)
def test_another_value_is_blamed(member: str, sent: Json, told: Json) -> None:
    """It did not get through."""
    assert _judged(member, sent, told) is Outcome.FAILED


def test_silence_is_a_breach_only_where_the_member_is_promised() -> None:
    """New API's page has no echo."""
    assert _judged("temperature", 0.25, None) is Outcome.INCONCLUSIVE
    assert _judged("temperature", 0.25, None, "openai") is Outcome.FAILED


@pytest.mark.parametrize(
    ("member", "sent"),
    [
        ("temperature", 5),
        ("temperature", "warm"),
        ("max_output_tokens", 1),
        ("max_output_tokens", True),
        ("tool_choice", {"type": "allowed_tools", "mode": "auto", "tools": []}),
        ("truncation", "sometimes"),
        ("metadata", {}),
        ("metadata", {"a": 1}),
        ("instructions", ""),
    ],
)
def test_a_value_that_may_be_clamped_is_not_judged(member: str, sent: Json) -> None:
    """What a server makes of an odd value is its own affair."""
    assert _judged(member, sent, None, "openai") is Outcome.INCONCLUSIVE


def test_instructions_of_the_gateway_are_foreign() -> None:
    """Unless a prompt template brought them."""
    agent = "You are a coding agent."
    templated = answer(asking(prompt={"id": "p"}), instructions=agent)

    assert universal(FOREIGN, answer(instructions=agent)).outcome is Outcome.FAILED
    assert universal(FOREIGN, answer(instructions="")).outcome is Outcome.PASSED
    assert universal(FOREIGN, templated).outcome is Outcome.INCONCLUSIVE


def test_a_refused_request_is_sent_again_with_less() -> None:
    """Reasoning models refuse sampling parameters, and some servers metadata."""
    steps = probes.echoed_parameters.steps(ProbeContext("m"))
    first: Json = next(steps)
    second: Json = steps.send(refusal("Unsupported parameter: 'temperature'."))

    assert first.field("temperature") == 0.25
    assert second.field("temperature") is None
    assert second.field("truncation") == "auto"
