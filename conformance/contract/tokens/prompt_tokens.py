"""Tokens: whether what is charged follows what was sent.

No tokenizer is needed: the same question costs the same, more text costs more, and
in proportion. Counts that are missing are blamed in the section ``usage``.
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

SLACK: Final = 2
"""Tokens that one question may differ by: a date in a template, a joined blank."""

FIXED: Final = 300
"""Tokens of template around a question that are taken for granted."""

MOST_PER_WORD: Final = 3.0
"""Tokens for a word of plain English; tokenizers in use need 1.2 to 2."""

Six = tuple[Exchange, ...]


def _stands_alone(exchange: Exchange) -> bool:
    """Say whether all that the model reads stands in the request itself."""
    asked = exchange.request
    return not any(
        asked.field(name)
        for name in ("previous_response_id", "conversation", "prompt", "tools")
    )


ALONE: Final = only(
    EVERY_USAGE, "every usage object of a self-contained request", _stands_alone
)


def _priced(usage: Node, exchange: Exchange) -> Observation | None:
    """Note what a question cost, and in which mode it was asked."""
    read = input_tokens(exchange)
    if read is None:
        return None
    mode = "stream" if exchange.kind is ResponseKind.STREAM else "JSON"
    return Observation(
        (exchange.request.prompt_digest, mode, read), exchange.id, usage.pointer
    )


PRICED: Final = ALONE.collecting(_priced)


def alike(
    notes: Iterable[Observation], modes: tuple[str, str]
) -> Iterator[tuple[Observation, list[Observation]]]:
    """Yield each note of the second mode, with those of the first that ask the same.

    Raises ``Inconclusive`` where no question was asked twice in these modes.
    """
    asked = dict[str, list[Observation]]()
    pairs = 0
    for note in notes:
        if note.value[1] == modes[0]:
            asked.setdefault(note.value[0], []).append(note)
    for note in notes:
        others = [o for o in asked.get(note.value[0], []) if o is not note]
        if note.value[1] == modes[1] and others:
            pairs += 1
            yield note, others
    if not pairs:
        both = " and in ".join(dict.fromkeys(modes))
        raise Inconclusive(f"no question was asked and counted twice, in {both}")


def _dearer(note: Observation, other: Observation) -> Finding:
    """Say that one question was charged otherwise than before."""
    wanted = f"{other.value[2]} prompt tokens, as in {other.exchange}"
    return Node(note.value[2], note.pointer, note.exchange).finding(wanted)


SAME = must(
    "tokens.same-prompt-has-same-count",
    "The same question costs the same prompt tokens each time.",
    source=_PROMPT,
    cause="the count is an estimate, or something is added to some requests",
    covers=("US-11", "US-12"),
)


@check(SAME, on=PRICED, exercised_by=(basic.text, probes.equivalent_inputs))
def same_prompt_has_same_count(notes: list[Observation]) -> Findings:
    """Compare JSON answers of the whole run, within two tokens.

    Requests that lean on what the server keeps, or that bring tools, are left out.
    """
    for note, others in alike(notes, ("JSON", "JSON")):
        cheapest = min(others, key=lambda other: other.value[2])
        if note.value[2] > cheapest.value[2] + SLACK:
            yield _dearer(note, cheapest)


STREAMED = must(
    "tokens.stream-and-json-counts-match",
    "A question costs the same prompt tokens in a stream as in JSON.",
    source=_PROMPT,
    cause="the gateway estimates what it streams, and reads what it does not",
    covers=("US-11",),
)


@check(STREAMED, on=PRICED, exercised_by=(basic.text, basic.streamed_text))
def stream_and_json_counts_match(notes: list[Observation]) -> Findings:
    """Compare both modes over the whole run, within two tokens."""
    for note, others in alike(notes, ("JSON", "stream")):
        nearest = min(others, key=lambda other: abs(other.value[2] - note.value[2]))
        if abs(note.value[2] - nearest.value[2]) > SLACK:
            yield _dearer(note, nearest)


SPELLED = should(
    "tokens.message-counts-like-a-string",
    "A question costs the same as a text or as the one message of an array.",
    source=REPORTED_BUGS,
    cause="the two forms of input take different ways to the upstream",
)

NEAR: Final = 8
"""Tokens that the frame of a message may cost."""


@check(SPELLED, on=probes.equivalent_inputs)
def message_counts_like_a_string(both: Six) -> Findings:
    """Compare the two forms of one question, within the frame of a message."""
    text, message = (charged(exchange) for exchange in both)
    if abs(text - message) > NEAR:
        got = f"{message} prompt tokens"
        yield both[1].finding("/usage", f"about {text}, as for a text", got)


def charged(exchange: Exchange) -> int:
    """Return the prompt tokens; raises ``Inconclusive``, or what ``response`` does."""
    _ = exchange.response
    read = input_tokens(exchange)
    if read is None:
        raise Inconclusive(f"{exchange.id}: no prompt tokens are counted")
    return read


def size_of(exchange: Exchange) -> tuple[int, int]:
    """Return the paragraphs in the prompt of a request, and in its instructions."""
    sent = (exchange.request.field(name) for name in ("input", "instructions"))
    prompt, speech = (
        text.count(probes.PARAGRAPH) if isinstance(text, str) else 0 for text in sent
    )
    return prompt, speech


def ladder_of(exchanges: Iterable[Exchange]) -> LinearFit:
    """Fit what the prompts of the ladder cost; a unit is one paragraph.

    ``exchanges`` may hold all of a run. Raises ``Inconclusive`` where fewer than
    two sizes were counted, and what ``response`` raises for those of the ladder.
    """
    rungs = [x for x in exchanges if size_of(x)[0] and not size_of(x)[1]]
    points = tuple((size_of(x)[0], charged(x)) for x in rungs)
    if len({size for size, _ in points}) < 2:
        raise Inconclusive("fewer than two sizes of the ladder were counted")
    return LinearFit.fit(points)


GROWS = must(
    "tokens.longer-prompt-has-more-tokens",
    "A longer prompt costs more prompt tokens.",
    source=_PROMPT,
    cause="the counts are constants, or the prompt is cut without a sound",
    covers=("US-02",),
)


@check(GROWS, on=probes.prompt_lengths)
def longer_prompt_has_more_tokens(six: Six) -> Findings:
    """Judge the order of the counts, one paragraph up to eight."""
    points = ladder_of(six).points
    for (small, before), (size, after) in pairwise(points):
        if after <= before:
            got = f"{after} tokens for {size} paragraphs"
            wanted = f"more than the {before} tokens for {small}"
            yield six[probes.PROMPT_LENGTHS.index(size)].finding("/usage", wanted, got)


LINEAR = should(
    "tokens.count-is-proportional-to-length",
    "Each further paragraph of a prompt costs the same.",
    source=REPORTED_BUGS,
    cause="counts are rounded to blocks, or the text is counted several times over",
    covers=("US-11", "PR-09"),
)

SHARE: Final = 0.05
"""The part of a paragraph's price that a count may lie beside the line, and 3 more."""


def strays(ladder: LinearFit) -> bool:
    """Say whether a count lies beside the line that fits them best."""
    size, read = ladder.worst_residual
    return abs(read - ladder.predict(size)) > 3 + SHARE * ladder.slope


@check(LINEAR, on=probes.prompt_lengths)
def count_is_proportional_to_length(six: Six) -> Findings:
    """Compare the counts with the line that fits them best."""
    ladder = ladder_of(six)
    if ladder.slope <= 0:
        raise Inconclusive("the counts do not grow")
    size, read = ladder.worst_residual
    if strays(ladder):
        wanted = f"about {ladder.predict(size):.0f} tokens for {size} paragraphs"
        got = f"{read}; the counts are {quote(ladder.points)}"
        yield six[probes.PROMPT_LENGTHS.index(size)].finding("/usage", wanted, got)


FIXED_PART = should(
    "tokens.overhead-is-small",
    "A prompt costs little beside its own text.",
    source=REPORTED_BUGS,
    cause="the gateway puts a system prompt of its own before every request",
    covers=("US-12", "EC-04"),
)


@check(FIXED_PART, on=probes.prompt_lengths)
def overhead_is_small(six: Six) -> Findings:
    """Judge what an empty prompt would cost by the ladder; 300 tokens are forgiven."""
    ladder = ladder_of(six)
    if ladder.slope <= 0:
        raise Inconclusive("the counts do not grow")
    if ladder.intercept > FIXED:
        wanted = f"at most {FIXED} tokens beside the text"
        yield six[0].finding("/usage", wanted, f"{ladder.intercept:.0f}")


RATE = may(
    "tokens.tokens-per-word-are-plausible",
    "A word of English costs no more than three tokens.",
    source=REPORTED_BUGS,
    cause="counts are multiplied, or characters are counted instead of tokens",
    covers=("US-11",),
)


@check(RATE, on=probes.prompt_lengths)
def tokens_per_word_are_plausible(six: Six) -> Findings:
    """Judge the slope of the ladder; a model that reads bytes may be slower."""
    ladder = ladder_of(six)
    rate = ladder.slope / probes.WORDS_PER_PARAGRAPH
    if rate > MOST_PER_WORD:
        wanted = f"at most {MOST_PER_WORD:g} tokens a word"
        yield six[0].finding("/usage", wanted, f"{rate:.1f}")
