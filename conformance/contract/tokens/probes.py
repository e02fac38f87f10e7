"""Prompts whose token counts can be compared without knowing the tokenizer."""

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
"""Building block of the prompts; each repetition adds the same number of tokens."""

WORDS_PER_PARAGRAPH: Final = len(PARAGRAPH.split())

PROMPT_LENGTHS: Final = (1, 2, 4, 8)
"""Number of paragraphs in the prompt of each request of the series."""

INSTRUCTION_LENGTHS: Final = (1, 3)
"""Number of paragraphs in ``instructions`` of each request with a short prompt."""

TASK: Final = "Answer with the word yes when you have read this text:\n"
CAP: Final = 16
"""``max_output_tokens`` of each of these requests."""


@probe(
    model_responses=len(PROMPT_LENGTHS) + len(INSTRUCTION_LENGTHS),
    max_output_tokens=CAP * (len(PROMPT_LENGTHS) + len(INSTRUCTION_LENGTHS)),
)
def prompt_lengths(context: ProbeContext) -> Steps:
    """Send 1, 2, 4 and 8 paragraphs as prompt, then 1 and 3 as instructions."""
    prompts = tuple(
        context.request(TASK + PARAGRAPH * length, max_output_tokens=CAP)
        for length in PROMPT_LENGTHS
    )
    instructed = tuple(
        context.request(
            TASK + PARAGRAPH, instructions=PARAGRAPH * length, max_output_tokens=CAP
        )
        for length in INSTRUCTION_LENGTHS
    )
    yield prompts + instructed


ROLES: Final = ("system", "developer", "user", "assistant", "user")
"""Roles of the messages, with one paragraph each; the task precedes the last one."""


PARAGRAPH_AS_PARTS: Final[Json] = [{"type": "input_text", "text": PARAGRAPH}]
"""The paragraph as an array with one content part."""


def _messages(roles: tuple[str, ...]) -> Json:
    """Return one message of one paragraph for each role.

    With all of ``ROLES``, the first user message contains its paragraph as a part.
    """
    *earlier, last = roles
    with_parts = roles.index("user") if roles == ROLES else None
    messages = [
        {"role": role, "content": PARAGRAPH_AS_PARTS if i == with_parts else PARAGRAPH}
        for i, role in enumerate(earlier)
    ]
    return [*messages, {"role": last, "content": TASK + PARAGRAPH}]


@probe(model_responses=1, max_output_tokens=CAP)
def multi_message_prompt(context: ProbeContext) -> Steps:
    """Send a prompt of five messages, and a simpler one if that is rejected.

    The simpler prompt has no developer message and no content parts. It is sent after a
    4xx other than 429, and after a 5xx.
    """
    exchange = yield context.request(_messages(ROLES), max_output_tokens=CAP)
    if (
        exchange.kind in {ResponseKind.CLIENT_ERROR, ResponseKind.SERVER_ERROR}
        and not exchange.rate_limited
    ):
        roles = tuple(role for role in ROLES if role != "developer")
        yield context.request(_messages(roles), max_output_tokens=CAP)


@probe(model_responses=2)
def equivalent_inputs(context: ProbeContext) -> Steps:
    """Repeat the plain prompt without compression, and send it as a single message."""
    uncompressed = context.request(headers={"accept-encoding": "identity"})
    message = {"role": "user", "content": uncompressed.field("input")}
    yield uncompressed, context.request([message])
