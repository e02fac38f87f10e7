"""Echo: request fields that a response repeats.

A repeated value shows whether the gateway received and forwarded the field. New API's
page lists no such fields. If a response has one, its value should be correct.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from conformance.contract.echo import probes as echo_probes
from conformance.contract.probes import basic
from conformance.contract.state import probes as state_probes
from conformance.model.check import Check, Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Json, Node, is_a, quote
from conformance.model.probe import Probe
from conformance.model.requirement import should
from conformance.model.scope import EVERY_RESPONSE_OBJECT, every
from conformance.model.sources import OPENAI_API, REPORTED_BUGS

MAX_ROUNDING_ERROR: Final = 1e-5
"""Allowed difference between two numbers, as a fraction of the larger one.

Some servers store numbers as 32-bit floats.
"""


def _is_non_empty_string(value: Json) -> bool:
    return is_a(value, str) and bool(value)


def _is_within(low: float, high: float) -> Callable[[Json], bool]:
    return lambda value: is_a(value, float) and low <= value <= high


def _is_tool_choice(value: Json) -> bool:
    if isinstance(value, str):
        return value in {"none", "auto", "required"}
    return isinstance(value, dict) and set(value) == {"type", "name"}


def _is_metadata(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_is_non_empty_string(entry) for entry in value.values())
    )


def is_same(sent: Json, repeated: Json) -> bool:
    """Return whether a response repeats the value that the request sent.

    1 equals 1.0, and a number may differ by ``MAX_ROUNDING_ERROR``.
    """
    if is_a(sent, float) and is_a(repeated, float):
        return math.isclose(sent, repeated, rel_tol=MAX_ROUNDING_ERROR)
    return bool(sent == repeated)


def _echo_check(
    field: str,
    is_unambiguous: Callable[[Json], bool],
    cause: str,
    covers: tuple[str, ...] = ("EC-09",),
    *,
    exercised_by: Probe = echo_probes.echoed_parameters,
) -> Check:
    """Return the requirement that ``field`` is repeated as sent, with its check.

    ``is_unambiguous`` selects the values that every server should keep unchanged. A
    server may clamp, expand or replace other values, so they are not checked.
    """

    def select(exchange: Exchange) -> Iterator[tuple[Node, Json]]:
        sent = exchange.request.field(field)
        if is_unambiguous(sent):
            for response, _ in EVERY_RESPONSE_OBJECT.select(exchange):
                yield response, sent

    def judge(response: Node, sent: Json, *, profile: str) -> Findings:
        """Check that the value in the response equals the value in the request.

        Does not check values that a server may clamp, expand or replace. A response
        without the field is inconclusive: the section ``profile`` checks whether the
        field is required. In the profile ``newapi``, ``null`` counts as missing,
        because New API's page does not list the field.
        """
        counts_as_missing = profile == "newapi" and response.get(field) is None
        if counts_as_missing or field not in response:
            raise Inconclusive(f"the response does not repeat {field}")
        repeated = response[field]
        if not is_same(sent, repeated.value):
            yield repeated.finding(quote(sent))

    requirement = should(
        f"echo.{field.replace('_', '-')}-as-sent",
        f"If a response contains `{field}`, it has the value from the request.",
        source=f"{OPENAI_API}, the response object",
        needs=exercised_by.needs,
        cause=cause,
        covers=covers,
    )
    scope = every(
        f"every response to a request with {field}", select, EVERY_RESPONSE_OBJECT
    )
    return check(requirement, on=scope, exercised_by=exercised_by)(judge)


INSTRUCTIONS = _echo_check(
    "instructions",
    _is_non_empty_string,
    "the gateway replaces the client's instructions by its own system prompt",
    ("EC-03",),
)
TEMPERATURE = _echo_check(
    "temperature", _is_within(0, 2), "the gateway does not forward sampling parameters"
)
TOP_P = _echo_check(
    "top_p", _is_within(0.01, 1), "the gateway does not forward sampling parameters"
)
MAX_OUTPUT_TOKENS = _echo_check(
    "max_output_tokens",
    _is_within(16, 4096),
    "the gateway drops or clamps `max_output_tokens` without reporting it",
    ("MX-03", "MX-04"),
)
TOOL_CHOICE = _echo_check(
    "tool_choice", _is_tool_choice, "the gateway replaces `tool_choice` by its default"
)
TRUNCATION = _echo_check(
    "truncation",
    lambda value: value in ("auto", "disabled"),
    "the gateway does not forward `truncation`",
)
METADATA = _echo_check(
    "metadata", _is_metadata, "the gateway drops `metadata`", ("EC-07",)
)
PREVIOUS_RESPONSE_ID = _echo_check(
    "previous_response_id",
    _is_non_empty_string,
    "the gateway drops the id, or replaces it by the upstream's id",
    ("PR-01",),
    exercised_by=state_probes.chained_turns,
)

NO_ADDED_INSTRUCTIONS = should(
    "echo.no-instructions-are-added",
    "A response to a request without `instructions` contains no `instructions`.",
    source=REPORTED_BUGS,
    cause="the gateway adds its own system prompt to every request",
    covers=("EC-04",),
)


def _without_instructions(exchange: Exchange) -> Iterator[tuple[Node]]:
    request = exchange.request
    if request.field("instructions") is None and request.field("prompt") is None:
        for response, _ in EVERY_RESPONSE_OBJECT.select(exchange):
            yield (response,)


@check(
    NO_ADDED_INSTRUCTIONS,
    on=every("every response to a request without instructions", _without_instructions),
    exercised_by=basic.text,
)
def no_instructions_are_added(response: Node) -> Findings:
    """Check that ``instructions`` of the response is missing, ``null`` or empty.

    Does not check requests with a ``prompt`` template, which may add instructions. Does
    not detect added instructions that the response does not repeat: the section
    ``tokens`` does.
    """
    instructions = response.get("instructions")
    if instructions is not None and instructions.value:
        yield instructions.finding("null")
