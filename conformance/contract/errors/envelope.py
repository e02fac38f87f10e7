"""Errors: one envelope, by which a client can tell what went wrong, and whose fault.

Clauses about the members of the envelope look only at errors that have it; that it
is there is a clause of its own.
"""

from typing import Final

from conformance.contract.auth import probes
from conformance.contract.errors.probes import repeated_input_errors
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node, quote
from conformance.model.requirement import may, must, should
from conformance.model.scope import (
    EVERY_2XX,
    EVERY_ERROR,
    EVERY_EXCHANGE,
    EVERY_REJECTION,
    only,
)
from conformance.model.sources import (
    OPENAI_API,
    PROJECT_DECISION,
    REPORTED_BUGS,
    RFC_HTTP,
)

ENVELOPE: Final = f"{PROJECT_DECISION}, Our decisions: an error"

OF_HTTP: Final = frozenset({408, 413, 414, 431})
"""Refusals that a proxy makes before it knows what is asked of whom."""

TOLD_APART: Final = only(
    EVERY_REJECTION,
    "every refusal",
    lambda exchange: exchange.status not in OF_HTTP and not exchange.failure,
)
SHOWN: Final = (probes.missing_key, repeated_input_errors)


def envelope(exchange: Exchange) -> Node:
    """Return the error object; raises ``Inconclusive`` where there is none."""
    error = exchange.json.get("error") if exchange.is_json else None
    if error is None or not error.is_a(dict):
        raise Inconclusive(f"{exchange.id} has no error object: {exchange.summary}")
    return error


IS_ENVELOPE = must(
    "errors.body-has-an-error-object",
    "A refusal is a JSON object whose error is an object.",
    source=ENVELOPE,
    cause="an error page of a proxy or framework is let through as it is",
    covers=("ER-07", "HD-03", "AU-09"),
)


@check(IS_ENVELOPE, on=TOLD_APART, exercised_by=SHOWN)
def body_has_an_error_object(exchange: Exchange) -> Findings:
    """Judge every 4xx but those of the HTTP layer alone (408, 413, 414, 431)."""
    if not exchange.json["error"].is_a(dict):
        yield exchange.json["error"].finding("an object")


MESSAGE = must(
    "errors.message-is-a-non-empty-string",
    "The message of an error is a text that is not empty.",
    source=ENVELOPE,
    cause="the upstream's message is copied from a member that it does not have",
    covers=("ER-07", "ER-12"),
)


@check(MESSAGE, on=TOLD_APART, exercised_by=SHOWN)
def message_is_a_non_empty_string(exchange: Exchange) -> Findings:
    """Judge that there is a text; what it says is for people."""
    message = envelope(exchange)["message"]
    if not message.expect(str).strip():
        yield message.finding("a text that is not empty")


HAS_TYPE = should(
    "errors.has-a-type",
    "An error names its type.",
    source=ENVELOPE,
    cause="the envelope is built from a message alone",
    covers=("ER-07",),
)


@check(HAS_TYPE, on=TOLD_APART, exercised_by=SHOWN)
def has_a_type(exchange: Exchange) -> Findings:
    """Judge absent, null and empty; another JSON type is another clause."""
    error = envelope(exchange)
    if error.get("type") is None or error["type"].value == "":
        yield error.finding("a type", "none")


def _text_where_present(exchange: Exchange, member: str) -> Findings:
    """Yield a finding for a member that is neither a text nor null nor absent."""
    if value := envelope(exchange).get(member):
        yield from value.must_be(str)


TYPE_IS_TEXT = must(
    "errors.type-is-a-string",
    "The type of an error is a text.",
    source=ENVELOPE,
    cause="a number of the server's own is put where the API family has a word",
    covers=("ER-07",),
)


@check(TYPE_IS_TEXT, on=TOLD_APART, exercised_by=SHOWN)
def type_is_a_string(exchange: Exchange) -> Findings:
    """Judge where there is one; its absence is another clause."""
    yield from _text_where_present(exchange, "type")


CODE_IS_TEXT = must(
    "errors.code-is-a-string-or-null",
    "The code of an error is a text or null.",
    source=ENVELOPE,
    cause="the HTTP status is copied into code, and typed clients throw on a number",
    covers=("ER-06", "ER-05"),
)


@check(CODE_IS_TEXT, on=TOLD_APART, exercised_by=SHOWN)
def code_is_a_string_or_null(exchange: Exchange) -> Findings:
    """Judge where there is one; clients read an absent code as null."""
    yield from _text_where_present(exchange, "code")


PARAM_IS_TEXT = must(
    "errors.param-is-a-string-or-null",
    "The param of an error is a text or null.",
    source=ENVELOPE,
    cause="the path of a validation error is passed on as an array",
    covers=("ER-07",),
)


@check(PARAM_IS_TEXT, on=TOLD_APART, exercised_by=SHOWN)
def param_is_a_string_or_null(exchange: Exchange) -> Findings:
    """Judge where there is one; clients read an absent param as null."""
    yield from _text_where_present(exchange, "param")


ALL_FOUR = may(
    "errors.param-and-code-are-present",
    "An error shows its param beside its code, null where there is none.",
    source=OPENAI_API,
    cause="members without a value are left out",
    covers=("ER-07",),
)


@check(ALL_FOUR, on=TOLD_APART, exercised_by=SHOWN)
def param_and_code_are_present(exchange: Exchange) -> Findings:
    """Judge that both members are there at all; for information."""
    error = envelope(exchange)
    for member in ("param", "code"):
        if member not in error:
            yield error.finding(f"the member {member}, or null", "nothing")


SAYS_JSON = should(
    "errors.media-type-is-json",
    "An error has a JSON media type.",
    source=f"{RFC_HTTP}, section 8.3",
    cause="the error is written by another layer than answers are",
    covers=("HD-03", "HD-05"),
)


@check(SAYS_JSON, on=EVERY_ERROR, exercised_by=SHOWN)
def media_type_is_json(exchange: Exchange) -> Findings:
    """Judge the label of JSON bodies, and of every 5xx.

    A 4xx that is no JSON at all, and an event stream, have clauses of their own.
    """
    said = exchange.media_type
    mislabelled = exchange.is_json or exchange.status >= 500
    if mislabelled and said != SSE_TYPE and not said.endswith(("/json", "+json")):
        got = quote(exchange.header("content-type") or "")
        yield exchange.finding("header content-type", "application/json", got)


NO_BREAKDOWN = must(
    "errors.never-a-server-error",
    "No request is answered with a 5xx.",
    source=REPORTED_BUGS,
    cause="what the client got wrong is met by an exception, not by validation",
    covers=("RV-01", "RV-02", "RV-05", "ER-02", "ER-03", "ER-04", "ER-11", "ST-05"),
)


def _is_passing(exchange: Exchange) -> bool:
    """Say whether a 5xx is a limit or an overload, and says so."""
    overloaded = exchange.status == 503 and exchange.header("retry-after")
    return bool(overloaded) or exchange.status in {501, 504, 529}


@check(
    NO_BREAKDOWN,
    on=EVERY_EXCHANGE,
    exercised_by=(basic.text, probes.two_spaces_after_bearer, repeated_input_errors),
)
def never_a_server_error(exchange: Exchange) -> Findings:
    """Spare 501 (not implemented), 504 (out of time), 529, and 503 with Retry-After.

    They speak of a limit or of load that may pass. A plain 503 does not: it is how
    gateways answer what they cannot route, and clients send that again and again.
    """
    if exchange.status >= 500:
        if _is_passing(exchange):
            raise Inconclusive(f"{exchange.id}: {exchange.summary}")
        yield exchange.finding("status", "2xx or 4xx", exchange.summary)


NOT_A_SUCCESS = must(
    "errors.status-is-not-2xx",
    "An error is never the body of a 2xx.",
    source=REPORTED_BUGS,
    cause="the upstream's error is relayed, and its status is not",
    covers=("ER-01", "US-21"),
)


@check(NOT_A_SUCCESS, on=EVERY_2XX, exercised_by=basic.text)
def status_is_not_2xx(exchange: Exchange) -> Findings:
    """Judge JSON bodies with an error that are no response object.

    A response that has failed carries its error by right, and so does a stream.
    """
    if exchange.is_json and (error := exchange.json.get("error")):
        if exchange.json.get("output") is None and error.value:
            yield error.finding("a status of 4xx or 5xx with it")
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {ResponseKind.UNRECOGNIZED}")


RETRY_AFTER = may(
    "errors.rate-limit-has-retry-after",
    "A 429 tells in Retry-After how long to wait.",
    source="RFC 6585 (Additional HTTP Status Codes), section 4",
    cause="the upstream's header is dropped on the way to the client",
    covers=("HD-02",),
)

EVERY_429 = only(EVERY_REJECTION, "every 429", lambda exchange: exchange.rate_limited)


@check(RETRY_AFTER, on=EVERY_429)
def rate_limit_has_retry_after(exchange: Exchange) -> Findings:
    """Judge presence, where a run meets its rate limit at all."""
    if not exchange.header("retry-after"):
        yield exchange.finding("header retry-after", "seconds or a date", "nothing")
