"""Usage: the details objects, which break down a count by kind of token."""

from typing import Final

from conformance.contract.probes import basic
from conformance.contract.usage.totals import SCHEMA, STYLES, USAGE_PROBES, details
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_USAGE
from conformance.model.sources import NEWAPI_DOCUMENT

BILLED_COUNTERS: Final = ("cached_tokens", "reasoning_tokens")
"""Counters that affect the price: one of the input details, one of the output."""

MODALITIES: Final = ("text_tokens", "audio_tokens", "image_tokens")
"""Counters in a details object that break down its count by kind of content."""


INTEGERS = must(
    "usage.cached-and-reasoning-tokens-are-integers",
    "Each `cached_tokens` and `reasoning_tokens` in `usage` is an integer.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause="the gateway passes on a counter that the upstream lacks as `null`",
    covers=("US-05",),
)


@check(INTEGERS, on=EVERY_USAGE, exercised_by=USAGE_PROBES)
def cached_and_reasoning_tokens_are_integers(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Check ``cached_tokens`` and ``reasoning_tokens`` in each details object.

    Strict clients fail on ``null``, and then repeat a request that was billed. Does not
    check whether the counters are present; another requirement does.
    """
    for _, detail in details(usage):
        for name in BILLED_COUNTERS:
            if name in detail:
                yield from detail[name].must_be(int)


MODALITY_INTEGERS = should(
    "usage.modality-tokens-are-integers",
    "Each `text_tokens`, `audio_tokens` and `image_tokens` in `usage` is an integer.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/TokenCount",
    cause="the gateway passes on a counter that the upstream lacks as `null`",
    covers=("US-05",),
)


@check(MODALITY_INTEGERS, on=EVERY_USAGE, exercised_by=basic.text)
def modality_tokens_are_integers(usage: Node, _exchange: Exchange) -> Findings:
    """Check the type of the counters by kind of content in each details object.

    Does not check whether they are present.
    """
    for _, detail in details(usage):
        for name in MODALITIES:
            if name in detail:
                yield from detail[name].must_be(int)


PRESENT = should(
    "usage.cached-and-reasoning-tokens-are-present",
    "`usage` contains `cached_tokens` and `reasoning_tokens`, even if they are 0.",
    source=SCHEMA,
    cause="the converter drops the details objects between two APIs",
    covers=("US-04", "US-13"),
)


@check(PRESENT, on=EVERY_USAGE, exercised_by=basic.text)
def cached_and_reasoning_tokens_are_present(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Check that each counter is in a details object of either style.

    Clients with typed models cannot read a response without the counters. Does not
    check the values: 0 and ``null`` are present.
    """
    for index, counter in enumerate(BILLED_COUNTERS):
        objects = [usage.get(style.details[index]) for style in STYLES]
        if not any(detail is not None and counter in detail for detail in objects):
            names = " or ".join(style.details[index] for style in STYLES)
            yield usage.finding(f"{counter} in {names}", "missing")


CACHED = must(
    "usage.cached-tokens-do-not-exceed-prompt",
    "`cached_tokens` is not greater than the input count that it is part of.",
    source=f"{SCHEMA}/properties/prompt_tokens_details",
    cause=(
        "the gateway counts cached tokens in addition to the prompt instead of as "
        "part of it"
    ),
    covers=("US-07", "US-14", "US-23"),
)

REASONING = must(
    "usage.reasoning-tokens-do-not-exceed-completion",
    "`reasoning_tokens` is not greater than the output count that it is part of.",
    source=f"{SCHEMA}/properties/completion_tokens_details",
    cause=(
        "the gateway counts reasoning tokens in addition to the output instead of as "
        "part of it"
    ),
    covers=("US-09",),
)


def _check_not_above_count(usage: Node, counter: str) -> Findings:
    """Yield a finding for each ``counter`` that exceeds the count that contains it.

    Skips values that are not integers, and negative counts.
    """
    for count, detail in details(usage):
        part = detail.get(counter)
        if part is None or count is None or not part.is_a(int) or not count.is_a(int):
            continue
        if part.value > count.value >= 0:
            name = count.pointer.rpartition("/")[2]
            yield part.finding(f"at most {count.value} ({name})")


@check(CACHED, on=EVERY_USAGE, exercised_by=basic.text)
def cached_tokens_do_not_exceed_prompt(usage: Node, _exchange: Exchange) -> Findings:
    """Check ``cached_tokens`` of each style.

    With a larger value, the number of tokens that are not cached would be negative.
    Does not check values that are not integers; another requirement does.
    """
    yield from _check_not_above_count(usage, "cached_tokens")


@check(REASONING, on=EVERY_USAGE, exercised_by=basic.text)
def reasoning_tokens_do_not_exceed_completion(
    usage: Node, _exchange: Exchange
) -> Findings:
    """Check ``reasoning_tokens`` of each style, also in truncated responses.

    Does not check values that are not integers; another requirement does.
    """
    yield from _check_not_above_count(usage, "reasoning_tokens")


PARTS = should(
    "usage.modality-tokens-do-not-exceed-count",
    "The sum of `text_tokens`, `audio_tokens` and `image_tokens` is not greater than "
    "the count that they break down.",
    source=f"{SCHEMA}/properties/prompt_tokens_details",
    cause=(
        "the gateway takes these counters from another request, or counts some tokens "
        "twice"
    ),
)


@check(PARTS, on=EVERY_USAGE, exercised_by=basic.text)
def modality_tokens_do_not_exceed_count(usage: Node, _exchange: Exchange) -> Findings:
    """Check the sum of the counters that are present.

    Does not report a sum below the count: a server need not report all kinds.
    """
    for count, detail in details(usage):
        parts = [part for name in MODALITIES if (part := detail.get(name))]
        if count is None or not all(node.is_a(int) for node in (count, *parts)):
            continue
        total = sum(part.value for part in parts)
        if total > count.value >= 0:
            summands = " + ".join(str(part.value) for part in parts)
            yield detail.finding(
                f"a sum of at most {count.value}", f"{total} ({summands})"
            )
