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
"""Text that the prompts repeat; each repetition adds the same number of tokens."""

WORDS_PER_PARAGRAPH: Final = len(PARAGRAPH.split())

PROMPT_LENGTHS: Final = (1, 2, 4, 8)
"""Number of paragraphs in the prompt of each request without ``instructions``."""

INSTRUCTION_LENGTHS: Final = (1, 3)
"""Number of paragraphs in the ``instructions`` of each request that has some."""

TASK: Final = "Answer with the word yes when you have read this text:\n"

CAP: Final = 16
"""``max_output_tokens`` of each request whose prompt contains ``TASK``."""


@probe(
    model_responses=len(PROMPT_LENGTHS) + len(INSTRUCTION_LENGTHS),
    max_output_tokens=CAP * (len(PROMPT_LENGTHS) + len(INSTRUCTION_LENGTHS)),
)
def prompt_lengths(context: ProbeContext) -> Steps:
    """Send 1, 2, 4 and 8 paragraphs as prompt, and 1 and 3 as instructions."""
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
"""Role of each message. ``TASK`` precedes the paragraph of the last message."""


PARAGRAPH_AS_PARTS: Final[Json] = [{"type": "input_text", "text": PARAGRAPH}]
"""``PARAGRAPH`` as an array with one content part."""


def _messages(roles: tuple[str, ...]) -> Json:
    """Return one message of one paragraph for each role.

    If ``roles`` is ``ROLES``, the first user message has ``PARAGRAPH_AS_PARTS``.
    """
    *earlier, last = roles
    in_parts = roles.index("user") if roles == ROLES else None
    messages = [
        {"role": role, "content": PARAGRAPH_AS_PARTS if i == in_parts else PARAGRAPH}
        for i, role in enumerate(earlier)
    ]
    return [*messages, {"role": last, "content": TASK + PARAGRAPH}]


@probe(model_responses=1, max_output_tokens=CAP)
def multi_message_prompt(context: ProbeContext) -> Steps:
    """Send a prompt of five messages, and a simpler prompt if the first is rejected.

    The simpler prompt has no developer message and no content parts. It is sent only
    after a 4xx other than 429, or after a 5xx.
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
    """Send the prompt of the probe ``text`` uncompressed, and as a single message."""
    uncompressed = context.request(headers={"accept-encoding": "identity"})
    message = {"role": "user", "content": uncompressed.field("input")}
    yield uncompressed, context.request([message])
