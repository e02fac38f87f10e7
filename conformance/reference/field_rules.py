"""Rules for the individual fields of a create request.

A rule takes a value, its path (``where``) and the profile. It returns None, or raises
`ApiError` if the value is invalid. It never gets ``null``, because a ``null`` field
counts as missing.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.errors import ApiError, missing, wrong_type, wrong_value
from conformance.reference.profiles import Profile

Json = Any
Rule = Callable[[Json, str, Profile], None]


def check_string(value: Json, where: str, _profile: Profile) -> None:
    """Accept any string, including an empty one."""
    if not isinstance(value, str):
        raise wrong_type(where, "a string", value)


def check_boolean(value: Json, where: str, _profile: Profile) -> None:
    """Accept ``true`` and ``false``."""
    if not isinstance(value, bool):
        raise wrong_type(where, "a boolean", value)


def check_object(value: Json, where: str, _profile: Profile) -> None:
    """Accept any object."""
    if not isinstance(value, dict):
        raise wrong_type(where, "an object", value)


def check_array(value: Json, where: str, _profile: Profile) -> None:
    """Accept any array."""
    if not isinstance(value, list):
        raise wrong_type(where, "an array", value)


def one_of(*choices: str) -> Rule:
    """Return a rule that accepts only the given strings."""

    def rule(value: Json, where: str, profile: Profile) -> None:
        check_string(value, where, profile)
        if value not in choices:
            raise wrong_value(where, "one of " + ", ".join(choices), value)

    return rule


def number_from(low: float, high: float) -> Rule:
    """Return a rule that accepts numbers from ``low`` to ``high``, both included."""

    def rule(value: Json, where: str, _profile: Profile) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong_type(where, "a number", value)
        if not low <= value <= high:
            raise wrong_value(where, f"a number from {low:g} to {high:g}", value)

    return rule


def integer_from(low: int, high: int | None = None) -> Rule:
    """Return a rule that accepts integers from ``low`` to ``high``, both included.

    ``16.0`` is an integer, because JSON has only one type of number. ``true`` is not.
    """
    expected = f"an integer of at least {low}"

    def rule(value: Json, where: str, _profile: Profile) -> None:
        is_integer = isinstance(value, int) or (
            isinstance(value, float) and value.is_integer()
        )
        if isinstance(value, bool) or not is_integer:
            raise wrong_type(where, "an integer", value)
        if value < low or (high is not None and value > high):
            bounds = expected if high is None else f"{expected} and at most {high}"
            raise wrong_value(where, bounds, value)

    return rule


def check_reasoning(value: Json, where: str, profile: Profile) -> None:
    """Accept an object with an optional ``effort`` and an optional ``summary``."""
    check_object(value, where, profile)
    if value.get("effort") is not None:
        one_of(*profile.efforts)(value["effort"], f"{where}.effort", profile)
    if value.get("summary") is not None:
        rule = one_of(*profile.summaries) if profile.summaries else check_string
        rule(value["summary"], f"{where}.summary", profile)


def check_metadata(value: Json, where: str, profile: Profile) -> None:
    """Accept an object whose values are strings."""
    check_object(value, where, profile)
    for name, text in value.items():
        check_string(text, f"{where}.{name}", profile)


def check_text(value: Json, where: str, profile: Profile) -> None:
    """Accept an object with an optional ``format`` and an optional ``verbosity``."""
    check_object(value, where, profile)
    if value.get("verbosity") is not None:
        one_of("low", "medium", "high")(
            value["verbosity"], f"{where}.verbosity", profile
        )
    format_ = value.get("format")
    if format_ is None:
        return
    where = f"{where}.format"
    check_object(format_, where, profile)
    check_required(
        format_, "type", where, one_of("text", "json_object", "json_schema"), profile
    )
    if format_["type"] == "json_schema":
        check_required(format_, "name", where, check_string, profile)
        check_required(format_, "schema", where, check_object, profile)


def check_tools(value: Json, where: str, profile: Profile) -> None:
    """Accept an array of function tools; reject tools of any other type."""
    check_array(value, where, profile)
    for i, tool in enumerate(value):
        here = f"{where}[{i}]"
        check_object(tool, here, profile)
        check_required(tool, "type", here, check_string, profile)
        if tool["type"] != "function":
            raise wrong_value(f"{here}.type", "'function'", tool["type"])
        check_required(tool, "name", here, check_name, profile)
        for name, rule in _TOOL_RULES.items():
            if tool.get(name) is not None:
                rule(tool[name], f"{here}.{name}", profile)


def check_parameters(value: Json, where: str, profile: Profile) -> None:
    """Accept a JSON Schema of type ``object``; the schemas inside are not checked."""
    check_object(value, where, profile)
    if value.get("type", "object") != "object":
        raise wrong_value(f"{where}.type", "'object'", value["type"])
    if value.get("properties") is not None:
        check_object(value["properties"], f"{where}.properties", profile)


def check_name(value: Json, where: str, profile: Profile) -> None:
    """Accept a non-empty string."""
    check_string(value, where, profile)
    if not value:
        raise wrong_value(where, "a name", value)


def check_include(value: Json, where: str, profile: Profile) -> None:
    """Accept an array of strings; unknown values are ignored."""
    check_array(value, where, profile)
    for i, name in enumerate(value):
        check_string(name, f"{where}[{i}]", profile)


def check_required(
    parent: Json, name: str, where: str, rule: Rule, profile: Profile
) -> None:
    """Apply a rule to a required field; raise `ApiError` if it is missing."""
    here = f"{where}.{name}" if where else name
    if parent.get(name) is None:
        raise missing(here)
    rule(parent[name], here, profile)


def unsupported(advice: str) -> Rule:
    """Return a rule that rejects a known but unsupported field, unless it is false.

    Ignoring the field would suggest that the gateway supports it. ``advice`` is the
    last sentence of the error message.
    """

    def rule(value: Json, where: str, _profile: Profile) -> None:
        if value is not False:
            raise ApiError(
                400,
                f"Unsupported parameter: '{where}'. {advice}",
                param=where,
                code="unsupported_parameter",
            )

    return rule


_TOOL_RULES: Final[Mapping[str, Rule]] = {
    "description": check_string,
    "parameters": check_parameters,
    "strict": check_boolean,
}
"""The rules for the optional fields of a tool."""

RULES: Final[Mapping[str, Rule]] = {
    "instructions": check_string,
    "max_output_tokens": integer_from(1),
    "temperature": number_from(0, 2),
    "top_p": number_from(0, 1),
    "stream": check_boolean,
    "tools": check_tools,
    "reasoning": check_reasoning,
    "previous_response_id": check_string,
    "truncation": one_of("auto", "disabled"),
    "parallel_tool_calls": check_boolean,
    "store": check_boolean,
    "metadata": check_metadata,
    "text": check_text,
    "include": check_include,
    "presence_penalty": number_from(-2, 2),
    "frequency_penalty": number_from(-2, 2),
    "top_logprobs": integer_from(0, 20),
    "max_tool_calls": integer_from(1),
    "stream_options": check_object,
    "service_tier": one_of("auto", "default", "flex", "priority"),
    "safety_identifier": check_string,
    "prompt_cache_key": check_string,
    "user": check_string,
    "background": unsupported("Responses are only made in the foreground."),
    "conversation": unsupported("Use 'previous_response_id' instead."),
    "prompt": unsupported("Prompt templates are not kept here."),
    "messages": unsupported("Use 'input' instead."),
    "max_tokens": unsupported("Use 'max_output_tokens' instead."),
    "max_completion_tokens": unsupported("Use 'max_output_tokens' instead."),
}
"""The rule for each field whose validity depends on no other field.

``input`` is checked elsewhere.
"""
