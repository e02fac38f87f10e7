"""Responses: the body of a successful response, and fields of the response object.

New API's document requires no field of a response, but clients cannot work without the
six fields of the example in that document. A server may fail before it has built the
other fields, so a failed response needs only an id.
"""

from codecs import BOM_UTF8
from typing import Final

from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node, quote
from conformance.model.requirement import must, should
from conformance.model.scope import (
    EVERY_2XX,
    EVERY_JSON_RESPONSE,
    EVERY_RESPONSE_OBJECT,
    Observation,
    only,
)
from conformance.model.sources import NEWAPI_DOCUMENT, RFC_JSON

PLAIN_PROBES: Final = (basic.text, basic.streamed_text)
"""Probes that produce a response object as JSON and at the end of a stream."""

_FIELDS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties"


def _did_not_fail(exchange: Exchange) -> bool:
    response = exchange.response_or_none
    status = response.get("status") if response is not None else None
    return status is None or status.value != "failed"


RESPONSES_UNLESS_FAILED: Final = only(
    EVERY_RESPONSE_OBJECT, "every response that did not fail", _did_not_fail
)
"""(response, exchange): each final response object whose status is not ``failed``."""


IS_A_RESPONSE = must(
    "responses.is-a-response-object",
    "The body of a 2xx response is one response object or a stream of typed events.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses/200",
    cause=(
        "the gateway returns an upstream's error, web page or chat completion with "
        "status 200"
    ),
    covers=("OI-11", "ER-01"),
)


@check(IS_A_RESPONSE, on=EVERY_2XX, exercised_by=PLAIN_PROBES)
def is_a_response_object(exchange: Exchange) -> Findings:
    """Check that the body is one JSON response object, or has typed events.

    Does not check the fields or events themselves. A body that the connection cut short
    is inconclusive; section ``transport`` reports it.
    """
    if exchange.kind is not ResponseKind.UNRECOGNIZED:
        return
    if exchange.failure:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    body = exchange.body.decode("utf-8", "replace")
    got = quote(body) if body else "an empty body"
    expected = "a response object or typed events"
    if exchange.media_type == SSE_TYPE:
        expected = f"typed events ({SSE_TYPE})"
    yield exchange.finding("", expected, got)


MEDIA_TYPE = must(
    "responses.media-type-is-json",
    "A response object is sent with a JSON media type.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses/200/content",
    cause="the gateway passes on the body without its `Content-Type` header",
)


@check(MEDIA_TYPE, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def media_type_is_json(exchange: Exchange) -> Findings:
    """Check the media type of the ``Content-Type`` header.

    Does not check its parameters, such as ``charset``.
    """
    if not exchange.has_json_media_type:
        header = exchange.header("content-type")
        got = quote(header) if header else "missing"
        yield exchange.finding("header content-type", "application/json", got)


NO_BYTE_ORDER_MARK = must(
    "responses.no-byte-order-mark",
    "A response object does not start with a byte order mark.",
    source=f"{RFC_JSON}, section 8.1",
    cause="the gateway writes the body with the text encoding of a file",
)


@check(NO_BYTE_ORDER_MARK, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def no_byte_order_mark(exchange: Exchange) -> Findings:
    """Check the first three bytes of JSON bodies: strict parsers reject this mark.

    Does not check streams.
    """
    if exchange.body.startswith(BOM_UTF8):
        yield exchange.finding("", "no byte order mark", repr(exchange.body[:8]))


NO_NAN = must(
    "responses.no-nan-or-infinity",
    "A response object does not contain `NaN` or `Infinity`.",
    source=f"{RFC_JSON}, section 6",
    cause="the serializer writes numbers that JSON cannot represent",
)


@check(NO_NAN, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def no_nan_or_infinity(exchange: Exchange) -> Findings:
    """Check JSON bodies for constants that strict parsers reject.

    Does not check streams, or strings with these names.
    """
    for name in exchange.parsed_body.constants:
        yield exchange.finding("", "a JSON number", name)


UNIQUE_NAMES = should(
    "responses.field-names-are-unique",
    "No object in a response has two fields with the same name.",
    source=f"{RFC_JSON}, section 4",
    cause=(
        "the gateway inserts a field into the serialized body, which already has one"
    ),
)


@check(UNIQUE_NAMES, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def field_names_are_unique(exchange: Exchange) -> Findings:
    """Check JSON bodies: parsers differ in which of two equal names they use.

    Does not check streams.
    """
    for name in exchange.parsed_body.repeated:
        yield exchange.finding("", f"one field {name!r} per object", "a duplicate")


ID = must(
    "responses.id-is-a-string",
    "The `id` of a response is a non-empty string.",
    source=f"{_FIELDS}/id",
    cause="the gateway builds the response object without an id",
)


@check(ID, on=EVERY_RESPONSE_OBJECT, exercised_by=PLAIN_PROBES)
def id_is_a_string(response: Node, _exchange: Exchange) -> Findings:
    """Check that ``id`` is a string and not empty.

    Does not check its prefix or form: an id is opaque.
    """
    if not response["id"].expect(str):
        yield response["id"].finding("a non-empty string")


UNIQUE_IDS = must(
    "responses.ids-are-unique",
    "Responses to different prompts have different ids.",
    source=f"{_FIELDS}/id",
    cause=(
        "the gateway uses a constant id, or the id of a response cached for another "
        "request"
    ),
    covers=("CC-04",),
)


def _observe_id(response: Node, exchange: Exchange) -> Observation | None:
    """Observe (id of the response, digest of its prompt)."""
    id_ = response.get("id")
    if id_ is None or not id_.value or not id_.is_a(str):
        return None
    return Observation(
        (id_.value, exchange.request.prompt_digest), exchange.id, id_.pointer
    )


@check(
    UNIQUE_IDS,
    on=EVERY_RESPONSE_OBJECT.collecting(_observe_id),
    exercised_by=(*PLAIN_PROBES, probes.output_cap),
)
def ids_are_unique(observations: list[Observation]) -> Findings:
    """Check all responses of the run, streams included.

    Does not check responses to the same prompt: a cache may return one with the same
    id.
    """
    if len({prompt for _, prompt in (o.value for o in observations)}) < 2:
        raise Inconclusive("only one prompt was answered: no ids to compare")
    first_with_id = dict[str, Observation]()
    for observation in observations:
        id_, prompt = observation.value
        first = first_with_id.setdefault(id_, observation)
        if first.value[1] != prompt:
            node = Node(id_, observation.pointer, observation.exchange)
            yield node.finding(f"an id other than that of {first.exchange}")


OBJECT = must(
    "responses.object-is-response",
    "The `object` of a response is the string `response`.",
    source=f"{_FIELDS}/object",
    cause="the gateway passes on the `object` of another API, or omits the field",
    covers=("OI-11",),
)


@check(OBJECT, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def object_is_response(response: Node, _exchange: Exchange) -> Findings:
    """Check the exact value, by which clients distinguish kinds of objects.

    Does not check failed responses.
    """
    yield from response["object"].must_equal("response")


OUTPUT = must(
    "responses.output-is-an-array",
    "The `output` of a response is an array.",
    source=f"{_FIELDS}/output",
    cause="the gateway leaves `output` as `null`, or passes on a string",
    covers=("OI-02",),
)


@check(OUTPUT, on=RESPONSES_UNLESS_FAILED, exercised_by=PLAIN_PROBES)
def output_is_an_array(response: Node, _exchange: Exchange) -> Findings:
    """Check the type: clients iterate over ``output`` without checking its type.

    Does not check the elements, or failed responses.
    """
    yield from response["output"].must_be(list)
