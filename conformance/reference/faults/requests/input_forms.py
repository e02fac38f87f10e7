"""Faults that break requirements of `contract/requests/input_forms.py`."""

from collections.abc import Callable, Iterator

from conformance.reference.errors import wrong_type, wrong_value
from conformance.reference.fault import on_request
from conformance.reference.faults.requests.fields import Json, refusal
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


def messages(asked: GatewayRequest) -> Iterator[tuple[str, Json]]:
    """The messages of text in the input of a create request, each with its place.

    Pictures, and requests that are to be reasoned about, go another way.
    """
    plain = asked.is_create and asked.field("reasoning") is None
    given = asked.field("input") if plain else None
    for i, item in enumerate(given if isinstance(given, list) else []):
        if not isinstance(item, dict) or _has_part(item, "input_image"):
            continue
        if item.get("type", "message") == "message":
            yield f"input[{i}]", item


def _refusing(
    asked: GatewayRequest, member: str, wanted: str, bad: Callable[[Json], bool]
) -> GatewayRequest | GatewayResponse:
    """Refuse the first message that is ``bad``, and blame one of its members."""
    for where, message in messages(asked):
        if bad(message):
            got = message.get(member)
            return refusal(wrong_type(f"{where}.{member}", wanted, got))
    return asked


def _parts(message: Json) -> list[Json]:
    content = message.get("content")
    return content if isinstance(content, list) else []


def _has_part(message: Json, type_: str) -> bool:
    return any(isinstance(p, dict) and p.get("type") == type_ for p in _parts(message))


@on_request(breaks={"requests.messages-accepted", "requests.input-parts-accepted"})
def text_input_alone(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An input must be a text; every array of messages is refused."""
    if any(messages(asked)):
        return refusal(wrong_type("input", "a string", asked.field("input")))
    return asked


@on_request(breaks="requests.messages-accepted")
def content_parts_alone(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The content of a user message must be an array."""
    return _refusing(
        asked,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "user" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.input-parts-accepted")
def chat_part_names_alone(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Content parts must be of the chat kind "text"."""
    return _refusing(
        asked, "content", "parts of text", lambda m: _has_part(m, "input_text")
    )


@on_request(breaks="requests.assistant-messages-accepted")
def assistant_text_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What an assistant said must not be a plain text."""
    return _refusing(
        asked,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "assistant" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.output-parts-accepted")
def output_parts_need_an_id(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message of output_text parts must have an id."""
    return _refusing(
        asked, "id", "an id", lambda m: _has_part(m, "output_text") and "id" not in m
    )


@on_request(breaks="requests.output-items-accepted")
def foreign_ids_looked_up(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The id of a message in the input must be one that was given out here."""

    def foreign(message: Json) -> bool:
        id_ = message.get("id")
        return id_ is not None and gateway.store.item(id_, asked.key or "") is None

    return _refusing(asked, "id", "an id of this server", foreign)


@on_request(breaks="requests.system-messages-accepted")
def system_role_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """System messages belong into instructions."""
    wanted = "one of user, assistant, developer"
    return _refusing(asked, "role", wanted, lambda m: m.get("role") == "system")


@on_request(breaks="requests.developer-messages-accepted")
def developer_role_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Developer messages are a role that the upstream does not know."""
    wanted = "one of user, assistant, system"
    return _refusing(asked, "role", wanted, lambda m: m.get("role") == "developer")


@on_request(breaks="requests.unicode-accepted")
def right_to_left_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Texts with characters of another direction are refused."""
    if asked.is_create and "\u05e9".encode() in asked.raw:
        return refusal(wrong_value("input", "printable text", "\u05e9"))
    return asked
