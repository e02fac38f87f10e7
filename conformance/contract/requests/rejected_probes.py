"""Requests that are to be refused, or that are odd: tables, each sent all at once.

A refusal costs a sound server nothing. Where it may as well serve the request, the
row counts as an answer.
"""

from typing import Final

from conformance.contract.requests.probes import RequestCase, RequestCases, each, given
from conformance.model.node import Json
from conformance.model.probe import Probe, ProbeContext, Steps, probe
from conformance.model.request import Request

UNKNOWN_MODEL: Final = "no-such-model-5c1d"
DEPTH: Final = 10_000
_NEST: Final = b"[" * DEPTH + b"]" * DEPTH
BLANKS: Final = 1_000_000


def _input(label: str, value: Json, *names: str) -> RequestCase:
    return RequestCase(label, {"input": value}, names=names)


def _message(label: str, *names: str, **members: Json) -> RequestCase:
    """Return a row of one message; a refusal may name its member, or input."""
    message = {"role": "user", "content": "Say hello in one word.", **members}
    return _input(label, [message], "input", *names)


# --- no JSON, and JSON that is no request -------------------------------------------

MALFORMED: Final[RequestCases] = (
    RequestCase(
        "the body ends in its middle", rewrite=lambda body: body[: len(body) // 2]
    ),
    RequestCase("the body is prose", rewrite=lambda _: b"Say hello in one word."),
    RequestCase("the body is empty", rewrite=lambda _: b""),
)
LENIENT: Final[RequestCases] = (
    RequestCase(
        "words follow the JSON value", rewrite=lambda body: body + b" and goodbye"
    ),
    RequestCase(
        "a comma follows the last member", rewrite=lambda body: body[:-1] + b",}"
    ),
    RequestCase(
        "a text is not UTF-8",
        rewrite=lambda body: body.replace(b"hello", b"hell\xf6", 1),
    ),
)
NOT_AN_OBJECT: Final[RequestCases] = (
    RequestCase("the body is an array", rewrite=lambda body: b"[" + body + b"]"),
    RequestCase("the body is a string", rewrite=lambda _: b'"Say hello in one word."'),
    RequestCase("the body is null", rewrite=lambda _: b"null"),
)


@probe(rejections=len(MALFORMED))
def malformed_bodies(context: ProbeContext) -> Steps:
    """Bodies that are not JSON."""
    yield from each(context, MALFORMED)


@probe(rejections=len(LENIENT))
def lenient_json(context: ProbeContext) -> Steps:
    """Bodies that only a lenient reader takes for JSON."""
    yield from each(context, LENIENT)


@probe(rejections=len(NOT_AN_OBJECT))
def non_object_json(context: ProbeContext) -> Steps:
    """Bodies of JSON that are not an object."""
    yield from each(context, NOT_AN_OBJECT)


# --- the model ----------------------------------------------------------------------

NO_MODEL: Final[RequestCases] = (
    RequestCase("model is missing", without=("model",), names=("model",)),
    given("model", None),
)
MODEL_TYPES: Final[RequestCases] = (
    given("model", ""),
    given("model", 7),
    given("model", ["gpt-4o"]),
    given("model", {"name": "gpt-4o"}),
)
UNKNOWN: Final[RequestCases] = (given("model", UNKNOWN_MODEL),)


@probe(rejections=len(NO_MODEL))
def missing_model(context: ProbeContext) -> Steps:
    """Requests without a model."""
    yield from each(context, NO_MODEL)


@probe(rejections=len(MODEL_TYPES))
def invalid_model_names(context: ProbeContext) -> Steps:
    """Models that are no name."""
    yield from each(context, MODEL_TYPES)


@probe(rejections=len(UNKNOWN))
def unknown_model(context: ProbeContext) -> Steps:
    """A model that nobody has."""
    yield from each(context, UNKNOWN)


# --- types and values ---------------------------------------------------------------

INPUT_TYPES: Final[RequestCases] = (
    given("input", 7),
    given("input", True),  # noqa: FBT003 -- the JSON value itself
    given("input", {"role": "user", "content": "Say hello in one word."}),
)
MESSAGES: Final[RequestCases] = (
    _input("an input item is a number", [7], "input", "item", "message"),
    _message("the role of a message is 'narrator'", "role", role="narrator"),
    _message("the content of a message is a number", "content", content=7),
    _message("a content part is a number", "content", "part", content=[7]),
    _message(
        "the text of a part is a number",
        "content",
        "text",
        content=[{"type": "input_text", "text": 7}],
    ),
)
TYPES: Final[RequestCases] = (
    given("instructions", {"text": "Answer in English."}),
    given("max_output_tokens", "many"),
    given("max_output_tokens", True),  # noqa: FBT003 -- as above
    given("temperature", "warm"),
    given("temperature", True),  # noqa: FBT003 -- as above
    given("top_p", [1]),
    given("stream", "perhaps"),
    given("stream", {}),
    given("tools", "search"),
    given("tools", [7]),
    given("tool_choice", 7),
    given("reasoning", "high"),
    given("reasoning.effort", 3),
    given("reasoning.summary", 7),
    given("truncation", True),  # noqa: FBT003 -- as above
)
VALUES: Final[RequestCases] = (
    given("reasoning.effort", "enormous"),
    given("truncation", "sometimes"),
)
CAPS: Final[RequestCases] = (
    given("max_output_tokens", 0),
    given("max_output_tokens", -1),
    given("max_output_tokens", 64.5),
)
SAMPLING: Final[RequestCases] = (
    given("temperature", -1),
    given("top_p", 1.5),
    given("top_p", -0.5),
)


@probe(rejections=len(INPUT_TYPES))
def wrong_input_types(context: ProbeContext) -> Steps:
    """Inputs that are neither a text nor an array."""
    yield from each(context, INPUT_TYPES)


@probe(rejections=len(MESSAGES))
def malformed_messages(context: ProbeContext) -> Steps:
    """Messages that are none."""
    yield from each(context, MESSAGES)


@probe(rejections=len(TYPES))
def wrong_field_types(context: ProbeContext) -> Steps:
    """Optional members of another JSON type."""
    yield from each(context, TYPES)


@probe(rejections=len(VALUES))
def unknown_enum_values(context: ProbeContext) -> Steps:
    """Words that are outside their lists."""
    yield from each(context, VALUES)


@probe(rejections=len(CAPS))
def invalid_output_caps(context: ProbeContext) -> Steps:
    """Numbers of tokens that no answer can have."""
    yield from each(context, CAPS)


@probe(rejections=len(SAMPLING))
def invalid_sampling_parameters(context: ProbeContext) -> Steps:
    """Sampling parameters that mean nothing."""
    yield from each(context, SAMPLING)


NAMED: Final[dict[Probe, RequestCases]] = {
    missing_model: NO_MODEL,
    invalid_model_names: MODEL_TYPES,
    unknown_model: UNKNOWN,
    wrong_input_types: INPUT_TYPES,
    malformed_messages: MESSAGES,
    wrong_field_types: TYPES,
    unknown_enum_values: VALUES,
    invalid_output_caps: CAPS,
    invalid_sampling_parameters: SAMPLING,
}
"""The probes whose rows have a member to blame, and their rows."""


def row_of(name: str, request: Request) -> RequestCase | None:
    """Return the row that a request of a probe in ``NAMED`` was built from."""
    model = request.field("model")
    setting = ProbeContext(model if isinstance(model, str) else "")
    for held, rows in NAMED.items():
        if held.name == name:
            sent = request.content
            return next((r for r in rows if r.request(setting).content == sent), None)
    return None


# --- what may be served as well as refused --------------------------------------------

ODD_MEMBERS: Final[RequestCases] = (
    RequestCase("an unknown member", {"x_unheard_of": True}, names=("x_unheard_of",)),
    _input(
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
    given("input", ""),
    given("input", []),
    given("max_output_tokens", 10**12),
)

LARGE: Final = RequestCase(
    f"{BLANKS} blanks stand in the body",
    rewrite=lambda body: body[:-1] + b" " * BLANKS + b"}",
)
ODD_BODIES: Final[RequestCases] = (
    LARGE,
    RequestCase("a text holds NUL", {"input": "Say hello\0 in one word."}),
    RequestCase(
        "a text holds half a surrogate pair",
        rewrite=lambda body: body.replace(b"hello", b"hello \\ud83d", 1),
    ),
    RequestCase(
        "a member is given twice", rewrite=lambda body: b'{"input":"Hi.",' + body[1:]
    ),
    RequestCase(
        f"arrays are nested {DEPTH} deep",
        rewrite=lambda body: body[:-1] + b',"x_deep":' + _NEST + b"}",
    ),
    RequestCase("the media type is text/plain", headers={"content-type": "text/plain"}),
    RequestCase("there is no media type", headers={"content-type": None}),
)


@probe(model_responses=len(ODD_MEMBERS))
def unusual_fields(context: ProbeContext) -> Steps:
    """Members, items and values that a server may know as well as not."""
    yield from each(context, ODD_MEMBERS)


@probe(model_responses=len(ODD_BODIES))
def unusual_bodies(context: ProbeContext) -> Steps:
    """Bodies that few expect: huge, deep, doubled, or in halves of characters."""
    yield from each(context, ODD_BODIES)
