"""Defects of streaming: flags that are lost, streams held back, guests that left."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from conformance.reference.errors import Refused
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    Change,
    final_response,
    last_snapshot,
    retold,
    without,
)
from conformance.reference.request import Asked
from conformance.reference.response import new_id, text_part
from conformance.reference.response_message import Chunk, Head, Reply
from conformance.reference.stream import events_of
from conformance.reference.variants.streams import is_stream

Json = Any
Sent = tuple[Head, Iterable[Chunk]]

MANY: Final = 40
"""Pieces from which a stream is held back."""

HELD_S: Final = 1.1
"""Seconds for which it is held back."""

OFTEN: Final = 20
"""How often a word stands in a stream whose reader will leave."""


def _streamed(reply: Reply, change: Change) -> Reply:
    return retold(reply, change) if reply.streamed else reply


def _text_of(response: Json) -> str:
    return "".join(
        part["text"]
        for item in response["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


def _with_text(response: Json, text: str) -> Json:
    """Let every message of a response say something else."""
    for item in response["output"]:
        if item["type"] == "message":
            item["content"] = [text_part(text)]
    return response


def _is_plain(asked: Asked) -> bool:
    """Whether this is the small question that follows a hang-up."""
    small = asked.member("max_output_tokens") == 64 and not asked.streams
    return small and asked.member("input") == "Say hello in one word."


@on_reply(breaks="streaming.media-type-is-event-stream")
def unlabelled_stream(_asked: Asked, reply: Reply) -> Reply:
    """A stream is called plain text."""
    return replace(reply, media_type="text/plain") if reply.streamed else reply


@on_reply(breaks="streaming.true-brings-a-stream")
def deaf_to_stream(_asked: Asked, reply: Reply) -> Reply:
    """A request for a stream is answered in one piece."""
    return Reply(payload=final_response(reply)) if reply.streamed else reply


@on_reply(breaks="streaming.some-stream-brings-an-answer")
def no_stream_at_all(_asked: Asked, reply: Reply) -> Reply:
    """Whatever is streamed is an error, and nothing else."""
    if not reply.streamed:
        return reply
    told = {"code": "server_error", "message": "Something went wrong", "param": None}
    return reply.with_events([{"type": "error", "sequence_number": 0, **told}])


@on_reply(breaks="streaming.unasked-answer-is-json")
def streams_when_told_not_to(asked: Asked, reply: Reply) -> Reply:
    """A request with stream false is answered by a stream."""
    final = final_response(reply)
    if asked.member("stream") is not False or not asked.creates or final is None:
        return reply
    return Reply(events=events_of(final))


@on_request(breaks="streaming.false-is-served")
def only_streams(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A request with stream false is refused."""
    if asked.member("stream") is not False:
        return asked
    refused = Refused(
        400, "Stream must be true.", param="stream", code="unsupported_value"
    )
    return Reply(400, payload=refused.envelope())


@on_wire(breaks="streaming.long-answer-arrives-in-pieces")
def held_back(_asked: Asked, head: Head, chunks: Iterable[Chunk]) -> Sent:
    """A long stream is gathered, and let go at its end."""
    if not is_stream(head):
        return head, chunks
    pieces = list(chunks)
    if len(pieces) < MANY:
        return head, pieces
    return head, [Chunk(b"".join(piece.data for piece in pieces), HELD_S)]


@on_reply(breaks="streaming.refusal-is-no-stream")
def refuses_in_a_stream(asked: Asked, reply: Reply) -> Reply:
    """A refusal of a streamed request is told inside a 200 stream."""
    if not asked.streams or reply.status != 400:
        return reply
    error = {"type": "error", "sequence_number": 0, **reply.payload["error"]}
    return Reply(events=({**error, "type": "error"},))


@on_wire(breaks="streaming.asks-proxies-not-to-buffer")
def silent_to_proxies(_asked: Asked, head: Head, chunks: Iterable[Chunk]) -> Sent:
    """No header asks proxies to pass a stream on at once."""
    if not is_stream(head):
        return head, chunks
    bare = head.without("x-accel-buffering", "cache-control")
    return bare.with_header("cache-control", "private"), chunks


@on_reply(breaks="streaming.done-closes-the-stream", profiles=("openresponses",))
def no_done(_asked: Asked, reply: Reply) -> Reply:
    """No stream says [DONE]."""
    return replace(reply, done=False)


@on_reply(breaks={"streaming.same-items-as-json", "structured.object-is-kept"})
def one_more_message(_asked: Asked, reply: Reply) -> Reply:
    """A stream ends in an additional message, which JSON has not."""

    def more(response: Json) -> Json:
        last = {"type": "message", "id": new_id("msg"), "role": "assistant"}
        said = {"status": "completed", "content": [text_part("Anything else?")]}
        if response["status"] == "completed":
            response["output"].append({**last, **said})
        return response

    return _streamed(reply, more)


@on_reply(breaks="streaming.same-members-as-json")
def thin_snapshot(_asked: Asked, reply: Reply) -> Reply:
    """The last snapshot lacks a member that JSON has."""
    return last_snapshot(reply, without("service_tier"))


@on_reply(breaks="streaming.characters-survive")
def decoded_by_the_byte(_asked: Asked, reply: Reply) -> Reply:
    """Characters of four bytes are replaced in streams."""

    def spoilt(response: Json) -> Json:
        text = _text_of(response)
        kept = "".join(c if ord(c) < 0x10000 else "\ufffd" for c in text)
        return _with_text(response, kept) if kept != text else response

    return _streamed(reply, spoilt)


@on_reply(breaks="streaming.answer-comes-once")
def told_twice(asked: Asked, reply: Reply) -> Reply:
    """A stream tells its whole answer twice over."""
    if not str(asked.member("input")).startswith("Reply with exactly"):
        return reply
    return _streamed(reply, lambda whole: _with_text(whole, 2 * _text_of(whole)))


def _left_behind(asked: Asked, reply: Reply) -> str:
    """Remember a word that a stream repeats; return it to the next plain question."""
    notes: dict[str, str] = asked.notes
    final = final_response(reply)
    words = _text_of(final).split() if final is not None else []
    if asked.streams and words and words.count(words[0]) > OFTEN:
        notes["left"] = words[0]
    return notes.get("left", "") if _is_plain(asked) else ""


@on_reply(breaks={"streaming.hang-up-does-no-harm", "errors.never-a-server-error"})
def stuck_worker(asked: Asked, reply: Reply) -> Reply:
    """The worker of a stream that was left fails at the next question."""
    if not _left_behind(asked, reply):
        return reply
    refused = Refused(500, "The worker is busy.", code="server_error")
    return Reply(500, payload=refused.envelope())


@on_reply(
    breaks={"streaming.hang-up-leaves-nothing-behind", "isolation.no-foreign-word"}
)
def leftover_words(asked: Asked, reply: Reply) -> Reply:
    """The rest of a stream that was left stands in the next answer."""
    word = _left_behind(asked, reply)
    if not word:
        return reply
    return retold(reply, lambda whole: _with_text(whole, f"{word} {_text_of(whole)}"))
