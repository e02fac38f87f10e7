"""Requests: the forms of ``input`` that are served.

The page says "a text or an array of messages" and shows no message; these are the
messages that clients of the API family send.
"""

from typing import Final

from conformance.contract.requests import probes
from conformance.contract.requests.outcome import Apart, served_together, was_served
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, must, should
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    PROJECT_DECISION,
    RFC_JSON,
)

_MEMBERS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"
_MESSAGES: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/InputMessage"


def _form(row: probes.RequestCase, whole: Exchange, apart: Apart) -> Findings:
    """Judge one form of a message; those built on plain messages need them served."""
    alone = (probes.MESSAGE, probes.PARTS, probes.UNICODE)
    if apart and row not in alone:
        plain = apart[probes.FORMS.index(probes.MESSAGE)]
        if not was_served(plain):
            raise Inconclusive(f"{plain.id}: a plain message is refused already")
    yield from served_together(probes.FORMS, (row,), whole, apart)


MESSAGE = must(
    "requests.message-array-is-accepted",
    "An input that is an array of messages is served.",
    source=f"{_MEMBERS}/input",
    cause="only a text is understood as input",
    covers=("RV-08",),
)


@check(MESSAGE, on=probes.message_forms)
def messages_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge one user message of plain text, and not what is said to it."""
    yield from _form(probes.MESSAGE, whole, apart)


PARTS = must(
    "requests.input-text-parts-are-accepted",
    "A user message whose content is an array of input_text parts is served.",
    source=f"{PROJECT_DECISION}, our decisions: input",
    cause="content parts are read by the chat names, or not at all",
    covers=("RV-08",),
)


@check(PARTS, on=probes.message_forms)
def input_parts_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge the typed form, which agents send for every message."""
    yield from _form(probes.PARTS, whole, apart)


SAID = must(
    "requests.assistant-message-is-accepted",
    "An assistant message of plain text is served as part of a conversation.",
    source=_MESSAGES,
    cause="only user messages are translated for the upstream",
    covers=("RV-06",),
)


@check(SAID, on=probes.message_forms)
def assistant_messages_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge a conversation of user, assistant and user again."""
    yield from _form(probes.SAID, whole, apart)


SAID_PARTS = must(
    "requests.output-text-parts-are-accepted",
    "An assistant message of output_text parts is served as part of a conversation.",
    source=f"{OPENAI_API}, input items",
    cause="the schema of input knows input_text alone, or asks for an id",
    covers=("RV-06",),
)


@check(SAID_PARTS, on=probes.message_forms)
def output_parts_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge parts without id, status or annotations, as clients rebuild them."""
    yield from _form(probes.SAID_PARTS, whole, apart)


SAID_ITEM = should(
    "requests.assistant-message-with-id-is-accepted",
    "An assistant message that bears an id is served as part of a conversation.",
    source=f"{OPENAI_API}, input items",
    cause="ids of other servers are looked up, or extra members are refused",
    covers=("RV-06",),
)


@check(SAID_ITEM, on=probes.message_forms)
def output_items_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge a made-up id: clients bring conversations from other servers along."""
    yield from _form(probes.SAID_ITEM, whole, apart)


SYSTEM = should(
    "requests.system-message-is-accepted",
    "A conversation that a system message opens is served.",
    source=_MESSAGES,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the upstream takes system texts through instructions alone",
    covers=("RV-15",),
)


@check(SYSTEM, on=probes.message_forms)
def system_messages_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge a system message in the first place; the page names no roles."""
    yield from _form(probes.SYSTEM, whole, apart)


DEVELOPER = should(
    "requests.developer-message-is-accepted",
    "A conversation that a developer message opens is served.",
    source=_MESSAGES,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the role is passed on to an upstream that does not know it",
    covers=("RV-15",),
)


@check(DEVELOPER, on=probes.message_forms)
def developer_messages_are_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge a developer message in the first place; the page names no roles."""
    yield from _form(probes.DEVELOPER, whole, apart)


UNICODE = must(
    "requests.unicode-is-accepted",
    "A text in any script is served.",
    source=f"{RFC_JSON}, section 8.1",
    cause="a body is read or forwarded in another encoding than UTF-8",
)


@check(UNICODE, on=probes.message_forms)
def unicode_is_accepted(whole: Exchange, apart: Apart = ()) -> Findings:
    """Judge that the text is taken, and not what becomes of it."""
    yield from _form(probes.UNICODE, whole, apart)
