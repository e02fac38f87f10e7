"""Items: the pieces that an answer is made of, and the text inside them.

What a function call is made of is judged in the section ``tools``.
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

_ITEM: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/OutputItem/properties"
_PART: Final = f"{_ITEM}/content/items/properties"

INPUT_TYPES: Final = ("text", "input_text", "summary_text")
"""Part types that hold a text in other places, and never in an answer's message."""


def _elements(exchange: Exchange) -> Iterator[tuple[Node]]:
    """Yield every element of an output, also those that are no items."""
    if exchange.response_or_none is not None:
        try:
            yield from ((element,) for element in exchange.response_or_none["output"])
        except UnexpectedValue:
            return


ELEMENTS: Final = every("every element of an output", _elements)


def _contents(exchange: Exchange) -> Iterator[tuple[Node]]:
    """Yield every element of a message's content, also those that are no parts."""
    for message, _ in EVERY_MESSAGE.select(exchange):
        content = message.get("content")
        if content is not None and content.is_a(list):
            yield from ((element,) for element in content)


CONTENTS: Final = every(
    "every element of a message's content", _contents, EVERY_MESSAGE
)


TYPE = must(
    "items.have-a-type",
    "An output item is an object with a type.",
    source=f"{_ITEM}/type",
    cause="a chat message is put into the output as it is",
)


@check(TYPE, on=ELEMENTS, exercised_by=PLAIN)
def have_a_type(element: Node) -> Findings:
    """Judge that there is a type; servers may have types of their own."""
    if not element["type"].expect(str):
        yield element["type"].finding("a type")


MESSAGE_ID = must(
    "items.messages-have-an-id",
    "A message has an id that is a text.",
    source=f"{_ITEM}/id",
    cause="the gateway builds the message from a chat choice, which has no id",
)


@check(MESSAGE_ID, on=EVERY_MESSAGE, exercised_by=PLAIN)
def messages_have_an_id(message: Node, _exchange: Exchange) -> Findings:
    """Judge that there is one: the events of a stream are put together by it."""
    if not message["id"].expect(str):
        yield message["id"].finding("an id")


OTHER_ID = should(
    "items.other-items-have-an-id",
    "An output item that is no message has an id that is a text.",
    source=f"{_ITEM}/id",
    levels={"openresponses": Level.MUST},
    cause="call_id is taken for the id of the item as well",
    covers=("OI-06",),
)


def _others(exchange: Exchange) -> Iterator[tuple[Node]]:
    for item, _ in EVERY_ITEM.select(exchange):
        if item.value.get("type") != "message":
            yield (item,)


@check(
    OTHER_ID,
    on=every("every output item that is no message", _others, EVERY_ITEM),
    exercised_by=tool_probes.tool_choice_auto,
)
def other_items_have_an_id(item: Node) -> Findings:
    """Judge calls, reasoning and all else; a message has a clause of its own."""
    if not item["id"].expect(str):
        yield item["id"].finding("an id")


DISTINCT = must(
    "items.ids-differ-within-a-response",
    "No two items of a response have the same id.",
    source=f"{_ITEM}/id",
    cause="items are given the id of the response, or a constant",
)


@check(
    DISTINCT,
    on=EVERY_RESPONSE_OBJECT,
    exercised_by=(*PLAIN, tool_probes.parallel_calls),
)
def ids_differ_within_a_response(response: Node, _exchange: Exchange) -> Findings:
    """Judge the ids that are there; clients keep the items of an answer by them."""
    output = response.get("output")
    seen = set[str]()
    for item in output if output is not None and output.is_a(list) else ():
        id_ = item.get("id")
        if id_ is None or not id_.is_a(str):
            continue
        if id_.value in seen:
            yield id_.finding("an id that no other item has")
        seen.add(id_.value)


NEW = should(
    "items.ids-differ-between-responses",
    "No item of one answer has the id of an item of another.",
    source=f"{_ITEM}/id",
    cause="item ids are constants, or count from 0 in every answer",
)


def _id_of(item: Node, exchange: Exchange) -> Observation | None:
    id_ = item.get("id")
    if id_ is None or not id_.value or not id_.is_a(str):
        return None
    value = id_.value, exchange.request.prompt_digest
    return Observation(value, exchange.id, id_.pointer)


@check(
    NEW,
    on=EVERY_ITEM.collecting(_id_of),
    exercised_by=(*PLAIN, limit_probes.output_cap),
)
def ids_differ_between_responses(notes: list[Observation]) -> Findings:
    """Compare all answers of the run, since later requests may refer to any item.

    The same question may be answered again from a cache, with the same items.
    """
    if len({note.value[1] for note in notes}) < 2:
        raise Inconclusive("one question was answered: no two ids to compare")
    first = dict[str, Observation]()
    for note in notes:
        id_, question = note.value
        known = first.setdefault(id_, note)
        if known.value[1] != question:
            yield Node(id_, note.pointer, note.exchange).finding(
                f"another id than an item of {known.exchange} has"
            )


STATUS = should(
    "items.messages-have-a-status",
    "A message has a status.",
    source=f"{_ITEM}/status",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway builds the message from a chat choice, which has no status",
    covers=("OI-04",),
)


@check(STATUS, on=EVERY_MESSAGE, exercised_by=PLAIN)
def messages_have_a_status(message: Node, _exchange: Exchange) -> Findings:
    """Judge that it is a text; typed clients cannot read a message without one."""
    yield from message["status"].must_be(str)


ROLE = must(
    "items.message-role-is-assistant",
    "A message of an answer has the role assistant.",
    source=f"{_ITEM}/role",
    cause="the role is lost, or taken from the conversation",
)


@check(ROLE, on=EVERY_MESSAGE, exercised_by=PLAIN)
def message_role_is_assistant(message: Node, _exchange: Exchange) -> Findings:
    """Judge the exact word: clients send the message back under it."""
    yield from message["role"].must_equal("assistant")


CONTENT = must(
    "items.content-is-an-array",
    "The content of a message is an array.",
    source=f"{_ITEM}/content",
    cause="the text of a chat choice is put in as it is",
)


@check(CONTENT, on=EVERY_MESSAGE, exercised_by=PLAIN)
def content_is_an_array(message: Node, _exchange: Exchange) -> Findings:
    """Judge the type: clients walk it without a look. It may be empty."""
    yield from message["content"].must_be(list)


PART_TYPE = must(
    "items.parts-have-a-type",
    "A part of a message is an object with a type.",
    source=f"{_PART}/type",
    cause="texts are put into the content without the object around them",
)


@check(PART_TYPE, on=CONTENTS, exercised_by=PLAIN)
def parts_have_a_type(element: Node) -> Findings:
    """Judge that there is a type; which types there are is not closed."""
    if not element["type"].expect(str):
        yield element["type"].finding("a type")


OUTPUT_TEXT = must(
    "items.text-is-in-output-text-parts",
    "A text of an answer does not stand in a part of another type's name.",
    source=f"{OPENAI_API}, output_text",
    cause="the part type of chat, or of an input, is copied",
)


@check(OUTPUT_TEXT, on=EVERY_PART, exercised_by=PLAIN)
def text_is_in_output_text_parts(part: Node, _exchange: Exchange) -> Findings:
    """Judge the names that belong elsewhere: clients collect output_text alone.

    Other types, refusals among them, are not judged.
    """
    type_ = part.get("type")
    if type_ is not None and type_.value in INPUT_TYPES:
        yield type_.finding("'output_text'")


TEXT = must(
    "items.text-is-a-string",
    "The text of an output_text part is a text.",
    source=f"{_PART}/text",
    cause="an empty answer of the upstream is passed on as null",
    covers=("OI-03",),
)


@check(TEXT, on=EVERY_PART, exercised_by=PLAIN)
def text_is_a_string(part: Node, _exchange: Exchange) -> Findings:
    """Judge the type, not what it says: it may be empty, and never null."""
    if part.value.get("type") == "output_text":
        yield from part["text"].must_be(str)


ANNOTATIONS = should(
    "items.annotations-are-an-array",
    "An output_text part has an array of annotations.",
    source=f"{REPORTED_BUGS}; {OPENAI_API}, output_text.annotations",
    cause="the gateway has none to tell, and leaves the member out",
    covers=("OI-05",),
)


@check(ANNOTATIONS, on=EVERY_PART, exercised_by=PLAIN)
def annotations_are_an_array(part: Node, _exchange: Exchange) -> Findings:
    """Judge the final response; typed clients cannot read a part without it."""
    if part.value.get("type") == "output_text":
        yield from part["annotations"].must_be(list)
