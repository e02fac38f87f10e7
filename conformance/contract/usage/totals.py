"""Usage: the token counts that a bill is based on.

New API's document names ``prompt_tokens``, ``completion_tokens`` and ``total_tokens``.
Many deployments pass on the ``input_tokens`` and ``output_tokens`` of their upstream,
or send both. Arithmetic is checked for each style that is present.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.requirement import must
from conformance.model.scope import EVERY_RESPONSE_OBJECT, EVERY_USAGE
from conformance.model.sources import NEWAPI_DOCUMENT


@dataclass(frozen=True)
class Style:
    """The names that one API uses for the input and the output count."""

    prompt: str
    completion: str

    @property
    def details(self) -> tuple[str, str]:
        """Return the names of the objects that break down the two counts."""
        return f"{self.prompt}_details", f"{self.completion}_details"

    @property
    def counts(self) -> tuple[str, str, str]:
        """Return the names of the three counts."""
        return self.prompt, self.completion, TOTAL_TOKENS


TOTAL_TOKENS: Final = "total_tokens"

CHAT: Final = Style("prompt_tokens", "completion_tokens")
RESPONSES: Final = Style("input_tokens", "output_tokens")
STYLES: Final = (CHAT, RESPONSES)

SCHEMA: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Usage"

USAGE_PROBES: Final = (basic.text, basic.streamed_text, probes.output_cap)
"""Probes that produce ``usage`` in JSON, in a stream and in a truncated response."""


def is_complete(usage: Node, style: Style) -> bool:
    """Return whether all three counts of a style are present and not ``null``."""
    return all(usage.get(count) is not None for count in style.counts)


def counts(usage: Node) -> Iterator[Node]:
    """Yield each count of either style that is present.

    Skips a ``null`` if all counts of one style are present and not ``null``.
    """
    a_style_is_complete = any(is_complete(usage, style) for style in STYLES)
    for name in dict.fromkeys(n for style in STYLES for n in style.counts):
        if name in usage and not (a_style_is_complete and usage.value[name] is None):
            yield usage[name]


def details(usage: Node) -> Iterator[tuple[Node | None, Node]]:
    """Yield pairs of a count and the details object that breaks it down.

    The count is ``None`` if it is missing or ``null``.
    """
    for style in STYLES:
        for count, name in zip(style.counts[:2], style.details, strict=True):
            detail = usage.get(name)
            if detail is not None and detail.is_a(dict):
                yield usage.get(count), detail


def first_integer(usage: Node | None, *names: str) -> int | None:
    """Return the first integer among the fields called ``names``, or ``None``."""
    nodes = (usage.get(name) for name in names) if usage is not None else ()
    return next((n.value for n in nodes if n is not None and n.is_a(int)), None)


def completion_tokens(usage: Node | None) -> int | None:
    """Return the output count under either name, or ``None``."""
    return first_integer(usage, *(style.completion for style in STYLES))


def largest_reasoning_count(usage: Node) -> int:
    """Return the larger ``reasoning_tokens`` of the two styles, or 0."""
    details_nodes = (usage.get(style.details[1]) for style in STYLES)
    return max(first_integer(node, "reasoning_tokens") or 0 for node in details_nodes)


PRESENT = must(
    "usage.is-present",
    "A response with status `completed` or `incomplete` has a `usage` object.",
    source=SCHEMA,
    cause=(
        "the gateway omits `usage` from the last event of a stream or from a "
        "truncated response"
    ),
    covers=("US-01", "US-03", "ST-09"),
)


@check(PRESENT, on=EVERY_RESPONSE_OBJECT, exercised_by=USAGE_PROBES)
def is_present(response: Node, _exchange: Exchange) -> Findings:
    """Check that ``usage`` is an object, also in the last snapshot of a stream.

    Does not check a response with another status: a failed response may have nothing to
    count.
    """
    status = response.get("status")
    if status is not None and status.value in ("completed", "incomplete"):
        yield from response["usage"].must_be(dict)


COMPLETE = must(
    "usage.all-counts-are-present",
    "`usage` contains `input_tokens`, `output_tokens` and `total_tokens`, or the "
    "names of Chat Completions if the profile allows them.",
    source=SCHEMA,
    cause="the converter renames or drops one of the counts between two APIs",
    covers=("US-15",),
)


@check(COMPLETE, on=EVERY_USAGE, exercised_by=USAGE_PROBES)
def all_counts_are_present(
    usage: Node, _exchange: Exchange, *, profile: str
) -> Findings:
    """Check which counts ``usage`` contains.

    The profile ``newapi`` accepts the names of Chat Completions or those of Responses,
    the other profiles only ``input_tokens`` and ``output_tokens``. Does not check
    values: a count that is ``null`` is present; another requirement checks its type.
    """
    accepted = STYLES if profile == "newapi" else (RESPONSES,)
    if not any(all(n in usage for n in style.counts) for style in accepted):
        expected = " or ".join(", ".join(style.counts) for style in accepted)
        yield usage.finding(expected)


INTEGERS = must(
    "usage.counts-are-integers",
    "`total_tokens` and the input and output counts in `usage` are integers.",
    source=SCHEMA,
    cause=(
        "the gateway computes a count in floating point, or copies it as a string or "
        "`null`"
    ),
    covers=("US-05",),
)


@check(INTEGERS, on=EVERY_USAGE, exercised_by=USAGE_PROBES)
def counts_are_integers(usage: Node, _exchange: Exchange) -> Findings:
    """Check the type of the three counts of each style.

    A number written with a fraction, such as ``27.0``, fails: typed clients reject it.
    Does not check missing counts, or ``null`` in one style if the other style is
    complete.
    """
    for count in counts(usage):
        yield from count.must_be(int)


NOT_NEGATIVE = must(
    "usage.counts-are-not-negative",
    "No count in `usage` or its details objects is negative.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause=(
        "the gateway trusts a negative count of its upstream, or subtracts cached "
        "tokens twice"
    ),
    covers=("US-07", "US-08"),
)


@check(NOT_NEGATIVE, on=EVERY_USAGE, exercised_by=USAGE_PROBES)
def counts_are_not_negative(usage: Node, _exchange: Exchange) -> Findings:
    """Check the counts of each style and every number in their details objects.

    A negative count would credit the client. Does not check values that are not
    numbers.
    """
    parts = (part for _, detail in details(usage) for _, part in detail.fields())
    for count in (*counts(usage), *parts):
        if count.is_a(float) and count.value < 0:
            yield count.finding("0 or more")


TOTAL = must(
    "usage.total-is-the-sum",
    "`usage.total_tokens` equals `input_tokens + output_tokens`.",
    source=f"{SCHEMA}/properties/total_tokens",
    cause="the gateway adds cached or reasoning tokens to the total a second time",
    covers=("US-06", "US-14"),
)


@check(TOTAL, on=EVERY_USAGE, exercised_by=basic.text)
def total_is_the_sum(usage: Node, _exchange: Exchange) -> Findings:
    """Compare the total with the sum of each style whose two counts are integers.

    Does not check counts that are missing or not integers; other requirements do.
    """
    total = usage.get(TOTAL_TOKENS)
    if total is None or not total.is_a(int):
        return
    for style in STYLES:
        prompt, completion = usage.get(style.prompt), usage.get(style.completion)
        if prompt and completion and prompt.is_a(int) and completion.is_a(int):
            expected = prompt.value + completion.value
            yield from total.must_equal(
                expected, f"{prompt.value} + {completion.value}"
            )


AGREE = must(
    "usage.styles-agree",
    "A count that `usage` contains under two names has the same value under both.",
    source=SCHEMA,
    cause="the gateway converts one style and makes up the other, often as zeros",
    covers=("US-15",),
)


@check(AGREE, on=EVERY_USAGE, exercised_by=basic.text)
def styles_agree(usage: Node, _exchange: Exchange) -> Findings:
    """Check that counts under two names are equal.

    Compares ``prompt_tokens`` with ``input_tokens``, and ``completion_tokens`` with
    ``output_tokens``. Does not check a count that is present under one name only.
    """
    pairs = zip(CHAT.counts[:2], RESPONSES.counts[:2], strict=True)
    for chat_name, responses_name in pairs:
        chat_count, count = usage.get(chat_name), usage.get(responses_name)
        if chat_count is not None and count is not None:
            yield from count.must_equal(chat_count.value, chat_name)
