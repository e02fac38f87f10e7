"""Responses: what a success is made of, and the members of the object itself.

The page requires no member of an answer, yet no client can work without the six
that its own example shows. A response that failed may have failed before there was
a whole, so only its id is asked for.
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

PLAIN: Final = (basic.text, basic.streamed_text)
"""What brings a response object as JSON, and one as the end of a stream."""

MEMBERS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties"


def _is_whole(exchange: Exchange) -> bool:
    final = exchange.response_or_none
    status = final.get("status") if final is not None else None
    return status is None or status.value != "failed"


WHOLE: Final = only(
    EVERY_RESPONSE_OBJECT, "every response that did not fail", _is_whole
)
"""(response, exchange): each final response object that has to be complete."""


IS_A_RESPONSE = must(
    "responses.is-a-response-object",
    "A success is one response object, or a stream of typed events.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses/200",
    cause="an upstream's error, page or chat completion is passed on with a 200",
    covers=("OI-11", "ER-01"),
)


@check(IS_A_RESPONSE, on=EVERY_2XX, exercised_by=PLAIN)
def is_a_response_object(exchange: Exchange) -> Findings:
    """Judge the body from afar: one JSON value that has a response's marks, or events.

    An answer that the transport cut off is no evidence, and judged elsewhere.
    """
    if exchange.kind is not ResponseKind.UNRECOGNIZED:
        return
    if exchange.failure:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    body = exchange.body.decode("utf-8", "replace")
    got = quote(body) if body else "an empty body"
    wanted = "a response object or typed events"
    if exchange.media_type == SSE_TYPE:
        wanted = f"typed events, as the media type {SSE_TYPE} says"
    yield exchange.finding("", wanted, got)


MEDIA_TYPE = must(
    "responses.media-type-is-json",
    "A response object is sent with a JSON media type.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses/200/content",
    cause="the gateway passes the body on without its content-type header",
)


@check(MEDIA_TYPE, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def media_type_is_json(exchange: Exchange) -> Findings:
    """Judge the media type alone; its parameters, such as charset, are free."""
    if not exchange.has_json_media_type:
        got = quote(exchange.header("content-type") or "none")
        yield exchange.finding("header content-type", "application/json", got)


NO_MARK = must(
    "responses.no-byte-order-mark",
    "A response object begins without a byte order mark.",
    source=f"{RFC_JSON}, section 8.1",
    cause="the body is written as if it were a file of the platform",
)


@check(NO_MARK, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def no_byte_order_mark(exchange: Exchange) -> Findings:
    """Judge the first three bytes, at which strict parsers stop."""
    if exchange.body.startswith(BOM_UTF8):
        yield exchange.finding("", "an opening brace", repr(exchange.body[:8]))


CONSTANTS = must(
    "responses.no-nan-or-infinity",
    "A response object has no NaN or Infinity in it.",
    source=f"{RFC_JSON}, section 6",
    cause="a serializer that writes what JSON has no word for",
)


@check(CONSTANTS, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def no_nan_or_infinity(exchange: Exchange) -> Findings:
    """Judge the words that lenient parsers read and strict ones stop at."""
    for name in exchange.parsed_body.constants:
        yield exchange.finding("", "JSON numbers", name)


ONCE = should(
    "responses.field-names-are-unique",
    "No object of a response has two members of one name.",
    source=f"{RFC_JSON}, section 4",
    cause="the gateway adds a member by text, beside the upstream's own",
)


@check(ONCE, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def field_names_are_unique(exchange: Exchange) -> Findings:
    """Judge JSON answers; what a repeated name means differs between parsers."""
    for name in exchange.parsed_body.repeated:
        yield exchange.finding("", f"one member {name!r}", "two in one object")


ID = must(
    "responses.id-is-a-string",
    "A response has an id that is a text.",
    source=f"{MEMBERS}/id",
    cause="the gateway builds the object without an id of its own",
)


@check(ID, on=EVERY_RESPONSE_OBJECT, exercised_by=PLAIN)
def id_is_a_string(response: Node, _exchange: Exchange) -> Findings:
    """Judge that there is one; prefix and form are opaque."""
    if not response["id"].expect(str):
        yield response["id"].finding("an id")


UNIQUE = must(
    "responses.ids-are-unique",
    "No two questions are answered under one response id.",
    source=f"{MEMBERS}/id",
    cause="the id is a constant, or taken from an answer kept for another request",
    covers=("CC-04",),
)


def _id_of(response: Node, exchange: Exchange) -> Observation | None:
    id_ = response.get("id")
    if id_ is None or not id_.value or not id_.is_a(str):
        return None
    return Observation(
        (id_.value, exchange.request.prompt_digest), exchange.id, id_.pointer
    )


@check(
    UNIQUE,
    on=EVERY_RESPONSE_OBJECT.collecting(_id_of),
    exercised_by=(*PLAIN, probes.output_cap),
)
def ids_are_unique(notes: list[Observation]) -> Findings:
    """Compare all answers of the run, streamed ones included.

    The same question may be answered again from a cache, with the same id.
    """
    if len({question for _, question in (note.value for note in notes)}) < 2:
        raise Inconclusive("one question was answered: no two ids to compare")
    first = dict[str, Observation]()
    for note in notes:
        id_, question = note.value
        known = first.setdefault(id_, note)
        if known.value[1] != question:
            yield Node(id_, note.pointer, note.exchange).finding(
                f"another id than {known.exchange} has"
            )


OBJECT = must(
    "responses.object-is-response",
    "The object member of a response is the text 'response'.",
    source=f"{MEMBERS}/object",
    cause="the object of another API is passed on, or the member is left out",
    covers=("OI-11",),
)


@check(OBJECT, on=WHOLE, exercised_by=PLAIN)
def object_is_response(response: Node, _exchange: Exchange) -> Findings:
    """Judge the exact word, which clients tell the kinds of objects by."""
    yield from response["object"].must_equal("response")


OUTPUT = must(
    "responses.output-is-an-array",
    "The output of a response is an array.",
    source=f"{MEMBERS}/output",
    cause="the gateway leaves output null, or passes a text on",
    covers=("OI-02",),
)


@check(OUTPUT, on=WHOLE, exercised_by=PLAIN)
def output_is_an_array(response: Node, _exchange: Exchange) -> Findings:
    """Judge the type: clients walk it without a look. What is in it is not judged."""
    yield from response["output"].must_be(list)
