"""Requests: invalid requests are rejected.

A server that drops or replaces an invalid value processes a different request from the
one that the client sent. It should reject such a request instead.

The section ``errors`` checks every error response of a run: its status is not 5xx, and
its body has the error envelope.
"""

from typing import Final

from conformance.contract.probes import basic
from conformance.contract.requests import rejected_probes as probes
from conformance.contract.requests.outcome import (
    Exchanges,
    expect_field_named,
    expect_rejected,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import LEVELS_IF_NEWAPI_REQUIRES, must, should
from conformance.model.scope import EVERY_RECOGNIZED_RESPONSE, Observation
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    RFC_JSON,
)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request"
_FIELDS: Final = f"{_REQUEST}/properties"

MALFORMED_JSON = must(
    "requests.malformed-json-is-refused",
    "A body that is not JSON is rejected.",
    source=f"{RFC_JSON}, section 2",
    cause="the gateway repairs a body that does not parse, or uses defaults",
    covers=("RV-01",),
)


@check(MALFORMED_JSON, on=probes.malformed_bodies)
def malformed_json_is_rejected(exchanges: Exchanges) -> Findings:
    """Check a truncated body, prose and an empty body, which no parser accepts.

    Does not check bodies that lenient parsers accept.
    """
    yield from expect_rejected(probes.MALFORMED_BODIES, exchanges)


LENIENT_JSON = should(
    "requests.lenient-json-is-refused",
    "A body with trailing text, a trailing comma or invalid UTF-8 is rejected.",
    source=f"{RFC_JSON}, sections 2 and 8.1",
    cause="the parser stops after the first value, or replaces bytes it cannot decode",
)


@check(LENIENT_JSON, on=probes.lenient_json)
def lenient_json_is_rejected(exchanges: Exchanges) -> Findings:
    """Check bodies that lenient parsers accept, which may lose part of the request.

    Does not check other extensions of JSON, such as comments.
    """
    yield from expect_rejected(probes.LENIENT_JSON, exchanges)


NON_OBJECT_JSON = must(
    "requests.non-object-json-is-refused",
    "A JSON body that is not an object is rejected.",
    source=_REQUEST,
    cause="the gateway reads fields without checking that the body is an object",
)


@check(NON_OBJECT_JSON, on=probes.non_object_json)
def non_object_json_is_rejected(exchanges: Exchanges) -> Findings:
    """Check a valid request in an array, a string and ``null``.

    Does not check numbers and booleans.
    """
    yield from expect_rejected(probes.NON_OBJECT_JSON, exchanges)


MISSING_MODEL = must(
    "requests.model-is-required",
    "A request without `model`, or with `null` as `model`, is rejected.",
    source=f"{_REQUEST}/required",
    levels=LEVELS_IF_NEWAPI_REQUIRES,
    cause="the gateway uses a default model and bills it",
    covers=("RV-01",),
)


@check(MISSING_MODEL, on=probes.missing_model)
def model_is_required(exchanges: Exchanges) -> Findings:
    """Check a missing and a ``null`` ``model``. Does not check the error message."""
    yield from expect_rejected(probes.MISSING_MODEL, exchanges)


INVALID_MODEL_NAME = should(
    "requests.invalid-model-name-is-refused",
    "A `model` that is not a non-empty string is rejected.",
    source=f"{_FIELDS}/model",
    cause="the gateway forwards any value, or uses a default model",
    covers=("RV-01",),
)


@check(INVALID_MODEL_NAME, on=probes.invalid_model_names)
def invalid_model_name_is_rejected(exchanges: Exchanges) -> Findings:
    """Check an empty string, a number, an array and an object.

    Does not check ``null``, which `requests.model-is-required` covers.
    """
    yield from expect_rejected(probes.INVALID_MODEL_NAMES, exchanges)


UNKNOWN_MODEL = should(
    "requests.unknown-model-is-refused",
    "A model that the server does not have is rejected.",
    source=f"{OPENAI_API}, errors",
    cause="the gateway replaces an unknown model by another one",
    covers=("EC-06", "ER-03"),
)


@check(UNKNOWN_MODEL, on=probes.unknown_model)
def unknown_model_is_rejected(exchanges: Exchanges) -> Findings:
    """Check one made-up model name.

    Does not require a certain 4xx status. A 403 passes too, because a server may return
    it for every model that the key may not use.
    """
    if exchanges[0].status != 403:
        yield from expect_rejected(probes.UNKNOWN_MODEL, exchanges)


WRONG_INPUT_TYPE = should(
    "requests.wrong-input-type-is-refused",
    "An `input` that is neither a string nor an array is rejected.",
    source=f"{_FIELDS}/input",
    cause="the gateway converts `input` to a string, or wraps it in an array",
    covers=("RV-01",),
)


@check(WRONG_INPUT_TYPE, on=probes.wrong_input_types)
def wrong_input_type_is_rejected(exchanges: Exchanges) -> Findings:
    """Check a number, ``true``, and a message that is not in an array.

    Does not check a missing or ``null`` ``input``.
    """
    yield from expect_rejected(probes.WRONG_INPUT_TYPES, exchanges)


MALFORMED_MESSAGE = should(
    "requests.malformed-message-is-refused",
    "An input message with a wrong type or an unknown role is rejected.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/InputMessage",
    cause="the converter drops messages that it cannot read",
    covers=("RV-01", "RV-17"),
)


@check(MALFORMED_MESSAGE, on=probes.malformed_messages)
def malformed_message_is_rejected(exchanges: Exchanges) -> Findings:
    """Check wrong types and a made-up role.

    Does not check unknown item types, which
    `requests.unusual-field-is-accepted-or-clearly-refused` covers.
    """
    yield from expect_rejected(probes.MALFORMED_MESSAGES, exchanges)


WRONG_FIELD_TYPE = should(
    "requests.wrong-field-type-is-refused",
    "An optional field of the wrong JSON type is rejected.",
    source=_FIELDS,
    cause="the gateway drops fields that it cannot read",
    covers=("RV-01",),
)


@check(WRONG_FIELD_TYPE, on=probes.wrong_field_types)
def wrong_field_type_is_rejected(exchanges: Exchanges) -> Findings:
    """Check values that cannot be converted to the documented type.

    Does not check convertible values such as ``"64"`` for 64, or
    ``previous_response_id``, which the section ``state`` covers.
    """
    yield from expect_rejected(probes.WRONG_FIELD_TYPES, exchanges)


UNKNOWN_ENUM_VALUE = should(
    "requests.unknown-enum-value-is-refused",
    "An unknown value of `reasoning.effort` or `truncation` is rejected.",
    source=f"{_FIELDS}/truncation/enum",
    cause="the gateway drops values that it does not know",
)


@check(UNKNOWN_ENUM_VALUE, on=probes.unknown_enum_values)
def unknown_enum_value_is_rejected(exchanges: Exchanges) -> Findings:
    """Check made-up strings.

    Does not check values that a later version of the API may add.
    """
    yield from expect_rejected(probes.UNKNOWN_ENUM_VALUES, exchanges)


INVALID_MAX_OUTPUT_TOKENS = should(
    "requests.invalid-max-output-tokens-is-refused",
    "A `max_output_tokens` that is not a positive integer is rejected.",
    source=f"{_FIELDS}/max_output_tokens",
    cause="the gateway ignores an invalid limit and generates output without one",
    covers=("RV-01",),
)


@check(INVALID_MAX_OUTPUT_TOKENS, on=probes.invalid_output_caps)
def invalid_max_output_tokens_is_rejected(exchanges: Exchanges) -> Findings:
    """Check 0, -1 and 64.5.

    Does not report a 0 that the server honors with an ``incomplete`` response.
    """
    start = 1 if _is_incomplete(exchanges[0]) else 0  # the first case is 0
    yield from expect_rejected(probes.INVALID_OUTPUT_CAPS[start:], exchanges[start:])


def _is_incomplete(exchange: Exchange) -> bool:
    response = exchange.response_or_none
    status = response.get("status") if response is not None else None
    return status is not None and status.value == "incomplete"


INVALID_SAMPLING_PARAMETER = should(
    "requests.invalid-sampling-parameter-is-refused",
    "A negative `temperature`, or a `top_p` outside 0 to 1, is rejected.",
    source=f"{OPENAI_API}, create a response; the page gives no range",
    cause="the gateway clamps sampling parameters to their range, or drops them",
)


@check(INVALID_SAMPLING_PARAMETER, on=probes.invalid_sampling_parameters)
def invalid_sampling_parameter_is_rejected(exchanges: Exchanges) -> Findings:
    """Check a ``temperature`` of -1, and a ``top_p`` of 1.5 and -0.5.

    Does not check a high ``temperature`` such as 5, which a server may support.
    """
    yield from expect_rejected(probes.INVALID_SAMPLING_PARAMETERS, exchanges)


FIELD_NAMED = should(
    "requests.error-names-the-field",
    "An error about one field of the request names that field.",
    source=f"{OPENAI_API}, errors",
    cause="the gateway replaces parser and upstream errors by one generic message",
)


def _observe_rejected_case(exchange: Exchange) -> Observation | None:
    """Return an observation of a rejected request: its case and the exchange.

    The case of a plain request is ``None``. Returns no observation if the request was
    not rejected, or is neither a plain request nor one with a single invalid field.
    """
    if exchange.kind is not ResponseKind.CLIENT_ERROR:
        return None
    if exchange.probe == basic.text.name:
        return Observation((None, exchange), exchange.id)
    case = probes.find_case(exchange.probe, exchange.request)
    return Observation((case, exchange), exchange.id) if case is not None else None


@check(
    FIELD_NAMED,
    on=EVERY_RECOGNIZED_RESPONSE.collecting(_observe_rejected_case),
    exercised_by=(basic.text, *probes.CASES_BY_PROBE),
)
def error_names_the_field(observations: list[Observation]) -> Findings:
    """Check that the error body contains the name of the field, at any position.

    Does not check requests that were accepted. Inconclusive if a plain request is
    rejected too: all rejections may then have the reason of that one.
    """
    pairs = [observation.value for observation in observations]
    for case, exchange in pairs:
        if case is None:
            raise Inconclusive(f"{exchange.id}: a plain request is rejected as well")
    reasons = list[Inconclusive]()
    for case, exchange in pairs:
        try:
            yield from expect_field_named((case,), (exchange,))
        except Inconclusive as error:
            reasons.append(error)
    if len(reasons) == len(observations):
        raise reasons[0]
