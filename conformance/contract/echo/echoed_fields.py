"""Echo: parameters that an answer repeats, and so shows whether they got through.

The page names no such members. Where an answer has one it should tell the truth.
"""

import math
from collections.abc import Callable, Iterator
from typing import Final

from conformance.contract.echo import probes as echo_probes
from conformance.contract.probes import basic
from conformance.contract.state import probes as state_probes
from conformance.model.check import Check, Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Json, Node, is_a
from conformance.model.probe import Probe
from conformance.model.requirement import should
from conformance.model.scope import EVERY_RESPONSE_OBJECT, every
from conformance.model.sources import OPENAI_API, REPORTED_BUGS

ROUNDED: Final = 1e-5
"""How far a number may be off, relatively: some servers keep it in four bytes."""


def _is_text(value: Json) -> bool:
    return is_a(value, str) and bool(value)


def _is_within(low: float, high: float) -> Callable[[Json], bool]:
    return lambda value: is_a(value, float) and low <= value <= high


def _is_choice(value: Json) -> bool:
    if isinstance(value, str):
        return value in {"none", "auto", "required"}
    return isinstance(value, dict) and set(value) == {"type", "name"}


def _is_note(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(_is_text(text) for text in value.values())
    )


def is_same(sent: Json, told: Json) -> bool:
    """Say whether two values say the same; 1 is 1.0, and rounding is forgiven."""
    if is_a(sent, float) and is_a(told, float):
        return math.isclose(sent, told, rel_tol=ROUNDED)
    return bool(sent == told)


def _echoes(
    member: str,
    plain: Callable[[Json], bool],
    cause: str,
    covers: tuple[str, ...] = ("EC-09",),
    *,
    shown_by: Probe = echo_probes.echoed_parameters,
) -> Check:
    """State that ``member`` is repeated, and judge it on every answer.

    ``plain`` tells the values that every server takes as they are; one outside
    them may be clamped, spelled out or replaced.
    """

    def pick(exchange: Exchange) -> Iterator[tuple[Node, Json]]:
        sent = exchange.request.field(member)
        if plain(sent):
            for response, _ in EVERY_RESPONSE_OBJECT.select(exchange):
                yield response, sent

    def judge(response: Node, sent: Json, *, profile: str) -> Findings:
        """Compare what was sent with what is repeated.

        An answer without the member repeats nothing; whether it may be absent is told
        under ``profile``. On New API's page there is no such member, so that null says
        no more than absence.
        """
        silent = profile == "newapi" and response.get(member) is None
        if silent or member not in response:
            raise Inconclusive(f"the answer does not repeat {member}")
        told = response[member]
        if not is_same(sent, told.value):
            yield told.finding(f"{sent!r}, as it was sent")

    clause = should(
        f"echo.{member.replace('_', '-')}-as-sent",
        f"An answer that repeats {member} repeats what was sent.",
        source=f"{OPENAI_API}, the response object",
        needs=shown_by.needs,
        cause=cause,
        covers=covers,
    )
    subject = every(
        f"every response to a request with {member}", pick, EVERY_RESPONSE_OBJECT
    )
    return check(clause, on=subject, exercised_by=shown_by)(judge)


INSTRUCTIONS = _echoes(
    "instructions",
    _is_text,
    "the gateway puts a system prompt of its own in the client's place",
    ("EC-03",),
)
TEMPERATURE = _echoes(
    "temperature", _is_within(0, 2), "sampling parameters are not passed on"
)
TOP_P = _echoes("top_p", _is_within(0.01, 1), "sampling parameters are not passed on")
CAP = _echoes(
    "max_output_tokens",
    _is_within(16, 4096),
    "the cap is dropped, or clamped without a sound",
    ("MX-03", "MX-04"),
)
CHOICE = _echoes("tool_choice", _is_choice, "the choice is replaced by the default")
TRUNCATION = _echoes(
    "truncation",
    lambda value: value in ("auto", "disabled"),
    "the member is not passed on",
)
METADATA = _echoes("metadata", _is_note, "metadata is dropped on the way", ("EC-07",))
PREVIOUS = _echoes(
    "previous_response_id",
    _is_text,
    "the id is not passed on, or replaced by the upstream's",
    ("PR-01",),
    shown_by=state_probes.chained_turns,
)

FOREIGN = should(
    "echo.no-instructions-are-added",
    "An answer to a request without instructions repeats none.",
    source=REPORTED_BUGS,
    cause="the gateway puts a system prompt of its own before every request",
    covers=("EC-04",),
)


def _uninstructed(exchange: Exchange) -> Iterator[tuple[Node]]:
    sent = exchange.request
    if sent.field("instructions") is None and sent.field("prompt") is None:
        for response, _ in EVERY_RESPONSE_OBJECT.select(exchange):
            yield (response,)


@check(
    FOREIGN,
    on=every("every response to a request without instructions", _uninstructed),
    exercised_by=basic.text,
)
def no_instructions_are_added(response: Node) -> Findings:
    """Judge what the answer itself admits; what it hides shows in ``tokens``."""
    told = response.get("instructions")
    if told is not None and told.value:
        yield told.finding("null, since none were sent")
