"""Status: whether a response is finished, and how it ended.

Clients branch on the exact value. If the status is wrong, a client discards a complete
response or trusts a failed one, without an error message.
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

STATUS_PROBES: Final = (basic.text, basic.streamed_text, probes.output_cap)
"""Probes with a completed response as JSON and as a stream, and a truncated one."""

UNFINISHED_STATUSES: Final = ("in_progress", "queued")

ITEM_STATUSES: Final = ("in_progress", "completed", "incomplete")

TYPES_WITH_STATUS: Final = ("message", "function_call", "reasoning")
"""Item types with exactly the ``ITEM_STATUSES``; items of hosted tools have more."""


KNOWN = must(
    "status.is-known",
    "The `status` of a response is one of the values that the contract lists.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause=(
        "the gateway passes on the upstream's finish reason, or spells the status "
        "differently"
    ),
)


@check(KNOWN, on=EVERY_RESPONSE_OBJECT, exercised_by=STATUS_PROBES)
def is_known(response: Node, _exchange: Exchange, *, profile: str) -> Findings:
    """Check the exact value, also in the last snapshot of a stream.

    The profile determines which values are valid. Does not check whether the status
    fits the response.
    """
    status = response["status"]
    statuses = sorted(profile_named(profile).statuses)
    if status.value not in statuses:
        yield status.finding(f"one of {', '.join(statuses)}")


FINAL = must(
    "status.is-final",
    "The `status` of a JSON response is not `in_progress` or `queued`, unless the "
    "request sets `background`.",
    source=PROJECT_DECISION,
    cause=(
        "the gateway builds the object before the model answers, and never updates it"
    ),
    covers=("ST-07",),
)


@check(FINAL, on=EVERY_JSON_RESPONSE, exercised_by=basic.text)
def is_final(exchange: Exchange) -> Findings:
    """Check the status of JSON responses.

    Does not check streams, or a response to a request with ``background``, which is
    returned before it is finished.
    """
    if exchange.request.field("background"):
        raise Inconclusive("the request sets background")
    status = exchange.response.get("status")
    if status is None:
        raise Inconclusive("the response has no status")
    if status.value in UNFINISHED_STATUSES:
        yield status.finding("completed, incomplete or failed")


ERROR = must(
    "status.error-is-set-exactly-when-failed",
    "`error` is an object if the `status` is `failed`, and `null` or missing if it is "
    "`completed`.",
    source=REPORTED_BUGS,
    cause="the gateway changes the status of a failed response, or loses its error",
    covers=("ST-06",),
)


@check(ERROR, on=EVERY_RESPONSE_OBJECT, exercised_by=STATUS_PROBES)
def error_is_set_exactly_when_failed(response: Node, _exchange: Exchange) -> Findings:
    """Check ``error`` if the status is ``failed`` or ``completed``.

    Does not check other statuses, or the content of the error. ``error`` may be
    ``null`` or missing in a completed response.
    """
    status = response.get("status")
    match status and status.value:
        case "failed":
            yield from response["error"].must_be(dict)
        case "completed":
            if (error := response.get("error")) is not None:
                yield error.finding("null (the status is completed)")


REASON = must(
    "status.reason-is-set-exactly-when-incomplete",
    "`incomplete_details.reason` is a non-empty string if the `status` is "
    "`incomplete`, and `null` or missing if it is `completed`.",
    source=REPORTED_BUGS,
    cause="the gateway returns a truncated response without the reason for it",
    covers=("ST-01", "ST-03"),
)


@check(REASON, on=EVERY_RESPONSE_OBJECT, exercised_by=STATUS_PROBES)
def reason_is_set_exactly_when_incomplete(
    response: Node, _exchange: Exchange
) -> Findings:
    """Check ``incomplete_details`` if the status is ``incomplete`` or ``completed``.

    Does not check other statuses. The details of a completed response may be an object
    without a reason.
    """
    status, details = response.get("status"), response.get("incomplete_details")
    match status and status.value:
        case "incomplete":
            reason = response["incomplete_details"]["reason"]
            if not reason.expect(str):
                yield reason.finding("a non-empty string")
        case "completed":
            reason_or_none = details.get("reason") if details is not None else None
            if reason_or_none is not None:
                yield reason_or_none.finding("null (the status is completed)")


ITEMS_DONE = should(
    "status.completed-response-has-no-unfinished-item",
    "No item of a completed response has the status `in_progress` or `incomplete`.",
    source=REPORTED_BUGS,
    cause="the gateway never updates the status with which it added an item",
    covers=("ST-04",),
)


def _items_if_completed(exchange: Exchange) -> list[tuple[Node, Exchange]]:
    """Return the items of a response if its status is ``completed``, else no items."""
    status = (
        exchange.response.get("status")
        if exchange.response_or_none is not None
        else None
    )
    completed = status is not None and status.value == "completed"
    return [(item, x) for item, x in EVERY_ITEM.select(exchange) if completed]


@check(
    ITEMS_DONE,
    on=every("every item of a completed response", _items_if_completed),
    exercised_by=(basic.text, basic.streamed_text),
)
def completed_response_has_no_unfinished_item(
    item: Node, _exchange: Exchange
) -> Findings:
    """Check messages, function calls and reasoning items that have a status.

    Does not check other items, which have statuses of their own.
    """
    status = item.get("status")
    if status is None or item.value.get("type") not in TYPES_WITH_STATUS:
        raise Inconclusive("no item has a status")
    if status.value in ("in_progress", "incomplete"):
        yield status.finding('"completed" (as the response)')


ITEM_STATUS = should(
    "status.item-status-is-known",
    "The `status` of a message, function call or reasoning item is `in_progress`, "
    "`completed` or `incomplete`.",
    source=f"{PROJECT_DECISION}; OpenAI API reference, Responses, output items",
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway copies the upstream's finish reason into the item",
)


@check(ITEM_STATUS, on=EVERY_ITEM, exercised_by=basic.text)
def item_status_is_known(item: Node, _exchange: Exchange) -> Findings:
    """Check messages, function calls and reasoning items that have a status.

    Does not check other items, or whether there is a status.
    """
    status = item.get("status")
    if status is None or item.value.get("type") not in TYPES_WITH_STATUS:
        raise Inconclusive("no item has a status")
    if status.value not in ITEM_STATUSES:
        yield status.finding(f"one of {', '.join(ITEM_STATUSES)}")


TRUNCATED_MESSAGE = should(
    "status.truncated-message-is-not-completed",
    "A message truncated by `max_output_tokens` does not have the status `completed`.",
    source=REPORTED_BUGS,
    cause="the gateway finishes the item before it knows why the model stopped",
    covers=("ST-04",),
)


@check(TRUNCATED_MESSAGE, on=(probes.output_cap, probes.output_cap_streamed))
def truncated_message_is_not_completed(exchange: Exchange) -> Findings:
    """Check the last item of a response with the status ``incomplete``.

    Does not check a response whose last item is not a message, or that has no text: the
    cap may end a response between two items, and the first one is then complete.
    """
    status = exchange.response.get("status")
    if status is None or status.value != "incomplete":
        raise Inconclusive("the status of the response is not incomplete")
    last = list(exchange.items())[-1:]
    has_text = bool(last) and last[0].is_a(dict) and bool(exchange.text)
    if not has_text or last[0].value.get("type") != "message":
        raise Inconclusive("the response was truncated before its message")
    item_status = last[0].get("status")
    if item_status is not None and item_status.value == "completed":
        yield item_status.finding('"incomplete" (as the response)')
