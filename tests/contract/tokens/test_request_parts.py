"""Tokens: what input counts show about dropped messages and instructions."""

import pytest

from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.tokens import probes as token_probes
from conformance.model.probe import ProbeContext
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, check_probe, error_response
from tests.contract.sample_responses import (
    Json,
    json_response,
    make_request,
    streamed_response,
)
from tests.contract.tokens.samples import CORRECT_COUNTS, prompt_series, usage_with

EVERY_MESSAGE = "tokens.every-message-is-counted"
MULTI_MESSAGE: Json = next(token_probes.multi_message_prompt.steps(ProbeContext("m")))
CORRECT = 20 + 5 * 55 + 4 * 4
"""Count of five messages: template and paragraphs as in the series, four frames."""


def _outcome(count: int, series: tuple[int, ...] = CORRECT_COUNTS) -> Outcome:
    """Check a multi-message prompt with ``count``, after a prompt series."""
    exchange = json_response(MULTI_MESSAGE, usage=usage_with(count))
    return check_exchanges(EVERY_MESSAGE, *prompt_series(*series), exchange).outcome


@pytest.mark.parametrize(
    "count", [CORRECT, CORRECT - 16, 268, CORRECT + 55, 2 * CORRECT]
)
def test_the_count_of_all_messages_passes(count: int) -> None:
    """Framing may cost more, less than half a paragraph may be missing."""
    assert _outcome(count) is Outcome.PASSED


@pytest.mark.parametrize("dropped", [1, 2, 3, 4])
def test_a_dropped_message_fails(dropped: int) -> None:
    """The tokens of its text and of its framing are missing."""
    assert _outcome(CORRECT - dropped * 59) is Outcome.FAILED


@pytest.mark.parametrize("size", [0, 20, 300])
def test_a_system_message_may_replace_a_default_prompt(size: int) -> None:
    """Instructions replace it as well, which shows its size."""
    series = tuple(n + size for n in CORRECT_COUNTS[:4]) + CORRECT_COUNTS[4:]

    assert _outcome(CORRECT, series) is Outcome.PASSED
    assert _outcome(CORRECT - 59 - 10, series) is Outcome.FAILED


@pytest.mark.parametrize(
    ("one", "three"), [(75, 75), (185, 405)], ids=["dropped", "doubled"]
)
def test_wrong_counts_of_instructions_do_not_change_the_prediction(
    one: int, three: int
) -> None:
    """Another requirement checks them."""
    series = (*CORRECT_COUNTS[:4], one, three)

    assert _outcome(CORRECT, series) is Outcome.PASSED
    assert _outcome(CORRECT - 59, series) is Outcome.FAILED


@pytest.mark.parametrize(
    "series",
    [
        (36,) * 6,
        (75, 130, 240, 240, 140, 250),
        (128, 256, 256, 512, 256, 256),
        (0,) * 6,
    ],
    ids=["constant", "truncated", "rounded", "missing"],
)
def test_a_series_that_is_not_linear_is_inconclusive(series: tuple[int, ...]) -> None:
    """The count of a paragraph is then unknown."""
    assert _outcome(36, series) is Outcome.INCONCLUSIVE


def test_a_multi_message_prompt_without_a_count_is_inconclusive() -> None:
    """It was rejected, has no usage, or was not sent."""
    series = prompt_series(*CORRECT_COUNTS)
    rejected = error_response("No such role.", request=MULTI_MESSAGE)
    for exchange in (rejected, json_response(MULTI_MESSAGE, usage=None)):
        verdict = check_exchanges(EVERY_MESSAGE, *series, exchange)

        assert verdict.outcome is Outcome.INCONCLUSIVE
    assert check_exchanges(EVERY_MESSAGE, *series).outcome is Outcome.INCONCLUSIVE


def test_other_inputs_are_no_multi_message_prompts() -> None:
    """Generated inputs may be of any type."""
    values: Json = ([3, None, {"content": [1]}], {}, 5, [])
    unusual = [json_response(make_request(value)) for value in values]
    verdict = check_exchanges(EVERY_MESSAGE, *prompt_series(*CORRECT_COUNTS), *unusual)

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_a_rejected_developer_message_is_left_out_of_a_second_prompt() -> None:
    """The second prompt has the other four messages, and is checked like the first."""
    steps = token_probes.multi_message_prompt.steps(ProbeContext("m"))
    first: Json = next(steps)
    second: Json = steps.send(error_response("No such role.", request=first))
    all_counted = json_response(second, usage=usage_with(CORRECT - 59))
    one_dropped = json_response(second, usage=usage_with(CORRECT - 2 * 59))
    roles = [message["role"] for message in second.field("input")]
    series = prompt_series(*CORRECT_COUNTS)

    assert roles == ["system", "user", "assistant", "user"]
    assert (
        check_exchanges(EVERY_MESSAGE, *series, all_counted).outcome is Outcome.PASSED
    )
    assert (
        check_exchanges(EVERY_MESSAGE, *series, one_dropped).outcome is Outcome.FAILED
    )


def test_an_accepted_multi_message_prompt_is_sent_once() -> None:
    """It costs one response only."""
    steps = token_probes.multi_message_prompt.steps(ProbeContext("m"))
    next(steps)

    with pytest.raises(StopIteration):
        steps.send(json_response(MULTI_MESSAGE))


IN_STREAMS = "tokens.instructions-count-in-streams"
CONCURRENT: Json = next(isolation_probes.concurrent_requests.steps(ProbeContext("m")))
LONG_INSTRUCTIONS: Json = CONCURRENT[isolation_probes.LONG_INSTRUCTIONS]


def _outcome_in_stream(without: int, with_instructions: int, *others: int) -> Outcome:
    """Check a prompt without and with long instructions, and other prompts."""
    plain = json_response(usage=usage_with(without))
    instructed = streamed_response(
        LONG_INSTRUCTIONS, usage=usage_with(with_instructions)
    )
    rest = (json_response(make_request("x" * n), usage=usage_with(n)) for n in others)
    return check_exchanges(IN_STREAMS, plain, instructed, *rest).outcome


@pytest.mark.parametrize(
    ("count", "outcome"),
    [
        (80, Outcome.PASSED),
        (180, Outcome.PASSED),
        (12, Outcome.PASSED),
        (25, Outcome.FAILED),
        (23, Outcome.FAILED),
        (27, Outcome.FAILED),
        (22, Outcome.PASSED),
        (28, Outcome.PASSED),
        (0, Outcome.INCONCLUSIVE),
    ],
)
def test_instructions_must_change_the_count_of_a_stream(
    count: int, outcome: Outcome
) -> None:
    """A stream has lost its instructions if its count differs by 2 tokens at most."""
    assert _outcome_in_stream(25, count, 12, 75, 130) is outcome


@pytest.mark.parametrize("others", [(36, 36), ()], ids=["constant", "no-others"])
def test_constant_counts_are_inconclusive_about_instructions(
    others: tuple[int, ...],
) -> None:
    """Another requirement reports constant counts."""
    assert _outcome_in_stream(36, 36, *others) is Outcome.INCONCLUSIVE


def test_rounded_counts_are_inconclusive_about_instructions() -> None:
    """Two prompts may be rounded to the same block."""
    assert _outcome_in_stream(128, 128, 128, 256, 512) is Outcome.INCONCLUSIVE


def test_a_body_that_is_not_an_object_has_no_instructions() -> None:
    """Other requirements report that it was answered."""
    exchanges = [json_response(Request(body)) for body in (b"[]", b"{")]

    assert check_exchanges(IN_STREAMS, *exchanges).outcome is Outcome.INCONCLUSIVE


def test_only_streams_with_long_instructions_and_the_same_prompt_are_compared() -> None:
    """The others may have the same count for another reason."""
    instructions = LONG_INSTRUCTIONS.field("instructions")
    for request in (
        make_request(stream=True, instructions="Be kind."),
        make_request("Hi", stream=True, instructions=instructions),
        make_request(
            stream=True, instructions=instructions, previous_response_id="resp_0"
        ),
    ):
        exchanges = (
            json_response(usage=usage_with(25)),
            streamed_response(request, usage=usage_with(25)),
            json_response(make_request("Hello"), usage=usage_with(12)),
        )
        assert check_exchanges(IN_STREAMS, *exchanges).outcome is Outcome.INCONCLUSIVE


def test_more_than_half_a_paragraph_must_not_be_missing() -> None:
    """The series predicts 295 tokens, 55 of them for one paragraph."""
    assert _outcome(267) is Outcome.FAILED


@pytest.mark.parametrize(
    ("other", "outcome"), [(10, Outcome.FAILED), (9, Outcome.INCONCLUSIVE)]
)
def test_counts_that_are_multiples_of_3_or_more_are_rounded(
    other: int, outcome: Outcome
) -> None:
    """Even counts may be a coincidence."""
    assert _outcome_in_stream(24, 24, other) is outcome


@pytest.mark.parametrize(
    ("length", "outcome"), [(199, Outcome.INCONCLUSIVE), (200, Outcome.FAILED)]
)
def test_instructions_of_200_characters_are_long(length: int, outcome: Outcome) -> None:
    """Shorter ones may cost as much as a default prompt."""
    request = make_request(stream=True, instructions="x" * length)
    exchanges = (
        json_response(usage=usage_with(25)),
        streamed_response(request, usage=usage_with(25)),
        json_response(make_request("Hello"), usage=usage_with(12)),
    )

    assert check_exchanges(IN_STREAMS, *exchanges).outcome is outcome


@pytest.mark.parametrize(
    ("two_paragraphs", "outcome"),
    [
        (100, Outcome.FAILED),
        (102, Outcome.PASSED),
        (298, Outcome.PASSED),
        (300, Outcome.FAILED),
    ],
)
def test_instructions_count_more_than_half_and_less_than_1_5_times(
    two_paragraphs: int, outcome: Outcome
) -> None:
    """A paragraph of the prompt has 100 tokens."""
    series = prompt_series(120, 220, 420, 820, 240, 240 + two_paragraphs)

    assert check_probe("tokens.instructions-count-like-prompt-text", series) is outcome
