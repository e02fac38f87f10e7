"""Usage: the breakdown of the counts into what was cached, hidden, spoken or seen."""

from typing import Final

from conformance.contract.probes import basic
from conformance.contract.usage.totals import COUNTED, SCHEMA, STYLES, details
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_USAGE
from conformance.model.sources import NEWAPI_DOCUMENT

PRICED: Final = ("cached_tokens", "reasoning_tokens")
"""Counters that a price hangs on, and that strict clients read."""

MODALITIES: Final = ("text_tokens", "audio_tokens", "image_tokens")


INTEGERS = must(
    "usage.cached-and-reasoning-tokens-are-integers",
    "The cached_tokens or reasoning_tokens of an answer are an integer.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause="a counter that the upstream does not have is passed on as null",
    covers=("US-05",),
)


@check(INTEGERS, on=EVERY_USAGE, exercised_by=COUNTED)
def cached_and_reasoning_tokens_are_integers(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Judge the counters that are there: strict clients fail on null, and pay again."""
    for _, detail in details(usage):
        for name in PRICED:
            if name in detail:
                yield from detail[name].must_be(int)


OTHERS = should(
    "usage.modality-tokens-are-integers",
    "The text, audio or image tokens of an answer are an integer.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause="a counter that the upstream does not have is passed on as null",
    covers=("US-05",),
)


@check(OTHERS, on=EVERY_USAGE, exercised_by=basic.text)
def modality_tokens_are_integers(usage: Node, _exchange: Exchange) -> Findings:
    """Judge the counters that are there."""
    for _, detail in details(usage):
        for name in MODALITIES:
            if name in detail:
                yield from detail[name].must_be(int)


THERE = should(
    "usage.cached-and-reasoning-tokens-are-present",
    "A usage object tells its cached or reasoning tokens, 0 included.",
    source=SCHEMA,
    cause="the details are dropped between two APIs",
    covers=("US-04", "US-13"),
)


@check(THERE, on=EVERY_USAGE, exercised_by=basic.text)
def cached_and_reasoning_tokens_are_present(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Judge that each side is broken down in one of the styles.

    Clients with typed models cannot read an answer without them.
    """
    for side, counter in enumerate(PRICED):
        named = [usage.get(style.details[side]) for style in STYLES]
        if not any(detail is not None and counter in detail for detail in named):
            names = " or ".join(style.details[side] for style in STYLES)
            yield usage.finding(f"{names} with {counter}")


CACHED = must(
    "usage.cached-tokens-do-not-exceed-prompt",
    "No answer has more cached tokens than prompt tokens.",
    source=f"{SCHEMA}/properties/prompt_tokens_details",
    cause="cached tokens are counted beside the prompt instead of inside it",
    covers=("US-07", "US-14", "US-23"),
)

REASONING = must(
    "usage.reasoning-tokens-do-not-exceed-completion",
    "No answer has more reasoning tokens than completion tokens.",
    source=f"{SCHEMA}/properties/completion_tokens_details",
    cause="reasoning tokens are counted beside the answer instead of inside it",
    covers=("US-09",),
)


def _within(usage: Node, counter: str) -> Findings:
    """Yield a finding for each counter that exceeds the count around it."""
    for count, detail in details(usage):
        part = detail.get(counter)
        if part is None or count is None or not part.is_a(int) or not count.is_a(int):
            continue
        if part.value > count.value >= 0:
            name = count.pointer.rpartition("/")[2]
            yield part.finding(f"at most {count.value} ({name})")


@check(CACHED, on=EVERY_USAGE, exercised_by=basic.text)
def cached_tokens_do_not_exceed_prompt(usage: Node, _exchange: Exchange) -> Findings:
    """Judge each style: what is billed as the rest must not fall below zero."""
    yield from _within(usage, "cached_tokens")


@check(REASONING, on=EVERY_USAGE, exercised_by=basic.text)
def reasoning_tokens_do_not_exceed_completion(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Judge each style, cut answers included."""
    yield from _within(usage, "reasoning_tokens")


PARTS = should(
    "usage.modality-tokens-do-not-exceed-count",
    "The text, audio or image tokens of an answer add up to no more than its count.",
    source=f"{SCHEMA}/properties/prompt_tokens_details",
    cause="the parts are taken from another request, or counted twice",
)


@check(PARTS, on=EVERY_USAGE, exercised_by=basic.text)
def modality_tokens_do_not_exceed_count(usage: Node, _exchange: Exchange) -> Findings:
    """Judge the sum of the parts that are there; they need not be all."""
    for count, detail in details(usage):
        parts = [part for name in MODALITIES if (part := detail.get(name))]
        if count is None or not all(node.is_a(int) for node in (count, *parts)):
            continue
        summed = sum(part.value for part in parts)
        if summed > count.value >= 0:
            yield detail.finding(f"parts of at most {count.value}", f"{summed} in all")
