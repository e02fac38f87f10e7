"""Information in error responses: keys, internals of the server, the prompt.

The checks search only for patterns that hardly ever match harmless text, because a
false positive is worse than a missed leak. They never report a string that the request
contained, or a string that contains the host of the tested server.
"""

import re
from collections.abc import Iterator
from typing import Final

from conformance.contract.auth import probes
from conformance.contract.errors.probes import repeated_input_errors
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import quote
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_ERROR, only
from conformance.model.sources import REPORTED_BUGS

EXERCISED_BY: Final = (probes.missing_key, repeated_input_errors)
"""Probes with requests that every conforming server rejects with a 4xx."""

MAX_SEARCHED_BYTES: Final = 1 << 16
"""Number of bytes at the start of an error body in which the checks search."""

ALWAYS_ALLOWED_BYTES: Final = 1 << 14
"""Size in bytes up to which an error body is never too large."""

MAX_BODY_BYTES: Final = 1 << 16
"""Size in bytes above which an error body is always too large."""

MAX_GROWTH: Final = 10
"""How many times as large as its request body an error body may be."""

_ESCAPES: Final = (("\\\\", "\\"), ("\\/", "/"), ('\\"', '"'), ("\\n", "\n"))
"""Pairs of a JSON escape and the character that it represents."""

_SECRET: Final = re.compile(
    r"\bAIza[0-9A-Za-z_-]{30,}"
    r"|\bsk-(?=[\w-]*\d)[\w-]{20,}"
    r"|[?&](?:api_?)?key=(?=[\w-]*\d)[\w-]{12,}"
    r"|\bBearer (?=[\w.-]*\d)[\w.-]{16,}"
)
_TRACE: Final = re.compile(
    r"Traceback \(most recent call last\)"
    r'|\bFile "[^"\n]+", line \d+'
    r"|\bgoroutine \d+ \["
    r"|\bpanicked at "
    r"|^\s+at [^\n]{1,200}:\d+\)?$"
    r"|\b(?:site-packages|dist-packages|node_modules)/"
    r"|(?<![\w.])[\w/.-]*\w\.(?:go|py|rs|java|kt|ts|js|mjs|rb|php|cs|cpp):\d+\b"
    r"|(?<![\w./:-])/(?:usr|home|opt|var|srv|root|tmp|app|Users)/[\w./-]+\.\w{1,5}\b",
    re.MULTILINE,
)
_DATABASE: Final = re.compile(
    r"\bSELECT\s[^\n]{1,200}?\sFROM\s|\bINSERT INTO\s|\bDELETE FROM\s"
    r"|\bUPDATE\s\S+\sSET\s|\bSQLSTATE\b|\bORA-\d{5}\b|\bpsycopg|\bpymysql"
    r"|\[SQL: |\bsqlalche\.me/e/|\bsqlite3\.\w+Error\b"
    r"|\bPrismaClient|\bno such table\b|\bTable '[^'\n]+' doesn't exist"
    r'|\brelation "\w+" does not exist|\b[A-Za-z]+_\w+Table\b|\bNo connected db\b'
)
_PRIVATE: Final = (
    r"(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.\d{1,3}\.\d{1,3}"
)
_ADDRESS: Final = re.compile(
    r"\bdial tcp\b[^\n\"]{0,80}|\bconnect ECONNREFUSED\b[^\n\"]{0,80}"
    r"|\bgetaddrinfo\b[^\n\"]{0,80}|\bHTTPConnectionPool\([^\n)]{0,80}"
    rf"|(?<![\w.]){_PRIVATE}:\d{{2,5}}\b"
    rf"|\bhttps?://(?:{_PRIVATE}|[\w.-]+\.(?:internal|svc|cluster\.local))\b[^\s\"]*"
    r"|\bhttps?://[\w.:-]+/v\d\w*/(?:chat/completions|completions|messages)\b"
)


def _unescape(data: bytes) -> str:
    """Return the start of a JSON body as text, with the escapes in it undone.

    The patterns then match paths with ``/`` and tracebacks of several lines.
    """
    text = data[:MAX_SEARCHED_BYTES].decode("utf-8", "replace")
    for escaped, character in _ESCAPES:
        text = text.replace(escaped, character)
    return text


def find_leaks(exchange: Exchange, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield each match of ``pattern`` in the response body that is a leak.

    A match is no leak if the client knows it already: if its request contained the
    same string, or if the match contains the host of the tested server.
    """
    text = _unescape(exchange.body)
    request_text = ""
    host = exchange.origin.rpartition("/")[2]
    for match in pattern.finditer(text):
        request_text = request_text or _unescape(exchange.request.content)
        is_known = match.group() in request_text or (host and host in match.group())
        if not is_known:
            yield match.group().strip()


def _check_no_leak(
    exchange: Exchange, pattern: re.Pattern[str], expected: str
) -> Findings:
    """Yield a finding for the first match of ``pattern`` that is a leak."""
    for leak in find_leaks(exchange, pattern):
        yield exchange.finding("", expected, quote(leak))
        return


NO_API_KEY = must(
    "errors.api-key-is-not-leaked",
    "An error response contains no API key in a well-known format, such as `sk-…` or "
    "`AIza…`, other than the key of its request.",
    source=REPORTED_BUGS,
    cause="the error message contains the URL or the headers of the upstream request",
    covers=("AU-06",),
)


@check(NO_API_KEY, on=EVERY_ERROR, exercised_by=EXERCISED_BY)
def api_key_is_not_leaked(exchange: Exchange) -> Findings:
    """Check for strings that look like a key, such as the gateway's upstream key.

    Does not report masked keys and placeholders: they repeat a few characters. Does not
    check for keys that this run sent: ``auth.key-is-not-leaked`` does, and recorded
    bodies contain a marker in place of each valid key.
    """
    header = exchange.request.headers.get("authorization") or "-"
    sent_key = header.rpartition(" ")[2]
    for leak in find_leaks(exchange, _SECRET):
        if leak.rpartition(" ")[2] not in sent_key and len(set(leak)) > 8:
            yield exchange.finding("", "no API key", f"{quote(leak[:10])}…")
            return


NO_STACK_TRACE = should(
    "errors.stack-trace-is-not-leaked",
    "An error response contains no stack trace, source line or file path.",
    source=REPORTED_BUGS,
    cause="the gateway returns the text of an exception as the error message",
    covers=("AU-08",),
)


@check(NO_STACK_TRACE, on=EVERY_ERROR, exercised_by=EXERCISED_BY)
def stack_trace_is_not_leaked(exchange: Exchange) -> Findings:
    """Check for stack traces, lines of source files, and paths on the server.

    Does not check class names or messages of exceptions.
    """
    yield from _check_no_leak(exchange, _TRACE, "no stack trace or file path")


NO_DATABASE_DETAILS = should(
    "errors.database-details-are-not-leaked",
    "An error response contains no SQL and no error text of a database client.",
    source=REPORTED_BUGS,
    cause="the gateway returns the error of a failed query as the error message",
    covers=("AU-04", "AU-08"),
)


@check(NO_DATABASE_DETAILS, on=EVERY_ERROR, exercised_by=EXERCISED_BY)
def database_details_are_not_leaked(exchange: Exchange) -> Findings:
    """Check for SQL in capitals, and for messages of well-known database clients.

    Does not check SQL in lower case: it reads like a sentence.
    """
    yield from _check_no_leak(exchange, _DATABASE, "no SQL or database error")


NO_INTERNAL_ADDRESS = should(
    "errors.internal-address-is-not-leaked",
    "An error response contains no internal network address and no upstream URL.",
    source=REPORTED_BUGS,
    cause="the gateway returns the error of an upstream connection as the message",
    covers=("AU-07",),
)


@check(NO_INTERNAL_ADDRESS, on=EVERY_ERROR, exercised_by=EXERCISED_BY)
def internal_address_is_not_leaked(exchange: Exchange) -> Findings:
    """Check for connection errors, private addresses with a port, and upstream URLs.

    Does not check links to documentation, nor the server's own address.
    """
    yield from _check_no_leak(exchange, _ADDRESS, "no internal address")


BOUNDED_SIZE = should(
    "errors.body-size-is-bounded",
    "An error body is at most ten times as large as the request body; 16 KiB are "
    "always allowed, and more than 64 KiB never.",
    source=REPORTED_BUGS,
    cause="the validator explains and quotes every repeated error in full",
    covers=("RV-03",),
)


EVERY_COMPLETE_ERROR = only(
    EVERY_ERROR, "every complete error", lambda exchange: not exchange.failure
)


@check(BOUNDED_SIZE, on=EVERY_COMPLETE_ERROR, exercised_by=repeated_input_errors)
def body_size_is_bounded(exchange: Exchange) -> Findings:
    """Check that the error body is at most ten times as large as the request body.

    16 KiB are allowed even for a small request, and more than 64 KiB for none. Does not
    check endless bodies: ``transport.body-is-finite`` does.
    """
    size, request_size = len(exchange.body), len(exchange.request.content)
    allowed = min(MAX_BODY_BYTES, max(ALWAYS_ALLOWED_BYTES, MAX_GROWTH * request_size))
    if size > allowed:
        expected = f"at most {allowed} bytes for a request of {request_size} bytes"
        yield exchange.finding("", expected, f"{size} bytes")


NO_PROMPT = should(
    "errors.prompt-is-not-echoed",
    "A 4xx response that rejects one input item does not repeat the text of another.",
    source=REPORTED_BUGS,
    cause="the validator quotes the complete input, and logs record the message",
    covers=("RV-04",),
)


@check(NO_PROMPT, on=repeated_input_errors)
def prompt_is_not_echoed(exchange: Exchange) -> Findings:
    """Check for the test word in the valid message, which is the first input item.

    Does not check for text of the invalid items: an error may quote these items.
    """
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no 4xx response, got {exchange.summary}")
    prompt = exchange.request.field("input")[0]["content"]
    word = prompt.partition(" is ")[2].partition(".")[0]
    if word in exchange.body.decode("utf-8", "replace"):
        yield exchange.finding("", "no text of the prompt", f"its word {word}")
