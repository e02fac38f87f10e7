"""Usage: the token counts that a bill is made of.

The page names ``prompt_tokens``, ``completion_tokens`` and ``total_tokens``; many
deployments pass their upstream's ``input_tokens`` and ``output_tokens`` on, or send
both. Arithmetic is judged on every style that is there.
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
    """The names of one API family for what went in and what came out."""

    prompt: str
    completion: str

    @property
    def details(self) -> tuple[str, str]:
        """Return the names of the two objects that break the counts down."""
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

COUNTED: Final = (basic.text, basic.streamed_text, probes.output_cap)
"""What brings a usage object: in JSON, in a stream, and in an answer that was cut."""


def is_complete(usage: Node, style: Style) -> bool:
    """Say whether all three counts of a style are there and not null."""
    return all(usage.get(count) is not None for count in style.counts)


def counts(usage: Node) -> Iterator[Node]:
    """Yield what stands under a count's name, null only where it is needed.

    A null is passed over in a style that another, complete one stands in for.
    """
    whole = any(is_complete(usage, style) for style in STYLES)
    for name in dict.fromkeys(n for style in STYLES for n in style.counts):
        if name in usage and not (whole and usage.value[name] is None):
            yield usage[name]


def details(usage: Node) -> Iterator[tuple[Node | None, Node]]:
    """Yield each details object that there is, behind the count that it breaks down."""
    for style in STYLES:
        for count, name in zip(style.counts[:2], style.details, strict=True):
            detail = usage.get(name)
            if detail is not None and detail.is_a(dict):
                yield usage.get(count), detail


def counted(usage: Node | None, *names: str) -> int | None:
    """Return the first count of several names that is an integer, if one is."""
    stated = (usage.get(name) for name in names) if usage is not None else ()
    return next((n.value for n in stated if n is not None and n.is_a(int)), None)


def completion_tokens(usage: Node | None) -> int | None:
    """Return what the answer cost, under either name."""
    return counted(usage, *(style.completion for style in STYLES))


def reasoning_tokens(usage: Node) -> int:
    """Return what the hidden part of the answer cost, 0 where nothing is said."""
    named = (usage.get(style.details[1]) for style in STYLES)
    return max(
        (counted(detail, "reasoning_tokens") or 0 for detail in named), default=0
    )


PRESENT = must(
    "usage.is-present",
    "An answer that was completed or cut has a usage object.",
    source=SCHEMA,
    cause="the stream's last event, or the cut answer, is written without it",
    covers=("US-01", "US-03", "ST-09"),
)


@check(PRESENT, on=EVERY_RESPONSE_OBJECT, exercised_by=COUNTED)
def is_present(response: Node, _exchange: Exchange) -> Findings:
    """Judge each answer that was paid for, a stream's last snapshot included.

    An answer that failed may have nothing to count.
    """
    status = response.get("status")
    if status is not None and status.value in ("completed", "incomplete"):
        yield from response["usage"].must_be(dict)


COMPLETE = must(
    "usage.all-counts-are-present",
    "A usage object has a prompt count, a completion count, a total.",
    source=SCHEMA,
    cause="one of the counts is renamed or lost between two APIs",
    covers=("US-15",),
)


@check(COMPLETE, on=EVERY_USAGE, exercised_by=COUNTED)
def all_counts_are_present(
    usage: Node, _exchange: Exchange, *, profile: str
) -> Findings:
    """Judge the names: New API's page has two styles in use, the others have one.

    A count that is null is there; its type is a clause of its own.
    """
    accepted = STYLES if profile == "newapi" else (RESPONSES,)
    if not any(all(n in usage for n in style.counts) for style in accepted):
        wanted = " or ".join(", ".join(style.counts) for style in accepted)
        yield usage.finding(wanted)


INTEGERS = must(
    "usage.counts-are-integers",
    "The counts of a usage object are integers.",
    source=SCHEMA,
    cause="a count is computed in floating point, or copied as text or null",
    covers=("US-05",),
)


@check(INTEGERS, on=EVERY_USAGE, exercised_by=COUNTED)
def counts_are_integers(usage: Node, _exchange: Exchange) -> Findings:
    """Judge the three counts of each style; typed clients refuse 27.0 as well."""
    for count in counts(usage):
        yield from count.must_be(int)


NOT_NEGATIVE = must(
    "usage.counts-are-not-negative",
    "No count of a usage object is below zero.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause="an upstream's count is trusted, or cached tokens are taken off twice",
    covers=("US-07", "US-08"),
)


@check(NOT_NEGATIVE, on=EVERY_USAGE, exercised_by=COUNTED)
def counts_are_not_negative(usage: Node, _exchange: Exchange) -> Findings:
    """Judge every number there is: a negative one pays the client back."""
    broken_down = (part for _, each in details(usage) for _, part in each.fields())
    for count in (*counts(usage), *broken_down):
        if count.is_a(float) and count.value < 0:
            yield count.finding("0 or more")


TOTAL = must(
    "usage.total-is-the-sum",
    "The total_tokens of an answer is the sum of its prompt and completion tokens.",
    source=f"{SCHEMA}/properties/total_tokens",
    cause="the gateway adds cached or reasoning tokens to the total a second time",
    covers=("US-06", "US-14"),
)


@check(TOTAL, on=EVERY_USAGE, exercised_by=basic.text)
def total_is_the_sum(usage: Node, _exchange: Exchange) -> Findings:
    """Judge each style that is complete; a missing count has a clause of its own."""
    total = usage.get(TOTAL_TOKENS)
    if total is None or not total.is_a(int):
        return
    for style in STYLES:
        spent, made = usage.get(style.prompt), usage.get(style.completion)
        if spent and made and spent.is_a(int) and made.is_a(int):
            summed = spent.value + made.value
            yield from total.must_equal(summed, f"{spent.value} + {made.value}")


AGREE = must(
    "usage.styles-agree",
    "What a usage object says under two names is the same count.",
    source=SCHEMA,
    cause="one style is converted and the other made up, often as zero",
    covers=("US-15",),
)


@check(AGREE, on=EVERY_USAGE, exercised_by=basic.text)
def styles_agree(usage: Node, _exchange: Exchange) -> Findings:
    """Compare prompt with input and completion with output, where both stand."""
    for chat, other in zip(CHAT.counts[:2], RESPONSES.counts[:2], strict=True):
        one, two = usage.get(chat), usage.get(other)
        if one is not None and two is not None:
            yield from two.must_equal(one.value, f"as {chat}")
