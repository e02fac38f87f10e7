"""The published models: what typed clients of a profile are generated from.

The profiles ``openai`` and ``openresponses`` have models of their own, taken at run
time from packages (``clients.published_models``); New API's page has a document
instead. Unknown members, unknown kinds of items and events, and values that no list
has are allowed: clients are written for an API that grows. What a clause of another
section tells better is left to it.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from conformance.clients.model_errors import ModelError, Path
from conformance.clients.published_models import preload, published
from conformance.contract.evidence.attribution import (
    findings_of_other_sections,
    is_already_reported,
)
from conformance.contract.probes import basic
from conformance.contract.responses.envelope import PLAIN, WHOLE
from conformance.contract.tools import probes
from conformance.model.check import Findings, OptionalDependency, check
from conformance.model.event import Event
from conformance.model.exchange import Exchange
from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.node import Finding, Json, Node, UnexpectedValue, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import EVERY_STREAM
from conformance.model.sources import OPEN_RESPONSES, OPENAI_API

MODELLED: Final = {"openai", "openresponses"}
"""The profiles whose models are published as a package."""

MODELS: Final = OptionalDependency(str, preload, load_before_run=True)
"""Never absent: a profile whose models are not there is left *inconclusive*."""

NULLABLE: Final = (
    "error",
    "incomplete_details",
    "instructions",
    "metadata",
    "temperature",
    "top_p",
)
"""What OpenAI's document requires and allows to be null.

With the eight members that the SDK's model requires they are the document's fourteen;
the SDK takes their absence for null.
"""

YOUNG: Final = frozenset({"cache_write_tokens"})
"""Members that newer models require, and that most servers have never heard of."""

_SOURCE: Final = f"{OPENAI_API}; {OPEN_RESPONSES}"


def _untold(
    found: Iterator[tuple[str, Finding]], exchange: Exchange, profile: str
) -> Findings:
    """Pass on what no other clause blames, looked up when there is something.

    A parameter of the wrong type that was taken and is repeated was our own: that it
    was taken is what the section ``requests`` blames.
    """
    several = list(found)
    elsewhere = findings_of_other_sections(exchange, profile) if several else []
    for pointer, finding in several:
        if not is_already_reported(pointer, elsewhere) and not _ours(finding, exchange):
            yield finding


def _ours(finding: Finding, exchange: Exchange) -> bool:
    """Say whether the value at fault, or the lack of it, is that of our request."""
    pointer = finding.pointer.rpartition(" ")[2].removeprefix("/response")
    value = exchange.request.json
    *above, last = pointer.split("/")[1:] or [""]
    try:
        for step in above:
            value = _step(value, step)
        if finding.got == "nothing":
            drawn = GeneratedInput.of(exchange.probe)
            broken = drawn is not None and drawn.scenario is not Scenario.VALID
            return broken and isinstance(value, dict) and last not in value
        return quote(_step(value, last)) == finding.got
    except LookupError:
        return False


def _step(value: Json, step: str) -> Json:
    """Return a member or an element; raises ``LookupError`` where there is none."""
    if isinstance(value, dict):
        return value[step]
    if isinstance(value, list) and step.isdigit():
        return value[int(step)]
    raise LookupError(step)


def _absent(response: Node, names: Iterable[str]) -> Iterator[tuple[str, Finding]]:
    for name in names:
        if name not in response:
            pointer = f"{response.pointer}/{name}"
            got = Finding(pointer, "a value", "nothing", response.exchange)
            yield pointer, got


REQUIRED = must(
    "profile.response-has-the-required-fields",
    "A response has every member that the published model requires.",
    source=_SOURCE,
    profiles=MODELLED,
    cause="the gateway builds the object from what its upstream happens to send",
    covers=("OI-12",),
)


@check(REQUIRED, on=WHOLE, exercised_by=PLAIN, dependency=MODELS)
def response_has_the_required_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Judge the object's own members: 8 in ``openai``, 31 in ``openresponses``.

    A member that may be null has to be there all the same in ``openresponses``.
    """
    names = published(profile).response["required"]
    yield from _untold(_absent(response, names), exchange, profile)


NULLS = should(
    "profile.response-has-the-nullable-fields",
    "A response has every member that the document requires, null where it is unset.",
    source=OPENAI_API,
    profiles={"openai"},
    cause="null members are left out when the object is written",
)


@check(NULLS, on=WHOLE, exercised_by=PLAIN, dependency=MODELS)
def response_has_the_nullable_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Judge the six that the document requires beyond the SDK's model.

    The SDK reads an absent one as null; clients of other languages may not.
    """
    yield from _untold(_absent(response, NULLABLE), exchange, profile)


def _blamed(value: Node, breach: ModelError) -> tuple[str, Finding]:
    """Return the place of a breach below ``value``, and what is wrong there."""
    pointer, held = value.pointer + breach.pointer, value.value
    for step in () if breach.missing else breach.path:
        held = held[step]
    got = "nothing" if breach.missing else quote(held)
    return pointer, Finding(pointer, breach.wanted, got, value.exchange)


def _misfits(
    response: Node, profile: str, *, missing: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield what does not fit; the object's own absent members are another clause."""
    for breach in published(profile).against_response(response.value):
        young = breach.path[-1:] != () and breach.path[-1] in YOUNG
        nested = len(breach.path) > 1 or not missing
        if breach.missing is missing and nested and not young:
            yield _blamed(response, breach)


FITS = must(
    "profile.response-field-types-are-correct",
    "Each value in a response is of the type that the published model has for it.",
    source=_SOURCE,
    profiles=MODELLED,
    cause="null or a text is passed on where clients expect an object or a number",
)


@check(
    FITS, on=WHOLE, exercised_by=(*PLAIN, probes.tool_choice_auto), dependency=MODELS
)
def response_field_types_are_correct(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Judge JSON types at any depth, by the wire and not by what a client repairs."""
    found = _misfits(response, profile, missing=False)
    yield from _untold(found, exchange, profile)


NESTED = should(
    "profile.nested-objects-have-the-required-fields",
    "The objects inside a response have the members that the published model requires.",
    source=_SOURCE,
    profiles=MODELLED,
    cause="tools, formats or token details are repeated without their defaults",
)


@check(
    NESTED, on=WHOLE, exercised_by=(*PLAIN, probes.tool_choice_auto), dependency=MODELS
)
def nested_objects_have_the_required_fields(
    response: Node, exchange: Exchange, *, profile: str
) -> Findings:
    """Judge objects of known kinds; a member younger than most servers is left out."""
    found = _misfits(response, profile, missing=True)
    yield from _untold(found, exchange, profile)


def _events(
    exchange: Exchange, profile: str, *, missing: bool
) -> Iterator[tuple[str, Finding]]:
    """Yield what does not fit in the events, once for each type and place."""
    models, told = published(profile), set[tuple[str, Path]]()
    for event in exchange.events:
        value = _read(event)
        if value is None:
            continue
        for breach in models.against_event(value.value):
            key = (event.type, breach.place)
            if breach.missing is missing and key not in told:
                told.add(key)
                yield _blamed(value, breach)


def _read(event: Event) -> Node | None:
    try:
        return event.data
    except UnexpectedValue:
        return None


EVENT_FITS = must(
    "profile.event-field-types-are-correct",
    "Each value in an event is of the type that the published model has for it.",
    source=_SOURCE,
    profiles=MODELLED,
    needs=Capability.STREAMING,
    cause="events are written by hand, and not from the models",
)


@check(EVENT_FITS, on=EVERY_STREAM, exercised_by=basic.streamed_text, dependency=MODELS)
def event_field_types_are_correct(exchange: Exchange, *, profile: str) -> Findings:
    """Judge events of known types; the response object in them is judged by itself."""
    found = _events(exchange, profile, missing=False)
    yield from _untold(found, exchange, profile)


EVENT_WHOLE = should(
    "profile.event-has-the-required-fields",
    "An event has every member that the published model requires.",
    source=_SOURCE,
    profiles=MODELLED,
    needs=Capability.STREAMING,
    cause="events are written by hand, without members that are mostly empty",
)


@check(
    EVENT_WHOLE, on=EVERY_STREAM, exercised_by=basic.streamed_text, dependency=MODELS
)
def event_has_the_required_fields(exchange: Exchange, *, profile: str) -> Findings:
    """Judge events of known types, one finding for each type and place."""
    found = _events(exchange, profile, missing=True)
    yield from _untold(found, exchange, profile)
