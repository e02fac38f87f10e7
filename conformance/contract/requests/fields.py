"""Requests: fields that are accepted.

Covers fields that New API's page documents, and fields and values that the page does
not mention although clients of OpenAI-compatible APIs send them.
"""

from collections.abc import Iterator
from typing import Final

from conformance.contract.probes import basic
from conformance.contract.requests import probes
from conformance.contract.requests.outcome import (
    Exchanges,
    error_contains,
    expect_accepted,
    expect_accepted_merged_or_each,
    was_accepted,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import UnexpectedValue, is_a
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, must, should
from conformance.model.scope import CheckArguments, every
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    REPORTED_BUGS,
    RFC_JSON,
)

_FIELDS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"


DOCUMENTED_FIELDS = must(
    "requests.documented-fields-are-accepted",
    "A request with `instructions` or `truncation` is accepted.",
    source=_FIELDS,
    cause="the gateway validates fields against a list that lacks documented fields",
)


@check(DOCUMENTED_FIELDS, on=probes.optional_fields)
def documented_fields_are_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check ``instructions`` and ``truncation``, which every model supports.

    Does not check the other documented fields, which other requirements cover.
    """
    yield from expect_accepted_merged_or_each(
        probes.OPTIONAL_FIELDS, probes.DOCUMENTED_FIELDS, merged, exchanges
    )


EXTRA_OPENAI_FIELDS = should(
    "requests.extra-openai-fields-are-accepted",
    "A request with `metadata`, `store` or `parallel_tool_calls` is accepted.",
    source=f"{OPENAI_API}, create a response",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway rejects fields that New API's page does not list",
)


@check(EXTRA_OPENAI_FIELDS, on=probes.optional_fields)
def extra_openai_fields_are_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check values that need no support from the model, such as agents always send.

    Does not check whether the fields have an effect.
    """
    yield from expect_accepted_merged_or_each(
        probes.OPTIONAL_FIELDS, probes.EXTRA_OPENAI_FIELDS, merged, exchanges
    )


CHARSET = must(
    "requests.charset-parameter-is-accepted",
    "A request with the content type `application/json; charset=utf-8` is accepted.",
    source=f"{RFC_JSON}, section 11",
    cause="the gateway compares the complete header value with `application/json`",
)


@check(CHARSET, on=probes.optional_fields)
def charset_parameter_is_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check ``charset=utf-8``, which many HTTP clients add by default.

    Does not check other charsets or parameters.
    """
    yield from expect_accepted_merged_or_each(
        probes.OPTIONAL_FIELDS, probes.CHARSET, merged, exchanges
    )


INTEGER_SAMPLING = should(
    "requests.integer-sampling-parameter-is-accepted",
    "A request with an integer as `temperature` or `top_p` is accepted.",
    source=f"{_FIELDS}/temperature",
    cause="the decoder accepts a number only with a decimal point",
)


@check(INTEGER_SAMPLING, on=probes.optional_fields)
def integer_sampling_parameter_is_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check ``temperature`` and ``top_p`` with the value 1.

    Does not check models without sampling parameters: an error that contains
    "support" makes the check inconclusive.
    """
    for case, exchange in zip(probes.OPTIONAL_FIELDS, exchanges, strict=False):
        if case not in probes.INTEGER_SAMPLING:
            continue
        if exchange.kind is ResponseKind.CLIENT_ERROR and error_contains(
            exchange, ("support",)
        ):
            raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield from expect_accepted_merged_or_each(
        probes.OPTIONAL_FIELDS, probes.INTEGER_SAMPLING, merged, exchanges
    )


NULL = should(
    "requests.null-means-absent",
    "A request with `null` in an optional field is accepted.",
    source=f"{OPENAI_API}, create a response; the page is silent",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway validates `null` against the type of the field",
    covers=("RV-02",),
)


@check(NULL, on=probes.null_fields)
def null_means_absent(merged: Exchange, exchanges: Exchanges = ()) -> Findings:
    """Check the fields that OpenAI documents as nullable.

    Does not check ``tools`` and ``tool_choice``, which
    `requests.null-tools-mean-absent` covers.
    """
    yield from expect_accepted_merged_or_each(
        probes.NULL_FIELDS, probes.NULL_FIELDS, merged, exchanges
    )


NULL_TOOLS = should(
    "requests.null-tools-mean-absent",
    "A request with `null` in `tools` or `tool_choice` is accepted.",
    source=REPORTED_BUGS,
    cause="the gateway requires an array, but typed clients send `null` for no tools",
    covers=("RV-02",),
)


@check(NULL_TOOLS, on=probes.null_tools)
def null_tools_mean_absent(merged: Exchange, exchanges: Exchanges = ()) -> Findings:
    """Check ``tools`` and ``tool_choice``, which no document calls nullable.

    Does not check whether the model calls a tool.
    """
    yield from expect_accepted_merged_or_each(
        probes.NULL_TOOLS, probes.NULL_TOOLS, merged, exchanges
    )


MISSING_INPUT = should(
    "requests.input-is-optional",
    "A request with no field except `model` is accepted.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/required",
    profiles={"newapi"},
    cause="the gateway requires `input`, although New API's page does not",
)


@check(MISSING_INPUT, on=probes.missing_input)
def input_is_optional(exchanges: Exchanges) -> Findings:
    """Check the example request of New API's page, which contains only ``model``.

    The requirement is a SHOULD, because no client breaks if the server rejects the
    request with an error that names ``input``. Does not check the output.
    """
    yield from expect_accepted(probes.MISSING_INPUT, exchanges)


MAX_TOKENS = should(
    "requests.max-tokens-is-refused-or-honored",
    "A request with `max_tokens` is rejected, or `max_tokens` limits the output.",
    source=REPORTED_BUGS,
    cause="the gateway ignores `max_tokens` and generates output without a limit",
    covers=("RV-12",),
)

_MAX_CHARACTERS: Final = 8 * probes.MAX_TOKENS
"""Maximum number of characters in a count of ``MAX_TOKENS`` tokens: 8 per token."""


@check(MAX_TOKENS, on=probes.chat_max_tokens)
def max_tokens_is_rejected_or_honored(exchange: Exchange) -> Findings:
    """Check the number of characters in the output of a model asked to count to 100.

    Does not report a wrong ``status``. A short output without the status ``incomplete``
    is inconclusive: the model may have stopped by itself.
    """
    if not was_accepted(exchange):
        return
    try:
        status, text = exchange.response["status"].value, exchange.text
    except UnexpectedValue as error:
        raise Inconclusive(str(error)) from None
    if len(text) > _MAX_CHARACTERS:
        expected = f"at most {_MAX_CHARACTERS} characters, or a 4xx status"
        yield exchange.finding("/output", expected, f"{len(text)} characters")
    elif status != "incomplete":
        raise Inconclusive(f"{exchange.id}: the output is too short to show a limit")


INSTRUCTIONS = must(
    "requests.instructions-are-optional",
    "A request is not rejected for missing `instructions`.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/required",
    cause="the upstream requires a system prompt, and the gateway sends no default",
    covers=("RV-16",),
)


def _minimal_request(exchange: Exchange) -> Iterator[CheckArguments]:
    """Select a request with only a model and a prompt, and a response, 400 or 422.

    The request may also have ``stream``. It is not selected if its prompt contains
    "instructions", because an error may quote the prompt.
    """
    request = exchange.request
    if exchange.status not in {400, 422} and not exchange.has_response:
        return
    if request.method != "POST" or not isinstance(request.json, dict):
        return
    prompt = request.field("input")
    is_minimal = request.json.keys() <= {"model", "input", "stream"}
    if (
        is_minimal
        and is_a(prompt, str)
        and prompt
        and "instructions" not in prompt.lower()
    ):
        yield (exchange,)


@check(
    INSTRUCTIONS,
    on=every("every request with only a model and a prompt", _minimal_request),
    exercised_by=basic.text,
)
def instructions_are_optional(exchange: Exchange) -> Findings:
    """Check that no error names ``instructions``.

    Does not check other rejections: they have another reason, and are inconclusive.
    """
    if exchange.has_response:
        return
    if not error_contains(exchange, ("instructions",)):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield exchange.finding("status", "a response", exchange.summary)
