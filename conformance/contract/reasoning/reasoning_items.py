"""Reasoning items: their form, their token count, and their use as input."""

import re
from typing import Final

from conformance.contract.evidence.request_outcome import (
    expect_accepted,
    expect_rejection_to_name,
)
from conformance.contract.evidence.token_counts import output_tokens, reasoning_tokens
from conformance.contract.probes import basic
from conformance.contract.reasoning import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_REASONING, EVERY_RESPONSE_OBJECT
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API, REPORTED_BUGS

_EFFORT = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/reasoning"

EFFORT_ACCEPTED = should(
    "reasoning.effort-is-accepted-or-clearly-refused",
    "A request with `reasoning.effort` is answered, or rejected with an error that "
    "mentions reasoning or the output token limit.",
    source=_EFFORT,
    needs=Capability.REASONING,
    cause="the gateway returns an upstream's error about another field",
    covers=("RV-01",),
)

_LIMIT_FIELDS = ("max_output_tokens", "max_tokens", "max_completion_tokens")
"""Names of the output token limit in the Responses and Chat Completions APIs."""


@check(EFFORT_ACCEPTED, on=(probes.reasoning_with_tiny_cap, probes.reasoning_sent_back))
def effort_is_accepted_or_clearly_refused(
    first: Exchange, *_second: Exchange
) -> Findings:
    """Check that a rejection mentions reasoning, or names the output token limit.

    A rejection that names the limit passes, because the limit of 16 may be too low for
    the server. Does not check whether the model reasoned.
    """
    yield from expect_rejection_to_name(first, Capability.REASONING, *_LIMIT_FIELDS)


LIMIT_USED_UP = must(
    "reasoning.using-up-max-output-tokens-is-incomplete",
    "A response whose `max_output_tokens` is used up by reasoning has the `status` "
    "`incomplete`.",
    source=REPORTED_BUGS,
    needs=Capability.REASONING,
    cause="the gateway returns an error if the upstream's response has no message",
    covers=("ST-05", "RE-06"),
)


def _has_no_visible_output(exchange: Exchange) -> bool:
    """Return whether the output has no text, and no item but messages and reasoning."""
    types = [t.value for item in exchange.items() if (t := item.get("type"))]
    no_other_items = all(t in ("message", "reasoning") for t in types)
    return no_other_items and not exchange.text.strip()


@check(LIMIT_USED_UP, on=probes.reasoning_with_tiny_cap)
def using_up_max_output_tokens_is_incomplete(exchange: Exchange) -> Findings:
    """Check the field ``status`` of a response without text. An HTTP 500 fails as well.

    Does not check responses with text, or with fewer output tokens than the limit.
    """
    if exchange.status == 500:
        yield exchange.finding("status", "a 2xx status", exchange.summary)
        return
    status, used = exchange.response.get("status"), output_tokens(exchange) or 0
    if status is None or not (used or exchange.text.strip()):
        raise Inconclusive(f"{exchange.id}: there is neither text nor a token count")
    if used < probes.TINY_LIMIT or not _has_no_visible_output(exchange):
        return
    if status.value != "incomplete":
        yield status.finding(f'"incomplete" ({used} output tokens, no text)')


OWN_OUTPUT = must(
    "reasoning.own-output-is-accepted-as-input",
    "The complete output of a request with reasoning, including reasoning items, is "
    "accepted as input.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="the converter does not support reasoning items, or requires fields that the "
    "gateway never returns",
    covers=("RV-09", "OI-15", "RV-07"),
)


@check(OWN_OUTPUT, on=probes.reasoning_sent_back)
def own_output_is_accepted_as_input(first: Exchange, *second: Exchange) -> Findings:
    """Check that the second request, with the unchanged output of the first, succeeds.

    Does not check whether the model uses the reasoning.
    """
    if not first.response["output"].expect(list):
        raise Inconclusive(f"{first.id}: the response has no output")
    yield from expect_accepted(second[0], "a 2xx status")


SUMMARY = should(
    "reasoning.item-has-a-summary",
    "`summary` of a reasoning item is an array.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="the gateway builds reasoning items from an upstream's `reasoning_content` "
    "without a `summary`",
    covers=("RE-01",),
)


@check(SUMMARY, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def item_has_a_summary(item: Node, _exchange: Exchange) -> Findings:
    """Check the type of ``summary``, which may be empty. Does not check its parts."""
    item["summary"].expect(list)
    yield from ()


PARTS = should(
    "reasoning.parts-have-a-type-and-text",
    "Parts of a reasoning item have the `type` `summary_text` in `summary` or "
    "`reasoning_text` in `content`, and a string as `text`.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="the gateway returns strings, or parts with the `type` of message parts",
    covers=("SE-34",),
)

_PART_TYPES: Final = {"summary": "summary_text", "content": "reasoning_text"}


@check(PARTS, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def parts_have_a_type_and_text(item: Node, _exchange: Exchange) -> Findings:
    """Check each part of ``summary`` and ``content``.

    Does not check a field that is missing, empty or not an array.
    """
    for field, type_ in _PART_TYPES.items():
        parts = item.get(field)
        if parts is None or not parts.is_a(list):
            continue
        for part in parts:
            yield from part["type"].must_equal(type_)
            yield from part["text"].must_be(str)


REASONING_TOKENS = should(
    "reasoning.visible-reasoning-is-counted",
    "If a response contains visible reasoning, its `reasoning_tokens` count is greater "
    "than 0.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Usage",
    needs=Capability.REASONING,
    cause="the gateway does not copy the count from the upstream and returns 0",
    covers=("US-10",),
)


@check(REASONING_TOKENS, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def visible_reasoning_is_counted(item: Node, exchange: Exchange) -> Findings:
    """Check ``reasoning_tokens`` if a part of the reasoning item has text.

    Does not check a response without ``reasoning_tokens``.
    """
    arrays = [item.get("summary"), item.get("content")]
    parts = [part for array in arrays if array and array.is_a(list) for part in array]
    visible = any((text := part.get("text")) and text.value for part in parts)
    count = reasoning_tokens(exchange.response)
    if visible and count is not None and count.value <= 0:
        yield count.finding("more than 0")


NO_TAGS = should(
    "reasoning.think-tags-are-not-in-text",
    "Response text contains no reasoning tags such as `<think>`.",
    source=REPORTED_BUGS,
    cause="the engine has no reasoning parser for the model",
    covers=("RE-02", "CC-03"),
)

_TAGS: Final = re.compile(r"</?(?:think|thinking|thought|reasoning)>|<\|channel\|>")


@check(NO_TAGS, on=EVERY_RESPONSE_OBJECT, exercised_by=basic.text)
def think_tags_are_not_in_text(_response: Node, exchange: Exchange) -> Findings:
    """Check the output text for tags.

    Does not check responses to requests that contain such a tag.
    """
    text = exchange.text
    if not text.strip():
        raise Inconclusive(f"{exchange.id}: the response has no text")
    found = _TAGS.search(text)
    if found and not _TAGS.search(exchange.request.content.decode("utf-8", "ignore")):
        expected = "text without reasoning tags"
        yield exchange.finding("/output", expected, quote(found.group()))
