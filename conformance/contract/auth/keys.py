"""Keys: a valid key is accepted every time, and no response reveals a key."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from conformance.contract.auth import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Finding
from conformance.model.requirement import must, should
from conformance.model.scope import EVERY_RECOGNIZED_RESPONSE, Observation, only
from conformance.model.sources import REPORTED_BUGS

LEAKED_SUFFIX_LENGTH: Final = 5
"""Number of characters at the end of a key that no response may contain.

One character fewer is allowed: many gateways show the last four in error messages.
"""

MIN_REQUESTS: Final = 10
"""Number of requests with the valid key that the check needs in order to pass."""

_KEY_MARKER: Final = re.compile(
    r"\[conformance: (the (?:second )?key(?: without its end"
    r"| with its case swapped)?|(?:most|the end) of the (?:second )?key) was here\]"
)
"""The markers that replace a valid or altered key in a recorded response."""

_HASH_MARKER: Final = re.compile(
    r"\[conformance: (the SHA-256 of the (?:second )?key) was here\]"
)
"""The marker that replaces the hash of a valid key in a recorded response."""


def _headers_and_body(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield each header and the body of a response, as pairs of pointer and text."""
    for name, value in exchange.headers:
        yield f"header {name}", value
    yield "", exchange.body.decode("utf-8", "replace")


def _invented_key(exchange: Exchange) -> str:
    """Return the invented key that the request sent, or an empty string.

    A token that contains ``$`` has a placeholder for a valid key, so it is not
    invented. A short token could appear in a response by coincidence.
    """
    header = exchange.request.headers.get("authorization") or ""
    token = header.rpartition(" ")[2]
    return "" if "$" in token or len(token) < 4 * LEAKED_SUFFIX_LENGTH else token


KEY_LEAKED = must(
    "auth.key-is-not-leaked",
    "No response contains a key that this run sent, nor more than the last four "
    "characters of one.",
    source=REPORTED_BUGS,
    cause="the error message quotes the `Authorization` header, and logs record it",
    covers=("AU-02", "AU-03"),
)

EVERY_UNKEYED_EXCHANGE = only(
    EVERY_RECOGNIZED_RESPONSE,
    "every exchange without a key in its URL or body",
    lambda exchange: not exchange.request.has_key_placeholder,
)


@check(
    KEY_LEAKED,
    on=EVERY_UNKEYED_EXCHANGE,
    exercised_by=(probes.unknown_key, basic.text),
)
def key_is_not_leaked(exchange: Exchange) -> Findings:
    """Check each header and body for the keys of this run: valid, altered, invented.

    Does not check for a key that is so short or common that a response may contain it
    by coincidence. Does not check responses to requests with a key in their URL or
    body. ``errors.api-key-is-not-leaked`` checks for keys that this run did not send.
    """
    key = _invented_key(exchange)
    prefix, suffix = key[:-LEAKED_SUFFIX_LENGTH], key[-LEAKED_SUFFIX_LENGTH:]
    for pointer, text in _headers_and_body(exchange):
        if marker := _KEY_MARKER.search(text):
            yield exchange.finding(pointer, "no key", marker[1])
        if key and (prefix in text or suffix in text):
            got = f"the invalid key {key[:LEAKED_SUFFIX_LENGTH]}…{suffix} as sent"
            yield exchange.finding(pointer, "no key", got)


HASH_LEAKED = should(
    "auth.key-hash-is-not-leaked",
    "No response contains the SHA-256 hash of a key that this run sent.",
    source=REPORTED_BUGS,
    cause="the error message quotes the hash that was looked up in the key table",
    covers=("AU-04",),
)


@check(
    HASH_LEAKED,
    on=EVERY_UNKEYED_EXCHANGE,
    exercised_by=(probes.unknown_key, basic.text),
)
def key_hash_is_not_leaked(exchange: Exchange) -> Findings:
    """Check for the SHA-256 in hexadecimal: many gateways store keys in this form.

    Does not check for other hash functions or encodings.
    """
    key = _invented_key(exchange)
    digest = hashlib.sha256(key.encode()).hexdigest() if key else ""
    for pointer, text in _headers_and_body(exchange):
        if marker := _HASH_MARKER.search(text):
            yield exchange.finding(pointer, "no hash of a key", marker[1])
        if digest and digest in text.lower():
            got = "the SHA-256 of the invalid key as sent"
            yield exchange.finding(pointer, "no hash of a key", got)


ALWAYS_ACCEPTED = must(
    "auth.valid-key-is-always-accepted",
    "A valid key that is authenticated for one request is not rejected with 401 for "
    "another with the same model or body.",
    source=REPORTED_BUGS,
    cause="one of several instances, or a key cache, does not know the key yet",
    covers=("AU-10",),
)


def _observe_status(exchange: Exchange) -> Observation | None:
    """Return what ``valid_key_is_always_accepted`` compares, if the valid key was sent.

    The value is the model in the request, the status, and whether the model answered.
    If the request body names no model, a digest of the body takes its place. Returns
    ``None`` for rate limits and server errors: they do not depend on the key.
    """
    if not exchange.request.has_bearer_key or exchange.rate_limited:
        return None
    if exchange.status >= 500:
        return None
    model = exchange.request.field("model")
    group_key = model if isinstance(model, str) else exchange.request.prompt_digest
    return Observation(
        (group_key, exchange.status, exchange.has_response), exchange.id, "status"
    )


@check(
    ALWAYS_ACCEPTED,
    on=EVERY_RECOGNIZED_RESPONSE.collecting(_observe_status, max_equal=MIN_REQUESTS),
    exercised_by=(basic.text, probes.repeated_valid_key),
)
def valid_key_is_always_accepted(observations: list[Observation]) -> Findings:
    """Compare each 401 with the other requests for the same model or with equal body.

    A 401 is a finding if one of these requests got a status other than 401 and 403,
    which shows that the key is authenticated. Does not report a 403, nor a model for
    which every request is rejected: the key may lack access to that model. The result
    is inconclusive if the model answered no request with the key. It is also
    inconclusive if there is no finding and the run sent fewer than ten such requests.
    """
    if not any(observation.value[2] for observation in observations):
        raise Inconclusive("the key was never accepted; check that it is valid")
    groups = defaultdict[object, list[Observation]](list)
    for observation in observations:
        groups[observation.value[0]].append(observation)
    rejected = [
        observation
        for group in groups.values()
        if any(observation.value[1] not in {401, 403} for observation in group)
        for observation in group
        if observation.value[1] == 401
    ]
    for observation in rejected:
        expected = "a status other than 401"
        yield Finding(observation.pointer, expected, "401", observation.exchange)
    if not rejected and len(observations) < MIN_REQUESTS:
        sent = len(observations)
        raise Inconclusive(f"requests with the key: {sent}, needed: {MIN_REQUESTS}")
