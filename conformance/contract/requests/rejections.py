"""Requests: what is refused.

A server that takes what it cannot mean answers another question than was asked:
translate or refuse, never silently weaken. That a refusal is no 5xx, and has the
envelope, is judged elsewhere on every exchange.
"""

from typing import Final

from conformance.contract.probes import basic
from conformance.contract.requests import rejected_probes as probes
from conformance.contract.requests.outcome import Apart, named, refused, served
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import LEVELS_IF_NEWAPI_REQUIRES, must, should
from conformance.model.scope import EVERY_EXCHANGE, Observation
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    REPORTED_BUGS,
    RFC_JSON,
)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request"
_MEMBERS: Final = f"{_REQUEST}/properties"

MALFORMED = must(
    "requests.malformed-json-is-refused",
    "A body that is not JSON is refused.",
    source=f"{RFC_JSON}, section 2",
    cause="a body that does not parse is repaired, or replaced by defaults",
    covers=("RV-01",),
)


@check(MALFORMED, on=probes.malformed_bodies)
def malformed_json_is_refused(exchanges: Apart) -> Findings:
    """Judge half a body, prose and nothing: no reader can take them for JSON."""
    yield from refused(probes.MALFORMED, exchanges)


LENIENT = should(
    "requests.lenient-json-is-refused",
    "A body that is almost JSON is refused.",
    source=f"{RFC_JSON}, sections 2 and 8.1",
    cause="the reader stops at the first value, or replaces bytes that it cannot read",
)


@check(LENIENT, on=probes.lenient_json)
def lenient_json_is_refused(exchanges: Apart) -> Findings:
    """Judge what lenient readers let pass, at the cost of the client's text."""
    yield from refused(probes.LENIENT, exchanges)


NOT_AN_OBJECT = must(
    "requests.non-object-json-is-refused",
    "A body of JSON that is not an object is refused.",
    source=_REQUEST,
    cause="members are read without a look at what holds them",
)


@check(NOT_AN_OBJECT, on=probes.non_object_json)
def other_json_is_refused(exchanges: Apart) -> Findings:
    """Judge an array with a good request in it, a string and null."""
    yield from refused(probes.NOT_AN_OBJECT, exchanges)


NO_MODEL = must(
    "requests.model-is-required",
    "A request without a model is refused.",
    source=f"{_REQUEST}/required",
    levels=LEVELS_IF_NEWAPI_REQUIRES,
    cause="a default model is put in, and billed",
    covers=("RV-01",),
)


@check(NO_MODEL, on=probes.missing_model)
def model_is_required(exchanges: Apart) -> Findings:
    """Judge a model that is absent, or null."""
    yield from refused(probes.NO_MODEL, exchanges)


MODEL_TYPE = should(
    "requests.invalid-model-name-is-refused",
    "A model that is no name is refused.",
    source=f"{_MEMBERS}/model",
    cause="whatever is in the member is passed on, or a default taken",
    covers=("RV-01",),
)


@check(MODEL_TYPE, on=probes.invalid_model_names)
def invalid_model_name_is_refused(exchanges: Apart) -> Findings:
    """Judge the empty text, a number, an array and an object."""
    yield from refused(probes.MODEL_TYPES, exchanges)


UNKNOWN = should(
    "requests.unknown-model-is-refused",
    "A model that the server does not have is refused.",
    source=f"{OPENAI_API}, errors",
    cause="another model is put in the place of one that is unknown",
    covers=("EC-06", "ER-03"),
)


@check(UNKNOWN, on=probes.unknown_model)
def unknown_model_is_refused(exchanges: Apart) -> Findings:
    """Take 403 for a refusal, too: the key may not use such a model."""
    if exchanges[0].status != 403:
        yield from refused(probes.UNKNOWN, exchanges)


INPUT_TYPE = should(
    "requests.wrong-input-type-is-refused",
    "An input that is neither a text nor an array is refused.",
    source=f"{_MEMBERS}/input",
    cause="the input is made into a text, or into an array of one",
    covers=("RV-01",),
)


@check(INPUT_TYPE, on=probes.wrong_input_types)
def input_type_is_refused(exchanges: Apart) -> Findings:
    """Judge a number, true, and a message without its array."""
    yield from refused(probes.INPUT_TYPES, exchanges)


MESSAGES = should(
    "requests.malformed-message-is-refused",
    "A message that is malformed is refused.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/InputMessage",
    cause="messages that make no sense are left out of the conversation",
    covers=("RV-01", "RV-17"),
)


@check(MESSAGES, on=probes.malformed_messages)
def broken_messages_are_refused(exchanges: Apart) -> Findings:
    """Judge wrong types and an impossible role; unknown kinds have another clause."""
    yield from refused(probes.MESSAGES, exchanges)


TYPES = should(
    "requests.wrong-field-type-is-refused",
    "An optional member of the wrong JSON type is refused.",
    source=_MEMBERS,
    cause="a member that cannot be read is dropped",
    covers=("RV-01",),
)


@check(TYPES, on=probes.wrong_field_types)
def wrong_types_are_refused(exchanges: Apart) -> Findings:
    """Judge values that nothing sensible can be made of, so no ``"64"`` for 64.

    A previous_response_id that is no text is judged where state is.
    """
    yield from refused(probes.TYPES, exchanges)


VALUES = should(
    "requests.unknown-enum-value-is-refused",
    "A word outside the list of its member is refused.",
    source=f"{_MEMBERS}/truncation/enum",
    cause="a word that is not known is dropped",
)


@check(VALUES, on=probes.unknown_enum_values)
def unknown_values_are_refused(exchanges: Apart) -> Findings:
    """Judge words that no newer list will have."""
    yield from refused(probes.VALUES, exchanges)


CAPS = should(
    "requests.invalid-max-output-tokens-is-refused",
    "A max_output_tokens that no answer can keep is refused.",
    source=f"{_MEMBERS}/max_output_tokens",
    cause="a cap that makes no sense is passed over, and the answer has none",
    covers=("RV-01",),
)


@check(CAPS, on=probes.invalid_output_caps)
def impossible_caps_are_refused(exchanges: Apart) -> Findings:
    """Judge 0, -1 and a fraction; an answer that is cut to nothing has kept the 0."""
    first = 1 if _was_cut(exchanges[0]) else 0
    yield from refused(probes.CAPS[first:], exchanges[first:])


def _was_cut(exchange: Exchange) -> bool:
    status = (
        exchange.response_or_none.get("status")
        if exchange.response_or_none is not None
        else None
    )
    return status is not None and status.value == "incomplete"


SAMPLING = should(
    "requests.invalid-sampling-parameter-is-refused",
    "A sampling parameter without a meaning is refused.",
    source=f"{OPENAI_API}, create a response; the page gives no range",
    cause="sampling parameters are cut to their range, or dropped",
)


@check(SAMPLING, on=probes.invalid_sampling_parameters)
def impossible_sampling_is_refused(exchanges: Apart) -> Findings:
    """Judge what is no temperature and no probability; a hot 5 may mean something."""
    yield from refused(probes.SAMPLING, exchanges)


NAMED = should(
    "requests.error-names-the-field",
    "A refusal for one member of the request names that member.",
    source=f"{OPENAI_API}, errors",
    cause="errors of the reader, or of the upstream, are replaced by one text",
)


def _refused_row(exchange: Exchange) -> Observation | None:
    """Note a refusal whose request has a member to blame, or none, and its row."""
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        return None
    if exchange.probe == basic.text.name:
        return Observation((None, exchange), exchange.id)
    row = probes.row_of(exchange.probe, exchange.request)
    return Observation((row, exchange), exchange.id) if row is not None else None


@check(
    NAMED,
    on=EVERY_EXCHANGE.collecting(_refused_row),
    exercised_by=(basic.text, *probes.NAMED),
)
def error_names_the_field(notes: list[Observation]) -> Findings:
    """Look for the name anywhere in a refusal; what was served has its own clauses.

    Where a plain request is refused as well, a refusal may be about that.
    """
    doubts = list[Inconclusive]()
    for row, exchange in (note.value for note in notes):
        if row is None:
            raise Inconclusive(f"{exchange.id}: a plain request is refused already")
    for row, exchange in (note.value for note in notes):
        try:
            yield from named((row,), (exchange,))
        except Inconclusive as why:
            doubts.append(why)
    if len(doubts) == len(notes):
        raise doubts[0]


ODD = should(
    "requests.unusual-field-is-accepted-or-clearly-refused",
    "A member that is refused for being odd is named in the refusal.",
    source=REPORTED_BUGS,
    cause="an unknown member, item or tool fails the schema of the whole body",
    covers=("RV-13", "RV-17", "RV-20"),
)


@check(ODD, on=probes.unusual_fields)
def odd_members_are_named(exchanges: Apart) -> Findings:
    """Let the odd be served, too: servers pass on what is newer than they are."""
    yield from named(probes.ODD_MEMBERS, exchanges)


LARGE = should(
    "requests.large-body-is-accepted",
    "A body of a megabyte is served.",
    source=REPORTED_BUGS,
    cause="a proxy keeps its default limit, and images no longer fit",
)


@check(LARGE, on=probes.unusual_bodies)
def large_bodies_are_accepted(exchanges: Apart) -> Findings:
    """Judge blanks between members, which cost no tokens.

    The probe's other bodies may be served or refused: they are sent so that the
    clauses on every exchange see them.
    """
    yield from served((probes.LARGE,), exchanges[:1])
