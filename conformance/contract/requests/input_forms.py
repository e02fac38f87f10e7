"""Requests: forms of ``input`` that are accepted.

New API's page says "a string or an array of messages" and shows no message. The checks
use the forms of messages that clients of OpenAI-compatible APIs send.
"""

from typing import Final

from conformance.contract.requests import probes
from conformance.contract.requests.outcome import (
    Exchanges,
    expect_accepted_merged_or_each,
    was_accepted,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, must, should
from conformance.model.sources import (
    NEWAPI_DOCUMENT,
    OPENAI_API,
    PROJECT_DECISION,
    RFC_JSON,
)

_FIELDS: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"
_MESSAGES: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/InputMessage"


def _expect_form_accepted(
    case: probes.RequestCase, merged: Exchange, exchanges: Exchanges
) -> Findings:
    """Yield a finding if one form of a message was rejected.

    Raises ``Inconclusive`` if the case also contains a plain user message, and a plain
    user message without other items was rejected too.
    """
    without_other_message = (probes.MESSAGE, probes.PARTS, probes.UNICODE)
    if exchanges and case not in without_other_message:
        plain = exchanges[probes.MESSAGE_FORMS.index(probes.MESSAGE)]
        if not was_accepted(plain):
            raise Inconclusive(f"{plain.id}: a plain message is rejected as well")
    yield from expect_accepted_merged_or_each(
        probes.MESSAGE_FORMS, (case,), merged, exchanges
    )


MESSAGE = must(
    "requests.message-array-is-accepted",
    "An `input` that is an array of messages is accepted.",
    source=f"{_FIELDS}/input",
    cause="the gateway reads `input` only as a string",
    covers=("RV-08",),
)


@check(MESSAGE, on=probes.message_forms)
def message_array_is_accepted(merged: Exchange, exchanges: Exchanges = ()) -> Findings:
    """Check one user message with a string as content. Does not check the output."""
    yield from _expect_form_accepted(probes.MESSAGE, merged, exchanges)


PARTS = must(
    "requests.input-text-parts-are-accepted",
    "A user message whose content is an array of `input_text` parts is accepted.",
    source=f"{PROJECT_DECISION}, our decisions: input",
    cause="the converter reads Chat Completions part types only, or no parts",
    covers=("RV-08",),
)


@check(PARTS, on=probes.message_forms)
def input_text_parts_are_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check a user message in the form that agents use for all their messages.

    Does not check whether the model reads the text of the parts.
    """
    yield from _expect_form_accepted(probes.PARTS, merged, exchanges)


ASSISTANT = must(
    "requests.assistant-message-is-accepted",
    "An assistant message whose content is a string is accepted in `input`.",
    source=_MESSAGES,
    cause="the converter translates user messages only",
    covers=("RV-06",),
)


@check(ASSISTANT, on=probes.message_forms)
def assistant_message_is_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check a conversation of user, assistant and user. Does not check the output."""
    yield from _expect_form_accepted(probes.ASSISTANT, merged, exchanges)


ASSISTANT_PARTS = must(
    "requests.output-text-parts-are-accepted",
    "An assistant message with `output_text` parts is accepted in `input`.",
    source=f"{OPENAI_API}, input items",
    cause="the schema of `input` allows only `input_text`, or requires an `id`",
    covers=("RV-06",),
)


@check(ASSISTANT_PARTS, on=probes.message_forms)
def output_text_parts_are_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check a message without ``id`` and ``status``, and parts without ``annotations``.

    A client sends this form if it rebuilds a conversation from stored texts. Does not
    check the output.
    """
    yield from _expect_form_accepted(probes.ASSISTANT_PARTS, merged, exchanges)


ASSISTANT_WITH_ID = should(
    "requests.assistant-message-with-id-is-accepted",
    "An assistant message with an `id` is accepted in `input`.",
    source=f"{OPENAI_API}, input items",
    cause="the gateway looks up ids of other servers, or rejects the extra fields",
    covers=("RV-06",),
)


@check(ASSISTANT_WITH_ID, on=probes.message_forms)
def assistant_message_with_id_is_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check a message with ``status`` and an ``id`` that the server did not create.

    A client sends such an id if it continues a conversation with another server. Does
    not check the output.
    """
    yield from _expect_form_accepted(probes.ASSISTANT_WITH_ID, merged, exchanges)


SYSTEM = should(
    "requests.system-message-is-accepted",
    "A system message at the start of `input` is accepted.",
    source=_MESSAGES,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the upstream accepts a system prompt only in `instructions`",
    covers=("RV-15",),
)


@check(SYSTEM, on=probes.message_forms)
def system_message_is_accepted(merged: Exchange, exchanges: Exchanges = ()) -> Findings:
    """Check a system message as the first item; New API's page names no roles.

    Does not check a system message at a later position.
    """
    yield from _expect_form_accepted(probes.SYSTEM, merged, exchanges)


DEVELOPER = should(
    "requests.developer-message-is-accepted",
    "A developer message at the start of `input` is accepted.",
    source=_MESSAGES,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway forwards the role to an upstream that does not support it",
    covers=("RV-15",),
)


@check(DEVELOPER, on=probes.message_forms)
def developer_message_is_accepted(
    merged: Exchange, exchanges: Exchanges = ()
) -> Findings:
    """Check a developer message as the first item; New API's page names no roles.

    Does not check a developer message at a later position.
    """
    yield from _expect_form_accepted(probes.DEVELOPER, merged, exchanges)


UNICODE = must(
    "requests.unicode-is-accepted",
    "An `input` string with characters of any script is accepted.",
    source=f"{RFC_JSON}, section 8.1",
    cause="the gateway reads or forwards the body in an encoding other than UTF-8",
)


@check(UNICODE, on=probes.message_forms)
def unicode_is_accepted(merged: Exchange, exchanges: Exchanges = ()) -> Findings:
    """Check a string in many scripts. Does not check whether the model reads it."""
    yield from _expect_form_accepted(probes.UNICODE, merged, exchanges)
