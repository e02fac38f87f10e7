"""The mechanism of faults: one function, in one of three places."""

import json
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from types import ModuleType

import httpx
import pytest

from conformance.reference.fault import Fault, on_reply, on_request, on_wire, respond
from conformance.reference.faults import FAULTS, collected
from conformance.reference.gateway import KEY, MODEL, SECOND_KEY, Gateway
from conformance.reference.mutations import (
    change_each_event,
    change_each_item,
    change_each_response,
    final_response,
    rebuild_stream,
    renumbered,
)
from conformance.reference.request import ABSENT, GatewayRequest
from conformance.reference.response_message import (
    DISCONNECT,
    RESET,
    Chunk,
    GatewayResponse,
    ResponseHead,
)
from conformance.reference.server import serving
from conformance.reference.variants import VARIANTS
from tests.reference.client import Json

PATH = "/v1/responses"
Wire = tuple[ResponseHead, Iterable[Chunk]]


@on_request(breaks="auth.key-is-checked")
def any_key_opens(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Whoever comes is let in."""
    return asked.with_header("authorization", f"Bearer {gateway.keys['first']}")


@on_request(breaks={"state.kept", "state.refused"})
def previous_id_ignored(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A previous response is not looked up."""
    return asked.without_fields("previous_response_id")


@on_request(breaks="errors.internal")
def out_of_order(_request: GatewayRequest, _gateway: Gateway) -> GatewayResponse:
    """Every request is a 503."""
    return GatewayResponse(503, payload={"error": {"message": "no"}})


@on_request(breaks="isolation.own-answer", profiles={"newapi"})
def answer_of_another(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The second answer is the first one again."""
    kept = gateway.notes.setdefault("kept", gateway.answer(asked))
    assert isinstance(kept, GatewayResponse)
    return kept


@on_reply(breaks="usage.sum")
def total_is_off(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The total is one more than the sum."""

    def off(response: Json) -> Json:
        if response["usage"]:
            response["usage"]["total_tokens"] += 1
        return response

    return change_each_response(reply, off)


@on_reply(breaks="isolation.key")
def who_asked(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The answer names the key's owner, and how often anybody asked."""
    asked.fault_state["seen"] = asked.fault_state.get("seen", 0) + 1
    return reply.with_headers(
        x_owner=str(asked.key), x_seen=str(asked.fault_state["seen"])
    )


@on_wire(breaks="transport.whole")
def cut_short(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Wire:
    """The connection closes after two events."""
    first, second, *_rest = chunks
    return head, [first, second, DISCONNECT]


@on_wire(breaks="transport.whole")
def reset_at_once(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """The connection is reset before the status line."""
    return head, [RESET]


@on_wire(breaks="transport.length")
def longer_than_it_is(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Wire:
    """Content-Length promises more than comes."""
    return head.with_header("content-length", "99999"), chunks


@on_wire(breaks="transport.http")
def own_framing(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """The answer is written by hand."""
    raw = b"HTTP/1.1 299 Odd\r\nContent-Length: 3\r\n\r\n"
    return replace(head, raw=raw), [Chunk(b"abc"), Chunk(b"def")]


@on_wire(breaks="transport.end")
def endless(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """The body never ends."""

    def forever() -> Iterator[Chunk]:
        for n in count():
            yield Chunk(f"{n}\n".encode())

    return head.without("content-length"), forever()


def request(key: str = KEY, **fields: Json) -> GatewayRequest:
    """A request as the network would give it."""
    headers = (("authorization", f"Bearer {key}"),)
    return GatewayRequest("POST", PATH, headers).with_body({"model": MODEL, **fields})


def told(asked: GatewayRequest, *faults: Fault, gateway: Gateway | None = None) -> Json:
    """The JSON body of an answer under some faults."""
    _head, chunks = respond(gateway or Gateway(), faults, asked)
    return json.loads(b"".join(chunk.data for chunk in chunks))


@pytest.fixture
def streamed() -> GatewayResponse:
    """A streamed answer."""
    return Gateway().answer(request(input="Reply with exactly: Hello", stream=True))


def test_a_fault_is_named_after_its_function() -> None:
    """Name, sentence, broken requirements and profiles are read off the function."""
    assert any_key_opens.name == "any-key-opens"
    assert any_key_opens.text == "Whoever comes is let in."
    assert any_key_opens.breaks == {"auth.key-is-checked"}
    assert any_key_opens.profiles is None
    assert previous_id_ignored.breaks == {"state.kept", "state.refused"}
    assert answer_of_another.profiles == frozenset({"newapi"})


def test_a_fault_without_a_sentence_is_none() -> None:
    """A defect that nobody describes is refused where it is defined."""

    def mute(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
        return reply

    with pytest.raises(TypeError, match="mute"):
        on_reply()(mute)


def test_a_request_can_be_misunderstood() -> None:
    """Rewriting happens before the key is looked at."""
    assert "error" in told(request(key="wrong"))
    assert told(request(key="wrong"), any_key_opens)["object"] == "response"
    gone = request(previous_response_id="resp_0")
    assert told(gone, previous_id_ignored)["status"] == "completed"
    assert told(request(), out_of_order) == {"error": {"message": "no"}}


def test_notes_last_between_requests() -> None:
    """A fault remembers per gateway, through either of its arguments."""
    gateway = Gateway()
    first = told(request(input="One"), answer_of_another, gateway=gateway)
    assert told(request(input="Two"), answer_of_another, gateway=gateway) == first
    heads = [
        respond(gateway, [who_asked], request(key))[0]
        for key in (KEY, SECOND_KEY, "wrong")
    ]
    owners = [(head.header("x-owner"), head.header("x-seen")) for head in heads]
    assert owners == [("first", "1"), ("second", "2"), ("None", "3")]


def test_faults_can_be_combined() -> None:
    """Several faults work on one answer, in their order."""
    said = told(request(key="wrong"), any_key_opens, total_is_off)
    usage = said["usage"]
    assert (
        usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + 1
    )


def test_every_response_is_changed_and_none_that_is_stored(
    streamed: GatewayResponse,
) -> None:
    """Payload and snapshots are rewritten; what the gateway keeps is not."""
    gateway = Gateway()
    plain = told(request(), total_is_off, gateway=gateway)
    kept = gateway.store.get(plain["id"], "first")
    assert kept is not None
    assert kept.response["usage"]["total_tokens"] == plain["usage"]["total_tokens"] - 1
    named = change_each_response(
        streamed, lambda response: {**response, "model": "other"}
    )
    snapshots = [e["response"] for e in named.events or () if "response" in e]
    assert {snapshot["model"] for snapshot in snapshots} == {"other"}
    assert final_response(streamed)["model"] == MODEL


def test_every_item_is_changed(streamed: GatewayResponse) -> None:
    """Items are rewritten in events and in snapshots."""
    changed = change_each_item(streamed, lambda item: {**item, "id": "odd"})
    items = [e["item"] for e in changed.events or () if "item" in e]
    items += final_response(changed)["output"]
    assert {item["id"] for item in items} == {"odd"}
    assert len(items) == 3


def test_events_can_go_and_be_renumbered(streamed: GatewayResponse) -> None:
    """A gap in the numbers is made, or mended, on purpose."""
    gone = change_each_event(streamed, lambda e: None if "delta" in e else e)
    numbers = [event["sequence_number"] for event in gone.events or ()]
    assert numbers != list(range(len(numbers)))
    again = [event["sequence_number"] for event in renumbered(gone).events or ()]
    assert again == list(range(len(numbers)))


def test_another_answer_can_be_told(streamed: GatewayResponse) -> None:
    """The whole stream agrees with the changed response."""

    def louder(response: Json) -> Json:
        response["output"][0]["content"][0]["text"] = "HELLO!"
        return response

    events = rebuild_stream(streamed, louder).events or ()
    assert "".join(e.get("delta", "") for e in events) == "HELLO!"
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "HELLO!"
    plain = rebuild_stream(Gateway().answer(request(input="Hi")), louder)
    assert plain.payload["output"][0]["content"][0]["text"] == "HELLO!"


def test_rewriting_leaves_refusals_alone() -> None:
    """There is no response in an error."""
    refused = Gateway().answer(request(key="wrong"))
    for rewrite in (
        change_each_response,
        change_each_item,
        change_each_event,
        rebuild_stream,
    ):
        assert rewrite(refused, lambda _value: pytest.fail("changed")) == refused
    assert renumbered(refused) == refused
    assert refused.is_rejection
    assert final_response(refused) is None


def test_names_follow_the_types_unless_told_otherwise(
    streamed: GatewayResponse,
) -> None:
    """Frames are named by type, by a list, or not at all."""

    def lines(reply: GatewayResponse) -> list[bytes]:
        return [chunk.data.split(b"\n")[0] for chunk in reply.to_wire()[1]]

    assert lines(streamed)[0] == b"event: response.created"
    named = replace(streamed, names=("x",) * len(streamed.events or ()))
    assert set(lines(named)) == {b"event: x"}
    assert lines(replace(streamed, names=None))[0].startswith(b"data: {")
    assert lines(replace(streamed, done=True))[-1] == b"data: [DONE]"


def test_a_body_can_be_anything() -> None:
    """Raw bytes and a media type replace the JSON."""
    head, chunks = GatewayResponse(500, raw=b"<html>", media_type="text/html").to_wire()
    assert head.header("content-type") == "text/html"
    assert head.header("content-length") == "6"
    assert [chunk.data for chunk in chunks] == [b"<html>"]


def test_a_request_can_be_rewritten_member_by_member() -> None:
    """Bodies that are no object are left alone or replaced."""
    asked = request(input="Hi", stream=True)
    assert asked.wants_stream
    assert asked.is_create
    assert asked.with_fields(input="Ho").body["input"] == "Ho"
    assert asked.without_fields("input", "stream").body == {"model": MODEL}
    assert replace(asked, raw=b"{").body is ABSENT
    assert replace(asked, raw=b"{").field("input") is None
    assert "authorization" not in asked.without_header("Authorization").headers


def send(fault: Fault, *, stream: bool = True) -> httpx.Response:
    """Ask a served gateway that has one fault."""
    with serving(faults=[fault]) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        body = {"model": MODEL, "input": "Hi", "stream": stream}
        return httpx.post(f"{running.url}{PATH}", json=body, headers=headers)


@pytest.mark.parametrize("fault", [cut_short, longer_than_it_is])
def test_a_reply_can_be_cut(fault: Fault) -> None:
    """The client sees a body that ends too early."""
    with pytest.raises(httpx.RemoteProtocolError):
        send(fault)


def test_a_connection_can_be_reset() -> None:
    """The client sees no answer at all."""
    with pytest.raises(httpx.ReadError):
        send(reset_at_once)


def test_a_reply_can_be_written_by_hand() -> None:
    """Bytes past the framework, down to the status line."""
    with serving(faults=[own_framing]) as running:
        port = int(running.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with wire.makefile("rb") as answer:
                assert answer.read().endswith(b"Content-Length: 3\r\n\r\nabcdef")


def test_an_endless_reply_ends_with_its_reader() -> None:
    """The server stops with a stream still open, and serves others meanwhile."""
    with serving(faults=[endless]) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        for _ in range(2):
            with httpx.stream("GET", f"{running.url}/", headers=headers) as answer:
                lines = answer.iter_lines()
                assert [next(lines) for _ in range(3)] == ["0", "1", "2"]
        left = httpx.Client()
        stream = left.send(left.build_request("GET", running.url), stream=True)
    stream.close()
    left.close()


def test_faults_are_collected_from_modules() -> None:
    """Being defined is enough; a name that is given twice is refused."""
    one, two = ModuleType("one"), ModuleType("two")
    one.fault = two.again = total_is_off  # type: ignore[attr-defined]  # a new module
    assert collected(one, two) == {"total-is-off": total_is_off}
    two.again = replace(total_is_off, text="Another.")  # type: ignore[attr-defined]  # as above
    with pytest.raises(ValueError, match="total-is-off"):
        collected(one, two)


def test_every_fault_breaks_something_and_no_variant_does() -> None:
    """The two kinds are told apart by what they claim, and share no name."""
    assert all(fault.breaks for fault in FAULTS.values())
    assert not any(variant.breaks for variant in VARIANTS.values())
    assert VARIANTS.keys().isdisjoint(FAULTS)


def test_line_ends_can_be_of_either_kind() -> None:
    """CR LF stands for LF in streams, and JSON is left alone."""
    text = send(VARIANTS["crlf-line-endings"]).content
    assert b"\r\n\r\n" in text
    assert text.replace(b"\r\n", b"").count(b"\n") == 0
    assert (
        send(VARIANTS["crlf-line-endings"], stream=False).json()["object"] == "response"
    )


def test_comments_may_stand_between_events() -> None:
    """Each frame follows a comment."""
    frames = send(VARIANTS["comments-between-events"]).text.split("\n\n")[:-1]
    assert {frame[0] for frame in frames[::2]} == {":"}
    assert {frame[:6] for frame in frames[1::2]} == {"event:"}


def test_members_may_be_added() -> None:
    """Responses and events carry a member that nobody knows."""
    assert send(VARIANTS["unknown-extra-fields"], stream=False).json()["x_gateway"]
    assert "x_gateway" in send(VARIANTS["unknown-extra-fields"]).text
