"""Tokens: whether every part of a request is counted, and was therefore read.

A gateway that drops a part of a request answers anyway. The tokens of that part are
then missing from the input count.
"""

import math
from collections.abc import Iterable
from typing import Final

from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.probes import basic
from conformance.contract.tokens import probes as token_probes
from conformance.contract.tokens.prompt_tokens import (
    SELF_CONTAINED_USAGE,
    TOLERANCE,
    Exchanges,
    fit_prompt_tokens,
    has_outlier,
    prompt_size,
    prompt_tokens_of,
    same_prompt,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.linear_fit import LinearFit
from conformance.model.node import Json, Node
from conformance.model.request import Request
from conformance.model.requirement import Capability, must
from conformance.model.scope import EVERY_USAGE, Observation
from conformance.model.sources import NEWAPI_DOCUMENT

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"
_PROMPT: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Usage/properties/prompt_tokens"

LIKE_PROMPT_TEXT = must(
    "tokens.instructions-count-like-prompt-text",
    "A paragraph of `instructions` adds about as many input tokens as a paragraph of "
    "the prompt.",
    source=_PROMPT,
    cause="the gateway drops `instructions`, or sends them to the upstream twice",
    covers=("EC-03", "US-12"),
)

MIN_RATIO: Final = 0.5
MAX_RATIO: Final = 1.5
"""Bounds of tokens per paragraph of instructions, divided by those of the prompt."""


@check(LIKE_PROMPT_TEXT, on=token_probes.prompt_lengths)
def instructions_count_like_prompt_text(exchanges: Exchanges) -> Findings:
    """Check how many tokens two more paragraphs of instructions add.

    The difference of two requests does not depend on a default prompt of the model.
    From 0.5 to 1.5 times the tokens of a prompt paragraph pass: dropped instructions
    add none, and duplicated ones add twice as many. Does not check counts that do not
    grow with the prompt.
    """
    slope = fit_prompt_tokens(exchanges).slope
    instructed = exchanges[len(token_probes.PROMPT_LENGTHS) :]
    short_count, long_count = (prompt_tokens_of(exchange) for exchange in instructed)
    short, long = token_probes.INSTRUCTION_LENGTHS
    per_paragraph = (long_count - short_count) / (long - short)
    if slope <= 0:
        raise Inconclusive("the token counts do not grow with the prompt")
    if not MIN_RATIO < per_paragraph / slope < MAX_RATIO:
        expected = f"about {slope:.0f} input tokens per paragraph of instructions"
        yield exchanges[-1].finding("/usage", expected, f"{per_paragraph:.0f}")


IN_STREAMS = must(
    "tokens.instructions-count-in-streams",
    "Long `instructions` change the input count of a stream.",
    source=f"{_REQUEST}/instructions",
    needs=Capability.STREAMING,
    cause="a separate converter for streams drops `instructions`",
    covers=("EC-03",),
)

MIN_INSTRUCTIONS_LENGTH: Final = 200
"""Minimum number of characters of ``instructions`` in a stream that is checked.

Instructions of this length have more tokens than the default prompt of a template.
"""

_IGNORED_FIELDS: Final = frozenset({"instructions", "max_output_tokens"})
"""Fields in which two requests with the same prompt may differ."""

WITHOUT_INSTRUCTIONS: Final = "a request without instructions"
STREAM_WITH_INSTRUCTIONS: Final = "a stream with instructions"


def _count_by_instructions(usage: Node, exchange: Exchange) -> Observation | None:
    """Observe (digest of the prompt, with or without instructions, input count).

    Skips short instructions, and JSON responses to requests with instructions.
    """
    request, count = exchange.request, input_tokens(exchange)
    if count is None or not isinstance(request.json, dict):
        return None
    instructions, mode = request.field("instructions"), WITHOUT_INSTRUCTIONS
    if instructions:
        is_long = (
            isinstance(instructions, str)
            and len(instructions) >= MIN_INSTRUCTIONS_LENGTH
        )
        if not request.streamed or not is_long:
            return None
        mode = STREAM_WITH_INSTRUCTIONS
    fields = {n: v for n, v in request.json.items() if n not in _IGNORED_FIELDS}
    return Observation(
        (Request.of(fields).prompt_digest, mode, count), exchange.id, usage.pointer
    )


@check(
    IN_STREAMS,
    on=SELF_CONTAINED_USAGE.collecting(_count_by_instructions),
    exercised_by=(
        basic.text,
        isolation_probes.concurrent_requests,
        token_probes.prompt_lengths,
    ),
)
def instructions_count_in_streams(observations: list[Observation]) -> Findings:
    """Check streams with long instructions against the same prompt without any.

    Counts that differ by at most two tokens are a violation. Does not check a lower
    count: the instructions may have replaced a default prompt. The probe
    ``concurrent-requests`` sends a stream with long instructions.
    """
    if math.gcd(*(observation.value[2] for observation in observations)) > TOLERANCE:
        raise Inconclusive("all token counts are equal, or multiples of one number")
    modes = (WITHOUT_INSTRUCTIONS, STREAM_WITH_INSTRUCTIONS)
    for observation, others in same_prompt(observations, modes):
        count = observation.value[2]
        equal = [o for o in others if abs(count - o.value[2]) <= TOLERANCE]
        if equal:
            other = equal[0]
            bound = f"{other.value[2]} in {other.exchange} without instructions"
            expected = f"more than {other.value[2] + TOLERANCE} ({bound})"
            node = Node(count, observation.pointer, observation.exchange)
            yield node.finding(expected)


EVERY_MESSAGE = must(
    "tokens.every-message-is-counted",
    "The input count of a prompt includes every message.",
    source=f"{_REQUEST}/input",
    cause="the gateway drops system messages, or all messages but the last few",
    covers=("RV-08", "EC-03"),
)

MAX_MISSING_SHARE: Final = 0.5
"""Share of a paragraph's tokens that may be missing without a finding."""


def _paragraphs_in(input_: Json) -> int:
    """Return the number of paragraphs in the messages of an input array."""
    items = input_ if isinstance(input_, list) else []
    contents = (item.get("content") for item in items if isinstance(item, dict))
    return sum(
        (content == token_probes.PARAGRAPH_AS_PARTS)
        + (isinstance(content, str) and content.count(token_probes.PARAGRAPH))
        for content in contents
    )


def _count_by_paragraphs(usage: Node, exchange: Exchange) -> Observation | None:
    """Observe an input count, and the numbers of paragraphs in the request.

    The value is (paragraphs in a string prompt, in instructions, in messages, count).
    """
    count, (prompt, instructions) = input_tokens(exchange), prompt_size(exchange)
    messages = _paragraphs_in(exchange.request.field("input"))
    if count is None or not prompt + messages:
        return None
    value = (prompt, instructions, messages, count)
    return Observation(value, exchange.id, usage.pointer)


def _fit_both(observations: Iterable[Observation]) -> tuple[LinearFit, LinearFit]:
    """Fit lines to the counts by paragraphs of the prompt, and of the instructions.

    The instructions are sent with a prompt of one paragraph. Raises ``Inconclusive`` if
    a prompt length has no count, or if the counts are not on a line.
    """
    values = [observation.value for observation in observations]
    by_prompt = tuple(
        (prompt, count)
        for prompt, instructions, _, count in values
        if prompt and not instructions
    )
    by_instructions = tuple(
        (instructions, count) for _, instructions, _, count in values if instructions
    )
    lengths = len(dict(by_prompt)), len(dict(by_instructions))
    if lengths[0] < len(token_probes.PROMPT_LENGTHS) or lengths[1] < 2:
        raise Inconclusive("token counts are missing for some prompt lengths")
    fit = LinearFit.fit(by_prompt)
    if fit.slope <= 0 or has_outlier(fit):
        raise Inconclusive("the token counts do not grow in proportion to the prompt")
    return fit, LinearFit.fit(by_instructions)


@check(
    EVERY_MESSAGE,
    on=EVERY_USAGE.collecting(_count_by_paragraphs),
    exercised_by=(token_probes.prompt_lengths, token_probes.multi_message_prompt),
)
def every_message_is_counted(observations: list[Observation]) -> Findings:
    """Check prompts of several messages for missing tokens.

    The expected count is predicted from the prompts of the probe ``prompt-lengths``. A
    system message or instructions may replace a default prompt. The check therefore
    uses the lower of two predictions: from prompts with and without instructions. Half
    a paragraph may be missing. Does not check for additional tokens, or rejected
    prompts; other requirements check the latter.
    """
    multi_message = [o for o in observations if o.value[2]]
    if not multi_message:
        raise Inconclusive("no prompt of several messages has a token count")
    prompt_fit, instructions_fit = _fit_both(observations)
    for observation in multi_message:
        *_, messages, count = observation.value
        without_default_prompt = instructions_fit.intercept + prompt_fit.slope * (
            messages - 1
        )
        predicted = min(prompt_fit.predict(messages), without_default_prompt)
        if count < predicted - MAX_MISSING_SHARE * prompt_fit.slope:
            node = Node(count, observation.pointer, observation.exchange)
            yield node.finding(f"about {predicted:.0f} or more ({messages} messages)")
