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


def _let_in(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    return request.with_header("authorization", f"Bearer {gateway.keys['first']}")


def token(request: GatewayRequest) -> str:
    """Return the credential in the Authorization header."""
    return request.headers.get("authorization", "").rpartition(" ")[2]


def _bears(request: GatewayRequest) -> bool:
    return request.headers.get("authorization", "").startswith("Bearer ")


@on_request(breaks="auth.missing-key-is-refused")
def empty_bearer_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The word Bearer alone opens the door."""
    bare = request.headers.get("authorization", "").strip().lower() == "bearer"
    return _let_in(request, gateway) if bare else request


@on_request(
    breaks={
        "auth.missing-key-is-refused",
        "auth.key-in-query-is-refused",
        "auth.key-in-body-is-refused",
    }
)
def missing_key_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Whoever sends no Authorization header is let in."""
    return request if "authorization" in request.headers else _let_in(request, gateway)


@on_request(
    breaks={
        "auth.wrong-key-is-refused",
        "auth.altered-key-is-refused",
        "auth.key-is-case-sensitive",
    }
)
def any_bearer_token_accepted(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A bearer token opens the door, whatever it is."""
    return _let_in(request, gateway) if _bears(request) and not request.key else request


@on_request(breaks="auth.wrong-key-is-refused")
def any_key_accepted_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """The streaming path looks for a key, and not at it."""
    looks_like_one = token(request).startswith("sk-") and request.key is None
    return (
        _let_in(request, gateway)
        if request.wants_stream and looks_like_one
        else request
    )


@on_request(breaks="auth.altered-key-is-refused")
def key_prefix_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The beginning of a key is as good as the whole."""
    cut = token(request)
    same = len(cut) > 8 and gateway.keys["first"].startswith(cut)
    return _let_in(request, gateway) if same and _bears(request) else request


@on_request(breaks="auth.altered-key-is-refused")
def extended_key_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """What stands behind a key is ignored."""
    same = token(request).startswith(gateway.keys["first"])
    return _let_in(request, gateway) if same and _bears(request) else request


@on_request(breaks="auth.key-is-case-sensitive")
def key_case_ignored(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Keys are compared without regard to case."""
    same = token(request).lower() == gateway.keys["first"].lower()
    return _let_in(request, gateway) if same and _bears(request) else request


@on_request(breaks="auth.other-scheme-is-refused")
def any_scheme_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The scheme before the key is thrown away unread."""
    same = token(request) == gateway.keys["first"]
    return _let_in(request, gateway) if same else request


@on_request(breaks="auth.key-in-query-is-refused")
def key_in_query_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The query parameter api_key is taken for the key."""
    same = request.query.get("api_key") == gateway.keys["first"]
    return _let_in(request, gateway) if same else request


@on_request(breaks="auth.key-in-body-is-refused")
def key_in_body_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The member api_key of the body is taken for the key."""
    same = request.field("api_key") == gateway.keys["first"]
    return _let_in(request, gateway) if same else request


@on_request(breaks="auth.path-alias-requires-the-key")
def trailing_slash_unauthenticated(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """With a slash at the end of the path, nobody asks for a key."""
    if request.path != f"{ENDPOINT}/":
        return request
    return _let_in(replace(request, path=ENDPOINT), gateway)


@on_request(breaks="auth.path-alias-requires-the-key")
def unversioned_path_unauthenticated(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """The path without its version leads in by the back door."""
    if request.path != "/responses":
        return request
    return _let_in(replace(request, path=ENDPOINT), gateway)


@on_request(breaks="auth.scheme-is-case-insensitive")
def lowercase_bearer_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The scheme is compared letter by letter."""
    lower = request.headers.get("authorization", "").startswith("bearer ")
    return request.without_header("authorization") if lower else request


@on_reply(breaks="auth.failure-returns-401-or-403")
def auth_failure_returns_400(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong key is called a bad request."""
    return replace(reply, status=400) if reply.status == 401 else reply


@on_reply(breaks="auth.failure-returns-401-or-403")
def auth_failure_returns_404(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong key makes the endpoint disappear."""
    return replace(reply, status=404) if reply.status == 401 else reply


@on_reply(breaks="auth.failure-returns-401")
def auth_failure_returns_403(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong key is treated as one without the right."""
    return replace(reply, status=403) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 does not say how to do better."""
    return replace(reply, headers={}) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_names_basic(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 asks for a name and a password."""
    if reply.status != 401:
        return reply
    return reply.with_headers(www_authenticate='Basic realm="gateway"')


@on_reply(breaks="auth.failure-contains-no-output")
def unauthorized_contains_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The key is looked at when the model has answered, and the answer is sent."""
    if reply.status != 401:
        return reply
    output = [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}]
    return reply.with_payload({**reply.payload, "output": output})


@on_wire(
    breaks={
        "auth.failure-contains-no-output",
        "errors.body-has-an-error-object",
        "transport.error-is-not-an-event-stream",
    }
)
def stream_after_401(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A 401 is followed by the stream that it refuses."""
    if head.status != 401:
        return head, chunks
    frame = b'data: {"type":"response.output_text.delta","delta":"Hi"}\n\n'
    labelled = head.without("content-length").with_header("content-type", STREAM_TYPE)
    return labelled, [Chunk(frame)]
