"""Requests that are to be served, as tables of what is particular about each.

A table goes out all in one request, and only where that is not served row by row,
so that a sound server pays one answer and the row at fault is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.node import Json, quote
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import JSON_TYPE, Request

QUESTION: Final = "Say hello in one word."


@dataclass(frozen=True)
class RequestCase:
    """One request: a plain one with one thing changed.

    ``label`` says what, as a finding puts it. ``members`` join the body or replace
    what it has, ``without`` takes members away, and ``rewrite`` changes the bytes
    of the body in the end. ``names`` are the words by one of which a refusal tells
    what it is about; there are none where no member is to blame.
    """

    label: str
    members: Mapping[str, Json] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    rewrite: Callable[[bytes], bytes] = bytes
    headers: Mapping[str, str | None] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def request(self, context: ProbeContext) -> Request:
        """Build the request for the model of a run."""
        body = {"model": context.model, "input": QUESTION, **self.members}
        kept = {name: body[name] for name in body if name not in self.without}
        plain = Request.of(kept, headers=self.headers)
        return replace(plain, content=self.rewrite(plain.content))


RequestCases = tuple[RequestCase, ...]


def given(path: str, value: Json) -> RequestCase:
    """Return the row that sets one member, which a dotted path names."""
    top, *inner = path.split(".")
    nested = value
    for name in reversed(inner):
        nested = {name: nested}
    return RequestCase(f"{path} is {quote(value)}", {top: nested}, names=(top, *inner))


def all_of(rows: RequestCases) -> RequestCase:
    """Return one row that sets what all of ``rows`` set."""
    members = {name: value for row in rows for name, value in row.members.items()}
    headers = {name: value for row in rows for name, value in row.headers.items()}
    return RequestCase("all of them together", members, headers=headers)


def together(context: ProbeContext, whole: RequestCase, rows: RequestCases) -> Steps:
    """Send all in one; where that is not served, send each row by itself."""
    told: Exchange = yield whole.request(context)
    if (
        told.kind in {ResponseKind.CLIENT_ERROR, ResponseKind.SERVER_ERROR}
        and not told.rate_limited
    ):
        yield tuple(row.request(context) for row in rows)


def each(context: ProbeContext, rows: RequestCases) -> Steps:
    """Send every row at the same time."""
    yield tuple(row.request(context) for row in rows)


# --- what is to be served ---------------------------------------------------------

_SYSTEM: Final = {"role": "system", "content": "You answer in one sentence."}
_DEVELOPER: Final = {"role": "developer", "content": "You answer in English."}
_USER: Final = {"role": "user", "content": QUESTION}
_USER_PARTS: Final = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": QUESTION}],
}
_SAID: Final = {"role": "assistant", "content": "Hello."}
_SAID_PARTS: Final = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Hello."}],
}
_SAID_ITEM: Final = {
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
"""Scripts of both directions, combining marks, joined emoji, the astral planes."""

MESSAGE: Final = RequestCase("a message of plain text", {"input": [_USER]})
PARTS: Final = RequestCase("a message of input_text parts", {"input": [_USER_PARTS]})
SYSTEM: Final = RequestCase("a system message", {"input": [_SYSTEM, _USER]})
DEVELOPER: Final = RequestCase("a developer message", {"input": [_DEVELOPER, _USER]})
SAID: Final = RequestCase(
    "an assistant message of plain text", {"input": [_USER, _SAID, _USER]}
)
SAID_PARTS: Final = RequestCase(
    "an assistant message of output_text parts", {"input": [_USER, _SAID_PARTS, _USER]}
)
SAID_ITEM: Final = RequestCase(
    "an assistant message with id, status and annotations",
    {"input": [_USER, _SAID_ITEM, _USER]},
)
UNICODE: Final = RequestCase("a text in many scripts", {"input": SCRIPTS})

FORMS: Final[RequestCases] = (
    MESSAGE,
    PARTS,
    SYSTEM,
    DEVELOPER,
    SAID,
    SAID_PARTS,
    SAID_ITEM,
    UNICODE,
)

_CONVERSATION: Final = RequestCase(
    "all of them together",
    {
        "input": [
            _SYSTEM,
            _DEVELOPER,
            _USER,
            _SAID,
            _USER_PARTS,
            _SAID_PARTS,
            {"role": "user", "content": SCRIPTS},
            _SAID_ITEM,
            _USER,
        ]
    },
)


@probe(model_responses=1)
def message_forms(context: ProbeContext) -> Steps:
    """Every form of a message, in one conversation."""
    yield from together(context, _CONVERSATION, FORMS)


PLAIN: Final[RequestCases] = (
    given("instructions", "Answer in English."),
    given("truncation", "disabled"),
)
FAMILY: Final[RequestCases] = (
    given("metadata", {"purpose": "test"}),
    given("store", False),  # noqa: FBT003 -- the JSON value itself
    given("parallel_tool_calls", True),  # noqa: FBT003 -- as above
)
CHARSET: Final[RequestCases] = (
    RequestCase(
        "content-type has a charset",
        headers={"content-type": f"{JSON_TYPE}; charset=utf-8"},
    ),
)
WHOLE_NUMBERS: Final[RequestCases] = (given("temperature", 1), given("top_p", 1))
OPTIONS: Final[RequestCases] = (*PLAIN, *FAMILY, *CHARSET, *WHOLE_NUMBERS)


@probe(model_responses=1)
def optional_fields(context: ProbeContext) -> Steps:
    """A request with members that every client may send."""
    yield from together(context, all_of(OPTIONS), OPTIONS)


NULLS: Final[RequestCases] = tuple(
    given(name, None)
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
TOOL_NULLS: Final[RequestCases] = (given("tools", None), given("tool_choice", None))


@probe(model_responses=1)
def null_fields(context: ProbeContext) -> Steps:
    """Every optional member as null, those of tools left out."""
    yield from together(context, all_of(NULLS), NULLS)


@probe(model_responses=1)
def null_tools(context: ProbeContext) -> Steps:
    """The members of tools as null."""
    yield from together(context, all_of(TOOL_NULLS), TOOL_NULLS)


NO_INPUT: Final[RequestCases] = (
    RequestCase("input is missing", without=("input",), names=("input",)),
)


@probe(model_responses=1)
def missing_input(context: ProbeContext) -> Steps:
    """A model alone, as in the page's own call."""
    yield from each(context, NO_INPUT)


CHAT_CAP: Final = 16
"""The tokens of a cap that goes by the name it has in chat completions."""

COUNTING: Final = "Count from 1 to 100, and write nothing but the numbers."


@probe(model_responses=1, max_output_tokens=CHAT_CAP)
def chat_max_tokens(context: ProbeContext) -> Steps:
    """A long answer, capped by the chat parameter max_tokens."""
    yield context.request(COUNTING, max_tokens=CHAT_CAP)
