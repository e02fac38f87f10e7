"""Tokens: whether input counts follow what was sent.

No tokenizer is needed: the same prompt has the same count, and the count of a longer
prompt is higher in proportion. Missing counts are reported in section ``usage``.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.probes import basic
from conformance.contract.tokens import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.linear_fit import LinearFit
from conformance.model.node import Finding, Node, quote
from conformance.model.requirement import may, must, should
from conformance.model.scope import EVERY_USAGE, Observation, only
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

_PROMPT: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Usage/properties/prompt_tokens"

TOLERANCE: Final = 2
"""Number of tokens by which counts of one prompt may differ (a date in a template)."""

MAX_OVERHEAD: Final = 300
"""Maximum number of tokens that the chat template adds to a prompt."""

MAX_TOKENS_PER_WORD: Final = 3.0
"""Maximum number of tokens per English word; common tokenizers need 1.2 to 2."""

Exchanges = tuple[Exchange, ...]


def _has_only_prompt(exchange: Exchange) -> bool:
    """Return whether the request adds no stored state or tools to its prompt."""
    return not any(
        exchange.request.field(name)
        for name in ("previous_response_id", "conversation", "prompt", "tools")
    )


SELF_CONTAINED_USAGE: Final = only(
    EVERY_USAGE, "every usage object of a self-contained request", _has_only_prompt
)


def _prompt_count(usage: Node, exchange: Exchange) -> Observation | None:
    """Observe (digest of the prompt, ``"stream"`` or ``"JSON"``, input count)."""
    count = input_tokens(exchange)
    if count is None:
        return None
    mode = "stream" if exchange.kind is ResponseKind.STREAM else "JSON"
    return Observation(
        (exchange.request.prompt_digest, mode, count), exchange.id, usage.pointer
    )


PROMPT_COUNTS: Final = SELF_CONTAINED_USAGE.collecting(_prompt_count)


def same_prompt(
    observations: Iterable[Observation], modes: tuple[str, str]
) -> Iterator[tuple[Observation, list[Observation]]]:
    """Pair observations of the same prompt in two modes.

    The value of an observation is (prompt, mode, count). Yields each observation in the
    second mode, with all others in the first mode that have the same prompt. Raises
    ``Inconclusive`` if there is no such pair.
    """
    by_prompt = dict[str, list[Observation]]()
    pairs = 0
    for observation in observations:
        prompt, mode, _ = observation.value
        if mode == modes[0]:
            by_prompt.setdefault(prompt, []).append(observation)
    for observation in observations:
        prompt, mode, _ = observation.value
        others = [o for o in by_prompt.get(prompt, []) if o is not observation]
        if mode == modes[1] and others:
            pairs += 1
            yield observation, others
    if not pairs:
        compared = " and ".join(dict.fromkeys(modes))
        raise Inconclusive(f"no prompt has two token counts to compare ({compared})")


def _count_differs(observation: Observation, other: Observation) -> Finding:
    """Return the finding that two observations of one prompt differ in their count."""
    node = Node(observation.value[2], observation.pointer, observation.exchange)
    return node.finding(f"{other.value[2]} (as in {other.exchange})")


SAME = must(
    "tokens.same-prompt-has-same-count",
    "JSON responses to the same prompt report the same input count.",
    source=_PROMPT,
    cause="the gateway estimates the count, or adds something to some of the requests",
    covers=("US-11", "US-12"),
)


@check(SAME, on=PROMPT_COUNTS, exercised_by=(basic.text, probes.equivalent_inputs))
def same_prompt_has_same_count(observations: list[Observation]) -> Findings:
    """Check JSON responses to the same prompt over the complete run.

    Tolerates two tokens. Does not check streams, or requests with tools or stored
    state.
    """
    for observation, others in same_prompt(observations, ("JSON", "JSON")):
        lowest = min(others, key=lambda other: other.value[2])
        if observation.value[2] > lowest.value[2] + TOLERANCE:
            yield _count_differs(observation, lowest)


SAME_IN_STREAM = must(
    "tokens.stream-and-json-counts-match",
    "A stream reports the same input count as a JSON response to the same prompt.",
    source=_PROMPT,
    cause="the gateway estimates the input count of a stream",
    covers=("US-11",),
)


@check(SAME_IN_STREAM, on=PROMPT_COUNTS, exercised_by=(basic.text, basic.streamed_text))
def stream_and_json_counts_match(observations: list[Observation]) -> Findings:
    """Check each stream against the JSON response with the closest count.

    Tolerates two tokens. Does not check requests with tools or stored state.
    """
    for observation, others in same_prompt(observations, ("JSON", "stream")):
        count = observation.value[2]
        nearest = min(others, key=lambda other: abs(other.value[2] - count))
        if abs(count - nearest.value[2]) > TOLERANCE:
            yield _count_differs(observation, nearest)


AS_MESSAGE = should(
    "tokens.message-counts-like-a-string",
    "A prompt has about the same input count as a string and as a single message.",
    source=REPORTED_BUGS,
    cause="the gateway converts the two forms of `input` differently",
)

MESSAGE_TOLERANCE: Final = 8
"""Number of tokens that the framing of a message may add."""


@check(AS_MESSAGE, on=probes.equivalent_inputs)
def message_counts_like_a_string(exchanges: Exchanges) -> Findings:
    """Compare the counts of one prompt as a string and as a single message.

    Tolerates eight tokens for the framing of the message. Does not check arrays of
    several messages.
    """
    as_string, as_message = (prompt_tokens_of(exchange) for exchange in exchanges)
    if abs(as_string - as_message) > MESSAGE_TOLERANCE:
        expected = f"about {as_string} input tokens (as for a string)"
        yield exchanges[1].finding("/usage", expected, f"{as_message}")


def prompt_tokens_of(exchange: Exchange) -> int:
    """Return the input count of a response.

    Raises ``Inconclusive`` if there is none, and whatever ``Exchange.response`` raises.
    """
    _ = exchange.response
    count = input_tokens(exchange)
    if count is None:
        raise Inconclusive(f"{exchange.id}: the response has no input token count")
    return count


def prompt_size(exchange: Exchange) -> tuple[int, int]:
    """Return how many paragraphs the prompt and the instructions contain."""
    values = (exchange.request.field(name) for name in ("input", "instructions"))
    prompt, instructions = (
        text.count(probes.PARAGRAPH) if isinstance(text, str) else 0 for text in values
    )
    return prompt, instructions


def fit_prompt_tokens(exchanges: Iterable[Exchange]) -> LinearFit:
    """Fit a line to the input counts of prompts of 1, 2, 4 and 8 paragraphs.

    ``exchanges`` may contain all exchanges of a run. Raises ``Inconclusive`` if fewer
    than two of these lengths have a count, and whatever ``Exchange.response`` raises
    for one of these prompts.
    """
    series = [x for x in exchanges if prompt_size(x)[0] and not prompt_size(x)[1]]
    points = tuple((prompt_size(x)[0], prompt_tokens_of(x)) for x in series)
    if len({length for length, _ in points}) < 2:
        raise Inconclusive("fewer than two prompt lengths have a token count")
    return LinearFit.fit(points)


GROWTH = must(
    "tokens.longer-prompt-has-more-tokens",
    "A longer prompt has a higher input count.",
    source=_PROMPT,
    cause="the gateway reports constant counts, or truncates long prompts silently",
    covers=("US-02",),
)


@check(GROWTH, on=probes.prompt_lengths)
def longer_prompt_has_more_tokens(exchanges: Exchanges) -> Findings:
    """Check that the counts of 1, 2, 4 and 8 paragraphs increase.

    Does not check by how much; another requirement does.
    """
    points = fit_prompt_tokens(exchanges).points
    for (_, count_before), (length, count) in pairwise(points):
        if count <= count_before:
            expected = f"more than {count_before} input tokens for {length} paragraphs"
            exchange = exchanges[probes.PROMPT_LENGTHS.index(length)]
            yield exchange.finding("/usage", expected, f"{count}")


LINEAR = should(
    "tokens.count-is-proportional-to-length",
    "Each additional paragraph of a prompt adds the same number of input tokens.",
    source=REPORTED_BUGS,
    cause="the gateway rounds counts to blocks, or counts the prompt several times",
    covers=("US-11", "PR-09"),
)

RESIDUAL_TOLERANCE: Final = 3
MAX_RESIDUAL_SHARE: Final = 0.05
"""A count may be off the line by 3 tokens and 5 % of a paragraph's tokens."""


def has_outlier(fit: LinearFit) -> bool:
    """Return whether the worst point is farther off the line than tolerated."""
    length, count = fit.worst_residual
    tolerance = RESIDUAL_TOLERANCE + MAX_RESIDUAL_SHARE * fit.slope
    return abs(count - fit.predict(length)) > tolerance


@check(LINEAR, on=probes.prompt_lengths)
def count_is_proportional_to_length(exchanges: Exchanges) -> Findings:
    """Check the counts of 1, 2, 4 and 8 paragraphs against the line that fits best.

    Tolerates 3 tokens plus 5 % of a paragraph's tokens. Does not check counts that do
    not grow; another requirement does.
    """
    fit = fit_prompt_tokens(exchanges)
    if fit.slope <= 0:
        raise Inconclusive("the token counts do not grow")
    length, count = fit.worst_residual
    if has_outlier(fit):
        expected = f"about {fit.predict(length):.0f} input tokens ({length} paragraphs)"
        got = f"{count} (counts by paragraphs: {quote(fit.points)})"
        exchange = exchanges[probes.PROMPT_LENGTHS.index(length)]
        yield exchange.finding("/usage", expected, got)


OVERHEAD = should(
    "tokens.overhead-is-small",
    "A prompt costs at most 300 input tokens in addition to its own text.",
    source=REPORTED_BUGS,
    cause="the gateway adds a system prompt of its own to every request",
    covers=("US-12", "EC-04"),
)


@check(OVERHEAD, on=probes.prompt_lengths)
def overhead_is_small(exchanges: Exchanges) -> Findings:
    """Check the count that the fitted line predicts for an empty prompt.

    Tolerates a template of 300 tokens. Does not check counts that do not grow.
    """
    fit = fit_prompt_tokens(exchanges)
    if fit.slope <= 0:
        raise Inconclusive("the token counts do not grow")
    if fit.intercept > MAX_OVERHEAD:
        expected = f"at most {MAX_OVERHEAD} input tokens besides the prompt text"
        yield exchanges[0].finding("/usage", expected, f"{fit.intercept:.0f}")


RATE = may(
    "tokens.tokens-per-word-are-plausible",
    "A word of English costs at most 3 input tokens.",
    source=REPORTED_BUGS,
    cause="the gateway multiplies counts, or counts characters instead of tokens",
    covers=("US-11",),
)


@check(RATE, on=probes.prompt_lengths)
def tokens_per_word_are_plausible(exchanges: Exchanges) -> Findings:
    """Check the slope of the fitted line, in tokens per word, against the limit of 3.

    A model that reads bytes may exceed the limit. Does not check for too few tokens.
    """
    rate = fit_prompt_tokens(exchanges).slope / probes.WORDS_PER_PARAGRAPH
    if rate > MAX_TOKENS_PER_WORD:
        expected = f"at most {MAX_TOKENS_PER_WORD:g} input tokens per word"
        yield exchanges[0].finding("/usage", expected, f"{rate:.1f}")
