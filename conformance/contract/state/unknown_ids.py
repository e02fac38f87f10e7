"""State: ids that were never given, or were given to somebody else."""

from conformance.contract.evidence.request_outcome import expect_rejected
from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.state import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import Capability, must, should
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

Ids = tuple[Exchange, Exchange, Exchange]
"""The answers to a likely id, an odd one, and a number."""

_MEMBER = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/previous_response_id"
)

UNKNOWN = must(
    "state.unknown-id-is-refused",
    "A previous_response_id that nobody was given is refused.",
    source=_MEMBER,
    needs=Capability.STATE,
    cause="the gateway drops the member, or starts afresh where it finds nothing",
    covers=("PR-02", "PR-01"),
)


@check(UNKNOWN, on=probes.unknown_response_ids)
def unknown_id_is_refused(three: Ids) -> Findings:
    """Judge the status for an id that looks like any other."""
    yield from expect_rejected(three[0], "a 4xx, since nobody was given this id")


ODD = must(
    "state.malformed-id-is-refused",
    "A previous_response_id that cannot be an id is refused.",
    source=_MEMBER,
    needs=Capability.STATE,
    cause="what is not in the form of an id is treated as no id",
    covers=("PR-02",),
)


@check(ODD, on=probes.unknown_response_ids)
def malformed_id_is_refused(three: Ids) -> Findings:
    """Judge the status for an id with dots, slashes, blanks and a snowman."""
    yield from expect_rejected(three[1], "a 4xx, since this is no id")


NUMBER = should(
    "state.numeric-id-is-refused",
    "A number as previous_response_id is refused.",
    source=_MEMBER,
    needs=Capability.STATE,
    cause="a member of another type is read as an absent one",
    covers=("PR-02", "RV-01"),
)


@check(NUMBER, on=probes.unknown_response_ids)
def numeric_id_is_refused(three: Ids) -> Findings:
    """Judge the status for a number in the place of a text."""
    yield from expect_rejected(three[2], "a 4xx, since an id is a text")


CLOSED = must(
    "state.conversation-is-private-to-its-key",
    "The id of one key's answer opens no conversation to another key.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="stored responses are looked up by their id alone",
    covers=("PR-05",),
)


@check(CLOSED, on=probes.other_users_conversation)
def conversation_is_private_to_its_key(
    told: Exchange, strange: tuple[Exchange, Exchange]
) -> Findings:
    """Judge what the second key learns, by the word and by the prompt tokens.

    An answer out of nothing is no leak: that strange ids are let in at all is what
    ``state.unknown-id-is-refused`` blames.
    """
    asked, _ = strange
    word = probes.word_in(told.request.json["input"])
    if word.encode() in asked.body:
        yield asked.finding("", "nothing of the first key's conversation", word)
        return
    if asked.kind is ResponseKind.CLIENT_ERROR and asked.status != 401:
        return
    before, after = input_tokens(told), input_tokens(asked)
    if not asked.has_response or before is None or after is None or before == after:
        raise Inconclusive(f"{asked.id}: {asked.summary}")
    if after > before:
        wanted = f"fewer prompt tokens than the first key's message has ({before})"
        yield asked.finding("/usage", wanted, str(after))


UNFETCHED = must(
    "state.response-is-private-to-its-key",
    "A GET with another key does not return the answer of the first.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="the route that fetches checks that there is a key, not whose it is",
    covers=("PR-04",),
)


@check(UNFETCHED, on=probes.other_users_conversation)
def response_is_private_to_its_key(
    told: Exchange, strange: tuple[Exchange, Exchange]
) -> Findings:
    """Judge what comes back: a web page for any path, say, gives nothing away."""
    _, fetched = strange
    if not fetched.status or fetched.status >= 500 or fetched.status == 401:
        raise Inconclusive(f"{fetched.id}: {fetched.summary}")
    if fetched.status >= 300 or not fetched.is_json:
        return
    if told.response["id"].expect(str).encode() in fetched.body:
        yield fetched.finding("status", "a 4xx, since the key is another", "200")
