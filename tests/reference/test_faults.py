"""How faults are defined, collected and applied."""

import json
import socket
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from types import ModuleType

import httpx
import pytest

from conformance.reference.fault import Fault, on_reply, on_request, on_wire, respond
from conformance.reference.faults import collect_faults
from conformance.reference.gateway import KEY, MODEL, SECOND_KEY, Gateway
from conformance.reference.mutations import change_each_response
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    DISCONNECT,
    RESET,
    Chunk,
    GatewayResponse,
    ResponseHead,
)
from conformance.reference.server import gateway_server
from tests.reference.client import PATH, Json, create_request

Wire = tuple[ResponseHead, Iterable[Chunk]]


@on_request(breaks="auth.key-is-checked")
def any_key_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Every API key is accepted."""
    return request.with_header("authorization", f"Bearer {gateway.keys['first']}")


@on_request(breaks={"state.kept", "state.refused"})
def previous_id_ignored(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """``previous_response_id`` is ignored."""
    return request.without_fields("previous_response_id")


@on_request(breaks="errors.internal")
def always_503(_request: GatewayRequest, _gateway: Gateway) -> GatewayResponse:
    """Every request is a 503."""
    return GatewayResponse(503, payload={"error": {"message": "no"}})


@on_request(breaks="isolation.own-answer", profiles={"newapi"})
def first_response_repeated(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Every response is a copy of the first one."""
    first = gateway.fault_state.setdefault("first", gateway.answer(request))
    assert isinstance(first, GatewayResponse)
    return first


@on_reply(breaks="usage.sum")
def total_is_off(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """``total_tokens`` is one more than the sum."""

    def add_one(response: Json) -> Json:
        if response["usage"]:
            response["usage"]["total_tokens"] += 1
        return response

    return change_each_response(reply, add_one)


@on_reply(breaks="isolation.key")
def owner_in_header(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Headers contain the name of the key and the number of requests so far."""
    state = request.fault_state
    state["requests"] = state.get("requests", 0) + 1
    return reply.with_headers(x_owner=str(request.key), x_count=str(state["requests"]))


@on_wire(breaks="transport.complete")
def truncated_stream(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Wire:
    """The connection closes after two events."""
    first, second, *_rest = chunks
    return head, [first, second, DISCONNECT]


@on_wire(breaks="transport.complete")
def connection_reset(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """The connection is reset before the status line."""
    return head, [RESET]


@on_wire(breaks="transport.length")
def content_length_too_large(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Wire:
    """``Content-Length`` is larger than the body."""
    return head.with_header("content-length", "99999"), chunks


@on_wire(breaks="transport.http")
def raw_head(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """Status line, headers and body are written as raw bytes."""
    raw = b"HTTP/1.1 299 Odd\r\nContent-Length: 3\r\n\r\n"
    return replace(head, raw=raw), [Chunk(b"abc"), Chunk(b"def")]


@on_wire(breaks="transport.end")
def endless(
    _request: GatewayRequest, head: ResponseHead, _chunks: Iterable[Chunk]
) -> Wire:
    """The body never ends."""

    def lines() -> Iterator[Chunk]:
        for n in count():
            yield Chunk(f"{n}\n".encode())

    return head.without_headers("content-length"), lines()


def body_of(
    request: GatewayRequest, *faults: Fault, gateway: Gateway | None = None
) -> Json:
    """Return the JSON body of the response of a gateway with some faults."""
    _head, chunks = respond(gateway or Gateway(), faults, request)
    return json.loads(b"".join(chunk.data for chunk in chunks))


def test_fault_is_named_after_its_function() -> None:
    """Its text is the docstring; requirements and profiles are parameters."""
    assert any_key_accepted.name == "any-key-accepted"
    assert any_key_accepted.text == "Every API key is accepted."
    assert any_key_accepted.breaks == {"auth.key-is-checked"}
    assert any_key_accepted.profiles is None
    assert previous_id_ignored.breaks == {"state.kept", "state.refused"}
    assert first_response_repeated.profiles == frozenset({"newapi"})


def test_fault_without_a_docstring_is_an_error() -> None:
    """The error is raised when the fault is defined."""

    def undocumented(
        _request: GatewayRequest, reply: GatewayResponse
    ) -> GatewayResponse:
        return reply

    with pytest.raises(TypeError, match="undocumented"):
        on_reply()(undocumented)


def test_request_is_changed_before_the_key_is_checked() -> None:
    """A request fault may also return the response."""
    assert "error" in body_of(create_request(key="wrong"))
    response = body_of(create_request(key="wrong"), any_key_accepted)
    assert response["object"] == "response"
    unknown_id = create_request(previous_response_id="resp_0")
    assert body_of(unknown_id, previous_id_ignored)["status"] == "completed"
    assert body_of(create_request(), always_503) == {"error": {"message": "no"}}


def test_fault_state_lasts_between_requests() -> None:
    """It belongs to the gateway, and is also in the request."""
    gateway = Gateway()
    repeated = first_response_repeated
    first = body_of(create_request(input="One"), repeated, gateway=gateway)
    assert body_of(create_request(input="Two"), repeated, gateway=gateway) == first
    heads = [
        respond(gateway, [owner_in_header], create_request(key))[0]
        for key in (KEY, SECOND_KEY, "wrong")
    ]
    values = [(head.header("x-owner"), head.header("x-count")) for head in heads]
    assert values == [("first", "1"), ("second", "2"), ("None", "3")]


def test_faults_can_be_combined() -> None:
    """They are applied in the given order."""
    response = body_of(create_request(key="wrong"), any_key_accepted, total_is_off)
    usage = response["usage"]
    assert (
        usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + 1
    )


def test_reply_fault_does_not_change_the_stored_response() -> None:
    """Only the response that is sent differs."""
    gateway = Gateway()
    response = body_of(create_request(), total_is_off, gateway=gateway)
    record = gateway.store.get(response["id"], "first")
    assert record is not None
    stored = record.response["usage"]["total_tokens"]
    assert stored == response["usage"]["total_tokens"] - 1


def send(fault: Fault) -> httpx.Response:
    """Send a streaming request to a gateway with one fault."""
    with gateway_server(faults=[fault]) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        body = {"model": MODEL, "input": "Hi", "stream": True}
        return httpx.post(f"{running.url}{PATH}", json=body, headers=headers)


@pytest.mark.parametrize("fault", [truncated_stream, content_length_too_large])
def test_wire_fault_can_truncate_a_body(fault: Fault) -> None:
    """The client receives an incomplete body."""
    with pytest.raises(httpx.RemoteProtocolError):
        send(fault)


def test_wire_fault_can_reset_the_connection() -> None:
    """The client receives no response."""
    with pytest.raises(httpx.ReadError):
        send(connection_reset)


def test_wire_fault_can_write_raw_bytes() -> None:
    """They replace everything, including the status line."""
    with gateway_server(faults=[raw_head]) as running:
        port = int(running.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            with connection.makefile("rb") as response:
                assert response.read().endswith(b"Content-Length: 3\r\n\r\nabcdef")


def test_endless_response_ends_when_the_client_disconnects() -> None:
    """The server serves other clients meanwhile, and stops with a stream open."""
    with gateway_server(faults=[endless]) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        for _ in range(2):
            with httpx.stream("GET", f"{running.url}/", headers=headers) as response:
                lines = response.iter_lines()
                assert [next(lines) for _ in range(3)] == ["0", "1", "2"]
        open_client = httpx.Client()
        request = open_client.build_request("GET", running.url)
        stream = open_client.send(request, stream=True)
    stream.close()
    open_client.close()


def test_faults_are_collected_from_modules() -> None:
    """The same fault may be found twice; two faults with one name are an error."""
    one, two = ModuleType("one"), ModuleType("two")
    one.fault = two.again = total_is_off  # type: ignore[attr-defined]  # a new module
    assert collect_faults(one, two) == {"total-is-off": total_is_off}
    two.again = replace(total_is_off, text="Another.")  # type: ignore[attr-defined]  # as above
    with pytest.raises(ValueError, match="total-is-off"):
        collect_faults(one, two)
