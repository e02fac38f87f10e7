"""Reasoning: thoughts that are counted, kept out of the text, and taken back."""

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
from conformance.model.node import Node
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_REASONING, EVERY_RESPONSE_OBJECT
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API, REPORTED_BUGS

_EFFORT = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/reasoning"

TAKEN = should(
    "reasoning.effort-is-accepted-or-clearly-refused",
    "A request with a reasoning.effort is answered, or refused in words about it.",
    source=_EFFORT,
    needs=Capability.REASONING,
    cause="an upstream's complaint about another member is passed on",
    covers=("RV-01",),
)

_CAPS = ("max_output_tokens", "max_tokens", "max_completion_tokens")


@check(TAKEN, on=(probes.reasoning_with_tiny_cap, probes.reasoning_sent_back))
def effort_is_accepted_or_clearly_refused(
    first: Exchange, *_replayed: Exchange
) -> Findings:
    """Judge the words of a refusal; one that finds the cap too small is clear, too."""
    yield from expect_rejection_to_name(first, Capability.REASONING, *_CAPS)


STARVED = must(
    "reasoning.using-up-max-output-tokens-is-incomplete",
    "An answer whose cap is used up by reasoning is incomplete.",
    source=REPORTED_BUGS,
    needs=Capability.REASONING,
    cause="the gateway finds no message in the upstream's answer, and gives up",
    covers=("ST-05", "RE-06"),
)


def _is_silent(exchange: Exchange) -> bool:
    types = [t.value for item in exchange.items() if (t := item.get("type"))]
    quiet = all(t in ("message", "reasoning") for t in types)
    return quiet and not exchange.text.strip()


@check(STARVED, on=probes.reasoning_with_tiny_cap)
def using_up_max_output_tokens_is_incomplete(exchange: Exchange) -> Findings:
    """Judge answers without a word whose tokens reach the cap, and a plain 500."""
    if exchange.status == 500:
        yield exchange.finding("status", "an incomplete answer", exchange.summary)
        return
    status, spent = exchange.response.get("status"), output_tokens(exchange) or 0
    if status is None or not (spent or exchange.text.strip()):
        raise Inconclusive(f"{exchange.id}: neither a text nor a count of tokens")
    if spent >= probes.TINY and _is_silent(exchange) and status.value != "incomplete":
        yield status.finding(f"incomplete, since {spent} tokens said nothing")


BACK = must(
    "reasoning.own-output-is-accepted-as-input",
    "The output of a reasoning model is accepted as input, its thoughts included.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="a converter knows no reasoning items, or wants members that it never gave",
    covers=("RV-09", "OI-15", "RV-07"),
)


@check(BACK, on=probes.reasoning_sent_back)
def own_output_is_accepted_as_input(first: Exchange, *replayed: Exchange) -> Findings:
    """Judge the status of the second turn, which holds the first word for word."""
    if not first.response["output"].expect(list):
        raise Inconclusive(f"{first.id}: the answer has no output")
    wanted = "an answer, since the items are the server's own"
    yield from expect_accepted(replayed[0], wanted)


SUMMARY = should(
    "reasoning.item-has-a-summary",
    "A reasoning item has a summary, which is an array.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="an upstream's reasoning_content is put into an item of the gateway's making",
    covers=("RE-01",),
)


@check(SUMMARY, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def item_has_a_summary(item: Node, _exchange: Exchange) -> Findings:
    """Judge the array; it is empty where nothing was summed up."""
    item["summary"].expect(list)
    yield from ()


PARTS = should(
    "reasoning.parts-have-a-type-and-text",
    "The parts of a reasoning item are typed objects with a text.",
    source=f"{OPENAI_API}, reasoning item",
    needs=Capability.REASONING,
    cause="the parts are texts themselves, or have the type of a message's parts",
    covers=("SE-34",),
)

_TYPES: Final = {"summary": "summary_text", "content": "reasoning_text"}


@check(PARTS, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def parts_have_a_type_and_text(item: Node, _exchange: Exchange) -> Findings:
    """Judge summary and content, where they are arrays; both may be empty."""
    for member, type_ in _TYPES.items():
        parts = item.get(member)
        if parts is None or not parts.is_a(list):
            continue
        for part in parts:
            yield from part["type"].must_equal(type_)
            yield from part["text"].must_be(str)


COUNTED = should(
    "reasoning.visible-reasoning-is-counted",
    "An answer that shows thoughts counts more than zero reasoning tokens.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Usage",
    needs=Capability.REASONING,
    cause="the count is not taken over from the upstream, and stands at its default",
    covers=("US-10",),
)


@check(COUNTED, on=EVERY_REASONING, exercised_by=probes.reasoning_sent_back)
def visible_reasoning_is_counted(item: Node, exchange: Exchange) -> Findings:
    """Judge counts that are there, beside an item with a text in it."""
    lists = [item.get("summary"), item.get("content")]
    parts = [part for some in lists if some and some.is_a(list) for part in some]
    shown = any((text := part.get("text")) and text.value for part in parts)
    count = reasoning_tokens(exchange.response)
    if shown and count is not None and count.value <= 0:
        yield count.finding("more than 0, since there is reasoning")


TAGS = should(
    "reasoning.think-tags-are-not-in-text",
    "The text of an answer is free of the tags that models put around their thoughts.",
    source=REPORTED_BUGS,
    cause="the engine has no reasoning parser for the model",
    covers=("RE-02", "CC-03"),
)

_TAGS: Final = re.compile(r"</?(?:think|thinking|thought|reasoning)>|<\|channel\|>")


@check(TAGS, on=EVERY_RESPONSE_OBJECT, exercised_by=basic.text)
def think_tags_are_not_in_text(_response: Node, exchange: Exchange) -> Findings:
    """Judge answers with a text, unless the request itself has such a tag."""
    text = exchange.text
    if not text.strip():
        raise Inconclusive(f"{exchange.id}: the answer has no text")
    found = _TAGS.search(text)
    if found and not _TAGS.search(exchange.request.content.decode("utf-8", "ignore")):
        yield exchange.finding("/output", "text without tags of thought", found.group())
