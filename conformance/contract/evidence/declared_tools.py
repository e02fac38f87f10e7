"""Tools of a request: declared functions, forced function, and resulting calls."""

from collections.abc import Iterator, Mapping

from conformance.model.node import Json, Node
from conformance.model.request import Request

_SERVER_STATE_FIELDS = ("previous_response_id", "conversation", "prompt")
"""Request fields that refer to something stored on the server."""


def declared_functions(request: Request) -> Mapping[str, Json]:
    """Return the parameter schema of each function that a request declares, by name."""
    tools = request.field("tools")
    return {
        tool["name"]: tool.get("parameters")
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict)
        and tool.get("type") == "function"
        and isinstance(tool.get("name"), str)
    }


def has_only_functions(request: Request) -> bool:
    """Return whether all declared tools are well-formed functions.

    Returns ``True`` if the request has no ``tools``.
    """
    tools = request.field("tools")
    return tools is None or (
        isinstance(tools, list)
        and len(declared_functions(request)) == len(tools)
        and all(isinstance(tool.get("parameters"), dict) for tool in tools)
    )


def all_names(request: Request) -> frozenset[str]:
    """Return every ``name`` in the declared tools, at any depth."""
    return frozenset(_names(request.field("tools")))


def _names(value: Json) -> Iterator[str]:
    """Yield every string ``name`` in a JSON value, at any depth."""
    if isinstance(value, list):
        for element in value:
            yield from _names(element)
    elif isinstance(value, dict):
        if isinstance(name := value.get("name"), str):
            yield name
        for nested in value.values():
            yield from _names(nested)


def is_self_contained(request: Request) -> bool:
    """Return whether a request refers to no stored state, which may declare tools."""
    return isinstance(request.json, dict) and not any(
        request.field(name) for name in _SERVER_STATE_FIELDS
    )


def forced_function(request: Request) -> str | None:
    """Return the name of the function that ``tool_choice`` forces, or ``None``."""
    choice = request.field("tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "function":
        name = choice.get("name")
        return name if isinstance(name, str) else None
    return None


def calls_in(response: Node) -> list[Node]:
    """Return the function calls of a response; none if ``output`` is not an array."""
    output = response.get("output")
    items = list(output) if output is not None and output.is_a(list) else []
    return [item for item in items if _is_call(item)]


def _is_call(item: Node) -> bool:
    type_ = item.get("type")
    return type_ is not None and type_.value == "function_call"
