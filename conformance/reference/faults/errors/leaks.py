"""Faults that break requirements of `contract/errors/leaks.py`."""

from conformance.reference.fault import on_reply
from conformance.reference.faults.errors.envelope import barred, is_crowded
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

_SECRET_URL = (
    "https://upstream.example/v1beta/models?key=AIzaSyD4x9Q2m7Lk0Vb3Nc8Rt5Yw1Zp6Hs2Jf"  # noqa: S105 -- nobody's
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
    """The message has the upstream's URL, and the key in it."""
    return barred(reply, message=f"Cannot reach {_SECRET_URL}")


@on_reply(breaks="errors.api-key-is-not-leaked")
def upstream_header_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message has the header that was sent to the upstream."""
    sent = "Authorization: Bearer 9f8e7d6c5b4a39281706f5e4"
    return barred(reply, message=f"The upstream refused {sent}")


@on_reply(breaks="errors.stack-trace-is-not-leaked")
def traceback_leaked(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 400 is the exception, with all its lines."""
    if not is_crowded(request) or not reply.is_rejection:
        return reply
    error = {**reply.payload["error"], "message": _TRACEBACK}
    return reply.with_payload({"error": error})


@on_reply(breaks="errors.stack-trace-is-not-leaked")
def source_line_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message names the line of the source that raised it."""
    return barred(reply, message="relay/channel/auth.go:118: token is nil")


@on_reply(breaks="errors.database-details-are-not-leaked")
def sql_leaked(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The message is the query that found no key."""
    query = "SELECT * FROM tokens WHERE deleted_at IS NULL"
    return barred(reply, message=f"record not found: {query}")


@on_reply(breaks="errors.database-details-are-not-leaked")
def key_table_name_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message names the table of keys."""
    message = "Unable to find token in cache or `Gateway_VerificationTokenTable`"
    return barred(reply, message=message)


@on_reply(breaks="errors.internal-address-is-not-leaked")
def upstream_address_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message tells which address could not be reached."""
    return barred(reply, message="dial tcp 10.0.0.5:18182: connection refused")


@on_reply(breaks="errors.internal-address-is-not-leaked")
def upstream_url_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message tells where the request was sent on to."""
    url = "https://api.upstream.example/v1/chat/completions"
    return barred(reply, message=f"POST {url} failed")


@on_reply(breaks="errors.body-size-is-bounded")
def error_body_unbounded(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each of many alike mistakes is explained anew."""
    if not is_crowded(request) or not reply.is_rejection:
        return reply
    error = reply.payload["error"]
    told = [f"{error['message']} ({n})" for n in range(2_000)]
    return reply.with_payload({"error": {**error, "message": " ".join(told)}})


@on_reply(breaks="errors.prompt-is-not-echoed")
def prompt_echoed_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The refusal quotes the whole input."""
    if not is_crowded(request) or not reply.is_rejection:
        return reply
    error = reply.payload["error"]
    message = f"{error['message']} Input: {request.field('input')}"
    return reply.with_payload({"error": {**error, "message": message}})
