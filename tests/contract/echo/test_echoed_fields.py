"""Echo: which repeated values are correct, and which are not checked."""

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.echo import probes
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.probe import ProbeContext
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, error_response
from tests.contract.sample_responses import Json, json_response, make_request

NO_ADDED_INSTRUCTIONS = "echo.no-instructions-are-added"


def outcome_of(
    field: str, sent: Json, repeated: Json, profile: str = "newapi"
) -> Outcome:
    """Evaluate the echo of one field, given the sent and the repeated value."""
    check = catalogue().find(f"echo.{field.replace('_', '-')}-as-sent")
    verdict = UniversalVerdict(Case(check, None), profile)
    verdict.add(json_response(make_request(**{field: sent}), **{field: repeated}))
    return verdict.verdict().outcome


@pytest.mark.parametrize(
    ("field", "sent", "repeated"),
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
def test_equal_value_passes(field: str, sent: Json, repeated: Json) -> None:
    """A number may be rounded to a 32-bit float."""
    assert outcome_of(field, sent, repeated) is Outcome.PASSED
    assert outcome_of(field, sent, repeated, "openai") is Outcome.PASSED


@pytest.mark.parametrize(
    ("field", "sent", "repeated"),
    [
        ("temperature", 0.25, 1.0),
        ("max_output_tokens", 64, 4096),
        ("tool_choice", "none", "auto"),
        ("metadata", {"a": "b"}, {}),
        ("instructions", "Be brief.", "You are a coding agent."),
    ],
)
def test_other_value_fails(field: str, sent: Json, repeated: Json) -> None:
    """The gateway did not forward the value."""
    assert outcome_of(field, sent, repeated) is Outcome.FAILED


def test_null_fails_only_in_profiles_with_the_field() -> None:
    """New API's page does not list the field, so ``null`` counts as missing there."""
    assert outcome_of("temperature", 0.25, None) is Outcome.INCONCLUSIVE
    assert outcome_of("temperature", 0.25, None, "openai") is Outcome.FAILED


@pytest.mark.parametrize(
    ("field", "sent"),
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
def test_value_that_may_be_replaced_is_not_checked(field: str, sent: Json) -> None:
    """A server may clamp or replace invalid and extreme values."""
    assert outcome_of(field, sent, None, "openai") is Outcome.INCONCLUSIVE


def test_added_instructions_fail_unless_a_prompt_template_was_sent() -> None:
    """Empty instructions pass; a template may add instructions."""
    instructions = "You are a coding agent."
    added = json_response(instructions=instructions)
    empty = json_response(instructions="")
    from_template = json_response(
        make_request(prompt={"id": "p"}), instructions=instructions
    )

    assert check_exchanges(NO_ADDED_INSTRUCTIONS, added).outcome is Outcome.FAILED
    assert check_exchanges(NO_ADDED_INSTRUCTIONS, empty).outcome is Outcome.PASSED
    verdict = check_exchanges(NO_ADDED_INSTRUCTIONS, from_template)
    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_rejected_request_is_sent_again_with_fewer_parameters() -> None:
    """Reasoning models reject sampling parameters, and some servers ``metadata``."""
    steps = probes.echoed_parameters.steps(ProbeContext("m"))
    first: Json = next(steps)
    second: Json = steps.send(error_response("Unsupported parameter: 'temperature'."))

    assert first.field("temperature") == 0.25
    assert second.field("temperature") is None
    assert second.field("truncation") == "auto"


@pytest.mark.parametrize(
    ("repeated", "outcome"),
    [
        (1.0000099, Outcome.PASSED),
        (1.0000101, Outcome.FAILED),
        (0.9999901, Outcome.PASSED),
        (0.9999899, Outcome.FAILED),
    ],
)
def test_a_number_may_be_rounded_by_one_in_100_000(
    repeated: float, outcome: Outcome
) -> None:
    """The error of a 32-bit float is smaller."""
    assert outcome_of("temperature", 1.0, repeated) is outcome
