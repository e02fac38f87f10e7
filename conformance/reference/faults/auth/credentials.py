"""Ways to let the wrong people in, to keep the right ones out, and to tell of keys."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)

Json = Any


ENDPOINT = "/v1/responses"


def _let_in(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    return asked.with_header("authorization", f"Bearer {gateway.keys['first']}")


def token(asked: GatewayRequest) -> str:
    """Return the credential in the Authorization header."""
    return asked.headers.get("authorization", "").rpartition(" ")[2]


def _bears(asked: GatewayRequest) -> bool:
    return asked.headers.get("authorization", "").startswith("Bearer ")


@on_request(breaks="auth.missing-key-is-refused")
def empty_bearer_accepted(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The word Bearer alone opens the door."""
    bare = asked.headers.get("authorization", "").strip().lower() == "bearer"
    return _let_in(asked, gateway) if bare else asked


@on_request(
    breaks={
        "auth.missing-key-is-refused",
        "auth.key-in-the-url-does-not-open",
        "auth.key-in-the-body-does-not-open",
    }
)
def no_key_needed(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Whoever sends no Authorization header is let in."""
    return asked if "authorization" in asked.headers else _let_in(asked, gateway)


@on_request(
    breaks={
        "auth.wrong-key-is-refused",
        "auth.altered-key-is-refused",
        "auth.key-case-counts",
    }
)
def any_bearer_token_accepted(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A bearer token opens the door, whatever it is."""
    return _let_in(asked, gateway) if _bears(asked) and not asked.key else asked


@on_request(breaks="auth.wrong-key-is-refused")
def streams_take_any_key(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The streaming path looks for a key, and not at it."""
    looks_like_one = token(asked).startswith("sk-") and asked.key is None
    return _let_in(asked, gateway) if asked.wants_stream and looks_like_one else asked


@on_request(breaks="auth.altered-key-is-refused")
def key_compared_by_its_beginning(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """The beginning of a key is as good as the whole."""
    cut = token(asked)
    same = len(cut) > 8 and gateway.keys["first"].startswith(cut)
    return _let_in(asked, gateway) if same and _bears(asked) else asked


@on_request(breaks="auth.altered-key-is-refused")
def key_cut_to_length(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """What stands behind a key is ignored."""
    same = token(asked).startswith(gateway.keys["first"])
    return _let_in(asked, gateway) if same and _bears(asked) else asked


@on_request(breaks="auth.key-case-counts")
def key_case_ignored(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Keys are compared without regard to case."""
    same = token(asked).lower() == gateway.keys["first"].lower()
    return _let_in(asked, gateway) if same and _bears(asked) else asked


@on_request(breaks="auth.scheme-counts")
def any_scheme_accepted(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The scheme before the key is thrown away unread."""
    same = token(asked) == gateway.keys["first"]
    return _let_in(asked, gateway) if same else asked


@on_request(breaks="auth.key-in-the-url-does-not-open")
def key_read_from_query(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The query parameter api_key is taken for the key."""
    same = asked.query.get("api_key") == gateway.keys["first"]
    return _let_in(asked, gateway) if same else asked


@on_request(breaks="auth.key-in-the-body-does-not-open")
def key_read_from_body(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The member api_key of the body is taken for the key."""
    same = asked.field("api_key") == gateway.keys["first"]
    return _let_in(asked, gateway) if same else asked


@on_request(breaks="auth.alias-needs-the-key-too")
def trailing_slash_opens(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """With a slash at the end of the path, nobody asks for a key."""
    if asked.path != f"{ENDPOINT}/":
        return asked
    return _let_in(replace(asked, path=ENDPOINT), gateway)


@on_request(breaks="auth.alias-needs-the-key-too")
def short_path_opens(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The path without its version leads in by the back door."""
    if asked.path != "/responses":
        return asked
    return _let_in(replace(asked, path=ENDPOINT), gateway)


@on_request(breaks="auth.scheme-is-case-insensitive")
def lower_case_bearer_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The scheme is compared letter by letter."""
    lower = asked.headers.get("authorization", "").startswith("bearer ")
    return asked.without_header("authorization") if lower else asked


@on_reply(breaks="auth.bad-key-is-told-apart")
def bad_key_is_400(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A wrong key is called a bad request."""
    return replace(reply, status=400) if reply.status == 401 else reply


@on_reply(breaks="auth.bad-key-is-told-apart")
def bad_key_is_404(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A wrong key makes the endpoint disappear."""
    return replace(reply, status=404) if reply.status == 401 else reply


@on_reply(breaks="auth.bad-key-is-401")
def bad_key_is_403(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A wrong key is treated as one without the right."""
    return replace(reply, status=403) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_missing(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 does not say how to do better."""
    return replace(reply, headers={}) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_for_a_password(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 asks for a name and a password."""
    if reply.status != 401:
        return reply
    return reply.with_headers(www_authenticate='Basic realm="gateway"')


@on_reply(breaks="auth.refusal-carries-no-answer")
def answer_inside_the_refusal(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The key is looked at when the model has answered, and the answer is sent."""
    if reply.status != 401:
        return reply
    output = [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}]
    return reply.with_payload({**reply.payload, "output": output})


@on_wire(
    breaks={
        "auth.refusal-carries-no-answer",
        "errors.is-an-envelope",
        "transport.error-is-no-stream",
    }
)
def stream_behind_a_401(
    _asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A 401 is followed by the stream that it refuses."""
    if head.status != 401:
        return head, chunks
    frame = b'data: {"type":"response.output_text.delta","delta":"Hi"}\n\n'
    labelled = head.without("content-length").with_header("content-type", STREAM_TYPE)
    return labelled, [Chunk(frame)]
