"""A JSON value that fits a JSON Schema, with the words of a prompt where they fit.

It serves tool arguments and structured answers. It knows the keywords that such
schemas are written with, and leaves ``pattern`` and ``not`` to chance.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Json = Any

PLACES: Final = ("city", "location", "place", "town")
"""A string member that is called like this takes the place that was asked about."""

_DEEP: Final = 6
"""Levels down to which optional members are given, too."""

_DEEPEST: Final = 32
_MOST_VALUES: Final = 2_000
_MOST_ITEMS: Final = 16
_LONGEST: Final = 10_000
_FARTHEST: Final = 1e15

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
    """Fits values to the schemas inside one ``root``, which ``$ref`` points into.

    ``place`` goes into every string member named in `PLACES`, ``text`` into every
    other string that has no narrower rule.
    """

    root: Json
    place: str = "Turin"
    text: str = "text"
    _left: int = field(default=_MOST_VALUES, init=False, repr=False)

    def value(self) -> Json:
        """A value for the whole schema."""
        return self._fit(self.root, "", 0)

    def _fit(self, schema: Json, name: str, depth: int) -> Json:
        self._left -= 1
        if self._left < 0 or not isinstance(schema, dict):
            return self.text
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if _array(schema, "enum"):
            return schema["enum"][0]
        match _kind(schema):
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
        """Follow a local ``$ref``, take the first alternative, merge ``allOf``."""
        for _ in range(_DEEPEST):
            target = self._target(schema.get("$ref"))
            branches = _array(schema, "anyOf") or _array(schema, "oneOf")
            if target is not None:
                schema = {**_without(schema, "$ref"), **target}
            elif branches and isinstance(branches[0], dict):
                schema = {**_without(schema, "anyOf", "oneOf"), **branches[0]}
            elif _array(schema, "allOf"):
                schema = _merged(_without(schema, "allOf"), schema["allOf"])
            else:
                break
        return schema

    def _target(self, ref: Json) -> Json | None:
        if not isinstance(ref, str) or not ref.startswith("#"):
            return None
        here = self.root
        for step in ref[1:].split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            here = here.get(name) if isinstance(here, dict) else None
        return here if isinstance(here, dict) else None

    def _object(self, schema: Json, depth: int) -> Json:
        """Every declared member; deep down only the required ones, then none."""
        declared = _object(schema, "properties")
        needed = [n for n in _array(schema, "required") if isinstance(n, str)]
        names = dict.fromkeys([*declared, *needed] if depth < _DEEP else needed)
        if depth >= _DEEPEST:
            return {}
        return {n: self._fit(declared.get(n), n, depth + 1) for n in names}

    def _items(self, schema: Json, name: str, depth: int) -> Json:
        """One item, or as many as there must be."""
        length = max(_whole(schema, "minItems", 0), 1 if depth < _DEEP else 0)
        length = min(length, _whole(schema, "maxItems", length), _MOST_ITEMS)
        if depth >= _DEEPEST:
            return []
        item = schema.get("items")
        return [self._fit(item, name, depth + 1) for _ in range(length)]

    def _string(self, schema: Json, name: str) -> str:
        form = schema.get("format")
        if isinstance(form, str) and form in _FORMATS:
            return _FORMATS[form]
        is_place = any(place in name.lower() for place in PLACES)
        text = self.place if is_place else self.text
        shortest = min(_whole(schema, "minLength", 0), _LONGEST)
        text = text.ljust(shortest, "x")
        return text[: _whole(schema, "maxLength", len(text))]


def _kind(schema: Mapping[str, Json]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((k for k in kind if k != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _integer(schema: Mapping[str, Json]) -> int:
    """The least allowed integer from 1 on, or the greatest when all are less."""
    low = _bounds(schema, "minimum", "exclusiveMinimum", 1)
    high = _bounds(schema, "maximum", "exclusiveMaximum", -1)
    value = math.ceil(max([1, *low]))
    if high and value > min(high):
        value = math.floor(min(high))
    step = _step(schema)
    return -(-value // step) * step if step else value


def _number(schema: Mapping[str, Json]) -> float:
    """One, or the number next to it that the bounds allow."""
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
    """``multipleOf`` where it is a sane whole number, otherwise 0."""
    step = schema.get("multipleOf")
    return step if isinstance(step, int) and 0 < step < _FARTHEST else 0


def _bounds(
    schema: Mapping[str, Json], plain: str, exclusive: str, inward: int
) -> list[float]:
    """The bounds on one side; an exclusive one is moved ``inward``."""
    found = ((schema.get(plain), 0), (schema.get(exclusive), inward))
    return [
        value + shift
        for value, shift in found
        if isinstance(value, int | float) and abs(value) < _FARTHEST
    ]


def _whole(schema: Mapping[str, Json], name: str, default: int) -> int:
    value = schema.get(name)
    return max(int(value), 0) if isinstance(value, int | float) else default


def _array(schema: Mapping[str, Json], name: str) -> list[Json]:
    value = schema.get(name)
    return value if isinstance(value, list) else []


def _object(schema: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = schema.get(name)
    return value if isinstance(value, dict) else {}


def _without(schema: Json, *names: str) -> Json:
    return {name: value for name, value in schema.items() if name not in names}


def _merged(schema: Json, parts: list[Json]) -> Json:
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
