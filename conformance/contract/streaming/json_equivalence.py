"""Requirements that compare a stream with the JSON response to the same prompt."""

from collections import Counter
from typing import Final

from conformance.contract.events.stream.snapshots import RESPONSE_FIELDS
from conformance.contract.streaming import probes
from conformance.contract.streaming.delivery import JsonAndStream
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, quote
from conformance.model.requirement import Capability, should
from conformance.model.sources import REPORTED_BUGS

NOT_COMPARED: Final = frozenset(
    (*RESPONSE_FIELDS, "usage", "error", "incomplete_details", "output_text")
)
"""Fields that ``streaming.same-fields-as-json`` does not compare.

They have requirements of their own, or depend on how the response ended, or are added
by client libraries (``output_text``)."""


def completed_responses(exchanges: JsonAndStream) -> tuple[Node, Node]:
    """Return both response objects; raise ``Inconclusive`` if one is not completed."""
    json_response, stream_response = (exchange.response for exchange in exchanges)
    for response in (json_response, stream_response):
        status = response.get("status")
        if status is None or status.value != "completed":
            raise Inconclusive(f"{response.exchange}: the response is not completed")
    return json_response, stream_response


def _count_items(response: Node) -> Counter[str]:
    """Return the number of output items by type, reasoning items excepted."""
    types = (item["type"].expect(str) for item in response["output"])
    return Counter(type_ for type_ in types if type_ != "reasoning")


SAME_ITEMS = should(
    "streaming.same-items-as-json",
    "A stream has the same number of items of each type as the JSON response to the "
    "same prompt, reasoning excepted.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="streams and JSON responses are built by different converters",
    covers=("OI-01", "OI-08", "SE-38"),
)


@check(SAME_ITEMS, on=probes.json_and_stream)
def same_items_as_json(exchanges: JsonAndStream) -> Findings:
    """Compare the number of output items of each type in the two responses.

    Does not compare reasoning items: a model may reason in only one of the two.
    """
    json_response, stream_response = completed_responses(exchanges)
    expected, got = _count_items(json_response), _count_items(stream_response)
    if not expected:
        raise Inconclusive(f"{json_response.exchange}: the response has no item")
    if got != expected:
        output = stream_response["output"]
        yield output.finding(quote(dict(expected)), quote(dict(got)))


SAME_FIELDS = should(
    "streaming.same-fields-as-json",
    "The final snapshot of a stream has the non-`null` fields of the JSON response to "
    "the same prompt.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the code that builds the snapshot omits some fields",
    covers=("OI-12", "SE-25"),
)


@check(SAME_FIELDS, on=probes.json_and_stream)
def same_fields_as_json(exchanges: JsonAndStream) -> Findings:
    """Check that each field of the JSON response that is not ``null`` is present.

    Does not compare the values of fields, nor the fields in ``NOT_COMPARED``.
    """
    json_response, stream_response = completed_responses(exchanges)
    for name, field in json_response.fields():
        is_compared = name not in NOT_COMPARED and field.value is not None
        if is_compared and name not in stream_response:
            expected = f"the field {name} (as in {json_response.exchange})"
            yield stream_response.finding(expected, "missing")


INTACT_CHARACTERS = should(
    "streaming.no-replacement-characters",
    "No character of a stream is replaced by U+FFFD.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway decodes each chunk by itself, even if it splits a character",
    covers=("SE-32",),
)


@check(INTACT_CHARACTERS, on=probes.json_and_stream)
def no_replacement_characters(exchanges: JsonAndStream) -> Findings:
    """Search the streamed text for U+FFFD, the replacement character.

    Does not compare the rest of the text, which the model chooses. Inconclusive if the
    JSON response contains U+FFFD too: then the model itself may have generated it.
    """
    json_exchange, stream_exchange = exchanges
    json_text, streamed = json_exchange.text, _streamed_text(stream_exchange)
    if not streamed.strip():
        raise Inconclusive(f"{stream_exchange.id}: the stream has no text")
    if "\ufffd" in json_text:
        reason = "the JSON response contains U+FFFD too"
        raise Inconclusive(f"{json_exchange.id}: {reason}")
    if "\ufffd" in streamed:
        yield stream_exchange.finding("the text", "no U+FFFD", quote(streamed))


def _streamed_text(exchange: Exchange) -> str:
    """Return the joined text deltas of a stream, or the final text if it has none."""
    deltas = [
        event.data.value.get("delta")
        for event in exchange.events
        if event.type == "response.output_text.delta"
    ]
    text = "".join(delta for delta in deltas if isinstance(delta, str))
    return text or exchange.text


NOT_DUPLICATED = should(
    "streaming.text-is-not-duplicated",
    "A stream does not contain the complete text twice.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the complete text is sent again after the deltas and appended to them",
    covers=("SE-16", "SE-18"),
)


@check(NOT_DUPLICATED, on=probes.json_and_stream)
def text_is_not_duplicated(exchanges: JsonAndStream) -> Findings:
    """Check whether the text of the stream is the JSON response's text, two times.

    Does not report any other difference between the two texts.
    """
    json_exchange, stream_exchange = exchanges
    expected, got = json_exchange.text.strip(), stream_exchange.text.strip()
    if not expected or not got:
        raise Inconclusive(f"{stream_exchange.id}: one of the responses has no text")
    half = got[: len(got) // 2].strip()
    if half == expected and got.count(expected) > 1:
        yield stream_exchange.finding("the text", quote(expected), quote(got))
