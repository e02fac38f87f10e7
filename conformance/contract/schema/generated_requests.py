"""Schema: how a server handles requests generated from the OpenAPI document.

Each request conforms to the document, violates it in one way, or has a form that the
document leaves open. Rejections prove nothing if valid requests are rejected as well.
So no requirement of this section passes unless the server accepted enough valid
requests, which ``conformance.judge.acceptance`` counts.

Server errors are not checked here: ``errors.never-a-server-error`` checks every
exchange of a run.
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
from conformance.model.probe import ProbeResult, flatten
from conformance.model.requirement import LEVELS_IF_NEWAPI_REQUIRES, may, must, should
from conformance.model.scope import EVERY_REQUEST, only
from conformance.model.sources import NEWAPI_DOCUMENT, PROJECT_DECISION
from conformance.property_based.response_checks import (
    check_response,
    document_violations,
)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request"

MISSING = must(
    "schema.missing-required-field-is-refused",
    "A request without a field that New API's page requires is rejected.",
    source=f"{_REQUEST}/required",
    levels=LEVELS_IF_NEWAPI_REQUIRES,
    cause="the gateway uses a default for a value that the client has to choose",
    covers=("RV-01",),
)

INCOMPLETE = should(
    "schema.incomplete-object-is-refused",
    "A message, tool or tool choice without a required field is rejected.",
    source=f"{PROJECT_DECISION}, messages and tools",
    cause="the gateway forwards nested objects without validating them",
    covers=("RV-01",),
)

WRONG_TYPE = should(
    "schema.wrong-field-type-is-refused",
    "A request with a field of another type than documented is rejected.",
    source=f"{_REQUEST}/properties",
    cause="the decoder is lenient: it drops or converts values of a wrong type",
    covers=("RV-01",),
)

OUT_OF_ENUM = should(
    "schema.unknown-enum-value-is-refused",
    "A request with a value that is not among a field's listed values is rejected.",
    source=f"{_REQUEST}/properties",
    cause="the gateway treats an unknown value as the default",
    covers=("RV-01",),
)

VALID = should(
    "schema.valid-request-is-accepted-or-clearly-refused",
    "A valid request is accepted, or rejected with an error that names the reason.",
    source=_REQUEST,
    cause="the gateway rejects a form that the document allows",
)

NULL = may(
    "schema.null-means-absent",
    "A request with `null` in an optional field is accepted.",
    source=f"{PROJECT_DECISION}, null",
    cause="the gateway validates `null` against the type of the field",
    covers=("RV-02",),
)

UNSPECIFIED = may(
    "schema.unspecified-form-is-accepted-or-clearly-refused",
    "A request that the document neither allows nor forbids is accepted, or rejected "
    "with an error that names the reason.",
    source=f"{PROJECT_DECISION}, our decisions",
    cause="the gateway gives no reason for rejecting an empty array or a bare tool",
)

MATCHES_DOCUMENT = should(
    "schema.response-matches-the-openapi-document",
    "The response to a generated request conforms to the OpenAPI document.",
    source=f"{NEWAPI_DOCUMENT}#/paths/~1v1~1responses/post/responses",
    profiles={"newapi"},
    cause="the response has a defect that another requirement reports more precisely",
)


def _check_generated(first: Exchange, *minimized: ProbeResult) -> Findings:
    """Yield the finding of the smallest version of a generated request that failed.

    ``first`` is the exchange of the request itself, ``minimized`` are those of its
    smaller versions. Yields nothing if ``first`` has no finding. Raises
    ``Inconclusive`` if ``first`` shows no reaction to the content of the request.
    """
    generated = GeneratedInput.of(first.probe)
    if generated is None:
        raise Inconclusive(f"{first.id} has no generated request")
    finding = check_response(generated, first)
    if finding is None:
        return
    failing = [(len(first.request.content), finding)]
    for exchange in flatten(minimized):
        with suppress(Inconclusive):
            if smaller := check_response(generated, exchange):
                failing.append((len(exchange.request.content), smaller))
    yield min(failing, key=lambda size_and_finding: size_and_finding[0])[1]


@check(MISSING, on=())
def missing_required_field_is_rejected(
    first: Exchange, *minimized: ProbeResult
) -> Findings:
    """Check requests without ``model``, and without a body.

    Does not require a certain status: any 4xx about the request is accepted.
    """
    yield from _check_generated(first, *minimized)


@check(INCOMPLETE, on=())
def incomplete_object_is_rejected(first: Exchange, *minimized: ProbeResult) -> Findings:
    """Check messages, tools and tool choices that lack an essential field.

    Does not check tools without ``parameters``, which is allowed.
    """
    yield from _check_generated(first, *minimized)


@check(WRONG_TYPE, on=())
def wrong_field_type_is_rejected(first: Exchange, *minimized: ProbeResult) -> Findings:
    """Check values of a wrong JSON type in every field of the request.

    Does not check ``null`` in optional fields, or the JSON Schema in a tool.
    """
    yield from _check_generated(first, *minimized)


@check(OUT_OF_ENUM, on=())
def unknown_enum_value_is_rejected(
    first: Exchange, *minimized: ProbeResult
) -> Findings:
    """Check unlisted values in fields for which the document lists the allowed values.

    Does not check unknown model names.
    """
    yield from _check_generated(first, *minimized)


@check(VALID, on=())
def valid_request_is_accepted_or_clearly_rejected(
    first: Exchange, *minimized: ProbeResult
) -> Findings:
    """Check that a rejection names a field of the request or an unsupported capability.

    Does not check which field or capability the rejection names.
    """
    yield from _check_generated(first, *minimized)


@check(NULL, on=())
def null_means_absent(first: Exchange, *minimized: ProbeResult) -> Findings:
    """Check that a request with ``null`` in one optional field is not rejected.

    Does not check ``null`` as ``model``, or in a required field of a nested object.
    """
    yield from _check_generated(first, *minimized)


@check(UNSPECIFIED, on=())
def unspecified_form_is_accepted_or_clearly_rejected(
    first: Exchange, *minimized: ProbeResult
) -> Findings:
    """Check forms that only this project considers invalid, such as an empty array.

    New API's page says nothing about these forms, so a server may reject them too. Does
    not report a rejection that names its reason.
    """
    yield from _check_generated(first, *minimized)


def _is_answered(exchange: Exchange) -> bool:
    """Return whether a generated request got a 2xx, a 4xx, a response or a stream."""
    is_recognized = exchange.kind in {
        ResponseKind.RESPONSE,
        ResponseKind.STREAM,
        ResponseKind.CLIENT_ERROR,
    }
    is_success = 200 <= exchange.status < 300
    return exchange.probe.startswith(PREFIX) and (is_recognized or is_success)


EVERY_GENERATED = only(EVERY_REQUEST, "every generated request", _is_answered)


@check(MATCHES_DOCUMENT, on=EVERY_GENERATED)
def response_matches_the_openapi_document(exchange: Exchange) -> Iterator[Finding]:
    """Check media type, headers, body and stream events with Schemathesis.

    Most defects that Schemathesis finds also fail a more specific requirement. This
    check is for the others. Does not check responses to requests of other probes.
    """
    yield from document_violations(exchange)


BY_SCENARIO: Final[dict[Scenario, Check]] = {
    Scenario.MISSING: missing_required_field_is_rejected,
    Scenario.INCOMPLETE: incomplete_object_is_rejected,
    Scenario.WRONG_TYPE: wrong_field_type_is_rejected,
    Scenario.OUT_OF_ENUM: unknown_enum_value_is_rejected,
    Scenario.VALID: valid_request_is_accepted_or_clearly_rejected,
    Scenario.NULL: null_means_absent,
    Scenario.UNSPECIFIED: unspecified_form_is_accepted_or_clearly_rejected,
}


def cases(seed: int, number: int | None, *, shrink: bool = True) -> Iterator[Case]:
    """Yield a case for each generated request of a run.

    ``seed`` selects the corpus. ``number`` is the maximum number of requests; with
    ``None``, the run sends all of them. With ``shrink``, failing requests are
    minimized.
    """
    for entry, probe in probes.generated_probes(seed, number, shrink=shrink):
        yield Case(BY_SCENARIO[entry.generated.scenario], probe)


def recorded_cases(ids: Iterable[str]) -> Iterator[Case]:
    """Yield the cases of generated requests; ``ids`` are all case ids of a journal."""
    for id_ in ids:
        name = id_.partition("[")[2].removesuffix("]")
        if generated := GeneratedInput.of(name):
            check = BY_SCENARIO[generated.scenario]
            yield Case(check, probes.recorded_probe(generated))
