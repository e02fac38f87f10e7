"""Faults that break requirements of `contract/auth/credentials.py`."""

from dataclasses import replace

from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest

ENDPOINT = "/v1/responses"


def _accept(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Return the request with the gateway's first valid key, so that it is accepted."""
    return request.with_header("authorization", f"Bearer {gateway.keys['first']}")


def read_token(request: GatewayRequest) -> str:
    """Return the credential in the Authorization header."""
    return request.headers.get("authorization", "").rpartition(" ")[2]


def _has_bearer_token(request: GatewayRequest) -> bool:
    """Return whether the Authorization header has the scheme `Bearer`."""
    return request.headers.get("authorization", "").startswith("Bearer ")


@on_request(breaks="auth.missing-key-is-refused")
def empty_bearer_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The header `Authorization: Bearer` without a key is accepted."""
    is_empty = request.headers.get("authorization", "").strip().lower() == "bearer"
    return _accept(request, gateway) if is_empty else request


@on_request(
    breaks={
        "auth.missing-key-is-refused",
        "auth.key-in-query-is-refused",
        "auth.key-in-body-is-refused",
    }
)
def missing_key_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A request without an `Authorization` header is accepted."""
    return request if "authorization" in request.headers else _accept(request, gateway)


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
    """Every bearer token is accepted."""
    return (
        _accept(request, gateway)
        if _has_bearer_token(request) and not request.key
        else request
    )


@on_request(breaks="auth.wrong-key-is-refused")
def any_key_accepted_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A request with `stream` is accepted with any token that starts with `sk-`."""
    is_unknown_key = read_token(request).startswith("sk-") and request.key is None
    return (
        _accept(request, gateway)
        if request.wants_stream and is_unknown_key
        else request
    )


@on_request(breaks="auth.altered-key-is-refused")
def key_prefix_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A prefix of a valid key is accepted if it has more than eight characters."""
    token = read_token(request)
    is_prefix = len(token) > 8 and gateway.keys["first"].startswith(token)
    return (
        _accept(request, gateway)
        if is_prefix and _has_bearer_token(request)
        else request
    )


@on_request(breaks="auth.altered-key-is-refused")
def extended_key_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A valid key followed by other characters is accepted."""
    matches = read_token(request).startswith(gateway.keys["first"])
    return (
        _accept(request, gateway) if matches and _has_bearer_token(request) else request
    )


@on_request(breaks="auth.key-is-case-sensitive")
def key_case_ignored(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Keys are compared case-insensitively."""
    matches = read_token(request).lower() == gateway.keys["first"].lower()
    return (
        _accept(request, gateway) if matches and _has_bearer_token(request) else request
    )


@on_request(breaks="auth.other-scheme-is-refused")
def any_scheme_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A valid key is accepted with any scheme."""
    matches = read_token(request) == gateway.keys["first"]
    return _accept(request, gateway) if matches else request


@on_request(breaks="auth.key-in-query-is-refused")
def key_in_query_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A valid key in the query parameter `api_key` is accepted."""
    matches = request.query.get("api_key") == gateway.keys["first"]
    return _accept(request, gateway) if matches else request


@on_request(breaks="auth.key-in-body-is-refused")
def key_in_body_accepted(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A valid key in the body field `api_key` is accepted."""
    matches = request.field("api_key") == gateway.keys["first"]
    return _accept(request, gateway) if matches else request


@on_request(breaks="auth.path-alias-requires-the-key")
def trailing_slash_unauthenticated(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A request to `/v1/responses/`, with a trailing slash, needs no key."""
    if request.path != f"{ENDPOINT}/":
        return request
    return _accept(replace(request, path=ENDPOINT), gateway)


@on_request(breaks="auth.path-alias-requires-the-key")
def unversioned_path_unauthenticated(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A request to `/responses`, without `/v1`, needs no key."""
    if request.path != "/responses":
        return request
    return _accept(replace(request, path=ENDPOINT), gateway)


@on_request(breaks="auth.scheme-is-case-insensitive")
def lowercase_bearer_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The scheme `bearer` in lower case is rejected."""
    is_lowercase = request.headers.get("authorization", "").startswith("bearer ")
    return request.without_header("authorization") if is_lowercase else request
