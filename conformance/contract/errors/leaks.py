"""What errors give away: secrets, places inside the server, the client's prompt.

Each clause knows a few unmistakable forms, and passes over the rest: to blame an
innocent sentence is worse than to miss an indiscreet one. What stands in the request
may stand in the answer, and a server may name the address that it was asked at.
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

READ: Final = 1 << 16
"""Bytes of an error that are searched."""

LARGEST: Final = 1 << 16
SMALL: Final = 1 << 14
GROWTH: Final = 10
"""An error may be ten times its request; 16 KiB are always fine, 64 KiB the most."""

_ESCAPES: Final = (("\\\\", "\\"), ("\\/", "/"), ('\\"', '"'), ("\\n", "\n"))

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


def _plain(data: bytes) -> str:
    """Return JSON text with the escapes undone that hide paths and lines."""
    text = data[:READ].decode("utf-8", "replace")
    for escaped, meant in _ESCAPES:
        text = text.replace(escaped, meant)
    return text


def told(exchange: Exchange, pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield what an error holds of ``pattern`` and the client does not know."""
    text = _plain(exchange.body)
    asked = ""
    own = exchange.origin.rpartition("/")[2]
    for match in pattern.finditer(text):
        asked = asked or _plain(exchange.request.content)
        known = match.group() in asked or (own and own in match.group())
        if not known:
            yield match.group().strip()


def _first(exchange: Exchange, pattern: re.Pattern[str], but: str) -> Findings:
    for found in told(exchange, pattern):
        yield exchange.finding("", but, quote(found))
        return


NO_SECRET = must(
    "errors.api-key-is-not-leaked",
    "An error tells nobody's key.",
    source=REPORTED_BUGS,
    cause="the URL or the headers of the upstream request are put into the message",
    covers=("AU-06",),
)


@check(
    NO_SECRET, on=EVERY_ERROR, exercised_by=(probes.missing_key, repeated_input_errors)
)
def api_key_is_not_leaked(exchange: Exchange) -> Findings:
    """Judge forms of well-known keys; masked ones and placeholders are no keys.

    Our own keys are masked before we look, and have a clause under ``auth``.
    """
    header = exchange.request.headers.get("authorization") or "-"
    own = header.rpartition(" ")[2]
    for found in told(exchange, _SECRET):
        if found.rpartition(" ")[2] not in own and len(set(found)) > 8:
            yield exchange.finding("", "no key", f"{quote(found[:10])}…")
            return


NO_TRACE = should(
    "errors.stack-trace-is-not-leaked",
    "An error tells no place in the server's code.",
    source=REPORTED_BUGS,
    cause="the exception itself is made the message",
    covers=("AU-08",),
)


@check(
    NO_TRACE, on=EVERY_ERROR, exercised_by=(probes.missing_key, repeated_input_errors)
)
def stack_trace_is_not_leaked(exchange: Exchange) -> Findings:
    """Judge stack traces, lines of source files, and paths of files on a disk."""
    yield from _first(exchange, _TRACE, "no stack trace or file path")


NO_DATABASE = should(
    "errors.database-details-are-not-leaked",
    "An error tells nothing of the server's database.",
    source=REPORTED_BUGS,
    cause="the failure of a query is made the message",
    covers=("AU-04", "AU-08"),
)


@check(
    NO_DATABASE,
    on=EVERY_ERROR,
    exercised_by=(probes.missing_key, repeated_input_errors),
)
def database_details_are_not_leaked(exchange: Exchange) -> Findings:
    """Judge SQL in capitals, and the words of well-known database clients."""
    yield from _first(exchange, _DATABASE, "no word of a database")


NO_ADDRESS = should(
    "errors.internal-address-is-not-leaked",
    "An error tells no address behind the server.",
    source=REPORTED_BUGS,
    cause="the failure of the connection to the upstream is made the message",
    covers=("AU-07",),
)


@check(
    NO_ADDRESS, on=EVERY_ERROR, exercised_by=(probes.missing_key, repeated_input_errors)
)
def internal_address_is_not_leaked(exchange: Exchange) -> Findings:
    """Judge failed connections, private addresses with a port, and upstream URLs.

    A link to documentation is welcome, and so is the server's own address.
    """
    yield from _first(exchange, _ADDRESS, "no address but the server's own")


STAYS_SMALL = should(
    "errors.body-size-is-bounded",
    "An error is not many times larger than its request.",
    source=REPORTED_BUGS,
    cause="every one of many alike mistakes is explained, and quoted, at length",
    covers=("RV-03",),
)


EVERY_WHOLE_ERROR = only(EVERY_ERROR, "every whole error", lambda x: not x.failure)


@check(STAYS_SMALL, on=EVERY_WHOLE_ERROR, exercised_by=repeated_input_errors)
def body_size_is_bounded(exchange: Exchange) -> Findings:
    """Allow ten times the request, at least 16 KiB and at most 64 KiB.

    A body without an end has a clause of its own.
    """
    size, asked = len(exchange.body), len(exchange.request.content)
    allowed = min(LARGEST, max(SMALL, GROWTH * asked))
    if size > allowed:
        wanted = f"at most {allowed} bytes for a request of {asked}"
        yield exchange.finding("", wanted, f"{size} bytes")


KEEPS_PROMPT = should(
    "errors.prompt-is-not-echoed",
    "A refusal does not repeat the prompt.",
    source=REPORTED_BUGS,
    cause="the validator quotes the whole input, and every log on the way keeps it",
    covers=("RV-04",),
)


@check(KEEPS_PROMPT, on=repeated_input_errors)
def prompt_is_not_echoed(exchange: Exchange) -> Findings:
    """Look for the word in a message that is sound; quoting the mistake is fine."""
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no refusal, {exchange.summary}")
    said = exchange.request.field("input")[0]["content"]
    word = said.partition(" is ")[2].partition(".")[0]
    if word in exchange.body.decode("utf-8", "replace"):
        yield exchange.finding("", "nothing of the prompt", f"the word {word} of it")
