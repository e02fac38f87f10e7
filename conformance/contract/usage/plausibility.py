"""Usage: whether the counts are plausible for the response that they bill."""

from typing import Final

from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.contract.usage.totals import (
    STYLES,
    USAGE_PROBES,
    completion_tokens,
    largest_reasoning_count,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.request import JSON_TYPE
from conformance.model.requirement import must
from conformance.model.scope import EVERY_USAGE, only
from conformance.model.sources import PROJECT_DECISION, REPORTED_BUGS

TOLERANCE: Final = 4
"""Number of output tokens allowed beyond the cap: an end marker, message framing."""

MIN_CAP: Final = 16
"""Smallest ``max_output_tokens`` that is checked; servers may raise smaller values."""

MAX_INVISIBLE_TOKENS: Final = 12
"""Number of output tokens that may be invisible, such as those of an end marker."""


def _did_not_fail(exchange: Exchange) -> bool:
    response = exchange.response_or_none
    status = response.get("status") if response is not None else None
    return status is None or status.value != "failed"


USAGE_UNLESS_FAILED: Final = only(
    EVERY_USAGE, "every usage object of a response that did not fail", _did_not_fail
)
"""(usage, exchange): like ``EVERY_USAGE``, except for responses that failed."""


def has_visible_text(exchange: Exchange) -> bool:
    """Return whether a response has visible text.

    Returns ``False`` if ``output`` is not an array.
    """
    output = exchange.response.get("output")
    return output is not None and output.is_a(list) and bool(exchange.text)


def _has_prompt_text(exchange: Exchange) -> bool:
    """Return whether the last message of a JSON request contains text."""
    request = exchange.request
    if request.all_headers.get("content-type", "").partition(";")[0] != JSON_TYPE:
        return False
    input_ = request.field("input")
    messages = input_ if isinstance(input_, list) else [{"content": input_}]
    last = messages[-1] if messages else None
    content = last.get("content") if isinstance(last, dict) else None
    if isinstance(content, list):
        parts = (part for part in content if isinstance(part, dict))
        texts = (part.get("text") for part in parts)
        content = "".join(text for text in texts if isinstance(text, str))
    return isinstance(content, str) and bool(content.strip())


PROMPT = must(
    "usage.prompt-is-counted",
    "The input count in `usage` is greater than 0 if the last input message contains "
    "text.",
    source=REPORTED_BUGS,
    cause="the gateway does not read the upstream's count and reports 0 instead",
    covers=("US-02",),
)


@check(PROMPT, on=USAGE_UNLESS_FAILED, exercised_by=USAGE_PROBES)
def prompt_is_counted(usage: Node, exchange: Exchange) -> Findings:
    """Check requests whose last message contains text.

    Cached tokens are part of the count. Does not check other requests, failed responses
    or missing counts.
    """
    if _has_prompt_text(exchange):
        for style in STYLES:
            count = usage.get(style.prompt)
            if count is not None and count.value == 0:
                yield count.finding("more than 0")


COMPLETION = must(
    "usage.completion-is-counted",
    "The output count in `usage` is greater than 0 if the response contains visible "
    "text.",
    source=REPORTED_BUGS,
    cause="the gateway does not read the upstream's count and reports 0 instead",
    covers=("US-02",),
)


@check(COMPLETION, on=USAGE_UNLESS_FAILED, exercised_by=USAGE_PROBES)
def completion_is_counted(usage: Node, exchange: Exchange) -> Findings:
    """Check responses that contain visible text.

    Does not check failed responses, or responses without text, which may cost nothing.
    """
    if has_visible_text(exchange):
        for style in STYLES:
            count = usage.get(style.completion)
            if count is not None and count.value == 0:
                yield count.finding("more than 0")


DELIVERED = must(
    "usage.billed-output-is-delivered",
    "A completed response that bills more than 12 output tokens besides reasoning has "
    "an output item.",
    source=REPORTED_BUGS,
    cause="the parser loses the output but keeps its token count",
    covers=("US-26", "OI-09"),
)


@check(DELIVERED, on=EVERY_USAGE, exercised_by=basic.text)
def billed_output_is_delivered(usage: Node, exchange: Exchange) -> Findings:
    """Check completed responses whose ``output`` is an empty array.

    Reasoning tokens are subtracted, and 12 more tokens are tolerated: an end marker has
    tokens, but is not visible. Does not check incomplete responses, which may be
    truncated before the first item.
    """
    response = exchange.response
    status, output = response.get("status"), response.get("output")
    if status is None or status.value != "completed" or output is None:
        return
    billed = (completion_tokens(usage) or 0) - largest_reasoning_count(usage)
    if output.value == [] and billed > MAX_INVISIBLE_TOKENS:
        yield output.finding(f"an output item ({billed} output tokens are billed)")


WITHIN_CAP = must(
    "usage.completion-does-not-exceed-max-output-tokens",
    "The output count in `usage`, without reasoning tokens, is not greater than "
    "`max_output_tokens`.",
    source=f"{PROJECT_DECISION}; OpenAI API reference, Responses, max_output_tokens",
    cause=(
        "the gateway drops the cap, or counts tokens itself instead of using the "
        "model's count"
    ),
    covers=("MX-01", "US-11"),
)


@check(WITHIN_CAP, on=EVERY_USAGE, exercised_by=probes.output_cap)
def completion_does_not_exceed_max_output_tokens(
    usage: Node, exchange: Exchange
) -> Findings:
    """Check each response to a request with a cap of 16 or more.

    Reasoning tokens are subtracted, since some models cap visible output only, and 4
    more tokens are tolerated. Does not check smaller caps: some servers raise them.
    """
    cap = exchange.request.field("max_output_tokens")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < MIN_CAP:
        return
    for style in STYLES:
        count = usage.get(style.completion)
        if count is None or not count.is_a(int):
            continue
        if count.value - largest_reasoning_count(usage) > cap + TOLERANCE:
            yield count.finding(f"at most {cap} (max_output_tokens)")
