"""Faults that break requirements of `contract/requests/input_forms.py`."""

from collections.abc import Callable, Iterator

from conformance.reference.errors import wrong_type, wrong_value
from conformance.reference.fault import on_request
from conformance.reference.faults.requests.fields import Json, error_response
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def messages(request: GatewayRequest) -> Iterator[tuple[str, Json]]:
    """Yield path and value of each message without images in a create request's input.

    Yields nothing if the request has `reasoning`. So faults that use this function do
    not break requirements about images or reasoning.
    """
    is_eligible = request.is_create and request.field("reasoning") is None
    items = request.field("input") if is_eligible else None
    for i, item in enumerate(items if isinstance(items, list) else []):
        if not isinstance(item, dict) or _has_part(item, "input_image"):
            continue
        if item.get("type", "message") == "message":
            yield f"input[{i}]", item


def _reject_messages(
    request: GatewayRequest,
    field: str,
    expected: str,
    is_rejected: Callable[[Json], bool],
) -> GatewayRequest | GatewayResponse:
    """Reject the first matching message with an error that names ``field``."""
    for path, message in messages(request):
        if is_rejected(message):
            error = wrong_type(f"{path}.{field}", expected, message.get(field))
            return error_response(error)
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
    """An `input` that is an array of messages is rejected."""
    if any(messages(request)):
        return error_response(wrong_type("input", "a string", request.field("input")))
    return request


@on_request(breaks="requests.message-array-is-accepted")
def string_content_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A user message whose `content` is a string is rejected."""
    return _reject_messages(
        request,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "user" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.input-text-parts-are-accepted")
def input_text_parts_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Content parts of the type `input_text` are rejected."""
    return _reject_messages(
        request, "content", "parts of text", lambda m: _has_part(m, "input_text")
    )


@on_request(breaks="requests.assistant-message-is-accepted")
def assistant_string_content_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An assistant message whose `content` is a string is rejected."""
    return _reject_messages(
        request,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "assistant" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.output-text-parts-are-accepted")
def output_text_parts_without_id_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message with `output_text` parts and no `id` is rejected."""
    return _reject_messages(
        request, "id", "an id", lambda m: _has_part(m, "output_text") and "id" not in m
    )


@on_request(breaks="requests.assistant-message-with-id-is-accepted")
def unknown_message_id_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message with an `id` that the gateway has not created is rejected."""

    def has_unknown_id(message: Json) -> bool:
        id_ = message.get("id")
        return id_ is not None and gateway.store.item(id_, request.key or "") is None

    return _reject_messages(request, "id", "an id of this server", has_unknown_id)


@on_request(breaks="requests.system-message-is-accepted")
def system_role_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message with the role `system` is rejected."""
    expected = "one of user, assistant, developer"
    return _reject_messages(
        request, "role", expected, lambda m: m.get("role") == "system"
    )


@on_request(breaks="requests.developer-message-is-accepted")
def developer_role_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message with the role `developer` is rejected."""
    expected = "one of user, assistant, system"
    return _reject_messages(
        request, "role", expected, lambda m: m.get("role") == "developer"
    )


@on_request(breaks="requests.unicode-is-accepted")
def right_to_left_text_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Input with characters of a right-to-left script is rejected."""
    if request.is_create and "\u05e9".encode() in request.raw:
        return error_response(wrong_value("input", "printable text", "\u05e9"))
    return request
