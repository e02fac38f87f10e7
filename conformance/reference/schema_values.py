"""Generate a JSON value that matches a JSON Schema, using strings from the prompt.

The scripted model uses it for tool arguments and structured outputs. It supports the
keywords that are common in such schemas; it ignores ``pattern`` and ``not``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Json = Any

PLACE_FIELDS: Final = ("city", "location", "place", "town")
"""A string field whose name contains one of these words gets a place as its value."""

_MAX_OPTIONAL_DEPTH: Final = 6
"""Nesting depth from which objects contain only required fields."""

_MAX_DEPTH: Final = 32
"""Nesting depth from which objects and arrays are empty.

It is also the maximum number of steps in which `$ref` and alternatives are resolved.
"""

_MAX_VALUES: Final = 2_000
"""Maximum number of generated values, including nested ones."""

_MAX_ITEMS: Final = 16
"""Maximum number of items in an array, even if ``minItems`` is larger."""

_MAX_MIN_LENGTH: Final = 10_000
"""Maximum number of characters to which ``minLength`` extends a string."""

_MAX_NUMBER: Final = 1e15
"""Bounds and steps of this absolute value or more are ignored."""

_FORMATS: Final = {
    "date": "2024-01-31",
    "date-time": "2024-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1H",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


@dataclass
class SchemaValueGenerator:
    """Generate a value for the schema ``root``, in which ``$ref`` is resolved.

    String fields named as in `PLACE_FIELDS` get ``place``. Other strings without
    ``const``, ``enum`` or ``format`` get ``text``.
    """

    root: Json
    place: str = "Turin"
    text: str = "text"
    _values_left: int = field(default=_MAX_VALUES, init=False, repr=False)

    def value(self) -> Json:
        """Return a value for the schema; never fails, even if the schema is invalid."""
        return self._value(self.root, "", 0)

    def _value(self, schema: Json, name: str, depth: int) -> Json:
        self._values_left -= 1
        if self._values_left < 0 or not isinstance(schema, dict):
            return self.text
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if _array(schema, "enum"):
            return schema["enum"][0]
        match _type(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._items(schema, name, depth)
            case "integer":
                return _integer(schema)
            case "number":
                return _number(schema)
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _resolved(self, schema: Json) -> Json:
        """Return the schema without ``$ref``, ``anyOf``, ``oneOf`` and ``allOf``.

        A local ``$ref`` is followed, of alternatives the first is used, and the parts
        of ``allOf`` are merged.
        """
        for _ in range(_MAX_DEPTH):
            target = self._target(schema.get("$ref"))
            branches = _array(schema, "anyOf") or _array(schema, "oneOf")
            if target is not None:
                schema = {**_without(schema, "$ref"), **target}
            elif branches and isinstance(branches[0], dict):
                schema = {**_without(schema, "anyOf", "oneOf"), **branches[0]}
            elif _array(schema, "allOf"):
                schema = _merge(_without(schema, "allOf"), schema["allOf"])
            else:
                break
        return schema

    def _target(self, ref: Json) -> Json | None:
        """Return the schema that a local ``$ref`` names, or None if there is none."""
        if not isinstance(ref, str) or not ref.startswith("#"):
            return None
        here = self.root
        for step in ref[1:].split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            here = here.get(name) if isinstance(here, dict) else None
        return here if isinstance(here, dict) else None

    def _object(self, schema: Json, depth: int) -> Json:
        """Return an object with all declared fields, or fewer in a deep schema.

        From the depth `_MAX_OPTIONAL_DEPTH` it has only the required fields, from the
        depth `_MAX_DEPTH` none.
        """
        declared = _object(schema, "properties")
        required = [n for n in _array(schema, "required") if isinstance(n, str)]
        optional = declared if depth < _MAX_OPTIONAL_DEPTH else {}
        if depth >= _MAX_DEPTH:
            return {}
        return {
            name: self._value(declared.get(name), name, depth + 1)
            for name in dict.fromkeys([*optional, *required])
        }

    def _items(self, schema: Json, name: str, depth: int) -> Json:
        """Return an array of one item, or of ``minItems`` if that is more.

        ``name`` is the name of the field that contains the array.
        """
        default = 1 if depth < _MAX_OPTIONAL_DEPTH else 0
        length = max(_count(schema, "minItems", 0), default)
        length = min(length, _count(schema, "maxItems", length), _MAX_ITEMS)
        if depth >= _MAX_DEPTH:
            return []
        item = schema.get("items")
        return [self._value(item, name, depth + 1) for _ in range(length)]

    def _string(self, schema: Json, name: str) -> str:
        format_ = schema.get("format")
        if isinstance(format_, str) and format_ in _FORMATS:
            return _FORMATS[format_]
        is_place = any(word in name.lower() for word in PLACE_FIELDS)
        text = self.place if is_place else self.text
        min_length = min(_count(schema, "minLength", 0), _MAX_MIN_LENGTH)
        text = text.ljust(min_length, "x")
        return text[: _count(schema, "maxLength", len(text))]


def _type(schema: Mapping[str, Json]) -> str:
    """Return the type of a schema, guessed from its keywords if it has none."""
    type_ = schema.get("type")
    if isinstance(type_, list):
        type_ = next((name for name in type_ if name != "null"), "null")
    if isinstance(type_, str):
        return type_
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _integer(schema: Mapping[str, Json]) -> int:
    """Return the smallest allowed integer that is at least 1.

    If every allowed integer is below 1, return the largest one.
    """
    low = _bounds(schema, "minimum", "exclusiveMinimum", 1)
    high = _bounds(schema, "maximum", "exclusiveMaximum", -1)
    value = math.ceil(max([1, *low]))
    if high and value > min(high):
        value = math.floor(min(high))
    step = _step(schema)
    return -(-value // step) * step if step else value


def _number(schema: Mapping[str, Json]) -> float:
    """Return 1 if the bounds allow it, otherwise a number within the bounds."""
    low = max([-math.inf, *_bounds(schema, "minimum", "exclusiveMinimum", 0)])
    high = min([math.inf, *_bounds(schema, "maximum", "exclusiveMaximum", 0)])
    value: float = 1
    if not low < value < high:
        value = low + 1 if high == math.inf else high - 1
        if low > -math.inf and high < math.inf:
            value = low + (high - low) / 2
    step = _step(schema)
    return math.ceil(value / step) * step if step else value


def _step(schema: Mapping[str, Json]) -> int:
    """Return ``multipleOf`` if it is a positive integer in range, otherwise 0."""
    step = schema.get("multipleOf")
    return step if isinstance(step, int) and 0 < step < _MAX_NUMBER else 0


def _bounds(
    schema: Mapping[str, Json], inclusive: str, exclusive: str, inward: int
) -> list[float]:
    """Return the values of two keywords for the lower or for the upper bound.

    ``inward`` is added to an exclusive bound, so that the sum is allowed.
    """
    bounds = ((schema.get(inclusive), 0), (schema.get(exclusive), inward))
    return [
        value + shift
        for value, shift in bounds
        if isinstance(value, int | float) and abs(value) < _MAX_NUMBER
    ]


def _count(schema: Mapping[str, Json], name: str, default: int) -> int:
    """Return the value of a keyword such as ``minItems``; ``default`` without one."""
    value = schema.get(name)
    return max(int(value), 0) if isinstance(value, int | float) else default


def _array(schema: Mapping[str, Json], name: str) -> list[Json]:
    """Return the value of a keyword, or an empty list if it is not an array."""
    value = schema.get(name)
    return value if isinstance(value, list) else []


def _object(schema: Mapping[str, Json], name: str) -> dict[str, Json]:
    """Return the value of a keyword, or an empty dict if it is not an object."""
    value = schema.get(name)
    return value if isinstance(value, dict) else {}


def _without(schema: Json, *names: str) -> Json:
    return {name: value for name, value in schema.items() if name not in names}


def _merge(schema: Json, parts: list[Json]) -> Json:
    """Return ``schema`` with the keywords of all ``parts`` of its ``allOf``."""
    merged = dict(schema)
    for part in parts:
        if isinstance(part, dict):
            properties = {
                **_object(merged, "properties"),
                **_object(part, "properties"),
            }
            required = [*_array(merged, "required"), *_array(part, "required")]
            merged |= part | {"properties": properties, "required": required}
    return merged
