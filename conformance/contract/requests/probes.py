"""Probes for requests that a server should accept.

Each probe first sends all cases of a table merged into one request. Only if that
request fails does it send each case separately. A conforming server therefore
generates one response per probe, and a failure can be traced to a single case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.node import Json, quote
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import JSON_TYPE, Request

PROMPT: Final = "Say hello in one word."


@dataclass(frozen=True)
class RequestCase:
    """A minimal request, with only ``model`` and ``input``, and one change to it.

    ``label`` describes the change in findings. ``fields`` are added to the body or
    replace its fields, ``removed`` names fields to remove, and ``rewrite`` is applied
    to the bytes of the resulting body. ``names`` are lower-case strings: an error that
    contains one of them names the changed field. It is empty if the change concerns no
    single field.
    """

    label: str
    fields: Mapping[str, Json] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    rewrite: Callable[[bytes], bytes] = bytes
    headers: Mapping[str, str | None] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def request(self, context: ProbeContext) -> Request:
        """Build the request for the model of the run."""
        body = {"model": context.model, "input": PROMPT, **self.fields}
        remaining = {name: body[name] for name in body if name not in self.removed}
        request = Request.of(remaining, headers=self.headers)
        return replace(request, content=self.rewrite(request.content))


RequestCases = tuple[RequestCase, ...]


def set_field(path: str, value: Json) -> RequestCase:
    """Return the case that sets one field; dots in ``path`` separate nested fields."""
    top, *inner = path.split(".")
    nested = value
    for name in reversed(inner):
        nested = {name: nested}
    return RequestCase(f"{path} is {quote(value)}", {top: nested}, names=(top, *inner))


def merge(cases: RequestCases) -> RequestCase:
    """Return one case with the fields and headers of all ``cases``."""
    fields = {name: value for case in cases for name, value in case.fields.items()}
    headers = {name: value for case in cases for name, value in case.headers.items()}
    return RequestCase("all cases in one request", fields, headers=headers)


def send_merged_first(
    context: ProbeContext, merged: RequestCase, cases: RequestCases
) -> Steps:
    """Send ``merged``; after a 4xx other than 429, or a 5xx, send each case."""
    exchange: Exchange = yield merged.request(context)
    if (
        exchange.kind in {ResponseKind.CLIENT_ERROR, ResponseKind.SERVER_ERROR}
        and not exchange.rate_limited
    ):
        yield from send_each(context, cases)


def send_each(context: ProbeContext, cases: RequestCases) -> Steps:
    """Send one request for each case, all at the same time."""
    yield tuple(case.request(context) for case in cases)


# --- forms of input -------------------------------------------------------------------

_SYSTEM: Final = {"role": "system", "content": "You answer in one sentence."}
_DEVELOPER: Final = {"role": "developer", "content": "You answer in English."}
_USER: Final = {"role": "user", "content": PROMPT}
_USER_PARTS: Final = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": PROMPT}],
}
_ASSISTANT: Final = {"role": "assistant", "content": "Hello."}
_ASSISTANT_PARTS: Final = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello."}],
}
_ASSISTANT_WITH_ID: Final = {
    "type": "message",
    "id": "msg_0c3f1b7e9a5d4826",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello.", "annotations": []}],
}

SCRIPTS: Final = (
    "Say hello in one word. 你好 世界 · こんにちは · 안녕하세요 · नमस्ते · สวัสดี · "
    "مرحبا · שלום · \u202eabc\u202c · e\u0301 n\u0303 · \U0001d4bd\U0001d452 · "
    "\U0001f469\u200d\U0001f680 \U0001f1e9\U0001f1ea \U0001f44b\U0001f3fd"
)
"""A prompt with left-to-right and right-to-left scripts, and unusual characters.

These are combining marks, emoji of several code points, and letters above U+FFFF.
"""

MESSAGE: Final = RequestCase("a message with a string", {"input": [_USER]})
PARTS: Final = RequestCase("a message with input_text parts", {"input": [_USER_PARTS]})
SYSTEM: Final = RequestCase("a system message", {"input": [_SYSTEM, _USER]})
DEVELOPER: Final = RequestCase("a developer message", {"input": [_DEVELOPER, _USER]})
ASSISTANT: Final = RequestCase(
    "an assistant message with a string", {"input": [_USER, _ASSISTANT, _USER]}
)
ASSISTANT_PARTS: Final = RequestCase(
    "an assistant message with output_text parts",
    {"input": [_USER, _ASSISTANT_PARTS, _USER]},
)
ASSISTANT_WITH_ID: Final = RequestCase(
    "an assistant message with id, status and annotations",
    {"input": [_USER, _ASSISTANT_WITH_ID, _USER]},
)
UNICODE: Final = RequestCase("a string in many scripts", {"input": SCRIPTS})

MESSAGE_FORMS: Final[RequestCases] = (
    MESSAGE,
    PARTS,
    SYSTEM,
    DEVELOPER,
    ASSISTANT,
    ASSISTANT_PARTS,
    ASSISTANT_WITH_ID,
    UNICODE,
)

_CONVERSATION: Final = RequestCase(
    "all forms in one conversation",
    {
        "input": [
            _SYSTEM,
            _DEVELOPER,
            _USER,
            _ASSISTANT,
            _USER_PARTS,
            _ASSISTANT_PARTS,
            {"role": "user", "content": SCRIPTS},
            _ASSISTANT_WITH_ID,
            _USER,
        ]
    },
)


@probe(model_responses=1)
def message_forms(context: ProbeContext) -> Steps:
    """Send messages of every form in one conversation, or separately if it fails."""
    yield from send_merged_first(context, _CONVERSATION, MESSAGE_FORMS)


# --- optional fields ------------------------------------------------------------------

DOCUMENTED_FIELDS: Final[RequestCases] = (
    set_field("instructions", "Answer in English."),
    set_field("truncation", "disabled"),
)
EXTRA_OPENAI_FIELDS: Final[RequestCases] = (
    set_field("metadata", {"purpose": "test"}),
    set_field("store", False),  # noqa: FBT003 -- the JSON value itself
    set_field("parallel_tool_calls", True),  # noqa: FBT003 -- as above
)
CHARSET: Final[RequestCases] = (
    RequestCase(
        "content-type has a charset",
        headers={"content-type": f"{JSON_TYPE}; charset=utf-8"},
    ),
)
INTEGER_SAMPLING: Final[RequestCases] = (
    set_field("temperature", 1),
    set_field("top_p", 1),
)
OPTIONAL_FIELDS: Final[RequestCases] = (
    *DOCUMENTED_FIELDS,
    *EXTRA_OPENAI_FIELDS,
    *CHARSET,
    *INTEGER_SAMPLING,
)


@probe(model_responses=1)
def optional_fields(context: ProbeContext) -> Steps:
    """Send optional fields and a header parameter that any client may send."""
    yield from send_merged_first(context, merge(OPTIONAL_FIELDS), OPTIONAL_FIELDS)


NULL_FIELDS: Final[RequestCases] = tuple(
    set_field(name, None)
    for name in (
        "instructions",
        "max_output_tokens",
        "temperature",
        "top_p",
        "stream",
        "reasoning",
        "previous_response_id",
        "truncation",
    )
)
NULL_TOOLS: Final[RequestCases] = (
    set_field("tools", None),
    set_field("tool_choice", None),
)


@probe(model_responses=1)
def null_fields(context: ProbeContext) -> Steps:
    """Send ``null`` in each field that OpenAI documents as nullable."""
    yield from send_merged_first(context, merge(NULL_FIELDS), NULL_FIELDS)


@probe(model_responses=1)
def null_tools(context: ProbeContext) -> Steps:
    """Send ``null`` in ``tools`` and ``tool_choice``."""
    yield from send_merged_first(context, merge(NULL_TOOLS), NULL_TOOLS)


MISSING_INPUT: Final[RequestCases] = (
    RequestCase("input is missing", removed=("input",), names=("input",)),
)


@probe(model_responses=1)
def missing_input(context: ProbeContext) -> Steps:
    """Send only ``model``, as in the example on New API's page."""
    yield from send_each(context, MISSING_INPUT)


MAX_TOKENS: Final = 16
"""Value of ``max_tokens``: the maximum number of output tokens in Chat Completions."""

COUNTING_PROMPT: Final = "Count from 1 to 100, and write nothing but the numbers."


@probe(model_responses=1, max_output_tokens=MAX_TOKENS)
def chat_max_tokens(context: ProbeContext) -> Steps:
    """Request a long output, limited by the Chat Completions field ``max_tokens``."""
    yield context.request(COUNTING_PROMPT, max_tokens=MAX_TOKENS)
