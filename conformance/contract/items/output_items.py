"""Items: the output items of a response, and their content parts.

The fields of function calls are checked in section ``tools``.
"""

from collections.abc import Iterator
from typing import Final

from conformance.contract.limits import probes as limit_probes
from conformance.contract.probes import basic
from conformance.contract.tools import probes as tool_probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node, UnexpectedValue
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, Level, must, should
from conformance.model.scope import (
    EVERY_ITEM,
    EVERY_MESSAGE,
    EVERY_PART,
    EVERY_RESPONSE_OBJECT,
    Observation,
    every,
)
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API, REPORTED_BUGS

PLAIN: Final = (basic.text, basic.streamed_text)
"""Probes that produce a message as JSON and in a stream."""

_ITEM: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/OutputItem/properties"
_PART: Final = f"{_ITEM}/content/items/properties"

OTHER_TEXT_TYPES: Final = ("text", "input_text", "summary_text")
"""Types of parts with text that are not valid in an output message."""


def _elements(exchange: Exchange) -> Iterator[tuple[Node]]:
    """Yield every element of ``output``, including values that are not items."""
    if exchange.response_or_none is not None:
        try:
            yield from ((element,) for element in exchange.response_or_none["output"])
        except UnexpectedValue:
            return


ELEMENTS: Final = every("every element of an output", _elements)


def _contents(exchange: Exchange) -> Iterator[tuple[Node]]:
    """Yield every element of the ``content`` arrays of messages, also non-objects."""
    for message, _ in EVERY_MESSAGE.select(exchange):
        content = message.get("content")
        if content is not None and content.is_a(list):
            yield from ((element,) for element in content)


CONTENTS: Final = every(
    "every element of a message's content", _contents, EVERY_MESSAGE
)


TYPE = must(
    "items.have-a-type",
    "An output item is an object whose `type` is a non-empty string.",
    source=f"{_ITEM}/type",
    cause="the gateway puts a chat message into `output` without converting it",
)


@check(TYPE, on=ELEMENTS, exercised_by=PLAIN)
def have_a_type(element: Node) -> Findings:
    """Check for a non-empty string; any type passes, as servers may define types."""
    if not element["type"].expect(str):
        yield element["type"].finding("a non-empty string")


MESSAGE_ID = must(
    "items.messages-have-an-id",
    "The `id` of a message is a non-empty string.",
    source=f"{_ITEM}/id",
    cause="the gateway builds the message from a chat choice, which has no id",
)


@check(MESSAGE_ID, on=EVERY_MESSAGE, exercised_by=PLAIN)
def messages_have_an_id(message: Node, _exchange: Exchange) -> Findings:
    """Check for a non-empty string; events refer to it. Does not check its form."""
    if not message["id"].expect(str):
        yield message["id"].finding("a non-empty string")


OTHER_ID = should(
    "items.other-items-have-an-id",
    "The `id` of an output item other than a message is a non-empty string.",
    source=f"{_ITEM}/id",
    levels={"openresponses": Level.MUST},
    cause="the gateway uses `call_id` as the id of the item, too",
    covers=("OI-06",),
)


def _other_items(exchange: Exchange) -> Iterator[tuple[Node]]:
    """Yield every output item other than a message."""
    for item, _ in EVERY_ITEM.select(exchange):
        if item.value.get("type") != "message":
            yield (item,)


@check(
    OTHER_ID,
    on=every("every output item other than a message", _other_items, EVERY_ITEM),
    exercised_by=tool_probes.tool_choice_auto,
)
def other_items_have_an_id(item: Node) -> Findings:
    """Check all items but messages, whose ids another requirement checks."""
    if not item["id"].expect(str):
        yield item["id"].finding("a non-empty string")


IDS_WITHIN_RESPONSE = must(
    "items.ids-differ-within-a-response",
    "The items of a response have different ids.",
    source=f"{_ITEM}/id",
    cause="the gateway gives its items the id of the response, or a constant",
)


@check(
    IDS_WITHIN_RESPONSE,
    on=EVERY_RESPONSE_OBJECT,
    exercised_by=(*PLAIN, tool_probes.parallel_calls),
)
def ids_differ_within_a_response(response: Node, _exchange: Exchange) -> Findings:
    """Check the ids that are strings; clients identify items by them.

    Does not check whether items have an id; other requirements do.
    """
    output = response.get("output")
    seen = set[str]()
    for item in output if output is not None and output.is_a(list) else ():
        id_ = item.get("id")
        if id_ is None or not id_.is_a(str):
            continue
        if id_.value in seen:
            yield id_.finding("an id that no other item of the response has")
        seen.add(id_.value)


IDS_ACROSS_RESPONSES = should(
    "items.ids-differ-between-responses",
    "Items of responses to different prompts have different ids.",
    source=f"{_ITEM}/id",
    cause=(
        "the gateway uses constant item ids, or counts them from 0 in every response"
    ),
)


def _observe_id(item: Node, exchange: Exchange) -> Observation | None:
    """Observe (id of the item, digest of the prompt)."""
    id_ = item.get("id")
    if id_ is None or not id_.value or not id_.is_a(str):
        return None
    value = id_.value, exchange.request.prompt_digest
    return Observation(value, exchange.id, id_.pointer)


@check(
    IDS_ACROSS_RESPONSES,
    on=EVERY_ITEM.collecting(_observe_id),
    exercised_by=(*PLAIN, limit_probes.output_cap),
)
def ids_differ_between_responses(observations: list[Observation]) -> Findings:
    """Check all responses of the run, since later requests may refer to any item.

    Does not check responses to the same prompt: a cache may return the same items.
    """
    if len({prompt for _, prompt in (o.value for o in observations)}) < 2:
        raise Inconclusive("only one prompt was answered: no ids to compare")
    first_with_id = dict[str, Observation]()
    for observation in observations:
        id_, prompt = observation.value
        first = first_with_id.setdefault(id_, observation)
        if first.value[1] != prompt:
            node = Node(id_, observation.pointer, observation.exchange)
            yield node.finding(f"an id other than that of an item of {first.exchange}")


STATUS = should(
    "items.messages-have-a-status",
    "The `status` of a message is a string.",
    source=f"{_ITEM}/status",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway builds the message from a chat choice, which has no status",
    covers=("OI-04",),
)


@check(STATUS, on=EVERY_MESSAGE, exercised_by=PLAIN)
def messages_have_a_status(message: Node, _exchange: Exchange) -> Findings:
    """Check the type; typed clients require the field. Does not check the value."""
    yield from message["status"].must_be(str)


ROLE = must(
    "items.message-role-is-assistant",
    "The `role` of an output message is `assistant`.",
    source=f"{_ITEM}/role",
    cause="the gateway drops the role, or takes it from the conversation",
)


@check(ROLE, on=EVERY_MESSAGE, exercised_by=PLAIN)
def message_role_is_assistant(message: Node, _exchange: Exchange) -> Findings:
    """Check the exact value: clients send the message back with this role."""
    yield from message["role"].must_equal("assistant")


CONTENT = must(
    "items.content-is-an-array",
    "The `content` of a message is an array.",
    source=f"{_ITEM}/content",
    cause="the gateway copies the `content` string of a chat choice",
)


@check(CONTENT, on=EVERY_MESSAGE, exercised_by=PLAIN)
def content_is_an_array(message: Node, _exchange: Exchange) -> Findings:
    """Check the type: clients iterate over ``content`` without checking its type.

    Does not check the elements. The array may be empty.
    """
    yield from message["content"].must_be(list)


PART_TYPE = must(
    "items.parts-have-a-type",
    "A content part of a message is an object whose `type` is a non-empty string.",
    source=f"{_PART}/type",
    cause="the gateway puts strings into `content` without an object around them",
)


@check(PART_TYPE, on=CONTENTS, exercised_by=PLAIN)
def parts_have_a_type(element: Node) -> Findings:
    """Check for a non-empty string; does not check which type it is."""
    if not element["type"].expect(str):
        yield element["type"].finding("a non-empty string")


OUTPUT_TEXT = must(
    "items.text-is-in-output-text-parts",
    "No content part of a message has the type `text`, `input_text` or `summary_text`.",
    source=f"{OPENAI_API}, output_text",
    cause="the gateway copies the part type of a chat message or of an input",
)


@check(OUTPUT_TEXT, on=EVERY_PART, exercised_by=PLAIN)
def text_is_in_output_text_parts(part: Node, _exchange: Exchange) -> Findings:
    """Check for part types that are valid elsewhere: clients read ``output_text`` only.

    Does not check any other type, such as ``refusal``.
    """
    type_ = part.get("type")
    if type_ is not None and type_.value in OTHER_TEXT_TYPES:
        yield type_.finding('"output_text"')


TEXT = must(
    "items.text-is-a-string",
    "The `text` of an `output_text` part is a string.",
    source=f"{_PART}/text",
    cause="the gateway passes on an empty upstream response as `null`",
    covers=("OI-03",),
)


@check(TEXT, on=EVERY_PART, exercised_by=PLAIN)
def text_is_a_string(part: Node, _exchange: Exchange) -> Findings:
    """Check the type; does not check the content, which may be empty."""
    if part.value.get("type") == "output_text":
        yield from part["text"].must_be(str)


ANNOTATIONS = should(
    "items.annotations-are-an-array",
    "The `annotations` of an `output_text` part are an array.",
    source=f"{REPORTED_BUGS}; {OPENAI_API}, output_text.annotations",
    cause="the gateway has no annotations and omits the field",
    covers=("OI-05",),
)


@check(ANNOTATIONS, on=EVERY_PART, exercised_by=PLAIN)
def annotations_are_an_array(part: Node, _exchange: Exchange) -> Findings:
    """Check the type in the final response; typed clients require the field."""
    if part.value.get("type") == "output_text":
        yield from part["annotations"].must_be(list)
