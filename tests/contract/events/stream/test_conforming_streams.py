"""Streams that conform, in usual and unusual ways, break no rule."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import analyze_stream
from conformance.model.verdict import Outcome
from conformance.reference.faults import collect_faults
from conformance.reference.variants import streams
from tests.contract.sample_streams import (
    accumulate_with_official_client,
    broken_rules,
    conforming,
    exchange,
    message,
    numbered,
    response,
    to_sse,
    with_changed,
)
from tests.fault_servers import FaultServers, failed_ids, fault_servers

Json = Any
Events = list[Json]


VARIANTS = collect_faults(streams)


def by_type(type_: str) -> Events:
    """Return the conforming events of a type."""
    return [event for event in conforming() if event["type"] == type_]


def without(*types: str) -> Events:
    """Return the conforming stream without some types of events."""
    return numbered(e for e in conforming() if e["type"] not in types)


def test_every_rule_is_a_requirement() -> None:
    """Each requirement of the section has one rule, named after its id."""
    ids = {r.id for r in catalogue().requirements if r.section == "events"}
    assert ids == {f"events.{rule}" for rule in Rule}


def test_the_sample_stream_passes_every_rule() -> None:
    """Every rule applies to it."""
    analysis = analyze_stream(exchange(conforming()))
    assert {rule: found for rule, found in analysis.findings.items() if found} == {}
    assert set(analysis.findings) == set(Rule)


def test_the_official_client_accepts_the_sample_stream() -> None:
    """Its accumulated response has the streamed text and all items."""
    final = accumulate_with_official_client(to_sse(conforming()))
    assert final.output_text == "Sunny \U0001f31eand warm."
    assert [item.type for item in final.output] == [
        "reasoning",
        "message",
        "function_call",
    ]


@pytest.mark.parametrize(
    "events",
    [
        without("response.created"),
        without("response.completed"),
        without("response.output_item.added"),
        without("response.content_part.added"),
        with_changed(
            "response.output_item.done",
            lambda e: {**e, "item": {**e["item"], "id": "x", "call_id": "y"}},
        ),
        [{**e, "output_index": 0} if "output_index" in e else e for e in conforming()],
        [{k: v for k, v in e.items() if k != "output_index"} for e in conforming()],
        [{k: v for k, v in e.items() if k != "content_index"} for e in conforming()],
        with_changed("response.output_text.delta", lambda e: {**e, "delta": None}),
        numbered([{"type": "keepalive"}, *conforming()]),
        with_changed(
            "response.created", lambda e: {**e, **e["response"], "response": None}
        ),
        with_changed(
            "response.completed",
            lambda e: {**e, "response": {**e["response"], "id": "resp_2"}},
        ),
        numbered([*conforming(), *conforming()]),
    ],
)
def test_a_stream_that_the_official_client_rejects_violates_a_must(
    events: Events,
) -> None:
    """The accumulator raises, and at least one violated requirement is a MUST."""
    with pytest.raises((RuntimeError, TypeError, AttributeError, LookupError)):
        accumulate_with_official_client(to_sse(events))

    levels = {r.id: r.level for r in catalogue().requirements}
    assert {levels[f"events.{rule}"] for rule in broken_rules(events)} >= {"MUST"}


def variants() -> Iterator[tuple[str, Events | bytes]]:
    """Yield the name and the events or bytes of unusual streams that conform."""
    events = conforming()
    plain = to_sse(events)
    start, last = events[:2], events[-1]
    yield "data only", plain.replace(b"event: ", b": was ")
    yield "CR LF", plain.replace(b"\n", b"\r\n")
    yield "CR", plain.replace(b"\n", b"\r")
    yield "comments", b": hello\n\n" + plain.replace(b"\n\n", b"\n: ping\n\n: x\n\n")
    yield "id and retry", plain.replace(b"event:", b"id: 3\nretry: 4000\nevent:")
    yield "many lines", plain.replace(b"data: {", b"data: {\ndata: ")
    yield "byte order mark", b"\xef\xbb\xbf" + plain
    yield "[DONE]", plain + b"data: [DONE]\n\n"
    yield "[DONE] without a blank line", plain + b"data: [DONE]"
    yield "comments after the terminal event", plain + b": cost=3\n\n"
    yield "no in_progress", without("response.in_progress")
    yield (
        "numbers from 7",
        [{**e, "sequence_number": e["sequence_number"] + 7} for e in events],
    )
    yield "unknown events", numbered([*start, {"type": "response.note"}, *events[2:]])
    yield "keep-alives", numbered([*start, {"type": "keepalive"}, *events[2:]])
    yield "vendor events", numbered([*events, {"type": "acme:cost", "usd": 1}])
    done = by_type("response.output_item.done")
    yield (
        "items done in reverse order",
        numbered([*without("response.output_item.done")[:-1], *done[::-1], last]),
    )
    tracks = [[e for e in events if e.get("output_index") == i] for i in range(3)]
    yield (
        "overlapping items",
        numbered(
            [
                *start,
                *(track[0] for track in tracks),
                *(
                    e
                    for row in zip(*(t[1:5] for t in tracks), strict=False)
                    for e in row
                ),
                *(e for track in tracks for e in track[5:]),
                last,
            ]
        ),
    )
    yield (
        "gaps between indexes",
        [
            {**e, "output_index": 3 * e["output_index"]} if "output_index" in e else e
            for e in events
        ],
    )
    failed = {"type": "response.failed", "response": response("failed")}
    error = {"type": "error", "code": "server_error", "message": "Upstream is gone."}
    yield "response.failed before any item", numbered([*start, failed])
    yield "response.failed within an item", numbered([*events[:14], failed])
    yield "error within an item", numbered([*events[:14], error])
    yield "error as the only event", numbered([error])
    yield "error, then response.failed", numbered([*events[:14], error, failed])
    yield "response.failed, then error", numbered([*events[:14], failed, error])
    yield (
        "incomplete without output",
        numbered(
            [
                *start,
                {"type": "response.incomplete", "response": response("incomplete")},
            ]
        ),
    )
    truncated = message("incomplete", "Sunny")
    incomplete = response("incomplete", [truncated])
    end = {"type": "response.incomplete", "response": incomplete}
    yield (
        "incomplete with an item that is not done",
        numbered([*start, *tracks[1][:3], end]),
    )


@pytest.mark.parametrize("stream", [pytest.param(s, id=n) for n, s in variants()])
def test_an_unusual_conforming_stream_breaks_no_rule(stream: Events | bytes) -> None:
    """All of these forms are valid and occur in practice."""
    assert broken_rules(exchange(stream)) == set()


@pytest.fixture(scope="module")
def variant_servers() -> Iterator[FaultServers]:
    """Serve one gateway for each variant of streams."""
    variants_by_name = {name: (variant,) for name, variant in VARIANTS.items()}
    with fault_servers(variants_by_name) as servers:
        yield servers


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_of_the_gateway_passes(
    variant_servers: FaultServers, name: str
) -> None:
    """No requirement fails, and none is inconclusive."""
    report = variant_servers.judge(name, only=("streaming", "events"))

    assert failed_ids(report) == frozenset()
    assert [str(v) for v in report.verdicts if v.outcome is Outcome.INCONCLUSIVE] == []
    assert report.exit_code == 0


@pytest.mark.parametrize("text", ["(No update)", ""])
def test_the_final_snapshot_is_compared_with_an_item_that_was_not_added(
    text: str,
) -> None:
    """The streamed text is found by the id of the item."""
    events = without("response.output_item.added", "response.output_item.done")
    (final,) = (e for e in events if e["type"] == "response.completed")
    final["response"]["output"][1]["content"][0]["text"] = text

    assert Rule.SNAPSHOT_TEXT in broken_rules(events)
