"""What becomes of keys: a good one stays good, and none is told to anybody."""

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
from conformance.model.scope import EVERY_EXCHANGE, Observation, only
from conformance.model.sources import REPORTED_BUGS

TAIL: Final = 5
"""Characters of a key's end that are one more than a refusal may show."""

ENOUGH: Final = 10
"""Requests with the good key after which a run can say that it stays good."""

_MARK: Final = re.compile(
    r"\[conformance: (the (?:second )?key(?: without its end"
    r"| with its case swapped)?|(?:most|the end) of the (?:second )?key) was here\]"
)
_HASH_MARK: Final = re.compile(
    r"\[conformance: (the SHA-256 of the (?:second )?key) was here\]"
)


def _said(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """Yield each place of an answer that can hold a text, and the text."""
    for name, value in exchange.headers:
        yield f"header {name}", value
    yield "", exchange.body.decode("utf-8", "replace")


def _made_up(exchange: Exchange) -> str:
    """Return the key of our own making that was sent, or nothing."""
    header = exchange.request.headers.get("authorization") or ""
    token = header.rpartition(" ")[2]
    return "" if "$" in token or len(token) < 4 * TAIL else token


KEY_REPEATED = must(
    "auth.key-is-not-leaked",
    "No answer repeats a key beyond its last four characters.",
    source=REPORTED_BUGS,
    cause="the refusal quotes the Authorization header, into every log on the way",
    covers=("AU-02", "AU-03"),
)

UNKEYED = only(
    EVERY_EXCHANGE, "every exchange", lambda x: not x.request.has_key_placeholder
)


@check(KEY_REPEATED, on=UNKEYED, exercised_by=(probes.unknown_key, basic.text))
def key_is_not_leaked(exchange: Exchange) -> Findings:
    """Judge headers and body, for the real keys and for wrong ones that we sent.

    A key so short or plain that an answer may hold it by chance is not judged, nor
    an answer to a request that had the key in its own body or URL.
    """
    made_up = _made_up(exchange)
    for where, text in _said(exchange):
        if mark := _MARK.search(text):
            yield exchange.finding(where, "no key", mark[1])
        if made_up and (made_up[:-TAIL] in text or made_up[-TAIL:] in text):
            got = f"the key {made_up[:TAIL]}…{made_up[-TAIL:]} that we had sent"
            yield exchange.finding(where, "no key", got)


HASH_TOLD = should(
    "auth.key-hash-is-not-leaked",
    "No answer tells the hash of a key.",
    source=REPORTED_BUGS,
    cause="the refusal quotes what was looked up in the table of keys",
    covers=("AU-04",),
)


@check(HASH_TOLD, on=UNKEYED, exercised_by=(probes.unknown_key, basic.text))
def key_hash_is_not_leaked(exchange: Exchange) -> Findings:
    """Judge SHA-256 in hexadecimal, the hash that gateways keep keys by."""
    made_up = _made_up(exchange)
    digest = hashlib.sha256(made_up.encode()).hexdigest() if made_up else ""
    for where, text in _said(exchange):
        if mark := _HASH_MARK.search(text):
            yield exchange.finding(where, "no hash of a key", mark[1])
        if digest and digest in text.lower():
            got = "the SHA-256 of the key that we had sent"
            yield exchange.finding(where, "no hash of a key", got)


STAYS_GOOD = must(
    "auth.valid-key-is-always-accepted",
    "A key that was let in is never turned away.",
    source=REPORTED_BUGS,
    cause="one of several instances, or a cache of keys, has not heard of the key",
    covers=("AU-10",),
)


def _shown(exchange: Exchange) -> Observation | None:
    """Note how the good key was met, and what kind of question it came with."""
    if not exchange.request.has_bearer_key or exchange.rate_limited:
        return None
    if exchange.status >= 500:
        return None
    asked_for = exchange.request.field("model")
    named = isinstance(asked_for, str)
    group = asked_for if named else exchange.request.prompt_digest
    return Observation(
        (group, exchange.status, exchange.has_response), exchange.id, "status"
    )


@check(
    STAYS_GOOD,
    on=EVERY_EXCHANGE.collecting(_shown, alike=ENOUGH),
    exercised_by=(basic.text, probes.repeated_valid_key),
)
def valid_key_is_always_accepted(notes: list[Observation]) -> Findings:
    """Blame a 401 only where the same model, or an equal body, got past the door.

    A key may be barred from a model, and some say so with a 401; 403 is not judged.
    Says nothing for a key that never got an answer, or after few requests.
    """
    if not any(note.value[2] for note in notes):
        raise Inconclusive("the key was never let in: it may not be a good one")
    groups = defaultdict[object, list[Observation]](list)
    for note in notes:
        groups[note.value[0]].append(note)
    turned_away = [
        note
        for group in groups.values()
        if any(note.value[1] not in {401, 403} for note in group)
        for note in group
        if note.value[1] == 401
    ]
    for note in turned_away:
        expected = "no 401, as for other requests of its kind"
        yield Finding(note.pointer, expected, "401", note.exchange)
    if not turned_away and len(notes) < ENOUGH:
        raise Inconclusive(f"{len(notes)} requests are few; {ENOUGH} can tell")
