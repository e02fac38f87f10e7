"""Which functions a request declares and lets the model call, and which it calls."""

from collections.abc import Iterator, Mapping

from conformance.model.node import Json, Node
from conformance.model.request import Request

_ELSEWHERE = ("previous_response_id", "conversation", "prompt")


def functions(request: Request) -> Mapping[str, Json]:
    """Return the schema of each function that a request declares, by its name."""
    tools = request.field("tools")
    return {
        tool["name"]: tool.get("parameters")
        for tool in (tools if isinstance(tools, list) else [])
        if isinstance(tool, dict)
        and tool.get("type") == "function"
        and isinstance(tool.get("name"), str)
    }


def only_functions(request: Request) -> bool:
    """Say whether every declared tool, if there are any, is a well-formed function."""
    tools = request.field("tools")
    return tools is None or (
        isinstance(tools, list)
        and len(functions(request)) == len(tools)
        and all(isinstance(tool.get("parameters"), dict) for tool in tools)
    )


def all_names(request: Request) -> frozenset[str]:
    """Return every ``name`` anywhere in the declared tools, nested forms included."""
    return frozenset(_names(request.field("tools")))


def _names(value: Json) -> Iterator[str]:
    if isinstance(value, list):
        for element in value:
            yield from _names(element)
    elif isinstance(value, dict):
        if isinstance(name := value.get("name"), str):
            yield name
        for member in value.values():
            yield from _names(member)


def self_contained(request: Request) -> bool:
    """Say whether nothing that the server keeps can add to what is declared."""
    return isinstance(request.json, dict) and not any(
        request.field(name) for name in _ELSEWHERE
    )


def chosen(request: Request) -> str | None:
    """Return the name of the one function that ``tool_choice`` forces, if it does."""
    choice = request.field("tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "function":
        name = choice.get("name")
        return name if isinstance(name, str) else None
    return None


def calls_in(response: Node) -> list[Node]:
    """Return the function calls of a response, none where its output is no array."""
    output = response.get("output")
    items = list(output) if output is not None and output.is_a(list) else []
    return [item for item in items if _is_call(item)]


def _is_call(item: Node) -> bool:
    type_ = item.get("type")
    return type_ is not None and type_.value == "function_call"
