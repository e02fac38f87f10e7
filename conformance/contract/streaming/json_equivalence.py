"""Streaming: what a stream comes to, beside the same answer in one piece."""

from collections import Counter
from typing import Final

from conformance.contract.events.stream.snapshots import WHOLE_START
from conformance.contract.streaming import probes
from conformance.contract.streaming.delivery import Twins
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, quote
from conformance.model.requirement import Capability, should
from conformance.model.sources import REPORTED_BUGS

JUDGED_ELSEWHERE: Final = frozenset(
    (*WHOLE_START, "usage", "error", "incomplete_details", "output_text")
)
"""Members with clauses of their own, that come and go with the answer, or that only
some clients add to what the API has."""


def both(twins: Twins) -> tuple[Node, Node]:
    """Return both responses; raises ``Inconclusive`` unless both are completed."""
    plain, told = (exchange.response for exchange in twins)
    for response in (plain, told):
        status = response.get("status")
        if status is None or status.value != "completed":
            raise Inconclusive(f"{response.exchange}: the answer is not completed")
    return plain, told


def _kinds(response: Node) -> Counter[str]:
    """Count the items of each type; a model may think, or not, as it likes."""
    kinds = (item["type"].expect(str) for item in response["output"])
    return Counter(kind for kind in kinds if kind != "reasoning")


SAME_ITEMS = should(
    "streaming.same-items-as-json",
    "A stream ends in items of the same types as a JSON answer has.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="streams and JSON are put together by two converters",
    covers=("OI-01", "OI-08", "SE-38"),
)


@check(SAME_ITEMS, on=probes.json_and_stream)
def same_items_as_json(twins: Twins) -> Findings:
    """Compare item types and how many there are, but for reasoning."""
    plain, told = both(twins)
    wanted, got = _kinds(plain), _kinds(told)
    if not wanted:
        raise Inconclusive(f"{plain.exchange}: the answer has no item")
    if got != wanted:
        yield told["output"].finding(quote(dict(wanted)), quote(dict(got)))


SAME_MEMBERS = should(
    "streaming.same-fields-as-json",
    "The terminal snapshot of a stream has the members of a JSON answer.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the snapshot is built by hand, with what the builder thought of",
    covers=("OI-12", "SE-25"),
)


@check(SAME_MEMBERS, on=probes.json_and_stream)
def same_fields_as_json(twins: Twins) -> Findings:
    """Look for each member that is not null in JSON, its value left aside."""
    plain, told = both(twins)
    for name, member in plain.fields():
        looked_for = name not in JUDGED_ELSEWHERE and member.value is not None
        if looked_for and name not in told:
            wanted = f"a member {name}, as {plain.exchange} has"
            yield told.finding(wanted, "nothing")


INTACT = should(
    "streaming.no-replacement-characters",
    "No character of a stream is replaced by U+FFFD.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="each chunk of bytes is decoded by itself, half characters included",
    covers=("SE-32",),
)


@check(INTACT, on=probes.json_and_stream)
def no_replacement_characters(twins: Twins) -> Findings:
    """Look for the replacement character alone: what else it says is the model's.

    A model that says U+FFFD in JSON, too, may well mean it.
    """
    plain, told = twins
    wanted, got = plain.text, _told(told)
    if not got.strip():
        raise Inconclusive(f"{told.id}: the stream says nothing")
    if "\ufffd" in wanted:
        raise Inconclusive(f"{plain.id}: the model says U+FFFD in JSON as well")
    if "\ufffd" in got:
        yield told.finding("the text", "no U+FFFD", quote(got))


def _told(exchange: Exchange) -> str:
    """Return the text in the deltas of a stream, else that of its last snapshot."""
    pieces = [
        event.data.value.get("delta")
        for event in exchange.events
        if event.type == "response.output_text.delta"
    ]
    said = "".join(piece for piece in pieces if isinstance(piece, str))
    return said or exchange.text


ONCE = should(
    "streaming.text-is-not-duplicated",
    "A stream tells its answer once.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="what was streamed is sent again whole, and both are kept",
    covers=("SE-16", "SE-18"),
)


@check(ONCE, on=probes.json_and_stream)
def text_is_not_duplicated(twins: Twins) -> Findings:
    """Judge a stream that tells twice what JSON tells once; both repeat one phrase."""
    plain, told = twins
    wanted, got = plain.text.strip(), told.text.strip()
    if not wanted or not got:
        raise Inconclusive(f"{told.id}: one of the answers says nothing")
    half = got[: len(got) // 2].strip()
    if half == wanted and got.count(wanted) > 1:
        yield told.finding("the text", quote(wanted), quote(got))
