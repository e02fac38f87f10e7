"""Authentication: who is let in, and what somebody else learns at the door.

A server that breaks down or redirects instead of refusing has let nobody in, and
has refused nobody either: clauses of their own blame that, and these say nothing.
"""

from typing import Final

from conformance.contract.auth import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import quote
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_REJECTION, only
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    REPORTED_BUGS,
    RFC_BEARER,
    RFC_HTTP,
)

SCHEME: Final = f"{NEWAPI_DOCUMENT}#/components/securitySchemes/BearerAuth"

BARRED: Final = (
    probes.missing_key,
    probes.empty_key,
    probes.unknown_key,
    probes.unknown_key_streamed,
    probes.truncated_key,
    probes.extended_key,
)
"""Who must be turned away for the key alone, whatever else is right."""


def let_in(exchange: Exchange) -> Findings:
    """Yield a finding for a 2xx; raises ``Inconclusive`` unless it is that or a 4xx.

    A 2xx with an error inside is one, too: a client takes it for an answer.
    """
    if 200 <= exchange.status < 300:
        yield exchange.finding("status", "a refusal", f"{exchange.status}")
    elif exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no refusal, {exchange.summary}")


NO_KEY = must(
    "auth.missing-key-is-refused",
    "A request without a key is refused.",
    source=SCHEME,
    cause="the check of the key is off, or skipped when there is none to check",
    covers=("AU-01",),
)


@check(NO_KEY, on=(probes.missing_key, probes.empty_key))
def missing_key_is_refused(exchange: Exchange) -> Findings:
    """Judge no header, and the word Bearer alone; any 4xx is a refusal."""
    yield from let_in(exchange)


WRONG_KEY = must(
    "auth.wrong-key-is-refused",
    "A request with a key that nobody has is refused.",
    source=SCHEME,
    cause="any bearer token is taken, or the streaming path forgets to look",
    covers=("AU-01",),
)


@check(WRONG_KEY, on=(probes.unknown_key, probes.unknown_key_streamed))
def wrong_key_is_refused(exchange: Exchange) -> Findings:
    """Judge a made-up key, with a stream asked for and without; any 4xx will do."""
    yield from let_in(exchange)


ALTERED_KEY = must(
    "auth.altered-key-is-refused",
    "A key opens only as a whole.",
    source=RFC_BEARER,
    cause="the key is compared by its beginning, or up to a fixed length",
)


@check(ALTERED_KEY, on=(probes.truncated_key, probes.extended_key))
def altered_key_is_refused(exchange: Exchange) -> Findings:
    """Judge the key without its last character, and with a letter more."""
    yield from let_in(exchange)


KEY_CASE = should(
    "auth.key-is-case-sensitive",
    "A key opens only in the case that it was given out in.",
    source=RFC_BEARER,
    cause="keys are looked up in a database column whose collation ignores case",
)


@check(KEY_CASE, on=probes.case_swapped_key)
def key_is_case_sensitive(exchange: Exchange) -> Findings:
    """Judge the key with the case of every letter swapped."""
    yield from let_in(exchange)


SCHEME_COUNTS = should(
    "auth.other-scheme-is-refused",
    "A key opens only under the scheme Bearer.",
    source=SCHEME,
    cause="the header is split at the blank, and its first word is thrown away",
    covers=("AU-13",),
)


@check(SCHEME_COUNTS, on=probes.basic_scheme)
def other_scheme_is_refused(exchange: Exchange) -> Findings:
    """Judge the right key behind Basic; headers of other names are not judged."""
    yield from let_in(exchange)


KEY_IN_URL = should(
    "auth.key-in-query-is-refused",
    "A key in the query of the URL opens nothing.",
    source=f"{RFC_BEARER}, section 2.3",
    cause="a query parameter is read as a key, and every log now holds it",
)


@check(KEY_IN_URL, on=probes.key_in_query)
def key_in_query_is_refused(exchange: Exchange) -> Findings:
    """Judge ``api_key``, ``key`` and ``access_token`` together, with no header."""
    yield from let_in(exchange)


KEY_IN_BODY = should(
    "auth.key-in-body-is-refused",
    "A key in the JSON body opens nothing.",
    source=SCHEME,
    cause="a member of the body is read as a key, and logged with the prompt",
)


@check(KEY_IN_BODY, on=probes.key_in_body)
def key_in_body_is_refused(exchange: Exchange) -> Findings:
    """Judge ``api_key`` and ``key`` together, with no header."""
    yield from let_in(exchange)


ALIASES = must(
    "auth.path-alias-requires-the-key",
    "No other path to the endpoint answers without a key.",
    source=REPORTED_BUGS,
    cause="the check of the key hangs on one spelling of the path",
    covers=("AU-01",),
)


@check(ALIASES, on=probes.path_aliases)
def path_alias_requires_the_key(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge answers alone: an alias may be unknown, redirected or a web page.

    The endpoint itself has to refuse first; a door that stands open anyway is
    another clause's business.
    """
    home, *others = exchanges
    if home.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{home.id}: the endpoint itself did not refuse us")
    if not any(other.status for other in others):
        raise Inconclusive("no other path gave any answer")
    for other in others:
        if other.has_response:
            where = f"a refusal at {other.request.path}"
            yield other.finding("status", where, str(other.kind))


LOWER_CASE = should(
    "auth.scheme-is-case-insensitive",
    "The scheme may be written in lower case.",
    source=f"{RFC_HTTP}, section 11.1",
    cause="the header is compared with 'Bearer ' letter by letter",
    covers=("AU-12",),
)


@check(LOWER_CASE, on=probes.lowercase_scheme)
def scheme_is_case_insensitive(exchange: Exchange) -> Findings:
    """Judge whether it was refused for the key; a SHOULD, as clients write Bearer."""
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        yield exchange.finding("status", "an answer, as with Bearer", exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


TELLS_BAD_KEY = must(
    "auth.failure-returns-401-or-403",
    "A refusal for the key has a status that speaks of access.",
    source=f"{RFC_BEARER}, section 3.1",
    cause="the look-up of the key fails, and the failure is shown as a bad request",
    covers=("AU-03",),
)


@check(TELLS_BAD_KEY, on=BARRED)
def failure_returns_401_or_403(exchange: Exchange) -> Findings:
    """Accept 401 or 403: by any other status a client looks for its mistake elsewhere.

    Being let in and breaking down have clauses of their own.
    """
    if exchange.has_response or exchange.status >= 500 or exchange.status < 300:
        raise Inconclusive(f"{exchange.id}: no refusal, {exchange.summary}")
    if exchange.status not in {401, 403}:
        yield exchange.finding("status", "401", str(exchange.status))


IS_401 = should(
    "auth.failure-returns-401",
    "A refusal for the key has status 401.",
    source=f"{RFC_HTTP}, section 15.5.2",
    cause="an unknown caller is treated as a known one without the right",
)


@check(IS_401, on=BARRED)
def failure_returns_401(exchange: Exchange) -> Findings:
    """Tell 403 from 401 only; any other status is blamed elsewhere."""
    if exchange.status not in {401, 403}:
        raise Inconclusive(f"{exchange.id}: neither 401 nor 403, {exchange.summary}")
    if exchange.status == 403:
        yield exchange.finding("status", "401", "403")


CHALLENGE = should(
    "auth.challenge-names-the-scheme",
    "A 401 names the scheme Bearer in WWW-Authenticate.",
    source=f"{RFC_HTTP}, section 11.6.1",
    cause="the refusal is written by hand, and the header forgotten",
)

EVERY_401 = only(EVERY_REJECTION, "every 401", lambda exchange: exchange.status == 401)


@check(CHALLENGE, on=EVERY_401, exercised_by=probes.missing_key)
def challenge_names_the_scheme(exchange: Exchange) -> Findings:
    """Judge that Bearer is among the challenges, in any case and any order."""
    told = [value for name, value in exchange.headers if name == "www-authenticate"]
    if not any("bearer" in value.lower() for value in told):
        got = quote(", ".join(told)) if told else "nothing"
        yield exchange.finding("header www-authenticate", "Bearer", got)


NO_ANSWER = must(
    "auth.failure-contains-no-output",
    "A refusal for the key carries no work of a model.",
    source=REPORTED_BUGS,
    cause="the key is looked at after the upstream has answered",
)


@check(NO_ANSWER, on=BARRED)
def failure_contains_no_output(exchange: Exchange) -> Findings:
    """Judge the bodies of 4xx answers: no output, no usage, no events of a response."""
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no refusal, {exchange.summary}")
    if exchange.is_json:
        for member in ("output", "usage", "choices"):
            if found := exchange.json.get(member):
                yield found.finding("nothing")
    elif exchange.media_type == SSE_TYPE:
        for event in exchange.events:
            if event.type.startswith("response."):
                yield exchange.finding(event.pointer, "no event", event.type)
