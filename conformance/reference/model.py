"""The scripted model: its output depends only on the request and the conversation.

The first rule that applies determines the output:

* a tool is called if ``tool_choice`` forces it, or if the last user message contains
  a word of its name (``get_weather``: "weather");
* if the conversation ends with a tool output, the text repeats that output;
* with a JSON ``text.format``, the text is JSON that matches the schema;
* ``Reply with exactly: X`` returns X, without surrounding quotation marks;
* ``Which word did I ask you to remember?`` returns the X of the last
  ``Remember the word X.``;
* ``Count from 1 to N`` counts, and ``Say hello in one word.`` returns ``Hello``;
* any other prompt is repeated as ``You said: ...``, and an empty one returns
  ``Hello.``

If the instructions or a system message contain ``Always start your answer with X.``,
every text that is not JSON starts with X.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference import tokens
from conformance.reference.create_request import CreateRequest
from conformance.reference.items import content_text, item_type
from conformance.reference.schema_values import SchemaValueGenerator

Json = Any

EFFORT_TOKENS: Final = {
    "minimal": 4, "low": 8, "medium": 16, "high": 32, "xhigh": 64
}  # fmt: skip
"""Reasoning tokens for each ``reasoning.effort``; ``none`` is 0."""

PROMPT_OVERHEAD: Final = 3
"""Number of tokens that every prompt has in addition to its items and tools."""

ITEM_OVERHEAD: Final = 4
"""Number of tokens of an item or a tool in addition to its text."""

MAX_COUNT: Final = 50_000
"""Largest number in the output for ``Count from 1 to N``."""

_EXACTLY: Final = re.compile(r"reply with exactly:\s?(.*)", re.IGNORECASE | re.DOTALL)
_QUOTES: Final = {'"': '"', "\u201c": "\u201d"}
_REMEMBER: Final = re.compile(
    r"remember the word\s+[\"']?([^\s.,;!?\"']+)", re.IGNORECASE
)
_RECALL: Final = re.compile(r"which word did i ask you to remember", re.IGNORECASE)
_COUNT: Final = re.compile(r"count from 1 to (\d{1,6})", re.IGNORECASE | re.ASCII)
_HELLO: Final = re.compile(r"say hello in one word", re.IGNORECASE)
_PREFIX: Final = re.compile(
    r"always start your answer with (.+?)[.!]?\s*$", re.IGNORECASE | re.MULTILINE
)
_PLACE: Final = re.compile(r"\bin (\w[\w'\u2019-]*)")
_WORD: Final = re.compile(r"[a-z]{4,}")
_IGNORED: Final = frozenset(("call", "find", "fetch", "look", "lookup", "tool", "with"))


@dataclass(frozen=True)
class Reasoning:
    """Hidden reasoning: its token count, and its summary if the request wants one."""

    tokens: int
    summary: str | None


@dataclass(frozen=True)
class Call:
    """A function call; ``arguments`` is a JSON document."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Text:
    """The text of a message."""

    text: str


@dataclass(frozen=True)
class ModelOutput:
    """The output of the model and its token counts.

    ``completion`` counts all output tokens, ``reasoning`` those of hidden reasoning. If
    ``truncated`` is true, ``max_output_tokens`` cut the output short, and
    ``completion`` equals ``max_output_tokens``.
    """

    parts: tuple[Reasoning | Call | Text, ...]
    completion: int
    reasoning: int
    truncated: bool


def generate(create_request: CreateRequest) -> ModelOutput:
    """Return the output for a request, truncated to its ``max_output_tokens``."""
    parts: list[Reasoning | Call | Text] = []
    effort = EFFORT_TOKENS.get(create_request.reasoning["effort"] or "none", 0)
    if effort:
        with_summary = create_request.reasoning["summary"] is not None
        summary = (
            "I read the question, then I wrote the answer." if with_summary else None
        )
        parts.append(Reasoning(effort, summary))
    calls = _generate_calls(create_request)
    parts.extend(calls or [Text(_generate_text(create_request))])
    return _truncate_output(create_request.max_output_tokens, parts)


def prompt_tokens(create_request: CreateRequest) -> int:
    """Return the number of tokens of all items, the tools and the instructions."""
    total = PROMPT_OVERHEAD + tokens.count(create_request.instructions or "")
    for item in create_request.context:
        total += ITEM_OVERHEAD + sum(map(tokens.count, readable_texts(item)))
    for tool in create_request.tools:
        total += ITEM_OVERHEAD + tokens.count(json.dumps(tool))
    return total


def readable_texts(item: Json) -> Sequence[str]:
    """Return the strings of an item that the model reads."""
    match item_type(item):
        case "function_call":
            return item["name"], item["arguments"]
        case "function_call_output":
            return (content_text(item["output"]),)
        case "reasoning":
            return (content_text(item.get("summary")),)
        case _:
            return (content_text(item["content"]),)


def _truncate_output(
    limit: int | None, parts: list[Reasoning | Call | Text]
) -> ModelOutput:
    """Return the parts that fit within ``limit`` tokens; the last may be truncated."""
    included: list[Reasoning | Call | Text] = []
    used = reasoning = 0
    for part in parts:
        count = _token_count(part)
        remaining = count if limit is None else limit - used
        if remaining <= 0:
            return ModelOutput(tuple(included), used, reasoning, truncated=True)
        included.append(part if count <= remaining else _truncate_part(part, remaining))
        used += min(count, remaining)
        reasoning += min(count, remaining) if isinstance(part, Reasoning) else 0
        if count > remaining:
            return ModelOutput(tuple(included), used, reasoning, truncated=True)
    return ModelOutput(tuple(included), used, reasoning, truncated=False)


def _token_count(part: Reasoning | Call | Text) -> int:
    match part:
        case Reasoning():
            return part.tokens + tokens.count(part.summary or "")
        case Call():
            return tokens.count(part.name) + tokens.count(part.arguments)
        case Text():
            return tokens.count(part.text)


def _truncate_part(
    part: Reasoning | Call | Text, limit: int
) -> Reasoning | Call | Text:
    match part:
        case Reasoning():
            return Reasoning(limit, None)
        case Call():
            remaining = max(limit - tokens.count(part.name), 0)
            return Call(part.name, "".join(tokens.split(part.arguments)[:remaining]))
        case Text():
            return Text("".join(tokens.split(part.text)[:limit]))


def _generate_text(create_request: CreateRequest) -> str:
    outputs = _latest_tool_outputs(create_request.context)
    prompt = _last_user_text(create_request.context)
    if outputs:
        text = "The tool says: " + "; ".join(outputs)
    elif create_request.text_format["type"] != "text":
        return _generate_json(create_request, prompt)
    else:
        text = _reply_to(create_request, prompt)
    prefixes = _PREFIX.findall(_system_text(create_request))
    return " ".join([*(prefix.strip("\"'") for prefix in prefixes[-1:]), text])


def _reply_to(create_request: CreateRequest, prompt: str) -> str:
    if exact := _EXACTLY.search(prompt):
        return _unquoted(exact[1]) or "Nothing."
    if _RECALL.search(prompt):
        words = [
            w for t in _user_texts(create_request.context) for w in _REMEMBER.findall(t)
        ]
        return words[-1] if words else "You did not tell me a word."
    if count := _COUNT.search(prompt):
        last = min(int(count[1]), MAX_COUNT)
        return " ".join(map(str, range(1, last + 1))) or "Nothing."
    if _HELLO.search(prompt):
        return "Hello"
    return f"You said: {prompt}" if prompt.strip() else "Hello."


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[:1])
    end = text.rfind(closing) if closing else 0
    return text[1:end] if end > 0 else text


def _generate_json(create_request: CreateRequest, prompt: str) -> str:
    schema = create_request.text_format.get("schema", {"properties": {"answer": {}}})
    exact = _EXACTLY.search(prompt)
    text = _unquoted(exact[1]) if exact else "text"
    place = next(iter(_place_names(prompt)), "Turin")
    return json.dumps(
        SchemaValueGenerator(schema, place, text).value(), ensure_ascii=False
    )


def _generate_calls(create_request: CreateRequest) -> list[Call]:
    """Return calls of the forced tool, or of the tools that the prompt mentions."""
    choice, tools = create_request.tool_choice, create_request.tools
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        allowed = {tool["name"] for tool in choice["tools"]}
        tools = [tool for tool in tools if tool["name"] in allowed]
        choice = choice["mode"]
    prompt = _last_user_text(create_request.context)
    if isinstance(choice, dict):
        chosen = [tool for tool in tools if tool["name"] == choice["name"]][:1]
    elif choice == "none" or (
        choice == "auto" and _latest_tool_outputs(create_request.context)
    ):
        chosen = []
    else:
        chosen = [tool for tool in tools if _is_mentioned(tool, prompt)]
        if choice == "required":
            chosen = chosen if len(chosen) > 1 else tools[:1]
    calls = [call for tool in chosen for call in _calls_to(tool, prompt)]
    return calls if create_request.parallel_tool_calls else calls[:1]


def _calls_to(tool: Json, prompt: str) -> list[Call]:
    """Return one call for each place named in the prompt, or one call if none is."""
    schema = {"type": "object", **(tool.get("parameters") or {})}
    values = (
        SchemaValueGenerator(schema, place).value()
        for place in _place_names(prompt) or ["Turin"]
    )
    objects = (value if isinstance(value, dict) else {} for value in values)
    arguments = (json.dumps(value, ensure_ascii=False) for value in objects)
    return [Call(tool["name"], text) for text in dict.fromkeys(arguments)]


def _is_mentioned(tool: Json, prompt: str) -> bool:
    words = set(_WORD.findall(tool["name"].lower())) - _IGNORED
    return not words.isdisjoint(_WORD.findall(prompt.lower()))


def _place_names(prompt: str) -> list[str]:
    """Return the words after "in" that do not start with a lower-case letter."""
    names = dict.fromkeys(_PLACE.findall(prompt))
    return [name for name in names if not name[0].islower() and name[0].isalpha()]


def _latest_tool_outputs(context: Sequence[Json]) -> list[str]:
    """Return the texts of the tool outputs at the end of the conversation."""
    texts: list[str] = []
    for item in reversed(context):
        if item_type(item) != "function_call_output":
            break
        texts.insert(0, content_text(item["output"]))
    return texts


def _user_texts(context: Sequence[Json]) -> list[str]:
    return [content_text(i["content"]) for i in context if i.get("role") == "user"]


def _last_user_text(context: Sequence[Json]) -> str:
    for item in reversed(context):
        if item.get("role") == "user":
            return content_text(item["content"])
    return ""


def _system_text(create_request: CreateRequest) -> str:
    texts = [create_request.instructions or ""]
    texts.extend(
        content_text(item["content"])
        for item in create_request.context
        if item.get("role") in {"system", "developer"}
    )
    return "\n".join(texts)
