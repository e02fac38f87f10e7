"""Output format: text has the form that ``text.format`` requests."""

import json

from conformance.contract.evidence.request_outcome import (
    expect_accepted,
    expect_rejection_to_name,
)
from conformance.contract.evidence.schema_match import VALIDATOR, check_schema
from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.structured import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, UnexpectedValue, quote
from conformance.model.requirement import Capability, should
from conformance.model.sources import OPENAI_API

_FORMAT = f"{OPENAI_API}, text.format"


def _parse_text(exchange: Exchange, expected: str) -> Node:
    """Return the text of a completed response, or of its last message, parsed as JSON.

    Raises ``UnexpectedValue`` with ``expected`` if neither is JSON. Raises
    ``Inconclusive`` if the response is not completed or has no text, for example
    because of a refusal.
    """
    status = exchange.response.get("status")
    text = exchange.text.strip()
    if not text or status is None or status.value != "completed":
        raise Inconclusive(f"{exchange.id}: there is no completed response with text")
    for candidate in (text, _last_message_text(exchange)):
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        return Node(value, "the text of /output ", exchange.id)
    raise UnexpectedValue(exchange.finding("/output", expected, quote(text)))


def _last_message_text(exchange: Exchange) -> str:
    """Return the text of the last message, without comments in earlier messages."""
    *_, last = exchange.items("message")
    content = last.get("content")
    if content is None or not content.is_a(list):
        return ""
    parts = (part.get("text") for part in content if part.is_a(dict))
    return "".join(text.value for text in parts if text and text.is_a(str))


JSON_SCHEMA = should(
    "structured.text-matches-the-schema",
    "When `text.format` is `json_schema`, the text of a completed response is JSON "
    "that matches the schema.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="the gateway drops `text.format` or its schema before it calls the upstream",
    covers=("EC-01",),
)


@check(JSON_SCHEMA, on=probes.json_schema_output, dependency=VALIDATOR)
def text_matches_the_schema(exchange: Exchange) -> Findings:
    """Validate the complete text against the schema; the prompt mentions no JSON.

    If the complete text is not JSON, the text of the last message is validated instead,
    so a model may comment in earlier messages. Does not check whether the data is true.
    """
    value = _parse_text(exchange, "JSON that matches the schema")
    yield from check_schema(value, probes.SCHEMA)


JSON_OBJECT = should(
    "structured.text-is-a-json-object",
    "When `text.format` is `json_object`, the text of a completed response is one JSON "
    "object.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="the gateway converts only `json_schema`, or converts formats only when not "
    "streaming",
    covers=("EC-01", "EC-02"),
)


@check(JSON_OBJECT, on=probes.json_object_output)
def text_is_a_json_object(*exchanges: Exchange) -> Findings:
    """Check that the text of a stream, or of its last message, is one JSON object.

    JSON inside a Markdown code fence fails. If the server rejects streaming, the
    response to the same request without ``stream`` is checked instead. Does not check
    the fields of the object.
    """
    yield from _parse_text(exchanges[-1], "one JSON object").must_be(dict)


FORMAT_ACCEPTED = should(
    "structured.format-is-accepted-or-clearly-refused",
    "A request with a JSON `text.format` is answered, or rejected with an error that "
    "mentions the format.",
    source=_FORMAT,
    needs=Capability.STRUCTURED,
    cause="the gateway converts the format only in part, and the upstream rejects it",
    covers=("EC-02",),
)


@check(FORMAT_ACCEPTED, on=(probes.json_schema_output, probes.json_object_output))
def format_is_accepted_or_clearly_refused(*exchanges: Exchange) -> Findings:
    """Check that a rejection mentions the format.

    Does not check the rejection of a stream if the error says that streaming is not
    supported: the request without ``stream`` is checked instead.
    """
    yield from expect_rejection_to_name(exchanges[-1], Capability.STRUCTURED)


TEXT_FORMAT = should(
    "structured.plain-text-format-is-accepted",
    "A request with `text.format` set to `text`, which is the default, is accepted.",
    source=_FORMAT,
    cause="the gateway rejects `text.format` regardless of its type",
    covers=("EC-02",),
)


@check(TEXT_FORMAT, on=isolation_probes.concurrent_requests)
def plain_text_format_is_accepted(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check the one request of the probe that has this format.

    Does not check the text of the response.
    """
    with_format = exchanges[isolation_probes.PLAIN_FORMAT]
    yield from expect_accepted(with_format, "a 2xx status")
