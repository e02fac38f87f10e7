"""Token truth: what a ladder of prompts shows about the bill."""

import pytest

from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.tokens import probes as token_probes
from conformance.contract.tokens.prompt_tokens import ladder_of, prompt_size
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.linear_fit import LinearFit
from conformance.model.probe import ProbeContext
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import on_probe, refusal, universal
from tests.contract.sample_responses import USAGE, Json, answer, asking, stream

SAME = "tokens.same-prompt-has-same-count"
STREAMED = "tokens.stream-and-json-counts-match"
HONEST = (75, 130, 240, 460, 140, 250)
"""20 tokens of template, 55 for each paragraph, 10 for the frame of instructions."""

REQUESTS: Json = next(token_probes.prompt_lengths.steps(ProbeContext("m")))


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
        "tokens.longer-prompt-has-more-tokens",
        "tokens.count-is-proportional-to-length",
        "tokens.overhead-is-small",
        "tokens.tokens-per-word-are-plausible",
        "tokens.instructions-count-like-prompt-text",
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
        ("instructions-are-prompt_tokens_of-as-text", (75, 130, 240, 460, 75, 75)),
        ("instructions-are-prompt_tokens_of-as-text", (75, 130, 240, 460, 185, 405)),
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
    outcome = on_probe("tokens.longer-prompt-has-more-tokens", _climbed(*[0] * 6))

    assert outcome is Outcome.INCONCLUSIVE


def test_the_ladder_is_found_in_a_whole_run() -> None:
    """A report plots it from all exchanges."""
    ladder = ladder_of([answer(), *_climbed(*HONEST), stream()])

    assert ladder.points == ((1, 75), (2, 130), (4, 240), (8, 460))
    assert ladder.slope == pytest.approx(55)
    assert ladder.intercept == pytest.approx(20)
    assert ladder.predict(3) == pytest.approx(185)


def test_one_size_is_no_ladder() -> None:
    """A line needs two points."""
    with pytest.raises(Inconclusive, match="two sizes"):
        ladder_of(_climbed(*HONEST)[:1])
    with pytest.raises(ValueError, match="two sizes"):
        LinearFit.fit(((1, 75), (1, 76)))


def test_the_farthest_point_is_named() -> None:
    """Above the line, or below it."""
    assert LinearFit.fit(((1, 10), (2, 20), (3, 60), (4, 40))).worst_residual == (3, 60)


def test_sizes_are_read_from_the_request() -> None:
    """Paragraphs in the prompt, and in the instructions."""
    sizes = [prompt_size(exchange) for exchange in _climbed(*HONEST)]

    assert sizes == [(1, 0), (2, 0), (4, 0), (8, 0), (1, 1), (1, 3)]
    assert prompt_size(answer(asking([{"role": "user", "content": "Hi"}]))) == (0, 0)


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
    outcome = on_probe("tokens.message-counts-like-a-string", told)

    assert (outcome is Outcome.PASSED) is sound


READ = "tokens.every-message-is-counted"
TALK: Json = next(token_probes.multi_message_prompt.steps(ProbeContext("m")))
FAIR = 20 + 5 * 55 + 4 * 4
"""What five messages cost: template and text as on the ladder, and four frames."""


def _talked(read: int, rungs: tuple[int, ...] = HONEST) -> Outcome:
    """Judge a conversation that costs ``read`` beside a ladder."""
    talk = answer(TALK, usage=_priced(read))
    return universal(READ, *_climbed(*rungs), talk).outcome


@pytest.mark.parametrize("read", [FAIR, FAIR - 16, FAIR - 40, FAIR + 55, 2 * FAIR])
def test_a_whole_conversation_is_not_blamed(read: int) -> None:
    """Nor one with dear frames, a few tokens too few, or a template of its own."""
    assert _talked(read) is Outcome.PASSED


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
def test_a_lost_message_is_blamed(lost: int) -> None:
    """Whichever it is: its text and its frame are missing."""
    assert _talked(FAIR - lost * 59) is Outcome.FAILED


@pytest.mark.parametrize("size", [0, 20, 300])
def test_a_system_message_may_replace_a_default_prompt(size: int) -> None:
    """Instructions take its place as well, so that its price is known."""
    rungs = tuple(n + size for n in HONEST[:4]) + HONEST[4:]

    assert _talked(FAIR, rungs) is Outcome.PASSED
    assert _talked(FAIR - 59 - 10, rungs) is Outcome.FAILED


@pytest.mark.parametrize(
    ("few", "many"), [(75, 75), (185, 405)], ids=["dropped", "doubled"]
)
def test_lost_or_doubled_instructions_are_no_lost_message(few: int, many: int) -> None:
    """They have a clause of their own, and move no prediction."""
    rungs = (*HONEST[:4], few, many)

    assert _talked(FAIR, rungs) is Outcome.PASSED
    assert _talked(FAIR - 59, rungs) is Outcome.FAILED


@pytest.mark.parametrize(
    "rungs",
    [
        (36,) * 6,
        (75, 130, 240, 240, 140, 250),
        (128, 256, 256, 512, 256, 256),
        (0,) * 6,
    ],
    ids=["flat", "cut", "rounded", "uncounted"],
)
def test_without_a_straight_ladder_no_message_is_missed(rungs: tuple[int, ...]) -> None:
    """Nothing says then what a paragraph costs."""
    assert _talked(36, rungs) is Outcome.INCONCLUSIVE


def test_without_a_price_no_message_is_missed() -> None:
    """The conversation was refused, has no usage, or was never sent."""
    ladder = _climbed(*HONEST)
    for told in (refusal("No such role.", request=TALK), answer(TALK, usage=None)):
        assert universal(READ, *ladder, told).outcome is Outcome.INCONCLUSIVE
    assert universal(READ, *ladder).outcome is Outcome.INCONCLUSIVE


def test_generated_messages_are_no_conversation() -> None:
    """Whatever an input holds, it does not break the count."""
    values: Json = ([3, None, {"content": [1]}], {}, 5, [])
    odd = [answer(asking(value)) for value in values]

    assert universal(READ, *_climbed(*HONEST), *odd).outcome is Outcome.INCONCLUSIVE


def test_a_refused_developer_is_left_out() -> None:
    """The conversation is sent once more, with all that the others say."""
    steps = token_probes.multi_message_prompt.steps(ProbeContext("m"))
    whole: Json = next(steps)
    fewer: Json = steps.send(refusal("No such role.", request=whole))
    four = answer(fewer, usage=_priced(FAIR - 59))
    three = answer(fewer, usage=_priced(FAIR - 2 * 59))
    roles = [message["role"] for message in fewer.field("input")]

    assert roles == ["system", "user", "assistant", "user"]
    assert universal(READ, *_climbed(*HONEST), four).outcome is Outcome.PASSED
    assert universal(READ, *_climbed(*HONEST), three).outcome is Outcome.FAILED


def test_a_served_conversation_is_sent_once() -> None:
    """One answer is all that it costs."""
    steps = token_probes.multi_message_prompt.steps(ProbeContext("m"))
    next(steps)

    with pytest.raises(StopIteration):
        steps.send(answer(TALK))


IN_STREAM = "tokens.instructions-count-in-streams"
BURST: Json = next(isolation_probes.concurrent_requests.steps(ProbeContext("m")))
LONG: Json = BURST[isolation_probes.INSTRUCTED]


def _streamed(bare: int, instructed: int, *others: int) -> Outcome:
    """Judge a question with and without instructions, beside other questions."""
    plain = answer(usage=_priced(bare))
    told = stream(LONG, usage=_priced(instructed))
    rest = (answer(asking("x" * n), usage=_priced(n)) for n in others)
    return universal(IN_STREAM, plain, told, *rest).outcome


@pytest.mark.parametrize(
    ("instructed", "outcome"),
    [
        (80, Outcome.PASSED),
        (180, Outcome.PASSED),
        (12, Outcome.PASSED),
        (25, Outcome.FAILED),
        (27, Outcome.FAILED),
        (0, Outcome.INCONCLUSIVE),
    ],
    ids=["more", "much-more", "default-replaced", "same", "near", "uncounted"],
)
def test_instructions_cost_in_a_stream(instructed: int, outcome: Outcome) -> None:
    """What costs as much as the bare question has lost them."""
    assert _streamed(25, instructed, 12, 75, 130) is outcome


@pytest.mark.parametrize("others", [(36, 36), ()], ids=["flat", "nothing-else"])
def test_a_constant_count_tells_nothing_of_instructions(
    others: tuple[int, ...],
) -> None:
    """It is blamed for that elsewhere."""
    assert _streamed(36, 36, *others) is Outcome.INCONCLUSIVE


def test_a_count_in_blocks_tells_nothing_of_instructions() -> None:
    """Two prompts may share a block."""
    assert _streamed(128, 128, 128, 256, 512) is Outcome.INCONCLUSIVE


def test_a_body_that_is_no_object_asks_nothing_of_a_stream() -> None:
    """It was answered, and that is blamed elsewhere."""
    told = [answer(Request(body)) for body in (b"[]", b"{")]

    assert universal(IN_STREAM, *told).outcome is Outcome.INCONCLUSIVE


def test_only_like_questions_show_lost_instructions() -> None:
    """Not short instructions, other questions, JSON, or what leans on the past."""
    said = LONG.field("instructions")
    for request in (
        asking(stream=True, instructions="Be kind."),
        asking("Hi", stream=True, instructions=said),
        asking(stream=True, instructions=said, previous_response_id="resp_0"),
    ):
        told = (
            answer(usage=_priced(25)),
            stream(request, usage=_priced(25)),
            answer(asking("Hello"), usage=_priced(12)),
        )
        assert universal(IN_STREAM, *told).outcome is Outcome.INCONCLUSIVE
