"""Faults of what is served: forms of a request that a gateway fails to take."""

from collections.abc import Callable, Iterator
from typing import Any

from conformance.reference.errors import Refused, missing, wrong_type, wrong_value
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

Json = Any


def refusal(refused: Refused) -> Reply:
    """The reply to a request that is refused."""
    return Reply(refused.status, payload=refused.envelope())


def messages(asked: Asked) -> Iterator[tuple[str, Json]]:
    """The messages of text in the input of a create request, each with its place.

    Pictures, and requests that are to be reasoned about, go another way.
    """
    plain = asked.creates and asked.member("reasoning") is None
    given = asked.member("input") if plain else None
    for i, item in enumerate(given if isinstance(given, list) else []):
        if not isinstance(item, dict) or _has_part(item, "input_image"):
            continue
        if item.get("type", "message") == "message":
            yield f"input[{i}]", item


def _refusing(
    asked: Asked, member: str, wanted: str, bad: Callable[[Json], bool]
) -> Asked | Reply:
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
def text_input_alone(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """An input must be a text; every array of messages is refused."""
    if any(messages(asked)):
        return refusal(wrong_type("input", "a string", asked.member("input")))
    return asked


@on_request(breaks="requests.messages-accepted")
def content_parts_alone(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """The content of a user message must be an array."""
    return _refusing(
        asked,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "user" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.input-parts-accepted")
def chat_part_names_alone(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Content parts must be of the chat kind "text"."""
    return _refusing(
        asked, "content", "parts of text", lambda m: _has_part(m, "input_text")
    )


@on_request(breaks="requests.assistant-messages-accepted")
def assistant_text_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """What an assistant said must not be a plain text."""
    return _refusing(
        asked,
        "content",
        "an array of parts",
        lambda m: m.get("role") == "assistant" and isinstance(m.get("content"), str),
    )


@on_request(breaks="requests.output-parts-accepted")
def output_parts_need_an_id(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A message of output_text parts must have an id."""
    return _refusing(
        asked, "id", "an id", lambda m: _has_part(m, "output_text") and "id" not in m
    )


@on_request(breaks="requests.output-items-accepted")
def foreign_ids_looked_up(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """The id of a message in the input must be one that was given out here."""

    def foreign(message: Json) -> bool:
        id_ = message.get("id")
        return id_ is not None and gateway.store.item(id_, asked.key or "") is None

    return _refusing(asked, "id", "an id of this server", foreign)


@on_request(breaks="requests.system-messages-accepted")
def system_role_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """System messages belong into instructions."""
    wanted = "one of user, assistant, developer"
    return _refusing(asked, "role", wanted, lambda m: m.get("role") == "system")


@on_request(breaks="requests.developer-messages-accepted")
def developer_role_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Developer messages are a role that the upstream does not know."""
    wanted = "one of user, assistant, system"
    return _refusing(asked, "role", wanted, lambda m: m.get("role") == "developer")


@on_request(breaks="requests.unicode-accepted")
def right_to_left_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Texts with characters of another direction are refused."""
    if asked.creates and "\u05e9".encode() in asked.raw:
        return refusal(wrong_value("input", "printable text", "\u05e9"))
    return asked


@on_request(breaks="requests.page-members-accepted")
def truncation_unheard_of(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """The member truncation is refused as unknown."""
    return _unknown(asked, "truncation", lambda value: value == "disabled")


@on_request(breaks="requests.family-members-accepted")
def metadata_unheard_of(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """The member metadata is refused as unknown."""
    return _unknown(asked, "metadata", lambda value: value == {"purpose": "test"})


def _unknown(asked: Asked, name: str, bad: Callable[[Json], bool]) -> Asked | Reply:
    if asked.creates and asked.member(name) is not None and bad(asked.member(name)):
        message = f"Unknown parameter: '{name}'."
        return refusal(Refused(400, message, param=name, code="unknown_parameter"))
    return asked


@on_request(breaks="requests.charset-accepted")
def media_type_compared_whole(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A content type with a parameter is not application/json."""
    if asked.creates and ";" in asked.headers.get("content-type", ""):
        message = "Unsupported content type."
        return refusal(Refused(415, message, code="unsupported_content_type"))
    return asked


@on_request(breaks="requests.whole-numbers-accepted")
def numbers_need_a_fraction(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """An integer is no temperature."""
    given = asked.member("temperature")
    if asked.creates and type(given) is int and given >= 0:
        return refusal(wrong_type("temperature", "a number", given))
    return asked


def _null_refused(asked: Asked, *members: str) -> Asked | Reply:
    body = asked.body if asked.creates and isinstance(asked.body, dict) else {}
    for name in members:
        if name in body and body[name] is None:
            return refusal(wrong_type(name, "a value", None))
    return asked


@on_request(breaks="requests.null-means-absent")
def null_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Null is checked against the types of temperature and top_p."""
    return _null_refused(asked, "temperature", "top_p")


@on_request(breaks="requests.null-tools-mean-absent")
def null_tools_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Tools must be an array, even where there are none."""
    return _null_refused(asked, "tools")


@on_request(breaks="errors.never-a-server-error")
def null_crashes(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A cap of null ends in a server error."""
    if isinstance(_null_refused(asked, "max_output_tokens"), Reply):
        refused = Refused(500, "Internal server error.", code="internal_error")
        return refusal(refused)
    return asked


@on_request(breaks="requests.input-optional", profiles={"newapi"})
def input_required(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """A request without input is refused."""
    if asked.creates and isinstance(asked.body, dict) and "input" not in asked.body:
        return refusal(missing("input"))
    return asked


@on_request(breaks="requests.chat-cap-not-dropped")
def chat_cap_dropped(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """The chat parameter max_tokens is passed over."""
    dropped = asked.creates and asked.member("max_tokens") is not None
    return asked.without_members("max_tokens") if dropped else asked


@on_request(breaks="requests.instructions-optional")
def instructions_required(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """A good request without instructions is refused."""
    lacks = asked.creates and asked.member("instructions") is None
    if lacks and not gateway.answer(asked).refused:
        return refusal(missing("instructions"))
    return asked
