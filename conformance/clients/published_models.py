"""Validate responses against the models that are published for a profile.

The profile ``openai`` has the models of the official SDK, ``openresponses`` those of
``openresponses-types``. Both packages are optional and slow to import, so each function
imports what it needs when it is called.
"""

from collections.abc import Hashable
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from conformance.clients.extras import missing_extra
from conformance.clients.json_shape import TAG, shape
from conformance.clients.model_errors import ModelError, model_errors
from conformance.model.exchange import Inconclusive
from conformance.model.node import Json

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

EXTRA: Final = {"openai": "openai", "openresponses": "openresponses"}
"""The extra that installs the models of each profile. ``newapi`` has no models."""

MAX_CACHED_SHAPES: Final = 4096
"""Maximum number of shapes with cached errors. Most responses share a few shapes."""


def _openai() -> tuple[Any, str]:
    """Return the union of all events, and the name of the response object's model."""
    from openai.types.responses import ResponseStreamEvent  # noqa: PLC0415 -- slow

    return ResponseStreamEvent, "Response"


def _openresponses() -> tuple[Any, str]:
    """Return the same for ``openresponses`` as ``_openai`` for ``openai``."""
    import openresponses_types  # noqa: PLC0415 -- slow

    events = tuple(
        model
        for name, model in vars(openresponses_types).items()
        if name.endswith("StreamingEvent")
    )
    return _union(events), "ResponseResource"


def _union(models: tuple[Any, ...]) -> Any:  # noqa: ANN401 -- a type made at run time

    return reduce(or_, models)


def _allow_any_instead_of_null(models: dict[str, Json]) -> None:
    """Allow any value for a field whose type in a model is only ``null``.

    Such a type is a gap in the document that the model was generated from: with the
    models of ``openresponses-types``, ``schema`` in ``text.format`` could never be set.
    ``models`` is modified.
    """
    for model in models.values():
        properties = model.get("properties", {})
        for name, schema in properties.items():
            if schema.get("type") == "null":
                properties[name] = {}


_MODELS: Final = {"openai": _openai, "openresponses": _openresponses}
"""The function that imports the models of each profile."""


class PublishedModels:
    """The JSON Schemas of a profile, for the response object and each event type."""

    def __init__(self, profile: str) -> None:
        from pydantic import TypeAdapter  # noqa: PLC0415 -- slow

        events, response = _MODELS[profile]()
        schema = TypeAdapter(events).json_schema()
        self._models: dict[str, Json] = schema["$defs"]
        _allow_any_instead_of_null(self._models)
        self._response = response
        self._events = {
            tag: name
            for name in (each["$ref"].rpartition("/")[2] for each in schema["anyOf"])
            for tag in self._tags(self._models[name]["properties"][TAG])
        }
        self._validators: dict[str, Draft202012Validator] = {}
        self._cache: dict[Hashable, tuple[ModelError, ...]] = {}

    def _tags(self, schema: Json) -> list[str]:
        """Return the values that the schema of a tag allows."""
        if "$ref" in schema:
            schema = self._models[schema["$ref"].rpartition("/")[2]]
        allowed: list[str] = schema.get("enum") or [schema["const"]]
        return allowed

    @property
    def response(self) -> Json:
        """Return the schema of the response object, with unresolved references."""
        return self._models[self._response]

    @property
    def events(self) -> frozenset[str]:
        """Return the event types of the profile."""
        return frozenset(self._events)

    def of_event(self, type_: str) -> Json:
        """Return the schema of an event type, with unresolved references."""
        return self._models[self._events[type_]]

    def against_response(self, value: Json) -> tuple[ModelError, ...]:
        """Return the errors in a response object."""
        return self._errors(self._response, value)

    def against_event(self, value: Json) -> tuple[ModelError, ...]:
        """Return the errors in an event; none if the type of the event is unknown.

        Errors inside the event's response object are not included, because
        ``against_response`` finds them.
        """
        tag = value.get(TAG) if isinstance(value, dict) else None
        if not isinstance(tag, str) or tag not in self._events:
            return ()
        errors = self._errors(self._events[tag], value)
        return tuple(e for e in errors if e.path[:1] != ("response",) or not e.path[1:])

    def _errors(self, name: str, value: Json) -> tuple[ModelError, ...]:
        try:
            key = (name, shape(value))
            if key not in self._cache:
                if len(self._cache) >= MAX_CACHED_SHAPES:
                    self._cache.clear()
                errors = self._validator(name).iter_errors(value)
                self._cache[key] = tuple(model_errors(errors))
        except RecursionError:
            raise Inconclusive("nested too deeply to be validated") from None
        return self._cache[key]

    def _validator(self, name: str) -> "Draft202012Validator":
        if name not in self._validators:
            from jsonschema import Draft202012Validator  # noqa: PLC0415 -- slow

            schema = {"$ref": f"#/$defs/{name}", "$defs": self._models}
            self._validators[name] = Draft202012Validator(schema)
        return self._validators[name]


@cache
def _published(profile: str) -> PublishedModels:
    return PublishedModels(profile)


def published(profile: str) -> PublishedModels:
    """Return the models of a profile.

    Raises ``Inconclusive`` if the extra that installs them is missing.
    """
    if reason := missing_extra(EXTRA[profile]):
        raise Inconclusive(f"the models of the profile {profile} are {reason}")
    return _published(profile)


def preload(profile: str) -> None:
    """Load the models of a profile, so that the first response need not wait."""
    if profile in EXTRA and not missing_extra(EXTRA[profile]):
        _published(profile)
