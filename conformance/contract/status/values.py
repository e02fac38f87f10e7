"""Status: whether a response is finished, and how it ended.

Clients branch on the exact words, so that a response that ended one way and says
another is lost or trusted wrongly without a sound.
"""

from typing import Final

from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.node import Node
from conformance.model.profile import profile_named
from conformance.model.requirement import LEVELS_IF_MODELS_REQUIRE, must, should
from conformance.model.scope import (
    EVERY_ITEM,
    EVERY_JSON_RESPONSE,
    EVERY_RESPONSE_OBJECT,
    every,
)
from conformance.model.sources import NEWAPI_DOCUMENT, PROJECT_DECISION, REPORTED_BUGS

SHOWN: Final = (basic.text, basic.streamed_text, probes.output_cap)
"""What brings a completed answer in both modes, and one that was cut."""

UNFINISHED: Final = ("in_progress", "queued")

ITEM_STATUSES: Final = ("in_progress", "completed", "incomplete")

OWN_STATUSES: Final = ("message", "function_call", "reasoning")
"""Types of items that have these three; those of hosted tools have more."""


KNOWN = must(
    "status.is-known",
    "The status of a response is one of the words that the contract lists.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause="the upstream's finish reason, or another spelling of it, is passed on",
)


@check(KNOWN, on=EVERY_RESPONSE_OBJECT, exercised_by=SHOWN)
def is_known(response: Node, _exchange: Exchange, *, profile: str) -> Findings:
    """Judge the word to the letter, in a stream's last snapshot as well."""
    status = response["status"]
    words = sorted(profile_named(profile).statuses)
    if status.value not in words:
        yield status.finding(f"one of {', '.join(words)}")


FINAL = must(
    "status.is-final",
    "A response that is answered whole is not still in progress.",
    source=PROJECT_DECISION,
    cause="the object is built before the model answers, and never brought up to date",
    covers=("ST-07",),
)


@check(FINAL, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def is_final(exchange: Exchange) -> Findings:
    """Judge JSON answers; one made in the background is answered before its end."""
    if exchange.request.field("background"):
        raise Inconclusive("the response was asked for in the background")
    status = exchange.response.get("status")
    if status is None:
        raise Inconclusive("the answer has no status")
    if status.value in UNFINISHED:
        yield status.finding("completed, incomplete or failed")


ERROR = must(
    "status.error-is-set-exactly-when-failed",
    "The error of a response is an object exactly when its status is failed.",
    source=REPORTED_BUGS,
    cause="a failure is relabelled, or its reason is lost on the way",
    covers=("ST-06",),
)


@check(ERROR, on=EVERY_RESPONSE_OBJECT, exercised_by=SHOWN)
def error_is_set_exactly_when_failed(response: Node, _exchange: Exchange) -> Findings:
    """Judge the two ends that are plain: completed, and failed.

    Without a failure the member may be null or absent.
    """
    status = response.get("status")
    match status and status.value:
        case "failed":
            yield from response["error"].must_be(dict)
        case "completed":
            if (error := response.get("error")) is not None:
                yield error.finding("null (the response is completed)")


REASON = must(
    "status.reason-is-set-exactly-when-incomplete",
    "The incomplete_details of a response hold a reason exactly when it is incomplete.",
    source=REPORTED_BUGS,
    cause="a cut answer is passed on without saying what cut it",
    covers=("ST-01", "ST-03"),
)


@check(REASON, on=EVERY_RESPONSE_OBJECT, exercised_by=SHOWN)
def reason_is_set_exactly_when_incomplete(
    response: Node, _exchange: Exchange
) -> Findings:
    """Judge the two ends that are plain: completed, and incomplete.

    Details without a reason say nothing, and harm no completed answer.
    """
    status, details = response.get("status"), response.get("incomplete_details")
    match status and status.value:
        case "incomplete":
            reason = response["incomplete_details"]["reason"]
            if not reason.expect(str):
                yield reason.finding("a reason")
        case "completed":
            stated = details.get("reason") if details is not None else None
            if stated is not None:
                yield stated.finding("no reason (the response is completed)")


ITEMS_DONE = should(
    "status.completed-response-has-no-unfinished-item",
    "No item of a completed response is unfinished.",
    source=REPORTED_BUGS,
    cause="items keep the status that they were announced with",
    covers=("ST-04",),
)


def _completed_item(exchange: Exchange) -> list[tuple[Node, Exchange]]:
    status = (
        exchange.response.get("status")
        if exchange.response_or_none is not None
        else None
    )
    done = status is not None and status.value == "completed"
    return [(item, x) for item, x in EVERY_ITEM.select(exchange) if done]


@check(
    ITEMS_DONE,
    on=every("every item of a completed response", _completed_item),
    exercised_by=(basic.text, basic.streamed_text),
)
def items_are_done(item: Node, _exchange: Exchange) -> Findings:
    """Judge messages, calls and reasoning that have a status."""
    status = item.get("status")
    if status is None or item.value.get("type") not in OWN_STATUSES:
        raise Inconclusive("no item with a status")
    if status.value in ("in_progress", "incomplete"):
        yield status.finding("completed, as the response is")


ITEM_STATUS = should(
    "status.item-status-is-known",
    "The status of an item is in_progress, completed or incomplete.",
    source=f"{PROJECT_DECISION}; OpenAI API reference, Responses, output items",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the upstream's finish reason is copied into the item",
)


@check(ITEM_STATUS, on=EVERY_ITEM, exercised_by=basic.text)
def item_status_is_known(item: Node, _exchange: Exchange) -> Findings:
    """Judge messages, calls and reasoning that have a status; absence is no breach."""
    status = item.get("status")
    if status is None or item.value.get("type") not in OWN_STATUSES:
        raise Inconclusive("no item with a status")
    if status.value not in ITEM_STATUSES:
        yield status.finding(f"one of {', '.join(ITEM_STATUSES)}")


CUT_ITEM = should(
    "status.truncated-message-is-not-completed",
    "A message that the cap ended is not called completed.",
    source=REPORTED_BUGS,
    cause="the item is closed before it is known why the model stopped",
    covers=("ST-04",),
)


@check(CUT_ITEM, on=(probes.output_cap, probes.output_cap_streamed))
def truncated_message_is_not_completed(exchange: Exchange) -> Findings:
    """Judge the last item of an answer that says that it was cut, where it counts.

    The cap may also fall between two items; then the one before it is whole.
    """
    status = exchange.response.get("status")
    if status is None or status.value != "incomplete":
        raise Inconclusive("the answer does not say that it was cut")
    last = list(exchange.items())[-1:]
    whole = bool(last) and last[0].is_a(dict) and bool(exchange.text)
    if not whole or last[0].value.get("type") != "message":
        raise Inconclusive("the answer was cut before its message")
    stated = last[0].get("status")
    if stated is not None and stated.value == "completed":
        yield stated.finding("incomplete, as the response is")
