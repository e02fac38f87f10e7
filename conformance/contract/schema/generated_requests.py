"""Generated requests: what the document allows is answered, what it forbids is not.

Each request is drawn from the contract's document and breaks it in one way, or in
none. A refusal proves nothing where good requests are refused too: no clause of this
section is passed unless a share of the good ones was answered (``run.court``).

A server error is never judged here: ``errors.never-a-server-error`` does, on every
exchange of the run.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from conformance.contract.schema import probes
from conformance.model.case import Case
from conformance.model.check import Check, Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.generated_input import PREFIX, GeneratedInput, Scenario
from conformance.model.node import Finding
from conformance.model.probe import ProbeResult
from conformance.model.requirement import LEVELS_IF_NEWAPI_REQUIRES, may, must, should
from conformance.model.scope import EVERY_ATTEMPT, only
from conformance.model.sources import NEWAPI_DOCUMENT, PROJECT_DECISION
from conformance.property_based.response_checks import (
    check_response,
    document_violations,
)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request"

MISSING = must(
    "schema.missing-required-field-is-refused",
    "A request without a member that the page requires is refused.",
    source=f"{_REQUEST}/required",
    levels=LEVELS_IF_NEWAPI_REQUIRES,
    cause="the gateway fills in a default where the caller has to choose",
    covers=("RV-01",),
)

INCOMPLETE = should(
    "schema.incomplete-object-is-refused",
    "A request is refused when one of its members lacks a part that gives it meaning.",
    source=f"{PROJECT_DECISION}, messages and tools",
    cause="nested objects are passed on without being read",
    covers=("RV-01",),
)

WRONG_TYPE = should(
    "schema.wrong-field-type-is-refused",
    "A request is refused when one of its members is of another type than documented.",
    source=f"{_REQUEST}/properties",
    cause="the body is decoded leniently: what does not fit is dropped or converted",
    covers=("RV-01",),
)

OUT_OF_ENUM = should(
    "schema.unknown-enum-value-is-refused",
    "A request is refused when a member holds none of the values that it may hold.",
    source=f"{_REQUEST}/properties",
    cause="an unknown value is taken for the default",
    covers=("RV-01",),
)

VALID = should(
    "schema.valid-request-is-accepted-or-clearly-refused",
    "A valid request is answered unless a refusal names what the server cannot take.",
    source=_REQUEST,
    cause="a request is refused for a form that the document allows",
)

NULL = may(
    "schema.null-means-absent",
    "A request is answered when an optional member is null.",
    source=f"{PROJECT_DECISION}, null",
    cause="null is held against the type of the member",
    covers=("RV-02",),
)

OPEN = may(
    "schema.unspecified-form-is-accepted-or-clearly-refused",
    "A request in a doubtful form is answered unless a refusal names the form.",
    source=f"{PROJECT_DECISION}, our decisions",
    cause="an empty array, an empty text or a bare tool is refused with no reason",
)

FITS = should(
    "schema.response-matches-the-openapi-document",
    "The answer to a generated request fits the contract's document.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses",
    profiles={"newapi"},
    cause="another clause that failed tells it more precisely",
)


def _found(first: Exchange, *smaller: ProbeResult) -> Findings:
    """Judge the request, and report the smallest that failed as it did."""
    drawn = GeneratedInput.of(first.probe)
    if drawn is None:
        raise Inconclusive(f"{first.id} sends no generated request")
    found = check_response(drawn, first)
    if found is None:
        return
    failing = [(len(first.request.content), found)]
    for exchange in _flat(smaller):
        with suppress(Inconclusive):
            if again := check_response(drawn, exchange):
                failing.append((len(exchange.request.content), again))
    yield min(failing, key=lambda pair: pair[0])[1]


def _flat(turns: Iterable[ProbeResult]) -> Iterator[Exchange]:
    for turn in turns:
        yield from turn if isinstance(turn, tuple) else (turn,)


@check(MISSING, on=())
def missing_required_field_is_refused(
    first: Exchange, *smaller: ProbeResult
) -> Findings:
    """Judge the model, and the body as a whole; any 4xx about the request will do."""
    yield from _found(first, *smaller)


@check(INCOMPLETE, on=())
def incomplete_object_is_refused(first: Exchange, *smaller: ProbeResult) -> Findings:
    """Judge messages, tools and choices; the parameters of a tool may be absent."""
    yield from _found(first, *smaller)


@check(WRONG_TYPE, on=())
def wrong_field_type_is_refused(first: Exchange, *smaller: ProbeResult) -> Findings:
    """Judge every member; null is another matter, and so is what a schema holds."""
    yield from _found(first, *smaller)


@check(OUT_OF_ENUM, on=())
def unknown_enum_value_is_refused(first: Exchange, *smaller: ProbeResult) -> Findings:
    """Judge members with listed values; a model that is unknown is not among them."""
    yield from _found(first, *smaller)


@check(VALID, on=())
def valid_request_is_accepted_or_clearly_refused(
    first: Exchange, *smaller: ProbeResult
) -> Findings:
    """Blame only a refusal that names no member of the request and no capability."""
    yield from _found(first, *smaller)


@check(NULL, on=())
def null_means_absent(first: Exchange, *smaller: ProbeResult) -> Findings:
    """Blame any refusal; required members and their parts are left out."""
    yield from _found(first, *smaller)


@check(OPEN, on=())
def unspecified_form_is_accepted_or_clearly_refused(
    first: Exchange, *smaller: ProbeResult
) -> Findings:
    """Judge bounds that only we set: the page has none, and a server may have."""
    yield from _found(first, *smaller)


def _is_judged(exchange: Exchange) -> bool:
    known = exchange.kind in {
        ResponseKind.RESPONSE,
        ResponseKind.STREAM,
        ResponseKind.CLIENT_ERROR,
    }
    blank = 200 <= exchange.status < 300
    return exchange.probe.startswith(PREFIX) and (known or blank)


EVERY_GENERATED = only(EVERY_ATTEMPT, "every generated request", _is_judged)


@check(FITS, on=EVERY_GENERATED)
def response_matches_the_openapi_document(exchange: Exchange) -> Iterator[Finding]:
    """Let schemathesis judge media type, headers and body, each event of a stream too.

    What it finds has a clause of its own elsewhere as a rule; this one is the net
    below them, and judges no hand-written probe.
    """
    yield from document_violations(exchange)


BY_SCENARIO: Final[dict[Scenario, Check]] = {
    Scenario.MISSING: missing_required_field_is_refused,
    Scenario.INCOMPLETE: incomplete_object_is_refused,
    Scenario.WRONG_TYPE: wrong_field_type_is_refused,
    Scenario.OUT_OF_ENUM: unknown_enum_value_is_refused,
    Scenario.VALID: valid_request_is_accepted_or_clearly_refused,
    Scenario.NULL: null_means_absent,
    Scenario.UNSPECIFIED: unspecified_form_is_accepted_or_clearly_refused,
}


def cases(seed: int, number: int | None, *, shrink: bool = True) -> Iterator[Case]:
    """Yield a case for each generated request that a run sends."""
    for entry, probe in probes.probes(seed, number, shrink=shrink):
        yield Case(BY_SCENARIO[entry.drawn.scenario], probe)


def recorded(ids: Iterable[str]) -> Iterator[Case]:
    """Yield the generated cases among the ids that a journal names."""
    for id_ in ids:
        name = id_.partition("[")[2].removesuffix("]")
        if drawn := GeneratedInput.of(name):
            yield Case(BY_SCENARIO[drawn.scenario], probes.recorded(drawn))
