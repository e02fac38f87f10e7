"""Probes for requests that a server should reject, and for unusual requests.

All cases of a table are sent at the same time. A conforming server rejects an invalid
request without running a model. It may accept an unusual request, so each unusual
request counts as a model response in the plan.
"""

from typing import Final

from conformance.contract.requests.probes import (
    RequestCase,
    RequestCases,
    send_each,
    set_field,
)
from conformance.model.node import Json
from conformance.model.probe import Probe, ProbeContext, Steps, probe
from conformance.model.request import Request

UNKNOWN_MODEL_NAME: Final = "no-such-model-5c1d"

NESTING_DEPTH: Final = 10_000
"""Number of arrays, one inside the other, in a deeply nested body."""

_NESTED_ARRAYS: Final = b"[" * NESTING_DEPTH + b"]" * NESTING_DEPTH

PADDING_BYTES: Final = 1_000_000
"""Number of spaces, one byte each, in a large body."""


def _set_input(label: str, value: Json, *names: str) -> RequestCase:
    return RequestCase(label, {"input": value}, names=names)


def _set_message(label: str, *names: str, **fields: Json) -> RequestCase:
    """Return the case whose ``input`` is one user message, changed by ``fields``.

    An error about it has to contain ``input`` or one of ``names``.
    """
    message = {"role": "user", "content": "Say hello in one word.", **fields}
    return _set_input(label, [message], "input", *names)


# --- bodies that are not JSON, or not an object ---------------------------------------

MALFORMED_BODIES: Final[RequestCases] = (
    RequestCase("the body is truncated", rewrite=lambda body: body[: len(body) // 2]),
    RequestCase("the body is prose", rewrite=lambda _: b"Say hello in one word."),
    RequestCase("the body is empty", rewrite=lambda _: b""),
)
LENIENT_JSON: Final[RequestCases] = (
    RequestCase(
        "text follows the JSON value", rewrite=lambda body: body + b" and goodbye"
    ),
    RequestCase(
        "a comma follows the last field", rewrite=lambda body: body[:-1] + b",}"
    ),
    RequestCase(
        "a string is not UTF-8",
        rewrite=lambda body: body.replace(b"hello", b"hell\xf6", 1),
    ),
)
NON_OBJECT_JSON: Final[RequestCases] = (
    RequestCase("the body is an array", rewrite=lambda body: b"[" + body + b"]"),
    RequestCase("the body is a string", rewrite=lambda _: b'"Say hello in one word."'),
    RequestCase("the body is null", rewrite=lambda _: b"null"),
)


@probe(rejections=len(MALFORMED_BODIES))
def malformed_bodies(context: ProbeContext) -> Steps:
    """Send bodies that are not JSON."""
    yield from send_each(context, MALFORMED_BODIES)


@probe(rejections=len(LENIENT_JSON))
def lenient_json(context: ProbeContext) -> Steps:
    """Send bodies that only a lenient parser accepts as JSON."""
    yield from send_each(context, LENIENT_JSON)


@probe(rejections=len(NON_OBJECT_JSON))
def non_object_json(context: ProbeContext) -> Steps:
    """Send bodies that are JSON but not an object."""
    yield from send_each(context, NON_OBJECT_JSON)


# --- the model ------------------------------------------------------------------------

MISSING_MODEL: Final[RequestCases] = (
    RequestCase("model is missing", removed=("model",), names=("model",)),
    set_field("model", None),
)
INVALID_MODEL_NAMES: Final[RequestCases] = (
    set_field("model", ""),
    set_field("model", 7),
    set_field("model", ["gpt-4o"]),
    set_field("model", {"name": "gpt-4o"}),
)
UNKNOWN_MODEL: Final[RequestCases] = (set_field("model", UNKNOWN_MODEL_NAME),)


@probe(rejections=len(MISSING_MODEL))
def missing_model(context: ProbeContext) -> Steps:
    """Send requests without a model."""
    yield from send_each(context, MISSING_MODEL)


@probe(rejections=len(INVALID_MODEL_NAMES))
def invalid_model_names(context: ProbeContext) -> Steps:
    """Send requests whose ``model`` is not a non-empty string."""
    yield from send_each(context, INVALID_MODEL_NAMES)


@probe(rejections=len(UNKNOWN_MODEL))
def unknown_model(context: ProbeContext) -> Steps:
    """Send a model name that no server has."""
    yield from send_each(context, UNKNOWN_MODEL)


# --- types and values -----------------------------------------------------------------

WRONG_INPUT_TYPES: Final[RequestCases] = (
    set_field("input", 7),
    set_field("input", True),  # noqa: FBT003 -- the JSON value itself
    set_field("input", {"role": "user", "content": "Say hello in one word."}),
)
MALFORMED_MESSAGES: Final[RequestCases] = (
    _set_input("an input item is a number", [7], "input", "item", "message"),
    _set_message("the role of a message is 'narrator'", "role", role="narrator"),
    _set_message("the content of a message is a number", "content", content=7),
    _set_message("a content part is a number", "content", "part", content=[7]),
    _set_message(
        "the text of a part is a number",
        "content",
        "text",
        content=[{"type": "input_text", "text": 7}],
    ),
)
WRONG_FIELD_TYPES: Final[RequestCases] = (
    set_field("instructions", {"text": "Answer in English."}),
    set_field("max_output_tokens", "many"),
    set_field("max_output_tokens", True),  # noqa: FBT003 -- as above
    set_field("temperature", "warm"),
    set_field("temperature", True),  # noqa: FBT003 -- as above
    set_field("top_p", [1]),
    set_field("stream", "perhaps"),
    set_field("stream", {}),
    set_field("tools", "search"),
    set_field("tools", [7]),
    set_field("tool_choice", 7),
    set_field("reasoning", "high"),
    set_field("reasoning.effort", 3),
    set_field("reasoning.summary", 7),
    set_field("truncation", True),  # noqa: FBT003 -- as above
)
UNKNOWN_ENUM_VALUES: Final[RequestCases] = (
    set_field("reasoning.effort", "enormous"),
    set_field("truncation", "sometimes"),
)
INVALID_OUTPUT_CAPS: Final[RequestCases] = (
    set_field("max_output_tokens", 0),
    set_field("max_output_tokens", -1),
    set_field("max_output_tokens", 64.5),
)
INVALID_SAMPLING_PARAMETERS: Final[RequestCases] = (
    set_field("temperature", -1),
    set_field("top_p", 1.5),
    set_field("top_p", -0.5),
)


@probe(rejections=len(WRONG_INPUT_TYPES))
def wrong_input_types(context: ProbeContext) -> Steps:
    """Send inputs that are neither a string nor an array."""
    yield from send_each(context, WRONG_INPUT_TYPES)


@probe(rejections=len(MALFORMED_MESSAGES))
def malformed_messages(context: ProbeContext) -> Steps:
    """Send messages with a wrong type or an unknown role."""
    yield from send_each(context, MALFORMED_MESSAGES)


@probe(rejections=len(WRONG_FIELD_TYPES))
def wrong_field_types(context: ProbeContext) -> Steps:
    """Send optional fields of the wrong JSON type."""
    yield from send_each(context, WRONG_FIELD_TYPES)


@probe(rejections=len(UNKNOWN_ENUM_VALUES))
def unknown_enum_values(context: ProbeContext) -> Steps:
    """Send strings that are not among the documented values."""
    yield from send_each(context, UNKNOWN_ENUM_VALUES)


@probe(rejections=len(INVALID_OUTPUT_CAPS))
def invalid_output_caps(context: ProbeContext) -> Steps:
    """Send a zero, a negative and a fractional ``max_output_tokens``."""
    yield from send_each(context, INVALID_OUTPUT_CAPS)


@probe(rejections=len(INVALID_SAMPLING_PARAMETERS))
def invalid_sampling_parameters(context: ProbeContext) -> Steps:
    """Send sampling parameters outside their range."""
    yield from send_each(context, INVALID_SAMPLING_PARAMETERS)


CASES_BY_PROBE: Final[dict[Probe, RequestCases]] = {
    missing_model: MISSING_MODEL,
    invalid_model_names: INVALID_MODEL_NAMES,
    unknown_model: UNKNOWN_MODEL,
    wrong_input_types: WRONG_INPUT_TYPES,
    malformed_messages: MALFORMED_MESSAGES,
    wrong_field_types: WRONG_FIELD_TYPES,
    unknown_enum_values: UNKNOWN_ENUM_VALUES,
    invalid_output_caps: INVALID_OUTPUT_CAPS,
    invalid_sampling_parameters: INVALID_SAMPLING_PARAMETERS,
}
"""Each probe that sends cases with exactly one invalid field, and these cases."""


def find_case(probe_name: str, request: Request) -> RequestCase | None:
    """Return the case in ``CASES_BY_PROBE`` that a recorded request was built from."""
    model = request.field("model")
    context = ProbeContext(model if isinstance(model, str) else "")
    for candidate, cases in CASES_BY_PROBE.items():
        if candidate.name == probe_name:
            return next(
                (c for c in cases if c.request(context).content == request.content),
                None,
            )
    return None


# --- requests that may be accepted or rejected ----------------------------------------

UNUSUAL_FIELDS: Final[RequestCases] = (
    RequestCase("an unknown field", {"x_unheard_of": True}, names=("x_unheard_of",)),
    _set_input(
        "an input item of an unknown type",
        [
            {"type": "unheard_of_item", "text": "Hello."},
            {"role": "user", "content": "Say hello in one word."},
        ],
        "unheard_of_item",
        "input",
    ),
    RequestCase(
        "a tool of an unknown type",
        {"tools": [{"type": "unheard_of_tool"}]},
        names=("unheard_of_tool", "tool"),
    ),
    set_field("input", ""),
    set_field("input", []),
    set_field("max_output_tokens", 10**12),
)

LARGE_BODY: Final = RequestCase(
    f"the body contains {PADDING_BYTES} spaces",
    rewrite=lambda body: body[:-1] + b" " * PADDING_BYTES + b"}",
)
UNUSUAL_BODIES: Final[RequestCases] = (
    LARGE_BODY,
    RequestCase("a string contains NUL", {"input": "Say hello\0 in one word."}),
    RequestCase(
        "a string contains a lone surrogate",
        rewrite=lambda body: body.replace(b"hello", b"hello \\ud83d", 1),
    ),
    RequestCase(
        "a field occurs twice", rewrite=lambda body: b'{"input":"Hi.",' + body[1:]
    ),
    RequestCase(
        f"arrays are nested {NESTING_DEPTH} levels deep",
        rewrite=lambda body: body[:-1] + b',"x_deep":' + _NESTED_ARRAYS + b"}",
    ),
    RequestCase("the media type is text/plain", headers={"content-type": "text/plain"}),
    RequestCase("the media type is missing", headers={"content-type": None}),
)


@probe(model_responses=len(UNUSUAL_FIELDS))
def unusual_fields(context: ProbeContext) -> Steps:
    """Send fields, items and values that a server may support or reject."""
    yield from send_each(context, UNUSUAL_FIELDS)


@probe(model_responses=len(UNUSUAL_BODIES))
def unusual_bodies(context: ProbeContext) -> Steps:
    """Send large, deeply nested and ambiguous bodies, and unexpected media types."""
    yield from send_each(context, UNUSUAL_BODIES)
