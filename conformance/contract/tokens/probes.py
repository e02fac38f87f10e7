"""Questions whose price can be compared, without knowing the model's tokenizer."""

from typing import Final

from conformance.model.exchange import ResponseKind
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe

PARAGRAPH: Final = (
    "The old mill stands by the river at the edge of the town. Every morning the "
    "baker walks down the hill with two empty sacks, and the miller fills them with "
    "flour while they talk about the weather, the price of wheat and the children "
    "who fish from the bridge.\n"
)
"""What the ladder is built of; repeated, it costs the same again each time."""

WORDS: Final = len(PARAGRAPH.split())

RUNGS: Final = (1, 2, 4, 8)
"""Paragraphs in the prompt, one request each."""

SPEECHES: Final = (1, 3)
"""Paragraphs in the instructions, one request each, over the shortest prompt."""

TASK: Final = "Answer with the word yes when you have read this text:\n"
CAP: Final = 16


@probe(
    model_responses=len(RUNGS) + len(SPEECHES),
    max_output_tokens=CAP * (len(RUNGS) + len(SPEECHES)),
)
def prompt_lengths(context: ProbeContext) -> Steps:
    """The same paragraph once, twice, four and eight times; then in instructions."""
    prompts = tuple(
        context.request(TASK + PARAGRAPH * rung, max_output_tokens=CAP)
        for rung in RUNGS
    )
    speeches = tuple(
        context.request(
            TASK + PARAGRAPH, instructions=PARAGRAPH * n, max_output_tokens=CAP
        )
        for n in SPEECHES
    )
    yield prompts + speeches


SPEAKERS: Final = ("system", "developer", "user", "assistant", "user")
"""Who says a paragraph each, the last of them with the task before it."""


IN_PARTS: Final[Json] = [{"type": "input_text", "text": PARAGRAPH}]


def _told_by(speakers: tuple[str, ...]) -> Json:
    """Return messages of a paragraph each, one of them in parts where all speak."""
    *before, last = speakers
    parted = speakers.index("user") if speakers == SPEAKERS else None
    said = [
        {"role": role, "content": IN_PARTS if place == parted else PARAGRAPH}
        for place, role in enumerate(before)
    ]
    return [*said, {"role": last, "content": TASK + PARAGRAPH}]


@probe(model_responses=1, max_output_tokens=CAP)
def multi_message_prompt(context: ProbeContext) -> Steps:
    """A paragraph in each message; where that is refused, in the plainest form."""
    told = yield context.request(_told_by(SPEAKERS), max_output_tokens=CAP)
    if (
        told.kind in {ResponseKind.CLIENT_ERROR, ResponseKind.SERVER_ERROR}
        and not told.rate_limited
    ):
        fewer = tuple(role for role in SPEAKERS if role != "developer")
        yield context.request(_told_by(fewer), max_output_tokens=CAP)


@probe(model_responses=2)
def equivalent_inputs(context: ProbeContext) -> Steps:
    """The plain question once more, uncompressed, and once as a message."""
    again = context.request(headers={"accept-encoding": "identity"})
    message = {"role": "user", "content": again.field("input")}
    yield again, context.request([message])
