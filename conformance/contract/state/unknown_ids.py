"""Unknown ids: response ids that do not exist, or that belong to another key."""

from conformance.contract.evidence.request_outcome import expect_rejected
from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.state import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import Capability, must, should
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

IdExchanges = tuple[Exchange, Exchange, Exchange]
"""Exchanges with a plausible id, a malformed id and a number as id, in this order."""

_PREVIOUS_ID = (
    f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties/previous_response_id"
)

UNKNOWN_ID = must(
    "state.unknown-id-is-refused",
    "A request with an unknown `previous_response_id` is rejected with a 4xx status.",
    source=_PREVIOUS_ID,
    needs=Capability.STATE,
    cause="the gateway ignores `previous_response_id`, or starts a new conversation if "
    "the id is unknown",
    covers=("PR-02", "PR-01"),
)


@check(UNKNOWN_ID, on=probes.unknown_response_ids)
def unknown_id_is_refused(exchanges: IdExchanges) -> Findings:
    """Check the status for an unknown id in a common format, not the message."""
    yield from expect_rejected(exchanges[0], "a 4xx status")


MALFORMED_ID = must(
    "state.malformed-id-is-refused",
    "A request with a malformed `previous_response_id` is rejected with a 4xx status.",
    source=_PREVIOUS_ID,
    needs=Capability.STATE,
    cause="the gateway treats a malformed id as missing",
    covers=("PR-02",),
)


@check(MALFORMED_ID, on=probes.unknown_response_ids)
def malformed_id_is_refused(exchanges: IdExchanges) -> Findings:
    """Check the status for an id with dots, a slash, spaces and a snowman.

    Does not check the message.
    """
    yield from expect_rejected(exchanges[1], "a 4xx status")


NUMERIC_ID = should(
    "state.numeric-id-is-refused",
    "A request with a number as `previous_response_id` is rejected with a 4xx status.",
    source=_PREVIOUS_ID,
    needs=Capability.STATE,
    cause="the gateway treats a value of the wrong type as missing",
    covers=("PR-02", "RV-01"),
)


@check(NUMERIC_ID, on=probes.unknown_response_ids)
def numeric_id_is_refused(exchanges: IdExchanges) -> Findings:
    """Check the status for a number instead of a string. Does not check the message."""
    yield from expect_rejected(exchanges[2], "a 4xx status")


PRIVATE_CONVERSATION = must(
    "state.conversation-is-private-to-its-key",
    "A request with another key cannot continue a conversation by the id of its "
    "response.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="the gateway looks up stored responses by id alone",
    covers=("PR-05",),
)


@check(PRIVATE_CONVERSATION, on=probes.other_users_conversation)
def conversation_is_private_to_its_key(
    first: Exchange, with_second_key: tuple[Exchange, Exchange]
) -> Findings:
    """Check that the second key's response does not show the first key's prompt.

    It does so if it contains the word from that prompt, or has a higher input count.
    Does not report a successful response without that prompt:
    ``state.unknown-id-is-refused`` reports that an unknown id is accepted.
    """
    continued, _ = with_second_key
    word = probes.remembered_word(first.request.json["input"])
    if word.encode() in continued.body:
        yield continued.finding("", "no text from the first key's conversation", word)
        return
    if continued.kind is ResponseKind.CLIENT_ERROR and continued.status != 401:
        return
    first_count, count = input_tokens(first), input_tokens(continued)
    if (
        not continued.has_response
        or not first_count
        or not count
        or first_count == count
    ):
        raise Inconclusive(f"{continued.id}: {continued.summary}")
    if count > first_count:
        expected = (
            f"fewer than the {first_count} prompt tokens of the first key's request"
        )
        yield continued.finding("/usage", expected, str(count))


PRIVATE_RESPONSE = must(
    "state.response-is-private-to-its-key",
    "A GET request with another key does not return the stored response.",
    source=REPORTED_BUGS,
    needs=Capability.STATE,
    cause="the GET route checks that the key is valid, not that it owns the response",
    covers=("PR-04",),
)


@check(PRIVATE_RESPONSE, on=probes.other_users_conversation)
def response_is_private_to_its_key(
    first: Exchange, with_second_key: tuple[Exchange, Exchange]
) -> Findings:
    """Check that no JSON body with a 2xx status contains the id of the response.

    Does not report other bodies, such as a web page that is returned for every path.
    """
    _, fetched = with_second_key
    if not fetched.status or fetched.status >= 500 or fetched.status == 401:
        raise Inconclusive(f"{fetched.id}: {fetched.summary}")
    if fetched.status >= 300 or not fetched.is_json:
        return
    if first.response["id"].expect(str).encode() in fetched.body:
        yield fetched.finding("status", "a 4xx status", str(fetched.status))
