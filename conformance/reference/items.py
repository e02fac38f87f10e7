"""The rules of ``input``: a text, or an array of items in every accepted form."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.errors import ApiError, missing, wrong_type, wrong_value

Json = Any

ROLES: Final = ("user", "assistant", "system", "developer")

TEXT_OF_PART: Final[Mapping[str, str | None]] = {
    "input_text": "text",
    "output_text": "text",
    "text": "text",
    "summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
    "input_image": None,  # accepted, and not looked at
    "input_file": None,
}
"""The member of each kind of content part that holds its text."""


def to_items(given: Json) -> tuple[Json, ...]:
    """Check ``input`` and return it as items.

    Absent, null and the empty text or array all mean that nothing is said; the
    page makes ``input`` optional. Raises `Refused` (400) that names the place.
    """
    if given is None or given == "":
        return ()
    if isinstance(given, str):
        return (message("user", given),)
    if not isinstance(given, list):
        raise wrong_type("input", "a string or an array", given)
    for i, item in enumerate(given):
        _check_item(item, f"input[{i}]")
    return tuple(given)


def message(role: str, text: str) -> Json:
    """A message of one plain text."""
    return {"type": "message", "role": role, "content": text}


def kind(item: Json) -> str:
    """The type of an item; a message may leave it out."""
    return item.get("type") or "message"


def text_of(content: Json) -> str:
    """The text of a content: a string as it is, parts joined by line breaks."""
    if isinstance(content, str):
        return content
    texts = []
    for part in content or []:
        member = TEXT_OF_PART.get(part.get("type"))
        if member is not None:
            texts.append(part[member])
    return "\n".join(texts)


def _check_item(item: Json, where: str) -> None:
    if not isinstance(item, dict):
        raise wrong_type(where, "an object", item)
    type_ = item.get("type")
    if type_ is None:
        if item.get("role") is None:
            raise missing(f"{where}.type")
        type_ = "message"
    if not isinstance(type_, str):
        raise wrong_type(f"{where}.type", "a string", type_)
    check = _CHECKS.get(type_)
    if check is None:
        raise wrong_value(f"{where}.type", "one of " + ", ".join(_CHECKS), type_)
    check(item, where)


def _check_message(item: Json, where: str) -> None:
    role = _text(item, "role", where)
    if role not in ROLES:
        raise wrong_value(f"{where}.role", "one of " + ", ".join(ROLES), role)
    _check_content(item, "content", where)


def _check_content(item: Json, name: str, where: str) -> None:
    here = f"{where}.{name}"
    content = item.get(name)
    if content is None:
        raise missing(here)
    if isinstance(content, str):
        return
    if not isinstance(content, list):
        raise wrong_type(here, "a string or an array", content)
    for i, part in enumerate(content):
        _check_part(part, f"{here}[{i}]")


def _check_part(part: Json, where: str) -> None:
    if not isinstance(part, dict):
        raise wrong_type(where, "an object", part)
    type_ = _text(part, "type", where)
    if type_ not in TEXT_OF_PART:
        wanted = "one of " + ", ".join(TEXT_OF_PART)
        raise wrong_value(f"{where}.type", wanted, type_)
    member = TEXT_OF_PART[type_]
    if member is not None:
        _text(part, member, where)


def _check_call(item: Json, where: str) -> None:
    for name in ("call_id", "name", "arguments"):
        _text(item, name, where)


def _check_result(item: Json, where: str) -> None:
    _text(item, "call_id", where)
    _check_content(item, "output", where)


def _check_reasoning(item: Json, where: str) -> None:
    for name in ("summary", "content"):
        parts = item.get(name)
        if parts is not None and not isinstance(parts, list):
            raise wrong_type(f"{where}.{name}", "an array", parts)
        for i, part in enumerate(parts or []):
            _check_part(part, f"{where}.{name}[{i}]")


def _check_reference(item: Json, where: str) -> None:
    _text(item, "id", where)


def _text(parent: Json, name: str, where: str) -> str:
    value = parent.get(name)
    here = f"{where}.{name}"
    if value is None:
        raise missing(here)
    if not isinstance(value, str):
        raise wrong_type(here, "a string", value)
    return value


_CHECKS: Final[Mapping[str, Callable[[Json, str], None]]] = {
    "message": _check_message,
    "function_call": _check_call,
    "function_call_output": _check_result,
    "reasoning": _check_reasoning,
    "item_reference": _check_reference,
}


def check_calls_answered(items: tuple[Json, ...], earlier: tuple[Json, ...]) -> None:
    """Refuse the result of a call that is nowhere in the conversation."""
    calls = {i["call_id"] for i in earlier if kind(i) == "function_call"}
    for n, item in enumerate(items):
        if kind(item) == "function_call":
            calls.add(item["call_id"])
        elif kind(item) == "function_call_output" and item["call_id"] not in calls:
            raise ApiError(
                400,
                "No tool call found for this function call output.",
                param=f"input[{n}].call_id",
                code="no_such_call",
            )
