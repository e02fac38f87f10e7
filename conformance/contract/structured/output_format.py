"""Structured output: what ``text.format`` asks for, and what comes."""

import json

from conformance.contract.evidence.request_outcome import (
    expect_accepted,
    expect_rejection_to_name,
)
from conformance.contract.evidence.schema_match import misfits
from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.structured import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, UnexpectedValue, quote
from conformance.model.requirement import Capability, should
from conformance.model.sources import OPENAI_API

_FORMAT = f"{OPENAI_API}, text.format"


def _value(exchange: Exchange, wanted: str) -> Node:
    """Return the text of a completed response as JSON; raises ``UnexpectedValue``.

    Raises ``Inconclusive`` for an answer that was cut, failed, declined or is blank.
    """
    status = exchange.response.get("status")
    text = exchange.text.strip()
    if not text or status is None or status.value != "completed":
        raise Inconclusive(f"{exchange.id}: there is no completed answer with a text")
    for said in (text, _said_last(exchange)):
        try:
            value = json.loads(said)
        except (ValueError, RecursionError):
            continue
        return Node(value, "the text of /output ", exchange.id)
    raise UnexpectedValue(exchange.finding("/output", wanted, quote(text)))


def _said_last(exchange: Exchange) -> str:
    """Return the text of the last message: those before it may be comments."""
    *_, last = exchange.items("message")
    content = last.get("content")
    if content is None or not content.is_a(list):
        return ""
    parts = (part.get("text") for part in content if part.is_a(dict))
    return "".join(text.value for text in parts if text and text.is_a(str))


SCHEMA = should(
    "structured.text-matches-the-schema",
    "The text of an answer with text.format json_schema fits the schema.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="text.format is dropped, or its schema is lost, on the way to the upstream",
    covers=("EC-01",),
)


@check(SCHEMA, on=probes.json_schema_output)
def text_matches_the_schema(exchange: Exchange) -> Findings:
    """Judge the whole text of a completed answer to a question without a hint of it.

    A model that comments on its work in messages of their own is judged by the last.
    """
    value = _value(exchange, "JSON that fits the schema")
    yield from misfits(value, probes.SCHEMA)


OBJECT = should(
    "structured.text-is-a-json-object",
    "The text of an answer with text.format json_object is one JSON object.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="only schemas are translated for the upstream, or only on the JSON path",
    covers=("EC-01", "EC-02"),
)


@check(OBJECT, on=probes.json_object_output)
def text_is_a_json_object(*exchange: Exchange) -> Findings:
    """Judge the whole text of a completed stream: a fence around JSON is no JSON.

    A server that refused to stream is judged by its JSON answer.
    """
    yield from _value(exchange[-1], "one JSON object").must_be(dict)


NAMED = should(
    "structured.format-is-accepted-or-clearly-refused",
    "A request with a text.format is answered, or refused in words about it.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="a half-translated format reaches an upstream, which cannot read it",
    covers=("EC-02",),
)


@check(NAMED, on=(probes.json_schema_output, probes.json_object_output))
def format_is_accepted_or_clearly_refused(*exchange: Exchange) -> Findings:
    """Judge the words of a refusal, but not of one that is about streams."""
    yield from expect_rejection_to_name(exchange[-1], Capability.STRUCTURED)


PLAIN = should(
    "structured.plain-text-format-is-accepted",
    "A request with text.format text is answered like one without a format.",
    source=_FORMAT,
    cause="the member is refused whatever it asks for",
    covers=("EC-02",),
)


@check(PLAIN, on=isolation_probes.concurrent_requests)
def plain_text_format_is_accepted(burst: tuple[Exchange, ...]) -> Findings:
    """Judge the status of the one request with this format among many without."""
    asked = burst[isolation_probes.PLAIN_FORMAT]
    yield from expect_accepted(
        asked, "an answer, since text is what it is without a format"
    )
