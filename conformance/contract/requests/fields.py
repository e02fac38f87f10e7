"""Requests: the members that are served.

Those of the page are served in every form that it names; what it leaves open, and
clients of the API family send all the same, where honesty can ask for it.
"""

from collections.abc import Iterator
from typing import Final

from conformance.contract.probes import basic
from conformance.contract.requests import probes
from conformance.contract.requests.outcome import (
    Apart,
    names,
    served,
    served_together,
    was_served,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import UnexpectedValue, is_a
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, must, should
from conformance.model.scope import Picked, every
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    REPORTED_BUGS,
    RFC_JSON,
)

_MEMBERS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"


PLAIN = must(
    "requests.documented-fields-are-accepted",
    "The optional members that the page lists are served.",
    source=_MEMBERS,
    cause="members are checked against a list that lacks some of the page's",
)


@check(PLAIN, on=probes.optional_fields)
def page_members_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge those that any model can follow; the others have sections of their own."""
    yield from served_together(probes.OPTIONS, probes.PLAIN, whole, apart)


FAMILY = should(
    "requests.extra-openai-fields-are-accepted",
    "The members metadata, store or parallel_tool_calls do no harm to a request.",
    source=f"{OPENAI_API}, create a response",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="members that the page leaves out are refused",
)


@check(FAMILY, on=probes.optional_fields)
def family_members_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge values that ask for nothing, as agents send them with every request."""
    yield from served_together(probes.OPTIONS, probes.FAMILY, whole, apart)


CHARSET = must(
    "requests.charset-parameter-is-accepted",
    "A content type of application/json with a charset is served.",
    source=f"{RFC_JSON}, section 11",
    cause="the content type is compared as a whole",
)


@check(CHARSET, on=probes.optional_fields)
def charset_is_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge ``charset=utf-8``, which many HTTP clients add by themselves."""
    yield from served_together(probes.OPTIONS, probes.CHARSET, whole, apart)


WHOLE = should(
    "requests.integer-sampling-parameter-is-accepted",
    "A sampling parameter that is written as an integer is served.",
    source=f"{_MEMBERS}/temperature",
    cause="a number is only taken with a fraction",
)


@check(WHOLE, on=probes.optional_fields)
def whole_numbers_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Leave open what happens where a model supports no sampling parameters."""
    for row, exchange in zip(probes.OPTIONS, apart, strict=False):
        if row not in probes.WHOLE_NUMBERS:
            continue
        if exchange.kind is ResponseKind.CLIENT_ERROR and names(exchange, ("support",)):
            raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield from served_together(probes.OPTIONS, probes.WHOLE_NUMBERS, whole, apart)


NULL = should(
    "requests.null-means-absent",
    "An optional member that is null is treated as absent.",
    source=f"{OPENAI_API}, create a response; the page is silent",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="null is checked against the type of the member",
    covers=("RV-02",),
)


@check(NULL, on=probes.null_fields)
def null_means_absent(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge the members that the API family documents as nullable."""
    yield from served_together(probes.NULLS, probes.NULLS, whole, apart)


TOOL_NULL = should(
    "requests.null-tools-mean-absent",
    "A tools or tool_choice member that is null is treated as absent.",
    source=REPORTED_BUGS,
    cause="typed clients write empty lists as null, and the schema has an array",
    covers=("RV-02",),
)


@check(TOOL_NULL, on=probes.null_tools)
def null_tools_mean_absent(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge the two that no document calls nullable."""
    yield from served_together(probes.TOOL_NULLS, probes.TOOL_NULLS, whole, apart)


NO_INPUT = should(
    "requests.input-is-optional",
    "A request of a model alone is served.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/required",
    profiles={"newapi"},
    cause="input is required though the page does not say so",
)


@check(NO_INPUT, on=probes.missing_input)
def input_is_optional(exchanges: Apart) -> Findings:
    """Judge the page's own call; a refusal that names input breaks nobody."""
    yield from served(probes.NO_INPUT, exchanges)


CHAT_CAP = should(
    "requests.max-tokens-is-refused-or-honored",
    "A max_tokens member is refused unless it caps the answer.",
    source=REPORTED_BUGS,
    cause="the chat name of the cap is passed over, and the answer runs on",
    covers=("RV-12",),
)

_LONGEST_CAPPED: Final = 8 * probes.CHAT_CAP
"""Characters of numbers that so few tokens can hold."""


@check(CHAT_CAP, on=probes.chat_max_tokens)
def chat_cap_is_not_dropped(exchange: Exchange) -> Findings:
    """Judge the length of a count to 100; a model that says little shows nothing."""
    if not was_served(exchange):
        return
    try:
        status, text = exchange.response["status"].value, exchange.text
    except UnexpectedValue as why:
        raise Inconclusive(str(why)) from None
    if len(text) > _LONGEST_CAPPED:
        wanted = f"at most {probes.CHAT_CAP} tokens of text, or a refusal"
        yield exchange.finding("/output", wanted, f"{len(text)} characters")
    elif status != "incomplete":
        raise Inconclusive(f"{exchange.id}: the answer is too short to show a cap")


INSTRUCTIONS = must(
    "requests.instructions-are-optional",
    "A request needs no instructions.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Request/required",
    cause="an upstream that wants a system text is served no default one",
    covers=("RV-16",),
)


def _without_instructions(exchange: Exchange) -> Iterator[Picked]:
    """Pick what answers or blames a request of a model, a text and no more."""
    request = exchange.request
    if exchange.status not in {400, 422} and not exchange.has_response:
        return
    if request.method != "POST" or not isinstance(request.json, dict):
        return
    said = request.field("input")
    bare = request.json.keys() <= {"model", "input", "stream"}
    if bare and is_a(said, str) and said and "instructions" not in said.lower():
        yield (exchange,)


@check(
    INSTRUCTIONS,
    on=every("every plain request", _without_instructions),
    exercised_by=basic.text,
)
def instructions_are_optional(exchange: Exchange) -> Findings:
    """Judge refusals that name instructions; any other has another reason."""
    if exchange.has_response:
        return
    if not names(exchange, ("instructions",)):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield exchange.finding("status", "an answer without instructions", exchange.summary)
