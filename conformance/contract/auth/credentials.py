"""Credentials: which keys are accepted, and where a request may send them.

A server error or a redirect shows neither that the gateway accepts a key nor that it
rejects the key. For such a response the checks here are inconclusive, and other
requirements report it.
"""

from typing import Final

from conformance.contract.auth import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.request import PATH
from conformance.model.requirement import must, should
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    REPORTED_BUGS,
    RFC_BEARER,
    RFC_HTTP,
)

SECURITY_SCHEME: Final = f"{NEWAPI_DOCUMENT}#/components/securitySchemes/BearerAuth"


def expect_rejected(exchange: Exchange) -> Findings:
    """Yield a finding for a 2xx status, even if the response body has an ``error``.

    Raises ``Inconclusive`` if the status is neither 2xx nor 4xx.
    """
    if 200 <= exchange.status < 300:
        yield exchange.finding("status", "a 4xx status", f"{exchange.status}")
    elif exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no 4xx response, got {exchange.summary}")


MISSING_KEY = must(
    "auth.missing-key-is-refused",
    "A request without a bearer token is rejected with a 4xx status.",
    source=SECURITY_SCHEME,
    cause="the gateway checks no keys, or skips the check if no key is sent",
    covers=("AU-01",),
)


@check(MISSING_KEY, on=(probes.missing_key, probes.empty_key))
def missing_key_is_refused(exchange: Exchange) -> Findings:
    """Check a request without ``Authorization``, and one with only ``Bearer`` in it.

    Does not check which 4xx status the response has.
    """
    yield from expect_rejected(exchange)


UNKNOWN_KEY = must(
    "auth.wrong-key-is-refused",
    "A request with an unknown bearer token is rejected with a 4xx status.",
    source=SECURITY_SCHEME,
    cause="the gateway accepts any bearer token, or does not check it for streams",
    covers=("AU-01",),
)


@check(UNKNOWN_KEY, on=(probes.unknown_key, probes.unknown_key_streamed))
def wrong_key_is_refused(exchange: Exchange) -> Findings:
    """Check a key that the probe invents, in requests with and without ``stream``.

    Does not check which 4xx status the response has.
    """
    yield from expect_rejected(exchange)


ALTERED_KEY = must(
    "auth.altered-key-is-refused",
    "A valid key with its last character removed, or with a letter appended, is "
    "rejected with a 4xx status.",
    source=RFC_BEARER,
    cause="the gateway compares only a prefix or a fixed number of characters",
)


@check(ALTERED_KEY, on=(probes.truncated_key, probes.extended_key))
def altered_key_is_refused(exchange: Exchange) -> Findings:
    """Check the valid key without its last character, and with a letter appended.

    Does not check which 4xx status the response has.
    """
    yield from expect_rejected(exchange)


KEY_CASE = should(
    "auth.key-is-case-sensitive",
    "A valid key with the case of its letters swapped is rejected with a 4xx status.",
    source=RFC_BEARER,
    cause="the gateway looks up keys in a column whose collation ignores case",
)


@check(KEY_CASE, on=probes.case_swapped_key)
def key_is_case_sensitive(exchange: Exchange) -> Findings:
    """Check the valid key with the case of every letter swapped.

    Does not check which 4xx status the response has.
    """
    yield from expect_rejected(exchange)


OTHER_SCHEME = should(
    "auth.other-scheme-is-refused",
    "A valid key sent with the scheme `Basic` is rejected with a 4xx status.",
    source=SECURITY_SCHEME,
    cause="the gateway splits the header at the space and ignores the scheme",
    covers=("AU-13",),
)


@check(OTHER_SCHEME, on=probes.basic_scheme)
def other_scheme_is_refused(exchange: Exchange) -> Findings:
    """Check the valid key after ``Basic``.

    Does not check keys in other headers, such as ``x-api-key``.
    """
    yield from expect_rejected(exchange)


KEY_IN_QUERY = should(
    "auth.key-in-query-is-refused",
    "A request with its key only in the URL query is rejected with a 4xx status.",
    source=f"{RFC_BEARER}, section 2.3",
    cause="the gateway reads the key from the query, and access logs record it",
)


@check(KEY_IN_QUERY, on=probes.key_in_query)
def key_in_query_is_refused(exchange: Exchange) -> Findings:
    """Check one request with the parameters ``api_key``, ``key`` and ``access_token``.

    Does not check other parameter names.
    """
    yield from expect_rejected(exchange)


KEY_IN_BODY = should(
    "auth.key-in-body-is-refused",
    "A request with its key only in the JSON body is rejected with a 4xx status.",
    source=SECURITY_SCHEME,
    cause="the gateway reads the key from a body field, and logs it with the prompt",
)


@check(KEY_IN_BODY, on=probes.key_in_body)
def key_in_body_is_refused(exchange: Exchange) -> Findings:
    """Check one request with the fields ``api_key`` and ``key``.

    Does not check other field names.
    """
    yield from expect_rejected(exchange)


PATH_ALIAS = must(
    "auth.path-alias-requires-the-key",
    "Without a key, a request to an alias of `/v1/responses` gets no response object "
    "and no stream.",
    source=REPORTED_BUGS,
    cause="the gateway checks the key for only one spelling of the path",
    covers=("AU-01",),
)


@check(PATH_ALIAS, on=probes.path_aliases)
def path_alias_requires_the_key(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check that no alias returns a response object or a stream.

    The response at an alias may be a 404, a redirect or a web page. The result is
    inconclusive if ``/v1/responses`` itself does not reject the request without a key:
    ``auth.missing-key-is-refused`` reports that.
    """
    endpoint, *aliases = exchanges
    if endpoint.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{endpoint.id}: {PATH} did not reject the missing key")
    if not any(alias.status for alias in aliases):
        raise Inconclusive("no request to another path got a response")
    for alias in aliases:
        if alias.has_response:
            expected = f"no response object or stream at {alias.request.path}"
            yield alias.finding("status", expected, str(alias.kind))


LOWERCASE_SCHEME = should(
    "auth.scheme-is-case-insensitive",
    "A valid key sent with the lowercase scheme `bearer` is accepted.",
    source=f"{RFC_HTTP}, section 11.1",
    cause="the gateway compares the header with `Bearer ` case-sensitively",
    covers=("AU-12",),
)


@check(LOWERCASE_SCHEME, on=probes.lowercase_scheme)
def scheme_is_case_insensitive(exchange: Exchange) -> Findings:
    """Check that a request with the scheme ``bearer`` is not rejected with a 4xx.

    This is a SHOULD because real clients send ``Bearer``. Does not check other
    spellings of the scheme, such as ``BEARER``.
    """
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        yield exchange.finding("status", "a 2xx status", exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
