"""The models that are published for a profile, as JSON Schema, and what breaks them.

The ``openai`` profile has those of the official SDK, ``openresponses`` those of
``openresponses-types``: extras of ours, imported where they are first needed, because
they are dear.
"""

from collections.abc import Hashable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from conformance.clients.extras import missing_extra
from conformance.clients.json_shape import TAG, shape
from conformance.clients.model_errors import ModelError, breaches
from conformance.model.exchange import Inconclusive
from conformance.model.node import Json

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

EXTRA: Final = {"openai": "openai", "openresponses": "openresponses"}
"""The extra that brings the models of a profile; ``newapi`` has a document instead."""

REMEMBERED: Final = 4096
"""Shapes whose judgement is kept: most answers of a run share a few."""


def _openai() -> tuple[Any, str]:
    from openai.types.responses import ResponseStreamEvent  # noqa: PLC0415 -- dear

    return ResponseStreamEvent, "Response"


def _openresponses() -> tuple[Any, str]:
    import openresponses_types  # noqa: PLC0415 -- dear

    events = tuple(
        model
        for name, model in vars(openresponses_types).items()
        if name.endswith("StreamingEvent")
    )
    return _either(events), "ResponseResource"


def _either(models: tuple[Any, ...]) -> Any:  # noqa: ANN401 -- a type made at run time
    from functools import reduce  # noqa: PLC0415 -- beside its only use
    from operator import or_  # noqa: PLC0415 -- as above

    return reduce(or_, models)


def _free_members_of_null(models: dict[str, Json]) -> None:
    """Let a member be anything where a model has it as null and nothing else.

    Such a type is a gap in the document that the model was made from: the ``schema``
    of a text.format that ``openresponses-types`` has could repeat no schema.
    """
    for model in models.values():
        members = model.get("properties", {})
        for name, type_ in members.items():
            if type_.get("type") == "null":
                members[name] = {}


_MODELS: Final = {"openai": _openai, "openresponses": _openresponses}


class PublishedModels:
    """The schemas of a profile: of the response object, and of each kind of event."""

    def __init__(self, profile: str) -> None:
        from pydantic import TypeAdapter  # noqa: PLC0415 -- dear

        events, response = _MODELS[profile]()
        whole = TypeAdapter(events).json_schema()
        self._models: dict[str, Json] = whole["$defs"]
        _free_members_of_null(self._models)
        self._response = response
        self._events = {
            tag: name
            for name in (each["$ref"].rpartition("/")[2] for each in whole["anyOf"])
            for tag in self._tags(self._models[name]["properties"][TAG])
        }
        self._validators: dict[str, Draft202012Validator] = {}
        self._known: dict[Hashable, tuple[ModelError, ...]] = {}

    def _tags(self, tag: Json) -> list[str]:
        if "$ref" in tag:
            tag = self._models[tag["$ref"].rpartition("/")[2]]
        allowed: list[str] = tag.get("enum") or [tag["const"]]
        return allowed

    @property
    def response(self) -> Json:
        """Return the schema of the response object, its references left open."""
        return self._models[self._response]

    @property
    def events(self) -> frozenset[str]:
        """Return the types of the events that the profile knows."""
        return frozenset(self._events)

    def of_event(self, type_: str) -> Json:
        """Return the schema of an event, its references left open."""
        return self._models[self._events[type_]]

    def against_response(self, value: Json) -> tuple[ModelError, ...]:
        """Return where a response object does not fit."""
        return self._against(self._response, value)

    def against_event(self, value: Json) -> tuple[ModelError, ...]:
        """Return where an event does not fit; one of an unknown type always fits.

        The response object in it is judged by itself, and passed over here.
        """
        tag = value.get(TAG) if isinstance(value, dict) else None
        if not isinstance(tag, str) or tag not in self._events:
            return ()
        found = self._against(self._events[tag], value)
        return tuple(b for b in found if b.path[:1] != ("response",) or not b.path[1:])

    def _against(self, name: str, value: Json) -> tuple[ModelError, ...]:
        try:
            key = (name, shape(value))
            if key not in self._known:
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                errors = self._validator(name).iter_errors(value)
                self._known[key] = tuple(breaches(errors))
        except RecursionError:
            raise Inconclusive("nested too deeply to be judged") from None
        return self._known[key]

    def _validator(self, name: str) -> "Draft202012Validator":
        if name not in self._validators:
            from jsonschema import Draft202012Validator  # noqa: PLC0415 -- dear

            schema = {"$ref": f"#/$defs/{name}", "$defs": self._models}
            self._validators[name] = Draft202012Validator(schema)
        return self._validators[name]


@cache
def _published(profile: str) -> PublishedModels:
    return PublishedModels(profile)


def published(profile: str) -> PublishedModels:
    """Return the models of a profile.

    Raises ``Inconclusive`` where the extra that brings them is not installed.
    """
    if why := missing_extra(EXTRA[profile]):
        raise Inconclusive(f"the models of the profile {profile} are {why}")
    return _published(profile)


def preload(profile: str) -> None:
    """Load the models of a profile now, so that no answer waits for them."""
    if profile in EXTRA and not missing_extra(EXTRA[profile]):
        _published(profile)
