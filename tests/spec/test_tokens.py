"""Token truth: what a ladder of prompts shows about the bill."""

import pytest

from conformance.core.exchange import Exchange, Inconclusive
from conformance.core.ladder import Ladder
from conformance.core.probe import Setting
from conformance.core.verdict import Outcome
from conformance.spec.probes import tokens
from conformance.spec.tokens import ladder_of, size_of
from tests.spec.answers import USAGE, Json, answer, asking, stream
from tests.spec.refusals import on_probe, universal

SAME = "tokens.same-question-costs-the-same"
STREAMED = "tokens.stream-costs-what-json-costs"
HONEST = (75, 130, 240, 460, 140, 250)
"""20 tokens of template, 55 for each paragraph, 10 for the frame of instructions."""

REQUESTS: Json = next(tokens.ladder.steps(Setting("m")))


def _priced(read: int) -> Json:
    return {**USAGE, "input_tokens": read, "total_tokens": read + 3}


def _climbed(*read: int) -> tuple[Exchange, ...]:
    """Return the answers of the ladder's probe, with these prompt tokens."""
    return tuple(
        answer(request, usage=_priced(each))
        for request, each in zip(REQUESTS, read, strict=True)
    )


@pytest.mark.parametrize(
    "clause",
    [
        "tokens.longer-prompt-costs-more",
        "tokens.price-is-in-proportion",
        "tokens.nothing-is-added",
        "tokens.rate-is-plausible",
        "tokens.instructions-are-charged-as-text",
    ],
)
@pytest.mark.parametrize(
    "read",
    [
        HONEST,
        (76, 129, 241, 459, 139, 252),
        (355, 410, 520, 740, 420, 530),
        (75, 130, 240, 460, 95, 205),
    ],
    ids=["honest", "joined-blanks", "large-template", "default-prompt-replaced"],
)
def test_an_honest_bill_passes(clause: str, read: tuple[int, ...]) -> None:
    """Also one that is a token off, or has a template of 300 tokens around it."""
    assert on_probe(clause, _climbed(*read)) is Outcome.PASSED


@pytest.mark.parametrize(
    ("clause", "read"),
    [
        ("longer-prompt-costs-more", (36, 36, 36, 36, 36, 36)),
        ("longer-prompt-costs-more", (75, 130, 240, 240, 140, 250)),
        ("price-is-in-proportion", (128, 256, 256, 512, 256, 256)),
        ("price-is-in-proportion", (75, 130, 280, 460, 140, 250)),
        ("nothing-is-added", (475, 530, 640, 860, 540, 650)),
        ("rate-is-plausible", (270, 520, 1020, 2020, 540, 1040)),
        ("instructions-are-charged-as-text", (75, 130, 240, 460, 75, 75)),
        ("instructions-are-charged-as-text", (75, 130, 240, 460, 185, 405)),
    ],
)
def test_a_false_bill_is_blamed(clause: str, read: tuple[int, ...]) -> None:
    """Constants, cuts, blocks, surcharges, characters, lost or doubled texts."""
    assert on_probe(f"tokens.{clause}", _climbed(*read)) is Outcome.FAILED


@pytest.mark.parametrize(
    "clause", ["price-is-in-proportion", "nothing-is-added", "rate-is-plausible"]
)
def test_counts_that_do_not_grow_are_blamed_once(clause: str) -> None:
    """A constant has no slope to judge anything by."""
    outcome = on_probe(f"tokens.{clause}", _climbed(*[36] * 6))

    assert outcome is not Outcome.FAILED


def test_missing_counts_are_blamed_elsewhere() -> None:
    """Zeros, too: there is a clause for them."""
    outcome = on_probe("tokens.longer-prompt-costs-more", _climbed(*[0] * 6))

    assert outcome is Outcome.INCONCLUSIVE


def test_the_ladder_is_found_in_a_whole_run() -> None:
    """A report plots it from all exchanges."""
    ladder = ladder_of([answer(), *_climbed(*HONEST), stream()])

    assert ladder.points == ((1, 75), (2, 130), (4, 240), (8, 460))
    assert ladder.slope == pytest.approx(55)
    assert ladder.intercept == pytest.approx(20)
    assert ladder.at(3) == pytest.approx(185)


def test_one_size_is_no_ladder() -> None:
    """A line needs two points."""
    with pytest.raises(Inconclusive, match="two sizes"):
        ladder_of(_climbed(*HONEST)[:1])
    with pytest.raises(ValueError, match="two sizes"):
        Ladder.through(((1, 75), (1, 76)))


def test_the_farthest_point_is_named() -> None:
    """Above the line, or below it."""
    assert Ladder.through(((1, 10), (2, 20), (3, 60), (4, 40))).farthest == (3, 60)


def test_sizes_are_read_from_the_request() -> None:
    """Paragraphs in the prompt, and in the instructions."""
    sizes = [size_of(exchange) for exchange in _climbed(*HONEST)]

    assert sizes == [(1, 0), (2, 0), (4, 0), (8, 0), (1, 1), (1, 3)]
    assert size_of(answer(asking([{"role": "user", "content": "Hi"}]))) == (0, 0)


@pytest.mark.parametrize(
    ("read", "outcome"),
    [
        ((12, 12, 14), Outcome.PASSED),
        ((12, 12, 15), Outcome.FAILED),
        ((12, 16, 12), Outcome.FAILED),
        ((12,), Outcome.INCONCLUSIVE),
    ],
)
def test_one_question_has_one_price(read: tuple[int, ...], outcome: Outcome) -> None:
    """Two tokens are forgiven: a template may have the date in it."""
    told = [answer(usage=_priced(each)) for each in read]

    assert universal(SAME, *told).outcome is outcome


@pytest.mark.parametrize(("read", "sound"), [(12, True), (14, True), (16, False)])
def test_a_stream_costs_no_more_than_json(read: int, *, sound: bool) -> None:
    """How an answer is delivered is free."""
    told = answer(usage=_priced(12)), stream(usage=_priced(read))

    assert (universal(STREAMED, *told).outcome is Outcome.PASSED) is sound


def test_different_questions_are_not_compared() -> None:
    """Nor are those that lean on what the server keeps."""
    follows = asking(previous_response_id="resp_0")
    told = (
        answer(usage=_priced(12)),
        answer(asking("A much longer question."), usage=_priced(40)),
        answer(follows, usage=_priced(50)),
        answer(follows, usage=_priced(90)),
    )

    assert universal(SAME, *told).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(("message", "sound"), [(12, True), (20, True), (52, False)])
def test_a_message_costs_what_its_text_costs(message: int, *, sound: bool) -> None:
    """Within its frame."""
    told = answer(usage=_priced(12)), answer(usage=_priced(message))
    outcome = on_probe("tokens.message-costs-what-its-text-costs", told)

    assert (outcome is Outcome.PASSED) is sound
