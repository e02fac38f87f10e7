"""Authentication failures: the status, the headers and the body of a rejection."""

from typing import Final

from conformance.contract.auth import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive, ResponseKind
from conformance.model.node import quote
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_REJECTION, only
from conformance.model.sources import REPORTED_BUGS, RFC_BEARER, RFC_HTTP

INVALID_KEY_PROBES: Final = (
    probes.missing_key,
    probes.empty_key,
    probes.unknown_key,
    probes.unknown_key_streamed,
    probes.truncated_key,
    probes.extended_key,
)
"""Probes with a missing or invalid key in an otherwise valid request."""

IS_401_OR_403 = must(
    "auth.failure-returns-401-or-403",
    "A request with a missing or invalid key is rejected with 401 or 403.",
    source=f"{RFC_BEARER}, section 3.1",
    cause="the key lookup raises an error, and the gateway returns it as a 400",
    covers=("AU-03",),
)


@check(IS_401_OR_403, on=INVALID_KEY_PROBES)
def failure_returns_401_or_403(exchange: Exchange) -> Findings:
    """Check that a 3xx or 4xx status is 401 or 403.

    Only 401 and 403 tell a client that its key is the cause. Does not check 2xx and 5xx
    responses: other requirements report them.
    """
    if not 300 <= exchange.status < 500:
        raise Inconclusive(f"{exchange.id}: no 4xx response, got {exchange.summary}")
    if exchange.status not in {401, 403}:
        yield exchange.finding("status", "401 or 403", str(exchange.status))


IS_401 = should(
    "auth.failure-returns-401",
    "A request with a missing or invalid key is rejected with 401, not 403.",
    source=f"{RFC_HTTP}, section 15.5.2",
    cause="the gateway treats an unknown client as a client without permission",
)


@check(IS_401, on=INVALID_KEY_PROBES)
def failure_returns_401(exchange: Exchange) -> Findings:
    """Check that the status is not 403.

    Does not check statuses other than 401 and 403: other requirements report them.
    """
    if exchange.status not in {401, 403}:
        raise Inconclusive(f"{exchange.id}: neither 401 nor 403, {exchange.summary}")
    if exchange.status == 403:
        yield exchange.finding("status", "401", "403")


CHALLENGE = should(
    "auth.challenge-names-the-scheme",
    "A 401 response names the scheme `Bearer` in its `WWW-Authenticate` header.",
    source=f"{RFC_HTTP}, section 11.6.1",
    cause="the error handler does not set the header",
)

EVERY_401: Final = only(
    EVERY_REJECTION, "every 401", lambda exchange: exchange.status == 401
)


@check(CHALLENGE, on=EVERY_401, exercised_by=probes.missing_key)
def challenge_names_the_scheme(exchange: Exchange) -> Findings:
    """Check that ``WWW-Authenticate`` contains ``Bearer``, in upper or lower case.

    The header may list other schemes before or after it. Does not check the parameters
    of a scheme, such as ``realm``.
    """
    challenges = [
        value for name, value in exchange.headers if name == "www-authenticate"
    ]
    if not any("bearer" in value.lower() for value in challenges):
        got = quote(", ".join(challenges)) if challenges else "missing"
        yield exchange.finding("header www-authenticate", "Bearer", got)


NO_OUTPUT = must(
    "auth.failure-contains-no-output",
    "A 4xx response to a missing or invalid key has no `output`, `usage` or "
    "`choices`, and no `response.*` events.",
    source=REPORTED_BUGS,
    cause="the gateway checks the key after the upstream has generated the output",
)


@check(NO_OUTPUT, on=INVALID_KEY_PROBES)
def failure_contains_no_output(exchange: Exchange) -> Findings:
    """Check the bodies of 4xx responses for fields and events with the model's output.

    Does not check responses with other statuses: other requirements report them.
    """
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        raise Inconclusive(f"{exchange.id}: no 4xx response, got {exchange.summary}")
    if exchange.is_json:
        for name in ("output", "usage", "choices"):
            if value := exchange.json.get(name):
                yield value.finding(f"no {name}")
    elif exchange.media_type == SSE_TYPE:
        for event in exchange.events:
            if event.type.startswith("response."):
                yield exchange.finding(event.pointer, "no response event", event.type)
