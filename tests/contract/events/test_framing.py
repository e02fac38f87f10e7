"""The life of a stream: what conforms is never blamed, and each breach has its name."""

from collections.abc import Iterator
from typing import Any

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import lifecycle
from conformance.model.verdict import Outcome
from conformance.reference.faults import collected
from conformance.reference.variants import streams
from tests.contract.sample_streams import (
    accumulated,
    broken,
    changed,
    conforming,
    exchange,
    message,
    numbered,
    response,
    written,
)
from tests.fault_servers import FaultServers, fault_servers, tripped

Json = Any
Events = list[Json]


VARIANTS = collected(streams)


def by_type(type_: str) -> Events:
    """Return the conforming events of a type."""
    return [event for event in conforming() if event["type"] == type_]


def without(*types: str) -> Events:
    """Return the conforming stream without some types of events."""
    return numbered(e for e in conforming() if e["type"] not in types)


def test_every_rule_is_a_requirement() -> None:
    """Both are named alike, so that no rule is judged and never told."""
    told = {r.id for r in catalogue().requirements if r.section == "events"}
    assert told == {f"events.{rule}" for rule in Rule}


def test_the_hand_written_stream_keeps_every_rule() -> None:
    """It gives occasion to judge each of them."""
    life = lifecycle(exchange(conforming()))
    assert {rule: found for rule, found in life.breaches.items() if found} == {}
    assert set(life.breaches) == set(Rule)


def test_the_official_client_adds_up_what_we_call_conforming() -> None:
    """What no clause blames no client may stumble over."""
    final = accumulated(written(conforming()))
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
        changed(
            "response.output_item.done",
            lambda e: {**e, "item": {**e["item"], "id": "x", "call_id": "y"}},
        ),
        [{**e, "output_index": 0} if "output_index" in e else e for e in conforming()],
        [{k: v for k, v in e.items() if k != "output_index"} for e in conforming()],
        [{k: v for k, v in e.items() if k != "content_index"} for e in conforming()],
        changed("response.output_text.delta", lambda e: {**e, "delta": None}),
        numbered([{"type": "keepalive"}, *conforming()]),
        changed("response.created", lambda e: {**e, **e["response"], "response": None}),
        changed(
            "response.completed",
            lambda e: {**e, "response": {**e["response"], "id": "resp_2"}},
        ),
        numbered([*conforming(), *conforming()]),
    ],
)
def test_what_breaks_the_official_client_is_a_must(events: Events) -> None:
    """A stream that its accumulator refuses breaks a MUST."""
    with pytest.raises((RuntimeError, TypeError, AttributeError, LookupError)):
        accumulated(written(events))

    levels = {r.id: r.level for r in catalogue().requirements}
    assert {levels[f"events.{rule}"] for rule in broken(events)} >= {"MUST"}


def variants() -> Iterator[tuple[str, Events | bytes]]:
    """Yield streams that conform in unusual ways."""
    whole = conforming()
    plain = written(whole)
    first, last = whole[:2], whole[-1]
    yield "data only", plain.replace(b"event: ", b": was ")
    yield "CR LF", plain.replace(b"\n", b"\r\n")
    yield "CR", plain.replace(b"\n", b"\r")
    yield "comments", b": hello\n\n" + plain.replace(b"\n\n", b"\n: ping\n\n: x\n\n")
    yield "id and retry", plain.replace(b"event:", b"id: 3\nretry: 4000\nevent:")
    yield "many lines", plain.replace(b"data: {", b"data: {\ndata: ")
    yield "byte order mark", b"\xef\xbb\xbf" + plain
    yield "[DONE]", plain + b"data: [DONE]\n\n"
    yield "[DONE] left open", plain + b"data: [DONE]"
    yield "comments behind the end", plain + b": cost=3\n\n"
    yield "no in_progress", without("response.in_progress")
    yield (
        "numbers from 7",
        [{**e, "sequence_number": e["sequence_number"] + 7} for e in whole],
    )
    yield "unknown events", numbered([*first, {"type": "response.note"}, *whole[2:]])
    yield "keep-alives", numbered([*first, {"type": "keepalive"}, *whole[2:]])
    yield "vendor's events", numbered([*whole, {"type": "acme:cost", "usd": 1}])
    done = by_type("response.output_item.done")
    yield (
        "finished backwards",
        numbered([*without("response.output_item.done")[:-1], *done[::-1], last]),
    )
    tracks = [[e for e in whole if e.get("output_index") == i] for i in range(3)]
    yield (
        "side by side",
        numbered(
            [
                *first,
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
            for e in whole
        ],
    )
    failed = {"type": "response.failed", "response": response("failed")}
    error = {"type": "error", "code": "server_error", "message": "Upstream is gone."}
    yield "failed early", numbered([*first, failed])
    yield "failed in the middle", numbered([*whole[:14], failed])
    yield "error alone", numbered([*whole[:14], error])
    yield "error at once", numbered([error])
    yield "error and failure", numbered([*whole[:14], error, failed])
    yield "failure and error", numbered([*whole[:14], failed, error])
    yield (
        "an answer of nothing",
        numbered(
            [
                *first,
                {"type": "response.incomplete", "response": response("incomplete")},
            ]
        ),
    )
    cut = message("incomplete", "Sunny")
    incomplete = response("incomplete", [cut])
    end = {"type": "response.incomplete", "response": incomplete}
    yield "cut, its item left open", numbered([*first, *tracks[1][:3], end])


@pytest.mark.parametrize("stream", [pytest.param(s, id=n) for n, s in variants()])
def test_an_unusual_stream_that_conforms_is_not_blamed(
    stream: Events | bytes,
) -> None:
    """Everything here is legal, and seen in the field."""
    assert broken(exchange(stream)) == set()


@pytest.fixture(scope="module")
def variety() -> Iterator[FaultServers]:
    """One gateway for each benign variant."""
    with fault_servers(
        {name: (variant,) for name, variant in VARIANTS.items()}
    ) as town:
        yield town


@pytest.mark.parametrize("name", VARIANTS)
def test_a_benign_variant_is_not_blamed(variety: FaultServers, name: str) -> None:
    """A gateway that streams in another way passes, and leaves no MUST open."""
    report = variety.judge(name, only=("streaming", "events"))

    assert tripped(report) == frozenset()
    assert [str(v) for v in report.verdicts if v.outcome is Outcome.INCONCLUSIVE] == []
    assert report.exit_code == 0


@pytest.mark.parametrize("said", ["(No update)", ""])
def test_a_snapshot_is_held_against_an_item_that_was_never_announced(said: str) -> None:
    """Its deltas are known by its id all the same."""
    events = without("response.output_item.added", "response.output_item.done")
    (final,) = (e for e in events if e["type"] == "response.completed")
    final["response"]["output"][1]["content"][0]["text"] = said

    assert Rule.SNAPSHOT_TEXT in broken(events)
