"""Tokens: what the input counts of equal and of longer prompts show."""

import pytest

from conformance.contract.tokens.probes import WORDS_PER_PARAGRAPH
from conformance.contract.tokens.prompt_tokens import (
    fit_prompt_tokens,
    has_outlier,
    prompt_size,
)
from conformance.model.exchange import Inconclusive
from conformance.model.linear_fit import LinearFit
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, check_probe
from tests.contract.sample_responses import (
    json_response,
    make_request,
    streamed_response,
)
from tests.contract.tokens.samples import CORRECT_COUNTS, prompt_series, usage_with

SAME = "tokens.same-prompt-has-same-count"
STREAMED = "tokens.stream-and-json-counts-match"
LONGER = "tokens.longer-prompt-has-more-tokens"
LINEAR = "tokens.count-is-proportional-to-length"
OVERHEAD = "tokens.overhead-is-small"
RATE = "tokens.tokens-per-word-are-plausible"
INSTRUCTIONS = "tokens.instructions-count-like-prompt-text"


@pytest.mark.parametrize("id_", [LONGER, LINEAR, OVERHEAD, RATE, INSTRUCTIONS])
@pytest.mark.parametrize(
    "counts",
    [
        CORRECT_COUNTS,
        (76, 129, 241, 459, 139, 252),
        (355, 410, 520, 740, 420, 530),
        (75, 130, 240, 460, 95, 205),
    ],
    ids=["exact", "merged-spaces", "large-template", "default-prompt-replaced"],
)
def test_correct_counts_pass(id_: str, counts: tuple[int, ...]) -> None:
    """Counts may be off by one or include a template of 300 tokens."""
    assert check_probe(id_, prompt_series(*counts)) is Outcome.PASSED


@pytest.mark.parametrize(
    ("id_", "counts"),
    [
        (LONGER, (36, 36, 36, 36, 36, 36)),
        (LONGER, (75, 130, 240, 240, 140, 250)),
        (LINEAR, (128, 256, 256, 512, 256, 256)),
        (LINEAR, (75, 130, 280, 460, 140, 250)),
        (OVERHEAD, (356, 411, 521, 741, 421, 531)),
        (RATE, (270, 520, 1020, 2020, 540, 1040)),
        (INSTRUCTIONS, (75, 130, 240, 460, 75, 75)),
        (INSTRUCTIONS, (75, 130, 240, 460, 185, 405)),
    ],
    ids=[
        "constant",
        "truncated",
        "rounded",
        "one-too-high",
        "surcharge",
        "characters",
        "instructions-dropped",
        "instructions-doubled",
    ],
)
def test_wrong_counts_fail(id_: str, counts: tuple[int, ...]) -> None:
    """Each defect fails the requirement about it."""
    assert check_probe(id_, prompt_series(*counts)) is Outcome.FAILED


@pytest.mark.parametrize("id_", [LINEAR, OVERHEAD, RATE])
def test_constant_counts_fail_no_requirement_about_the_line(id_: str) -> None:
    """They fail ``longer-prompt-has-more-tokens`` only."""
    assert check_probe(id_, prompt_series(*[36] * 6)) is not Outcome.FAILED


def test_counts_of_0_are_inconclusive() -> None:
    """Section ``usage`` reports them."""
    assert check_probe(LONGER, prompt_series(*[0] * 6)) is Outcome.INCONCLUSIVE


def test_the_prompt_series_is_found_among_all_exchanges_of_a_run() -> None:
    """A report plots it from all exchanges."""
    fit = fit_prompt_tokens(
        [json_response(), *prompt_series(*CORRECT_COUNTS), streamed_response()]
    )

    assert fit.points == ((1, 75), (2, 130), (4, 240), (8, 460))
    assert fit.slope == pytest.approx(55)
    assert fit.intercept == pytest.approx(20)
    assert fit.predict(3) == pytest.approx(185)


def test_one_prompt_length_cannot_be_fitted() -> None:
    """A line needs two points with different lengths."""
    with pytest.raises(Inconclusive, match="two prompt lengths"):
        fit_prompt_tokens(prompt_series(*CORRECT_COUNTS)[:1])
    with pytest.raises(ValueError, match="two"):
        LinearFit.fit(((1, 75), (1, 76)))


def test_the_worst_residual_is_the_point_farthest_from_the_line() -> None:
    """It may be above or below the line."""
    assert LinearFit.fit(((1, 10), (2, 20), (3, 60), (4, 40))).worst_residual == (3, 60)


def test_prompt_size_counts_paragraphs_in_prompt_and_instructions() -> None:
    """Other requests have no paragraphs."""
    sizes = [prompt_size(exchange) for exchange in prompt_series(*CORRECT_COUNTS)]

    assert sizes == [(1, 0), (2, 0), (4, 0), (8, 0), (1, 1), (1, 3)]
    assert prompt_size(
        json_response(make_request([{"role": "user", "content": "Hi"}]))
    ) == (0, 0)


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ((12, 12, 14), Outcome.PASSED),
        ((12, 12, 15), Outcome.FAILED),
        ((12, 16, 12), Outcome.FAILED),
        ((12,), Outcome.INCONCLUSIVE),
    ],
)
def test_the_same_prompt_must_have_the_same_count(
    counts: tuple[int, ...], outcome: Outcome
) -> None:
    """Two tokens are tolerated: a template may contain the date."""
    exchanges = [json_response(usage=usage_with(count)) for count in counts]

    assert check_exchanges(SAME, *exchanges).outcome is outcome


@pytest.mark.parametrize(
    ("count", "passes"),
    [(12, True), (14, True), (15, False), (10, True), (9, False)],
)
def test_a_stream_must_have_the_count_of_a_json_response(
    count: int, *, passes: bool
) -> None:
    """Two tokens are tolerated."""
    exchanges = (
        json_response(usage=usage_with(12)),
        streamed_response(usage=usage_with(count)),
    )

    assert (check_exchanges(STREAMED, *exchanges).outcome is Outcome.PASSED) is passes


def test_different_prompts_are_not_compared() -> None:
    """Requests that refer to stored state are not compared either."""
    continued = make_request(previous_response_id="resp_0")
    exchanges = (
        json_response(usage=usage_with(12)),
        json_response(make_request("A much longer prompt."), usage=usage_with(40)),
        json_response(continued, usage=usage_with(50)),
        json_response(continued, usage=usage_with(90)),
    )

    assert check_exchanges(SAME, *exchanges).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("message", "passes"),
    [(12, True), (20, True), (21, False), (4, True), (3, False)],
)
def test_a_message_must_have_the_count_of_its_string(
    message: int, *, passes: bool
) -> None:
    """Eight tokens of framing are tolerated."""
    exchanges = (
        json_response(usage=usage_with(12)),
        json_response(usage=usage_with(message)),
    )
    outcome = check_probe("tokens.message-counts-like-a-string", exchanges)

    assert (outcome is Outcome.PASSED) is passes


@pytest.mark.parametrize(("excess", "passes"), [(0, True), (1, False)])
def test_three_tokens_per_word_pass(excess: int, *, passes: bool) -> None:
    """A paragraph may have three tokens for each of its words, and no more."""
    tokens = 3 * WORDS_PER_PARAGRAPH + excess
    counts = (20 + tokens * length for length in (1, 2, 4, 8, 2, 4))

    assert (check_probe(RATE, prompt_series(*counts)) is Outcome.PASSED) is passes


@pytest.mark.parametrize(
    ("count", "is_outlier"), [(208, False), (209, True), (192, False), (191, True)]
)
def test_a_point_may_be_off_the_line_by_3_tokens_and_5_percent(
    count: int, *, is_outlier: bool
) -> None:
    """The line predicts 200 tokens, and 100 for a paragraph."""
    fit = LinearFit(((1, 100), (2, count)), slope=100.0, intercept=0.0)

    assert has_outlier(fit) is is_outlier
