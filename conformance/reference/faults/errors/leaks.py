"""Faults that break requirements of `contract/errors/leaks.py`."""

from conformance.reference.fault import on_reply
from conformance.reference.faults.errors.envelope import change_401, is_repeated_input
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

_SECRET_URL = (
    "https://upstream.example/v1beta/models?key=AIzaSyD4x9Q2m7Lk0Vb3Nc8Rt5Yw1Zp6Hs2Jf"  # noqa: S105 -- an invented key
)


_TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "/app/gateway/handlers.py", line 212, in create\n'
    "KeyError: 'role'"
)


@on_reply(breaks="errors.api-key-is-not-leaked")
def upstream_key_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the upstream's URL with a key."""
    return change_401(reply, message=f"Cannot reach {_SECRET_URL}")


@on_reply(breaks="errors.api-key-is-not-leaked")
def upstream_header_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the `Authorization` header for the upstream."""
    header = "Authorization: Bearer 9f8e7d6c5b4a39281706f5e4"
    return change_401(reply, message=f"The upstream refused {header}")


@on_reply(breaks="errors.stack-trace-is-not-leaked")
def traceback_leaked(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 400 is a Python traceback."""
    if not is_repeated_input(request) or not reply.is_rejection:
        return reply
    error = {**reply.payload["error"], "message": _TRACEBACK}
    return reply.with_payload({"error": error})


@on_reply(breaks="errors.stack-trace-is-not-leaked")
def source_line_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains a source file and line number."""
    return change_401(reply, message="relay/channel/auth.go:118: token is nil")


@on_reply(breaks="errors.database-details-are-not-leaked")
def sql_leaked(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The message of a 401 contains an SQL query."""
    query = "SELECT * FROM tokens WHERE deleted_at IS NULL"
    return change_401(reply, message=f"record not found: {query}")


@on_reply(breaks="errors.database-details-are-not-leaked")
def key_table_name_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the name of the key table."""
    message = "Unable to find token in cache or `Gateway_VerificationTokenTable`"
    return change_401(reply, message=message)


@on_reply(breaks="errors.internal-address-is-not-leaked")
def upstream_address_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the upstream's private address."""
    return change_401(reply, message="dial tcp 10.0.0.5:18182: connection refused")


@on_reply(breaks="errors.internal-address-is-not-leaked")
def upstream_url_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the upstream's URL."""
    url = "https://api.upstream.example/v1/chat/completions"
    return change_401(reply, message=f"POST {url} failed")


@on_reply(breaks="errors.body-size-is-bounded")
def error_body_unbounded(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 400 repeats its explanation 2,000 times."""
    if not is_repeated_input(request) or not reply.is_rejection:
        return reply
    error = reply.payload["error"]
    explanations = [f"{error['message']} ({n})" for n in range(2_000)]
    return reply.with_payload({"error": {**error, "message": " ".join(explanations)}})


@on_reply(breaks="errors.prompt-is-not-echoed")
def prompt_echoed_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 400 contains the complete input."""
    if not is_repeated_input(request) or not reply.is_rejection:
        return reply
    error = reply.payload["error"]
    message = f"{error['message']} Input: {request.field('input')}"
    return reply.with_payload({"error": {**error, "message": message}})
