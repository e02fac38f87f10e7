"""Published models: what the data models of typed clients require.

The profiles ``openai`` and ``openresponses`` each have models that a Python package
publishes. The module ``clients.published_models`` reads them at run time from the
installed package. The profile ``newapi`` has an OpenAPI document instead.

Unknown fields, unknown types of items and events, and unlisted enum values are allowed,
because clients are written for an API that grows. The checks here do not report a
defect that a requirement of another section reports more precisely.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.clients.model_errors import Path
from conformance.clients.published_models import preload, published
from conformance.contract.probes import basic
from conformance.contract.profile.model_findings import model_finding, unreported
from conformance.contract.responses.envelope import (
    PLAIN_PROBES,
    RESPONSES_UNLESS_FAILED,
)
from conformance.contract.tools import probes
from conformance.model.check import Findings, OptionalDependency, check
from conformance.model.event import Event
from conformance.model.exchange import Exchange
from conformance.model.json_pointer import child
from conformance.model.node import Finding, Node, UnexpectedValue
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_STREAM
from conformance.model.sources import OPEN_RESPONSES, OPENAI_API

PROFILES_WITH_MODELS: Final = {"openai", "openresponses"}
"""The profiles whose models are published in a package."""

MODELS: Final = OptionalDependency(str, preload, load_before_evaluation=True)
"""The published models, which are loaded before the checks here need them.

``str()`` is empty, so a package is never reported as missing. If the package is not
installed, the checks are inconclusive.
"""

NULLABLE: Final = (
    "error",
    "incomplete_details",
    "instructions",
    "metadata",
    "temperature",
    "top_p",
)
"""Fields that OpenAI's document requires and allows to be ``null``.

The document requires fourteen fields: these six, and the eight that the model in
OpenAI's SDK requires. If one of the six is missing, the SDK reads it as ``null``.
"""

RECENT_FIELDS: Final = frozenset({"cache_write_tokens"})
"""Fields that recent versions of the models require, but most servers do not send."""

WITH_TOOLS: Final = (*PLAIN_PROBES, probes.tool_choice_auto)
"""The probes for plain text, and one whose request has tools."""

_SOURCE: Final = f"{OPENAI_API}; {OPEN_RESPONSES}"


def _missing(response: Node, names: Iterable[str]) -> Iterator[tuple[str, Finding]]:
    """Yield the pointer and the finding for each named field that is missing."""
    for name in names:
        if name not in response:
            pointer = child(response.pointer, name)
            yield pointer, Finding(pointer, "a value", "missing", response.exchange)


REQUIRED_FIELDS = must(
    "profile.response-has-the-required-fields",
    "A response has every field that the published model requires.",
    source=_SOURCE,
    profiles=PROFILES_WITH_MODELS,
    cause="the gateway copies only the fields that its upstream sent",
    covers=("OI-12",),
)


@check(
    REQUIRED_FIELDS,
    on=RESPONSES_UNLESS_FAILED,
    exercised_by=PLAIN_PROBES,
    dependency=MODELS,
)
def response_has_the_required_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Check the required top-level fields: 8 in ``openai``, 31 in ``openresponses``.

    Some of the 31 may be ``null``, but must be present. Does not check nested objects.
    """
    names = published(profile).response["required"]
    yield from unreported(_missing(response, names), exchange, profile)


NULLABLE_FIELDS = should(
    "profile.response-has-the-nullable-fields",
    "A response has every nullable field that OpenAI's document requires.",
    source=OPENAI_API,
    profiles={"openai"},
    cause="the serializer omits fields that are `null`",
)


@check(
    NULLABLE_FIELDS,
    on=RESPONSES_UNLESS_FAILED,
    exercised_by=PLAIN_PROBES,
    dependency=MODELS,
)
def response_has_the_nullable_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Check the six fields that only OpenAI's document requires, not the SDK's model.

    Clients other than this SDK may fail without them. Does not check their values.
    """
    yield from unreported(_missing(response, NULLABLE), exchange, profile)


def _response_errors(
    response: Node, profile: str, *, missing: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield the errors of one kind in a response, as pairs of pointer and finding.

    With ``missing``, these are the missing fields of nested objects. Another
    requirement covers missing top-level fields. Without ``missing``, these are the
    values of a wrong type.
    """
    for error in published(profile).against_response(response.value):
        is_recent = error.path[-1:] != () and error.path[-1] in RECENT_FIELDS
        is_missing_at_top = missing and len(error.path) <= 1
        if error.missing is missing and not is_missing_at_top and not is_recent:
            yield model_finding(response, error)


FIELD_TYPES = must(
    "profile.response-field-types-are-correct",
    "Each value in a response has the type that the published model defines.",
    source=_SOURCE,
    profiles=PROFILES_WITH_MODELS,
    cause="the gateway forwards `null` or a string where clients expect another type",
)


@check(
    FIELD_TYPES, on=RESPONSES_UNLESS_FAILED, exercised_by=WITH_TOOLS, dependency=MODELS
)
def response_field_types_are_correct(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Check the JSON type of each value at any depth of a response.

    Validates the JSON as received, not as an SDK would parse it. Does not check unknown
    fields, unknown item types and unlisted enum values.
    """
    errors = _response_errors(response, profile, missing=False)
    yield from unreported(errors, exchange, profile)


NESTED_FIELDS = should(
    "profile.nested-objects-have-the-required-fields",
    "Objects inside a response have the fields that the published model requires.",
    source=_SOURCE,
    profiles=PROFILES_WITH_MODELS,
    cause="the gateway echoes tools, formats or token details without their defaults",
)


@check(
    NESTED_FIELDS,
    on=RESPONSES_UNLESS_FAILED,
    exercised_by=WITH_TOOLS,
    dependency=MODELS,
)
def nested_objects_have_the_required_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Check that no required field is missing in nested objects of known types.

    Does not check for ``cache_write_tokens``, which most servers do not send yet.
    """
    errors = _response_errors(response, profile, missing=True)
    yield from unreported(errors, exchange, profile)


def _event_errors(
    exchange: Exchange, profile: str, *, missing: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield the errors of one kind in the events, as pairs of pointer and finding.

    With ``missing``, these are missing fields. Otherwise, these are values of a wrong
    type. Events of one type yield one finding for each path, ignoring array indices.
    """
    models, seen = published(profile), set[tuple[str, Path]]()
    for event in exchange.events:
        value = _data_or_none(event)
        if value is None:
            continue
        for error in models.against_event(value.value):
            key = (event.type, error.generic_path)
            if error.missing is missing and key not in seen:
                seen.add(key)
                yield model_finding(value, error)


def _data_or_none(event: Event) -> Node | None:
    """Return the data of an event, or ``None`` if the data is not JSON."""
    try:
        return event.data
    except UnexpectedValue:
        return None


EVENT_FIELD_TYPES = must(
    "profile.event-field-types-are-correct",
    "Each value in an event has the type that the published model defines.",
    source=_SOURCE,
    profiles=PROFILES_WITH_MODELS,
    needs=Capability.STREAMING,
    cause="the gateway assembles events by hand instead of using the models",
)


@check(
    EVENT_FIELD_TYPES,
    on=EVERY_STREAM,
    exercised_by=basic.streamed_text,
    dependency=MODELS,
)
def event_field_types_are_correct(exchange: Exchange, *, profile: str) -> Findings:
    """Check the JSON type of each value in events of known types.

    Does not check the response object in an event: other requirements cover it.
    """
    errors = _event_errors(exchange, profile, missing=False)
    yield from unreported(errors, exchange, profile)


EVENT_REQUIRED_FIELDS = should(
    "profile.event-has-the-required-fields",
    "An event has every field that the published model requires.",
    source=_SOURCE,
    profiles=PROFILES_WITH_MODELS,
    needs=Capability.STREAMING,
    cause="the gateway assembles events by hand, without fields that are usually empty",
)


@check(
    EVENT_REQUIRED_FIELDS,
    on=EVERY_STREAM,
    exercised_by=basic.streamed_text,
    dependency=MODELS,
)
def event_has_the_required_fields(exchange: Exchange, *, profile: str) -> Findings:
    """Check that no required field is missing in events of known types.

    Events of one type have one finding for each missing field. Does not check the
    response object in an event: other requirements cover it.
    """
    errors = _event_errors(exchange, profile, missing=True)
    yield from unreported(errors, exchange, profile)
