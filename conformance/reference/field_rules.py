"""The rules of the single members of a create request.

A rule takes a value, its name and the profile, returns nothing and raises
`Refused`. It never sees null: for every optional member null means absent.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.errors import ApiError, missing, wrong_type, wrong_value
from conformance.reference.profiles import Profile

Json = Any
Rule = Callable[[Json, str, Profile], None]


def is_string(value: Json, where: str, _profile: Profile) -> None:
    """Any text, the empty one included."""
    if not isinstance(value, str):
        raise wrong_type(where, "a string", value)


def is_boolean(value: Json, where: str, _profile: Profile) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise wrong_type(where, "a boolean", value)


def is_object(value: Json, where: str, _profile: Profile) -> None:
    """Any object."""
    if not isinstance(value, dict):
        raise wrong_type(where, "an object", value)


def is_array(value: Json, where: str, _profile: Profile) -> None:
    """Any array."""
    if not isinstance(value, list):
        raise wrong_type(where, "an array", value)


def one_of(*choices: str) -> Rule:
    """One of a few words."""

    def rule(value: Json, where: str, profile: Profile) -> None:
        is_string(value, where, profile)
        if value not in choices:
            raise wrong_value(where, "one of " + ", ".join(choices), value)

    return rule


def number(low: float, high: float) -> Rule:
    """A number between two others, both allowed."""

    def rule(value: Json, where: str, _profile: Profile) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(where, "a number", value)
        if not low <= value <= high:
            raise wrong_value(where, f"a number from {low:g} to {high:g}", value)

    return rule


def integer(low: int, high: int | None = None) -> Rule:
    """A whole number; ``16.0`` is one (JSON has no other integers), ``true`` is not."""
    wanted = f"an integer of at least {low}"

    def rule(value: Json, where: str, _profile: Profile) -> None:
        whole = isinstance(value, float) and value.is_integer()
        if isinstance(value, bool) or not (isinstance(value, int) or whole):
            raise wrong_type(where, "an integer", value)
        if value < low or (high is not None and value > high):
            bound = wanted if high is None else f"{wanted} and at most {high}"
            raise wrong_value(where, bound, value)

    return rule


def is_reasoning(value: Json, where: str, profile: Profile) -> None:
    """An object with an optional ``effort`` and an optional ``summary``."""
    is_object(value, where, profile)
    if value.get("effort") is not None:
        one_of(*profile.efforts)(value["effort"], f"{where}.effort", profile)
    if value.get("summary") is not None:
        rule = one_of(*profile.summaries) if profile.summaries else is_string
        rule(value["summary"], f"{where}.summary", profile)


def is_metadata(value: Json, where: str, profile: Profile) -> None:
    """An object whose values are texts."""
    is_object(value, where, profile)
    for name, text in value.items():
        is_string(text, f"{where}.{name}", profile)


def is_text(value: Json, where: str, profile: Profile) -> None:
    """An object with an optional ``format`` and an optional ``verbosity``."""
    is_object(value, where, profile)
    if value.get("verbosity") is not None:
        one_of("low", "medium", "high")(
            value["verbosity"], f"{where}.verbosity", profile
        )
    form = value.get("format")
    if form is None:
        return
    where = f"{where}.format"
    is_object(form, where, profile)
    required(form, "type", where, one_of("text", "json_object", "json_schema"), profile)
    if form["type"] == "json_schema":
        required(form, "name", where, is_string, profile)
        required(form, "schema", where, is_object, profile)


def is_tools(value: Json, where: str, profile: Profile) -> None:
    """An array of function tools; a tool that we cannot run is refused by its type."""
    is_array(value, where, profile)
    for i, tool in enumerate(value):
        here = f"{where}[{i}]"
        is_object(tool, here, profile)
        required(tool, "type", here, is_string, profile)
        if tool["type"] != "function":
            raise wrong_value(f"{here}.type", "'function'", tool["type"])
        required(tool, "name", here, is_name, profile)
        for name, rule in _TOOL_MEMBERS.items():
            if tool.get(name) is not None:
                rule(tool[name], f"{here}.{name}", profile)


def is_parameters(value: Json, where: str, profile: Profile) -> None:
    """A JSON Schema of an object; what it says about the members is not judged."""
    is_object(value, where, profile)
    if value.get("type", "object") != "object":
        raise wrong_value(f"{where}.type", "'object'", value["type"])
    if value.get("properties") is not None:
        is_object(value["properties"], f"{where}.properties", profile)


def is_name(value: Json, where: str, profile: Profile) -> None:
    """A text that is not empty."""
    is_string(value, where, profile)
    if not value:
        raise wrong_value(where, "a name", value)


def is_include(value: Json, where: str, profile: Profile) -> None:
    """An array of words; those that we do not know ask for nothing."""
    is_array(value, where, profile)
    for i, word in enumerate(value):
        is_string(word, f"{where}[{i}]", profile)


def required(parent: Json, name: str, where: str, rule: Rule, profile: Profile) -> None:
    """Apply a rule to a member that must be there."""
    here = f"{where}.{name}" if where else name
    if parent.get(name) is None:
        raise missing(here)
    rule(parent[name], here, profile)


def refused_with(advice: str) -> Rule:
    """A member that we know and do not serve: ignoring it would be a lie."""

    def rule(value: Json, where: str, _profile: Profile) -> None:
        if value is not False:
            raise ApiError(
                400,
                f"Unsupported parameter: '{where}'. {advice}",
                param=where,
                code="unsupported_parameter",
            )

    return rule


_TOOL_MEMBERS: Final[Mapping[str, Rule]] = {
    "description": is_string,
    "parameters": is_parameters,
    "strict": is_boolean,
}

RULES: Final[Mapping[str, Rule]] = {
    "instructions": is_string,
    "max_output_tokens": integer(1),
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "stream": is_boolean,
    "tools": is_tools,
    "reasoning": is_reasoning,
    "previous_response_id": is_string,
    "truncation": one_of("auto", "disabled"),
    "parallel_tool_calls": is_boolean,
    "store": is_boolean,
    "metadata": is_metadata,
    "text": is_text,
    "include": is_include,
    "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "top_logprobs": integer(0, 20),
    "max_tool_calls": integer(1),
    "stream_options": is_object,
    "service_tier": one_of("auto", "default", "flex", "priority"),
    "safety_identifier": is_string,
    "prompt_cache_key": is_string,
    "user": is_string,
    "background": refused_with("Responses are only made in the foreground."),
    "conversation": refused_with("Use 'previous_response_id' instead."),
    "prompt": refused_with("Prompt templates are not kept here."),
    "messages": refused_with("Use 'input' instead."),
    "max_tokens": refused_with("Use 'max_output_tokens' instead."),
    "max_completion_tokens": refused_with("Use 'max_output_tokens' instead."),
}
