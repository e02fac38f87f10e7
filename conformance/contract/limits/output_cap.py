"""Limits: ``max_output_tokens``, called the cap, and prompts too long for any model."""

import re
from typing import Final

from conformance.contract.evidence.request_outcome import expect_accepted
from conformance.contract.evidence.token_counts import input_tokens, output_tokens
from conformance.contract.limits import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import Node
from conformance.model.requirement import may, must, should
from conformance.model.scope import EVERY_RESPONSE_OBJECT
from conformance.model.sources import NEWAPI_DOCUMENT, OPENAI_API, REPORTED_BUGS

CAPPED_PROBES: Final = (probes.output_cap, probes.output_cap_streamed)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"

AUTHENTICATION_STATUSES: Final = frozenset({401, 403})
"""Statuses about the client's key, not about the content of the request."""

TOLERANCE: Final = 4
"""How many numbers more than the cap are tolerated; each is at least one token."""

MIN_NUMBERS: Final = 3
"""Minimum number of numbers in an output that is recognized as a count."""

MIN_SERVER_CAP: Final = 40
"""Lowest cap, in tokens or characters, that a server is assumed to set by itself."""

_NUMBER: Final = re.compile(r"\d+")

_SIZE: Final = re.compile(
    rb"context|length|too (?:long|large|big|many)|tokens?\b|maximum|exceed|limit|size",
    re.IGNORECASE,
)


def numbers_in(exchange: Exchange) -> list[str]:
    """Return the numbers in the visible text; raises what ``Exchange.text`` raises."""
    return _NUMBER.findall(exchange.text)


def reached_last_number(exchange: Exchange) -> bool:
    """Return whether the text ends with the last number of the count."""
    return str(probes.LAST_NUMBER) in numbers_in(exchange)[-1:]


CAP_ACCEPTED = must(
    "limits.max-output-tokens-is-accepted",
    "A request with `max_output_tokens` is accepted.",
    source=f"{_REQUEST}/max_output_tokens",
    cause=(
        "the upstream has another name for the cap, and the gateway does not "
        "translate the field"
    ),
    covers=("MX-02", "ST-05"),
)


@check(CAP_ACCEPTED, on=CAPPED_PROBES)
def max_output_tokens_is_accepted(exchange: Exchange) -> Findings:
    """Check that a capped request is not rejected with a 4xx and causes no 500.

    A 500 to a streaming request is inconclusive, because streaming may be the reason.
    Does not check the content of the response: it may be incomplete without any text if
    reasoning alone uses up the cap.
    """
    if exchange.request.streamed and exchange.status == 500:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield from expect_accepted(exchange, "200")


CAP_HONORED = must(
    "limits.max-output-tokens-is-honored",
    "The text of a response has at most `max_output_tokens` tokens.",
    source=f"{_REQUEST}/max_output_tokens",
    cause="the gateway does not pass the cap on to the upstream",
    covers=("MX-01", "RV-12"),
)


@check(CAP_HONORED, on=CAPPED_PROBES)
def max_output_tokens_is_honored(exchange: Exchange) -> Findings:
    """Check how many numbers the text contains: each takes at least one token.

    Up to four numbers more than the cap are tolerated. Does not check the reported
    output tokens, which the section ``usage`` covers.
    """
    numbers = numbers_in(exchange)
    if not numbers and not _incomplete_reason(exchange):
        raise Inconclusive(f"{exchange.id}: the text contains no numbers")
    if len(numbers) > probes.CAP + TOLERANCE:
        got = f"{len(numbers)} numbers of at least one token each"
        yield exchange.finding("/output", f"at most {probes.CAP} tokens", got)


def _incomplete_reason(exchange: Exchange) -> Node | None:
    """Return ``incomplete_details.reason`` of an incomplete response, or ``None``."""
    status = exchange.response.get("status")
    if status is None or status.value != "incomplete":
        return None
    details = exchange.response.get("incomplete_details")
    return details.get("reason") if details is not None else None


INCOMPLETE_WHEN_TRUNCATED = must(
    "limits.truncated-response-is-incomplete",
    "A response truncated by `max_output_tokens` has the status `incomplete`.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause="the gateway translates the finish reason `length` to `completed`",
    covers=("ST-01", "ST-03", "RE-06"),
)


@check(INCOMPLETE_WHEN_TRUNCATED, on=CAPPED_PROBES)
def truncated_response_is_incomplete(exchange: Exchange) -> Findings:
    """Check responses that used up the cap before the count reached 500.

    The used tokens are the reported output tokens or the numbers in the text, whichever
    are more. Does not check a response that ended below the cap or exceeded it. Does
    not check an output other than a count: it may have ended by itself just at the cap.
    """
    status = exchange.response["status"]
    numbers = numbers_in(exchange)
    spent = max(output_tokens(exchange) or 0, len(numbers))
    if status.value != "incomplete" and spent < probes.CAP:
        raise Inconclusive(f"the response ended after about {spent} tokens")
    if len(numbers) > probes.CAP + TOLERANCE or reached_last_number(exchange):
        raise Inconclusive("the response is not truncated")
    if status.value != "incomplete":
        if exchange.text.strip() and len(numbers) < MIN_NUMBERS:
            raise Inconclusive(f"{exchange.id}: the text is not a count")
        yield status.finding('"incomplete" (the cap is used up)')


REASON_IS_CAP = must(
    "limits.incomplete-reason-is-max-output-tokens",
    "The `incomplete_details.reason` of a response truncated by `max_output_tokens` "
    "is `max_output_tokens`.",
    source=f"{OPENAI_API}, incomplete_details.reason",
    cause="the gateway passes on the upstream's own finish reason",
    covers=("ST-01",),
)


@check(REASON_IS_CAP, on=CAPPED_PROBES)
def incomplete_reason_is_max_output_tokens(exchange: Exchange) -> Findings:
    """Check the value of ``incomplete_details.reason``.

    Does not check whether there is a reason, which the section ``status`` covers.
    """
    reason = _incomplete_reason(exchange)
    if reason is None:
        raise Inconclusive("the response has no reason for being incomplete")
    yield from reason.must_equal("max_output_tokens")


SHORT_IS_NOT_INCOMPLETE = must(
    "limits.short-response-is-not-incomplete",
    "A short response to a request without `max_output_tokens` does not have the "
    "status `incomplete`.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause="the gateway translates all finish reasons but one to `incomplete`",
)


@check(SHORT_IS_NOT_INCOMPLETE, on=(basic.text, basic.streamed_text))
def short_response_is_not_incomplete(exchange: Exchange) -> Findings:
    """Check short responses to a request without a cap.

    Does not check responses that are incomplete for another reason, have no text, or
    have 40 or more tokens or characters, which the server's own cap may have truncated.
    """
    response = exchange.response
    reason = _incomplete_reason(exchange)
    if reason is not None and reason.value != "max_output_tokens":
        raise Inconclusive(f"the response is incomplete because of {reason.value!r}")
    if not exchange.text:
        raise Inconclusive("the response has no text")
    length = max(len(exchange.text), output_tokens(exchange) or 0)
    status = response["status"]
    if status.value == "incomplete":
        if length >= MIN_SERVER_CAP:
            raise Inconclusive("the response was truncated by a server-side limit")
        yield status.finding('"completed"')


NO_HIDDEN_CAP = may(
    "limits.no-hidden-output-cap",
    "A response to a request without `max_output_tokens` is not truncated by a cap.",
    source=REPORTED_BUGS,
    cause="the gateway sets a cap of its own if the client sets none",
    covers=("MX-03",),
)


@check(NO_HIDDEN_CAP, on=EVERY_RESPONSE_OBJECT, exercised_by=basic.text)
def no_hidden_output_cap(_response: Node, exchange: Exchange) -> Findings:
    """Check whether ``max_output_tokens`` is the reason of an incomplete response.

    Does not check responses to requests with a cap.
    """
    if exchange.request.field("max_output_tokens") is None:
        reason = _incomplete_reason(exchange)
        if reason is not None and reason.value == "max_output_tokens":
            yield reason.finding("no truncation (the request has no cap)")


TRUNCATION = should(
    "limits.truncation-auto-is-accepted-or-clearly-refused",
    "A request with `truncation` set to `auto` is accepted, or rejected with an error "
    "that names `truncation`.",
    source=f"{_REQUEST}/truncation",
    cause="the gateway passes the field on to an upstream that does not know it",
)


@check(TRUNCATION, on=probes.truncation_auto)
def truncation_auto_is_accepted_or_clearly_refused(exchange: Exchange) -> Findings:
    """Check the status, and the body of a 4xx for the word ``truncation``.

    Does not check what is truncated, or the default value ``disabled``, which
    `requests.documented-fields-are-accepted` covers.
    """
    if (
        exchange.kind is ResponseKind.CLIENT_ERROR
        and b"truncation" in exchange.body.lower()
    ):
        return
    yield from expect_accepted(exchange, "200, or a 4xx that names truncation")


NO_SERVER_ERROR = must(
    "limits.oversized-prompt-causes-no-server-error",
    "A prompt that is too long for any model does not cause a server error.",
    source=REPORTED_BUGS,
    cause="the gateway turns the upstream's 4xx into a 5xx, so that clients retry",
    covers=("ER-04",),
)


@check(NO_SERVER_ERROR, on=probes.oversized_prompt)
def oversized_prompt_causes_no_server_error(exchange: Exchange) -> Findings:
    """Check that the status is not a 5xx.

    503 and 504 are inconclusive, because they may be temporary. Does not check the
    content of the error, which `limits.oversized-prompt-is-clearly-refused` covers.
    """
    if exchange.status in {503, 504}:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.status >= 500:
        yield exchange.finding("status", "413 or 400", exchange.summary)
    elif exchange.status < 400 and not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


REJECTED_FOR_SIZE = should(
    "limits.oversized-prompt-is-clearly-refused",
    "A prompt that is too long for any model is rejected with 413, or with a 4xx that "
    "mentions the size.",
    source=REPORTED_BUGS,
    cause=(
        "the gateway truncates the prompt silently, or rejects it with 400 and no "
        "reason"
    ),
    covers=("ER-05",),
)


@check(REJECTED_FOR_SIZE, on=probes.oversized_prompt)
def oversized_prompt_is_clearly_refused(exchange: Exchange) -> Findings:
    """Check that the status is 413, or a 4xx whose body mentions the size.

    Agents need this to shorten the prompt. Inconclusive if the server answers and its
    count of input tokens is missing or at least half of the prompt's: the model may
    have read the complete prompt. Does not check 401, 403 and 5xx.
    """
    if exchange.status in AUTHENTICATION_STATUSES or exchange.status >= 500:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.status == 413 or (exchange.status >= 400 and _mentions_size(exchange)):
        return
    if exchange.has_response:
        count = input_tokens(exchange)
        if count is None or count >= probes.LETTERS // 2:
            raise Inconclusive(f"{exchange.id}: the model may have read the prompt")
    yield exchange.finding(
        "status", "413, or a 4xx that mentions the size", exchange.summary
    )


def _mentions_size(exchange: Exchange) -> bool:
    return _SIZE.search(exchange.body[:65_536]) is not None
