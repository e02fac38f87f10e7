"""Errors: the `error` object, its media type, and the status that it is sent with.

The checks of the fields of `error` are inconclusive for a response without this object.
``errors.body-has-an-error-object`` requires that the object exists.
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
    EVERY_RECOGNIZED_RESPONSE,
    EVERY_REJECTION,
    only,
)
from conformance.model.sources import (
    OPENAI_API,
    PROJECT_DECISION,
    REPORTED_BUGS,
    RFC_HTTP,
)

ERROR_OBJECT: Final = f"{PROJECT_DECISION}, Our decisions: an error"

PROXY_STATUSES: Final = frozenset({408, 413, 414, 431})
"""Statuses of errors that a proxy may send itself, without the gateway."""

EVERY_API_ERROR: Final = only(
    EVERY_REJECTION,
    "every complete 4xx except 408, 413, 414 and 431",
    lambda exchange: exchange.status not in PROXY_STATUSES and not exchange.failure,
)
EXERCISED_BY: Final = (probes.missing_key, repeated_input_errors)
"""Probes with requests that every conforming server rejects with a 4xx."""


def error_object(exchange: Exchange) -> Node:
    """Return the `error` object of a body, or raise ``Inconclusive`` without one."""
    error = exchange.json.get("error") if exchange.is_json else None
    if error is None or not error.is_a(dict):
        raise Inconclusive(f"{exchange.id}: no error object, {exchange.summary}")
    return error


HAS_ERROR_OBJECT = must(
    "errors.body-has-an-error-object",
    "The body of a 4xx response is a JSON object whose `error` is an object.",
    source=ERROR_OBJECT,
    cause="the gateway passes on an error page of a proxy or framework",
    covers=("ER-07", "HD-03", "AU-09"),
)


@check(HAS_ERROR_OBJECT, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def body_has_an_error_object(exchange: Exchange) -> Findings:
    """Check that the body is JSON with an `error` object.

    Does not check 408, 413, 414 and 431, which a proxy may send, nor bodies that
    the transport truncated. Other fields next to `error` are allowed.
    """
    if not exchange.json["error"].is_a(dict):
        yield exchange.json["error"].finding("an object")


MESSAGE = must(
    "errors.message-is-a-non-empty-string",
    "`error.message` is a non-empty string.",
    source=ERROR_OBJECT,
    cause="the gateway reads the message from a field that the upstream error lacks",
    covers=("ER-07", "ER-12"),
)


@check(MESSAGE, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def message_is_a_non_empty_string(exchange: Exchange) -> Findings:
    """Check that the message is a string that does not consist of white space only.

    Does not check what the message says.
    """
    message = error_object(exchange)["message"]
    if not message.expect(str).strip():
        yield message.finding("a non-empty string")


HAS_TYPE = should(
    "errors.has-a-type",
    "`error.type` is present, and is neither `null` nor an empty string.",
    source=ERROR_OBJECT,
    cause="the gateway builds the error object from a message only",
    covers=("ER-07",),
)


@check(HAS_TYPE, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def has_a_type(exchange: Exchange) -> Findings:
    """Check that `error.type` exists and is neither `null` nor empty.

    Does not check that the value is a string: ``errors.type-is-a-string`` does.
    """
    error = error_object(exchange)
    if error.get("type") is None or error["type"].value == "":
        got = quote(error["type"].value) if "type" in error else "missing"
        yield error.finding("a non-empty type", got)


def _check_string_or_null(exchange: Exchange, name: str) -> Findings:
    """Yield a finding if a field of `error` exists and is neither string nor null."""
    if value := error_object(exchange).get(name):
        yield from value.must_be(str)


TYPE_IS_STRING = must(
    "errors.type-is-a-string",
    "`error.type` is a string if it is present and not `null`.",
    source=ERROR_OBJECT,
    cause="the gateway returns an internal error number as the type",
    covers=("ER-07",),
)


@check(TYPE_IS_STRING, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def type_is_a_string(exchange: Exchange) -> Findings:
    """Check the JSON type of `error.type`.

    Does not check that the field is present: ``errors.has-a-type`` does.
    """
    yield from _check_string_or_null(exchange, "type")


CODE_IS_STRING = must(
    "errors.code-is-a-string-or-null",
    "`error.code` is a string or `null` if it is present.",
    source=ERROR_OBJECT,
    cause="the gateway copies the HTTP status into `code`, and typed clients fail",
    covers=("ER-06", "ER-05"),
)


@check(CODE_IS_STRING, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def code_is_a_string_or_null(exchange: Exchange) -> Findings:
    """Check the JSON type of `error.code`.

    Does not check that the field is present: clients read a missing code as null.
    """
    yield from _check_string_or_null(exchange, "code")


PARAM_IS_STRING = must(
    "errors.param-is-a-string-or-null",
    "`error.param` is a string or `null` if it is present.",
    source=ERROR_OBJECT,
    cause="the gateway returns the path of a validation error as an array",
    covers=("ER-07",),
)


@check(PARAM_IS_STRING, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def param_is_a_string_or_null(exchange: Exchange) -> Findings:
    """Check the JSON type of `error.param`.

    Does not check that the field is present: clients read a missing param as null.
    """
    yield from _check_string_or_null(exchange, "param")


PARAM_AND_CODE = may(
    "errors.param-and-code-are-present",
    "An error object has the fields `param` and `code`, which may be `null`.",
    source=OPENAI_API,
    cause="the gateway omits fields without a value",
    covers=("ER-07",),
)


@check(PARAM_AND_CODE, on=EVERY_API_ERROR, exercised_by=EXERCISED_BY)
def param_and_code_are_present(exchange: Exchange) -> Findings:
    """Check that both fields are present. Does not check their values."""
    error = error_object(exchange)
    for name in ("param", "code"):
        if name not in error:
            yield error.finding(f"the field {name}", "missing")


JSON_MEDIA_TYPE = should(
    "errors.media-type-is-json",
    "An error response with a JSON body, and every 5xx response, has a JSON media "
    "type.",
    source=f"{RFC_HTTP}, section 8.3",
    cause="errors are written by another layer than successful responses",
    covers=("HD-03", "HD-05"),
)


@check(JSON_MEDIA_TYPE, on=EVERY_ERROR, exercised_by=EXERCISED_BY)
def media_type_is_json(exchange: Exchange) -> Findings:
    """Check for ``application/json``, ``text/json`` or a ``+json`` suffix.

    Does not check a 4xx with a body that is not JSON, nor an error with the media type
    ``text/event-stream``: other requirements report both.
    """
    media_type = exchange.media_type
    applies = exchange.is_json or exchange.status >= 500
    if (
        applies
        and media_type != SSE_TYPE
        and not media_type.endswith(("/json", "+json"))
    ):
        header = exchange.header("content-type")
        got = quote(header) if header else "missing"
        yield exchange.finding("header content-type", "application/json", got)


NO_SERVER_ERROR = must(
    "errors.never-a-server-error",
    "No request gets a 5xx response, except 501, 504, 529, or 503 with `Retry-After`.",
    source=REPORTED_BUGS,
    cause="invalid input raises an unhandled exception, not a validation error",
    covers=("RV-01", "RV-02", "RV-05", "ER-02", "ER-03", "ER-04", "ER-11", "ST-05"),
)


def _is_allowed(exchange: Exchange) -> bool:
    """Return whether a 5xx response is one that the requirement allows."""
    overloaded = exchange.status == 503 and exchange.header("retry-after")
    return bool(overloaded) or exchange.status in {501, 504, 529}


@check(
    NO_SERVER_ERROR,
    on=EVERY_RECOGNIZED_RESPONSE,
    exercised_by=(basic.text, probes.two_spaces_after_bearer, repeated_input_errors),
)
def never_a_server_error(exchange: Exchange) -> Findings:
    """Check that the status is below 500.

    The result is inconclusive for 501 (not implemented), 504 (timeout), 529
    (overloaded), and for 503 with ``Retry-After``. A 503 without this header is a
    finding: gateways send it for requests that they cannot route to any upstream, and
    clients retry these requests forever.
    """
    if exchange.status >= 500:
        if _is_allowed(exchange):
            raise Inconclusive(f"{exchange.id}: {exchange.summary}")
        yield exchange.finding("status", "2xx or 4xx", exchange.summary)


NOT_2XX = must(
    "errors.status-is-not-2xx",
    "A JSON body with an `error` and without `output` is not sent with a 2xx status.",
    source=REPORTED_BUGS,
    cause="the gateway relays the upstream's error body, but not its status",
    covers=("ER-01", "US-21"),
)


@check(NOT_2XX, on=EVERY_2XX, exercised_by=basic.text)
def status_is_not_2xx(exchange: Exchange) -> Findings:
    """Check JSON bodies that contain an `error` and no `output`.

    Does not check response objects with the status `failed`, nor streams: both may
    contain an `error`.
    """
    if exchange.is_json and (error := exchange.json.get("error")):
        if exchange.json.get("output") is None and error.value:
            yield error.finding(f"no error with status {exchange.status}")
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {ResponseKind.UNRECOGNIZED}")


RETRY_AFTER = may(
    "errors.rate-limit-has-retry-after",
    "A 429 response has a `Retry-After` header.",
    source="RFC 6585 (Additional HTTP Status Codes), section 4",
    cause="the gateway drops the upstream's header",
    covers=("HD-02",),
)

EVERY_429 = only(EVERY_REJECTION, "every 429", lambda exchange: exchange.rate_limited)


@check(RETRY_AFTER, on=EVERY_429)
def rate_limit_has_retry_after(exchange: Exchange) -> Findings:
    """Check that each 429 has the header; no probe tries to exceed a rate limit.

    Does not check the value of the header.
    """
    if not exchange.header("retry-after"):
        yield exchange.finding("header retry-after", "seconds or a date", "missing")
