"""Conversion of responses to bytes."""

from dataclasses import replace

from conformance.reference.gateway import Gateway
from conformance.reference.response_message import GatewayResponse
from tests.reference.client import create_request


def first_lines(reply: GatewayResponse) -> list[bytes]:
    """Return the first line of each frame."""
    return [chunk.data.split(b"\n")[0] for chunk in reply.to_wire()[1]]


def test_event_fields_follow_the_types_by_default() -> None:
    """``names`` replaces or removes them, and ``done`` adds ``[DONE]``."""
    streamed = Gateway().answer(create_request(input="Hi", stream=True))
    assert first_lines(streamed)[0] == b"event: response.created"
    named = replace(streamed, names=("x",) * len(streamed.events or ()))
    assert set(first_lines(named)) == {b"event: x"}
    assert first_lines(replace(streamed, names=None))[0].startswith(b"data: {")
    assert first_lines(replace(streamed, done=True))[-1] == b"data: [DONE]"


def test_raw_bytes_replace_the_json_body() -> None:
    """The media type can be replaced, too."""
    head, chunks = GatewayResponse(500, raw=b"<html>", media_type="text/html").to_wire()
    assert head.header("content-type") == "text/html"
    assert head.header("content-length") == "6"
    assert [chunk.data for chunk in chunks] == [b"<html>"]
