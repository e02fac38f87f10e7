"""Responses: the model that a response names."""

import re
from typing import Final

from conformance.contract.responses.envelope import (
    PLAIN_PROBES,
    RESPONSES_UNLESS_FAILED,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node
from conformance.model.requirement import must, should
from conformance.model.scope import Observation, only
from conformance.model.sources import NEWAPI_DOCUMENT, REPORTED_BUGS

MODEL = must(
    "responses.model-is-a-string",
    "The `model` of a response is a non-empty string if the request names a model.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Response/properties/model",
    cause="the gateway builds the response object without `model`",
)


def _requests_a_model(exchange: Exchange) -> bool:
    model = exchange.request.field("model")
    return isinstance(model, str) and bool(model)


REQUESTED_BY_NAME: Final = only(
    RESPONSES_UNLESS_FAILED,
    "every response to a request that names a model",
    _requests_a_model,
)
"""(response, exchange): like ``RESPONSES_UNLESS_FAILED``, if a model is requested."""


@check(MODEL, on=REQUESTED_BY_NAME, exercised_by=PLAIN_PROBES)
def model_is_a_string(response: Node, _exchange: Exchange) -> Findings:
    """Check that ``model`` is a string and not empty.

    Does not check which name it is, or responses to requests without a model.
    """
    if not response["model"].expect(str):
        yield response["model"].finding("a non-empty string")


SAME_MODEL = should(
    "responses.model-is-the-requested-one",
    "The `model` of a response is the requested model or a version of it.",
    source=REPORTED_BUGS,
    cause=(
        "the gateway passes on the upstream's name for the model, or uses another model"
    ),
    covers=("EC-05", "EC-06"),
)

_VERSION: Final = re.compile(r"[-@:._ ](?:.*\d.*|latest|preview|exp|stable)")


def is_a_version(one: str, other: str) -> bool:
    """Return whether two names may denote the same model.

    Ignores case, and the provider in a name such as ``openai/gpt-4o``. One of the names
    may end with a version, as in ``gpt-4o-2024-08-06`` and ``gpt-4o-latest``.
    """
    shorter, longer = sorted(
        (name.lower().rpartition("/")[2] for name in (one, other)), key=len
    )
    if not longer.startswith(shorter):
        return False
    suffix = longer[len(shorter) :]
    return not suffix or _VERSION.fullmatch(suffix) is not None


@check(SAME_MODEL, on=REQUESTED_BY_NAME, exercised_by=PLAIN_PROBES)
def model_is_the_requested_one(response: Node, exchange: Exchange) -> Findings:
    """Check ``model`` against the requested name.

    An alias whose response has the name of the real model fails as well, which is why
    the level is SHOULD. Does not check which model generated the output.
    """
    requested: str = exchange.request.field("model")
    model = response.get("model")
    if model is None or not model.value or not model.is_a(str):
        raise Inconclusive("the response names no model")
    if not is_a_version(requested, model.value):
        yield model.finding(f"{requested!r} or a version of it")


SAME_IN_STREAMS = should(
    "responses.model-is-the-same-in-streams",
    "Streams and JSON responses use the same `model` name for the same requested "
    "model.",
    source=REPORTED_BUGS,
    cause="the gateway has two code paths, one of which passes on the upstream's name",
    covers=("EC-05",),
)


def _observe_model(response: Node, exchange: Exchange) -> Observation | None:
    """Observe (requested model, whether a stream answers, model in the response)."""
    model = response.get("model")
    if model is None or not model.value or not model.is_a(str):
        return None
    requested = exchange.request.field("model")
    streamed = exchange.kind is ResponseKind.STREAM
    return Observation((requested, streamed, model.value), exchange.id, model.pointer)


@check(
    SAME_IN_STREAMS,
    on=REQUESTED_BY_NAME.collecting(_observe_model),
    exercised_by=PLAIN_PROBES,
)
def model_is_the_same_in_streams(observations: list[Observation]) -> Findings:
    """Check that streams and JSON responses have at least one name in common.

    Compares the ``model`` values for each requested model. Does not require a single
    name: several versions may serve one model.
    """
    names_by_request = dict[str, tuple[set[str], set[str]]]()
    for observation in observations:
        requested, streamed, model = observation.value
        names_by_request.setdefault(requested, (set(), set()))[streamed].add(model)
    if not any(
        in_json and in_streams for in_json, in_streams in names_by_request.values()
    ):
        raise Inconclusive("no model answered both in JSON and in a stream")
    yield from _check_common_names(observations, names_by_request)


def _check_common_names(
    observations: list[Observation],
    names_by_request: dict[str, tuple[set[str], set[str]]],
) -> Findings:
    """Yield one finding for each requested model without a common name.

    For each requested model, ``names_by_request`` has the names in JSON responses and
    the names in streams.
    """
    for observation in observations:
        requested, streamed, model = observation.value
        in_json, in_streams = names_by_request[requested]
        if streamed and in_json and in_json.isdisjoint(in_streams):
            # Without names in JSON, the model is not reported again.
            names_by_request[requested] = (set(), in_streams)
            node = Node(model, observation.pointer, observation.exchange)
            yield node.finding(f"one of {sorted(in_json)}, as in JSON responses")
