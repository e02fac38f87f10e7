"""Rules for ``input``: a string, or an array of items in every accepted form."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.errors import ApiError, missing, wrong_type, wrong_value

Json = Any

ROLES: Final = ("user", "assistant", "system", "developer")

TEXT_FIELDS: Final[Mapping[str, str | None]] = {
    "input_text": "text",
    "output_text": "text",
    "text": "text",
    "summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
    "input_image": None,  # accepted and ignored
    "input_file": None,
}
"""Type of a content part to the field with its text; None if it has no text."""


def to_items(input_: Json) -> tuple[Json, ...]:
    """Validate ``input`` and return its items; a string becomes one user message.

    ``input`` is optional in the API document, so a missing or empty one has no items.
    Raises `ApiError` (400) with the path of the first invalid field.
    """
    if input_ is None or input_ == "":
        return ()
    if isinstance(input_, str):
        return ({"type": "message", "role": "user", "content": input_},)
    if not isinstance(input_, list):
        raise wrong_type("input", "a string or an array", input_)
    for i, item in enumerate(input_):
        _check_item(item, f"input[{i}]")
    return tuple(input_)


def item_type(item: Json) -> str:
    """Return the type of an item; an item without a type is a message."""
    return item.get("type") or "message"


def content_text(content: Json) -> str:
    """Return the text of an item's content, which is a string or an array of parts.

    The texts of parts are joined by line breaks.
    """
    if isinstance(content, str):
        return content
    texts = []
    for part in content or []:
        field = TEXT_FIELDS.get(part.get("type"))
        if field is not None:
            texts.append(part[field])
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
    role = _required_string(item, "role", where)
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
    type_ = _required_string(part, "type", where)
    if type_ not in TEXT_FIELDS:
        expected = "one of " + ", ".join(TEXT_FIELDS)
        raise wrong_value(f"{where}.type", expected, type_)
    field = TEXT_FIELDS[type_]
    if field is not None:
        _required_string(part, field, where)


def _check_call(item: Json, where: str) -> None:
    for name in ("call_id", "name", "arguments"):
        _required_string(item, name, where)


def _check_call_output(item: Json, where: str) -> None:
    _required_string(item, "call_id", where)
    _check_content(item, "output", where)


def _check_reasoning(item: Json, where: str) -> None:
    for name in ("summary", "content"):
        parts = item.get(name)
        if parts is not None and not isinstance(parts, list):
            raise wrong_type(f"{where}.{name}", "an array", parts)
        for i, part in enumerate(parts or []):
            _check_part(part, f"{where}.{name}[{i}]")


def _check_reference(item: Json, where: str) -> None:
    _required_string(item, "id", where)


def _required_string(parent: Json, name: str, where: str) -> str:
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
    "function_call_output": _check_call_output,
    "reasoning": _check_reasoning,
    "item_reference": _check_reference,
}
"""The function that validates an item, by the type of the item."""


def check_tool_outputs(items: tuple[Json, ...], earlier: tuple[Json, ...]) -> None:
    """Raise `ApiError` for a tool output whose call does not precede it.

    ``items`` are those of the request, ``earlier`` those of earlier turns.
    """
    call_ids = {i["call_id"] for i in earlier if item_type(i) == "function_call"}
    for index, item in enumerate(items):
        if item_type(item) == "function_call":
            call_ids.add(item["call_id"])
        elif (
            item_type(item) == "function_call_output"
            and item["call_id"] not in call_ids
        ):
            raise ApiError(
                400,
                "No tool call found for this function call output.",
                param=f"input[{index}].call_id",
                code="no_such_call",
            )
