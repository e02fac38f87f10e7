"""The scripted model: what it says is a pure function of what it reads.

Its language, in the order in which it is understood:

* a tool is called when ``tool_choice`` forces one, or when the last user message
  mentions the subject of a declared one (``get_weather``: "weather");
* the result of a call is repeated;
* ``text.format`` asks for JSON, which fits the schema;
* ``Reply with exactly: X`` gives X, without the quotation marks around it;
* ``Which word did I ask you to remember?`` gives the last ``Remember the word X.``;
* ``Count from 1 to N`` counts; ``Say hello in one word.`` gives Hello;
* anything else is repeated: ``You said: ...``; and nothing at all gives ``Hello.``

A system text ``Always start your answer with X.`` is obeyed by every plain answer.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference import tokens
from conformance.reference.create_request import CreateRequest
from conformance.reference.items import kind, text_of
from conformance.reference.schema_values import SchemaValueGenerator

Json = Any

EFFORT_TOKENS: Final = {
    "minimal": 4, "low": 8, "medium": 16, "high": 32, "xhigh": 64
}  # fmt: skip
"""Hidden tokens that thinking costs, by ``reasoning.effort``; "none" costs none."""

PROMPT_OVERHEAD: Final = 3
ITEM_OVERHEAD: Final = 4
MAX_COUNT: Final = 50_000

_EXACTLY: Final = re.compile(r"reply with exactly:\s?(.*)", re.IGNORECASE | re.DOTALL)
_QUOTES: Final = {'"': '"', "\u201c": "\u201d"}
_REMEMBER: Final = re.compile(
    r"remember the word\s+[\"']?([^\s.,;!?\"']+)", re.IGNORECASE
)
_RECALL: Final = re.compile(r"which word did i ask you to remember", re.IGNORECASE)
_COUNT: Final = re.compile(r"count from 1 to (\d{1,6})", re.IGNORECASE | re.ASCII)
_HELLO: Final = re.compile(r"say hello in one word", re.IGNORECASE)
_START: Final = re.compile(
    r"always start your answer with (.+?)[.!]?\s*$", re.IGNORECASE | re.MULTILINE
)
_PLACE: Final = re.compile(r"\bin (\w[\w'\u2019-]*)")
_WORD: Final = re.compile(r"[a-z]{4,}")
_VERBS: Final = frozenset(("call", "find", "fetch", "look", "lookup", "tool", "with"))


@dataclass(frozen=True)
class Reasoning:
    """Hidden reasoning: its cost, and a summary where one was asked for."""

    tokens: int
    summary: str | None


@dataclass(frozen=True)
class Call:
    """A function call; ``arguments`` is JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Text:
    """An answer in words."""

    text: str


@dataclass(frozen=True)
class ModelOutput:
    """What the model produced, and what the answer cost.

    When ``cut`` is true the last part was ended by ``max_output_tokens``, and
    ``completion`` is exactly that cap.
    """

    parts: tuple[Reasoning | Call | Text, ...]
    completion: int
    reasoning: int
    cut: bool


def generate(create_request: CreateRequest) -> ModelOutput:
    """Answer a question, within its cap."""
    parts: list[Reasoning | Call | Text] = []
    effort = EFFORT_TOKENS.get(create_request.reasoning["effort"] or "none", 0)
    if effort:
        asked = create_request.reasoning["summary"] is not None
        summary = "I read the question, then I wrote the answer." if asked else None
        parts.append(Reasoning(effort, summary))
    calls = _calls(create_request)
    parts.extend(calls or [Text(_say(create_request))])
    return _within(create_request.cap, parts)


def prompt_tokens(create_request: CreateRequest) -> int:
    """What it costs to read the question: every item, the tools, the instructions."""
    total = PROMPT_OVERHEAD + tokens.count(create_request.instructions or "")
    for item in create_request.context:
        total += ITEM_OVERHEAD + sum(map(tokens.count, readable(item)))
    for tool in create_request.tools:
        total += ITEM_OVERHEAD + tokens.count(json.dumps(tool))
    return total


def readable(item: Json) -> Sequence[str]:
    """The texts of an item that the model reads."""
    match kind(item):
        case "function_call":
            return item["name"], item["arguments"]
        case "function_call_output":
            return (text_of(item["output"]),)
        case "reasoning":
            return (text_of(item.get("summary")),)
        case _:
            return (text_of(item["content"]),)


def _within(cap: int | None, parts: list[Reasoning | Call | Text]) -> ModelOutput:
    """Spend the cap part by part; the part that it ends in is the last."""
    kept: list[Reasoning | Call | Text] = []
    spent = reasoning = 0
    for part in parts:
        cost = _cost(part)
        left = cost if cap is None else cap - spent
        if left <= 0:
            return ModelOutput(tuple(kept), spent, reasoning, cut=True)
        kept.append(part if cost <= left else _shortened(part, left))
        spent += min(cost, left)
        reasoning += min(cost, left) if isinstance(part, Reasoning) else 0
        if cost > left:
            return ModelOutput(tuple(kept), spent, reasoning, cut=True)
    return ModelOutput(tuple(kept), spent, reasoning, cut=False)


def _cost(part: Reasoning | Call | Text) -> int:
    match part:
        case Reasoning():
            return part.tokens + tokens.count(part.summary or "")
        case Call():
            return tokens.count(part.name) + tokens.count(part.arguments)
        case Text():
            return tokens.count(part.text)


def _shortened(part: Reasoning | Call | Text, left: int) -> Reasoning | Call | Text:
    match part:
        case Reasoning():
            return Reasoning(left, None)
        case Call():
            room = max(left - tokens.count(part.name), 0)
            return Call(part.name, "".join(tokens.pieces(part.arguments)[:room]))
        case Text():
            return Text("".join(tokens.pieces(part.text)[:left]))


def _say(create_request: CreateRequest) -> str:
    results = _last_results(create_request.context)
    asked = _last_user_text(create_request.context)
    if results:
        answer = "The tool says: " + "; ".join(results)
    elif create_request.format["type"] != "text":
        return _structured(create_request, asked)
    else:
        answer = _recite(create_request, asked)
    starts = _START.findall(_system_text(create_request))
    return " ".join([*(start.strip("\"'") for start in starts[-1:]), answer])


def _recite(create_request: CreateRequest, asked: str) -> str:
    if exact := _EXACTLY.search(asked):
        return _unquoted(exact[1]) or "Nothing."
    if _RECALL.search(asked):
        words = [
            w for t in _user_texts(create_request.context) for w in _REMEMBER.findall(t)
        ]
        return words[-1] if words else "You did not tell me a word."
    if count := _COUNT.search(asked):
        last = min(int(count[1]), MAX_COUNT)
        return " ".join(map(str, range(1, last + 1))) or "Nothing."
    if _HELLO.search(asked):
        return "Hello"
    return f"You said: {asked}" if asked.strip() else "Hello."


def _unquoted(text: str) -> str:
    closing = _QUOTES.get(text[:1])
    end = text.rfind(closing) if closing else 0
    return text[1:end] if end > 0 else text


def _structured(create_request: CreateRequest, asked: str) -> str:
    schema = create_request.format.get("schema", {"properties": {"answer": {}}})
    exact = _EXACTLY.search(asked)
    text = _unquoted(exact[1]) if exact else "text"
    place = next(iter(_places(asked)), "Turin")
    return json.dumps(
        SchemaValueGenerator(schema, place, text).value(), ensure_ascii=False
    )


def _calls(create_request: CreateRequest) -> list[Call]:
    """The calls that the question makes: forced ones, or those that it mentions."""
    choice, tools = create_request.tool_choice, create_request.tools
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        allowed = {tool["name"] for tool in choice["tools"]}
        tools = [tool for tool in tools if tool["name"] in allowed]
        choice = choice["mode"]
    asked = _last_user_text(create_request.context)
    if isinstance(choice, dict):
        chosen = [tool for tool in tools if tool["name"] == choice["name"]][:1]
    elif choice == "none" or (
        choice == "auto" and _last_results(create_request.context)
    ):
        chosen = []
    else:
        chosen = [tool for tool in tools if _is_mentioned(tool, asked)]
        if choice == "required":
            chosen = chosen if len(chosen) > 1 else tools[:1]
    calls = [call for tool in chosen for call in _calls_to(tool, asked)]
    return calls if create_request.parallel else calls[:1]


def _calls_to(tool: Json, asked: str) -> list[Call]:
    """One call for each place that is asked about, or one in all."""
    schema = {"type": "object", **(tool.get("parameters") or {})}
    fitted = (
        SchemaValueGenerator(schema, place).value()
        for place in _places(asked) or ["Turin"]
    )
    objects = (value if isinstance(value, dict) else {} for value in fitted)
    texts = (json.dumps(value, ensure_ascii=False) for value in objects)
    return [Call(tool["name"], text) for text in dict.fromkeys(texts)]


def _is_mentioned(tool: Json, asked: str) -> bool:
    subjects = set(_WORD.findall(tool["name"].lower())) - _VERBS
    return not subjects.isdisjoint(_WORD.findall(asked.lower()))


def _places(asked: str) -> list[str]:
    found = dict.fromkeys(_PLACE.findall(asked))
    return [place for place in found if not place[0].islower() and place[0].isalpha()]


def _last_results(context: Sequence[Json]) -> list[str]:
    """The texts of the call results that end the conversation."""
    texts: list[str] = []
    for item in reversed(context):
        if kind(item) != "function_call_output":
            break
        texts.insert(0, text_of(item["output"]))
    return texts


def _user_texts(context: Sequence[Json]) -> list[str]:
    return [text_of(i["content"]) for i in context if i.get("role") == "user"]


def _last_user_text(context: Sequence[Json]) -> str:
    for item in reversed(context):
        if item.get("role") == "user":
            return text_of(item["content"])
    return ""


def _system_text(create_request: CreateRequest) -> str:
    texts = [create_request.instructions or ""]
    texts.extend(
        text_of(item["content"])
        for item in create_request.context
        if item.get("role") in {"system", "developer"}
    )
    return "\n".join(texts)
