"""Responses: which model one says it is from."""

import re
from typing import Final

from conformance.contract.responses.envelope import PLAIN, WHOLE
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.scope import Observation, only
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

MODEL = must(
    "responses.model-is-a-string",
    "A response names its model.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties/model",
    cause="the gateway builds the object without the model",
)


def _names_model(exchange: Exchange) -> bool:
    asked = exchange.request.field("model")
    return isinstance(asked, str) and bool(asked)


NAMED: Final = only(WHOLE, "every response to a named model", _names_model)
"""(response, exchange): each whole response whose request named a model."""


@check(MODEL, on=NAMED, exercised_by=PLAIN)
def model_is_a_string(response: Node, _exchange: Exchange) -> Findings:
    """Judge that there is a name, where the request gave one; not which name."""
    if not response["model"].expect(str):
        yield response["model"].finding("a name")


SAME_MODEL = should(
    "responses.model-is-the-requested-one",
    "A response names the model that was asked for, or a version of it.",
    source=REPORTED_BUGS,
    cause="the upstream's own name for the model is passed on, or another answers",
    covers=("EC-05", "EC-06"),
)

_VERSION: Final = re.compile(r"[-@:._ ](?:.*\d.*|latest|preview|exp|stable)")


def is_a_version(one: str, other: str) -> bool:
    """Say whether two names may be of one model.

    Equal but for case and provider path (``openai/gpt-4o``), or one of them with a
    version behind it (``gpt-4o-2024-08-06``, ``gpt-4o-latest``).
    """
    short, long = sorted(
        (name.lower().rpartition("/")[2] for name in (one, other)), key=len
    )
    if not long.startswith(short):
        return False
    rest = long[len(short) :]
    return not rest or _VERSION.fullmatch(rest) is not None


@check(SAME_MODEL, on=NAMED, exercised_by=PLAIN)
def model_is_the_requested_one(response: Node, exchange: Exchange) -> Findings:
    """Compare names; an alias that stands for a foreign name is worth a look only."""
    asked: str = exchange.request.field("model")
    stated = response.get("model")
    if stated is None or not stated.value or not stated.is_a(str):
        raise Inconclusive("the answer names no model")
    if not is_a_version(asked, stated.value):
        yield stated.finding(f"{asked!r} or a version of it")


ONE_NAME = should(
    "responses.model-is-the-same-in-streams",
    "A stream names the model as a JSON answer does.",
    source=REPORTED_BUGS,
    cause="two code paths, of which one passes the upstream's name on",
    covers=("EC-05",),
)


def _model_of(response: Node, exchange: Exchange) -> Observation | None:
    stated = response.get("model")
    if stated is None or not stated.value or not stated.is_a(str):
        return None
    asked = exchange.request.field("model")
    streamed = exchange.kind is ResponseKind.STREAM
    return Observation((asked, streamed, stated.value), exchange.id, stated.pointer)


@check(ONE_NAME, on=NAMED.collecting(_model_of), exercised_by=PLAIN)
def model_is_named_alike(notes: list[Observation]) -> Findings:
    """Compare the names that one model goes by in each mode.

    A name may have several versions behind it; two modes that share no name at all
    are a breach.
    """
    names = dict[str, tuple[set[str], set[str]]]()
    for note in notes:
        asked, streamed, stated = note.value
        names.setdefault(asked, (set(), set()))[streamed].add(stated)
    if not any(plain and told for plain, told in names.values()):
        raise Inconclusive("no model answered in both modes")
    yield from _strangers(notes, names)


def _strangers(
    notes: list[Observation], names: dict[str, tuple[set[str], set[str]]]
) -> Findings:
    """Yield a finding for each model whose stream has a name of its own."""
    for note in notes:
        asked, streamed, stated = note.value
        plain, told = names[asked]
        if streamed and plain and plain.isdisjoint(told):
            names[asked] = (set(), told)
            node = Node(stated, note.pointer, note.exchange)
            yield node.finding(f"a name used in JSON: {sorted(plain)}")
