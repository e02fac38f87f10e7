"""Usage: whether the counts can be true of the answer that they are billed for."""

from typing import Final

from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.contract.usage.totals import (
    COUNTED,
    STYLES,
    completion_tokens,
    reasoning_tokens,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.node import Node
from conformance.model.request import JSON_TYPE
from conformance.model.requirement import must
from conformance.model.scope import EVERY_USAGE, only
from conformance.model.sources import PROJECT_DECISION, REPORTED_BUGS

SLACK: Final = 4
"""Tokens beyond the cap that are forgiven: an end mark, and what frames a message."""

LEAST_CAP: Final = 16
"""The smallest cap that is judged; some servers raise smaller ones to it."""

UNSEEN: Final = 12
"""Output tokens that may leave nothing behind: an end mark, also one in words."""


def _made(exchange: Exchange) -> bool:
    final = exchange.response_or_none
    status = final.get("status") if final is not None else None
    return status is None or status.value != "failed"


MADE: Final = only(EVERY_USAGE, "every usage object of an answer", _made)
"""(usage, exchange): as EVERY_USAGE, without those of responses that failed."""


def says_something(exchange: Exchange) -> bool:
    """Say whether an answer has a visible text; one without output has none."""
    output = exchange.response.get("output")
    return output is not None and output.is_a(list) and bool(exchange.text)


def _asks_something(exchange: Exchange) -> bool:
    """Say whether a request has a text where every server looks for one."""
    request = exchange.request
    if request.all_headers.get("content-type", "").partition(";")[0] != JSON_TYPE:
        return False
    asked = request.field("input")
    messages = asked if isinstance(asked, list) else [{"content": asked}]
    last = messages[-1] if messages else None
    content = last.get("content") if isinstance(last, dict) else None
    if isinstance(content, list):
        parts = (part for part in content if isinstance(part, dict))
        content = "".join(t for p in parts if isinstance(t := p.get("text"), str))
    return isinstance(content, str) and bool(content.strip())


PROMPT = must(
    "usage.prompt-is-counted",
    "A prompt that says something costs more than no tokens.",
    source=REPORTED_BUGS,
    cause="the upstream's count is not read, and zero stands in for it",
    covers=("US-02",),
)


@check(PROMPT, on=MADE, exercised_by=COUNTED)
def prompt_is_counted(usage: Node, exchange: Exchange) -> Findings:
    """Judge each request whose input has a text in it; cached tokens count as well."""
    if _asks_something(exchange):
        for style in STYLES:
            count = usage.get(style.prompt)
            if count is not None and count.value == 0:
                yield count.finding("more than 0, since there was an input")


COMPLETION = must(
    "usage.completion-is-counted",
    "An answer that says something costs more than no tokens.",
    source=REPORTED_BUGS,
    cause="the upstream's count is not read, and zero stands in for it",
    covers=("US-02",),
)


@check(COMPLETION, on=MADE, exercised_by=COUNTED)
def completion_is_counted(usage: Node, exchange: Exchange) -> Findings:
    """Judge each answer that has a text; an empty one may have cost nothing."""
    if says_something(exchange):
        for style in STYLES:
            count = usage.get(style.completion)
            if count is not None and count.value == 0:
                yield count.finding("more than 0, since there is a text")


DELIVERED = must(
    "usage.billed-output-is-delivered",
    "A completed answer that was billed has an output item.",
    source=REPORTED_BUGS,
    cause="the parser loses the answer, yet keeps its price",
    covers=("US-26", "OI-09"),
)


@check(DELIVERED, on=EVERY_USAGE, exercised_by=basic.text)
def billed_output_is_delivered(usage: Node, exchange: Exchange) -> Findings:
    """Judge completed answers with nothing in them.

    Hidden reasoning and an end mark may leave nothing behind, and so may an answer
    that was cut before its first item.
    """
    response = exchange.response
    status, output = response.get("status"), response.get("output")
    if status is None or status.value != "completed" or output is None:
        return
    billed = (completion_tokens(usage) or 0) - reasoning_tokens(usage)
    if output.value == [] and billed > UNSEEN:
        yield output.finding(f"an item, since {billed} output tokens are billed")


WITHIN_CAP = must(
    "usage.completion-does-not-exceed-max-output-tokens",
    "No answer is billed for more tokens than its max_output_tokens.",
    source=f"{PROJECT_DECISION}; OpenAI API reference, Responses, max_output_tokens",
    cause="the cap is dropped, or tokens are counted by somebody else than the model",
    covers=("MX-01", "US-11"),
)


@check(WITHIN_CAP, on=EVERY_USAGE, exercised_by=probes.output_cap)
def completion_does_not_exceed_max_output_tokens(
    usage: Node, exchange: Exchange
) -> Findings:
    """Judge each answer to a request with a cap of 16 or more.

    Reasoning that is counted apart is taken off, since some models cap only what is
    seen; and ``SLACK`` tokens are forgiven.
    """
    cap = exchange.request.field("max_output_tokens")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < LEAST_CAP:
        return
    for style in STYLES:
        count = usage.get(style.completion)
        if count is None or not count.is_a(int):
            continue
        if count.value - reasoning_tokens(usage) > cap + SLACK:
            yield count.finding(f"at most {cap} (max_output_tokens)")
