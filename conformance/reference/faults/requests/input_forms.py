"""Faults that break requirements of `contract/requests/input_forms.py`."""

from collections.abc import Callable, Iterator

from conformance.reference.errors import wrong_type, wrong_value
from conformance.reference.fault import on_request
from conformance.reference.faults.requests.fields import Json, refusal
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def messages(request: GatewayRequest) -> Iterator[tuple[str, Json]]:
    """The messages of text in the input of a create request, each with its place.

    Pictures, and requests that are to be reasoned about, go another way.
    """
    plain = request.is_create and request.field("reasoning") is None
    given = request.field("input") if plain else None
    for i, item in enumerate(given if isinstance(given, list) else []):
        if not isinstance(item, dict) or _has_part(item, "input_image"):
            continue
        if item.get("type", "message") == "message":
            yield f"input[{i}]", item


def _refusing(
    request: GatewayRequest, member: str, wanted: str, bad: Callable[[Json], bool]
) -> GatewayRequest | GatewayResponse:
    """Refuse the first message that is ``bad``, and blame one of its members."""
    for where, message in messages(request):
        if bad(message):
            got = message.get(member)
            return refusal(wrong_type(f"{where}.{member}", wanted, got))
    return request


def _parts(message: Json) -> list[Json]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _has_part(message: Json, type_: str) -> bool:
    return any(isinstance(p, dict) and p.get("type") == type_ for p in _parts(message))


@on_request(
    breaks={
        "requests.message-array-is-accepted",
        "requests.input-text-parts-are-accepted",
    }
)
def message_array_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An input must be a text; every array of messages is refused."""
    if any(messages(request)):
        return refusal(wrong_type("input", "a string", request.field("input")))
    return request


@on_request(breaks="requests.message-array-is-accepted")
def string_content_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The content of a user message must be an array."""
    return _refusing(
        request,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "user" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.input-text-parts-are-accepted")
def input_text_parts_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Content parts must be of the chat kind "text"."""
    return _refusing(
        request, "content", "parts of text", lambda m: _has_part(m, "input_text")
    )


@on_request(breaks="requests.assistant-message-is-accepted")
def assistant_string_content_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What an assistant said must not be a plain text."""
    return _refusing(
        request,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "assistant" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.output-text-parts-are-accepted")
def output_text_parts_without_id_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message of output_text parts must have an id."""
    return _refusing(
        request, "id", "an id", lambda m: _has_part(m, "output_text") and "id" not in m
    )


@on_request(breaks="requests.assistant-message-with-id-is-accepted")
def unknown_message_id_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The id of a message in the input must be one that was given out here."""

    def foreign(message: Json) -> bool:
        id_ = message.get("id")
        return id_ is not None and gateway.store.item(id_, request.key or "") is None

    return _refusing(request, "id", "an id of this server", foreign)


@on_request(breaks="requests.system-message-is-accepted")
def system_role_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """System messages belong into instructions."""
    wanted = "one of user, assistant, developer"
    return _refusing(request, "role", wanted, lambda m: m.get("role") == "system")


@on_request(breaks="requests.developer-message-is-accepted")
def developer_role_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Developer messages are a role that the upstream does not know."""
    wanted = "one of user, assistant, system"
    return _refusing(request, "role", wanted, lambda m: m.get("role") == "developer")


@on_request(breaks="requests.unicode-is-accepted")
def right_to_left_text_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Texts with characters of another direction are refused."""
    if request.is_create and "\u05e9".encode() in request.raw:
        return refusal(wrong_value("input", "printable text", "\u05e9"))
    return request
