"""Limits: the cap on the output, and the end of the context."""

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

CUT: Final = (probes.output_cap, probes.output_cap_streamed)

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"

CALLERS: Final = frozenset({401, 403})
"""Statuses that speak of the caller, and not of what was asked."""

SLACK: Final = 4
"""Numbers beyond the cap that are forgiven; each takes a token at least."""

BEGUN: Final = 3
"""Numbers by which a text shows that the model has begun to count."""

SHORTEST_CAP: Final = 40
"""Tokens below which nobody's own cap would cut an answer."""

_NUMBER: Final = re.compile(r"\d+")

_SIZE: Final = re.compile(
    rb"context|length|too (?:long|large|big|many)|tokens?\b|maximum|exceed|limit|size",
    re.IGNORECASE,
)


def numbers_in(exchange: Exchange) -> list[str]:
    """Return the numbers of the text; raises what ``exchange.text`` raises."""
    return _NUMBER.findall(exchange.text)


def is_whole(exchange: Exchange) -> bool:
    """Say whether a count came to its end."""
    return str(probes.LAST_NUMBER) in numbers_in(exchange)[-1:]


CAP_ACCEPTED = must(
    "limits.max-output-tokens-is-accepted",
    "A request with max_output_tokens is not refused for it.",
    source=f"{_REQUEST}/max_output_tokens",
    cause="the upstream's name for the cap differs, and the member is not translated",
    covers=("MX-02", "ST-05"),
)


@check(CAP_ACCEPTED, on=CUT)
def max_output_tokens_is_accepted(exchange: Exchange) -> Findings:
    """Judge the status: a plain question was answered, so the cap is what differs.

    A cap may be used up by reasoning alone; that is an incomplete answer, no error.
    A stream that is a 500 may be one without a cap as well.
    """
    if exchange.request.streamed and exchange.status == 500:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield from expect_accepted(exchange, "200")


CAP_HONOURED = must(
    "limits.max-output-tokens-is-honored",
    "An answer is not longer than its max_output_tokens.",
    source=f"{_REQUEST}/max_output_tokens",
    cause="the cap is dropped on the way to the upstream",
    covers=("MX-01", "RV-12"),
)


@check(CAP_HONOURED, on=CUT)
def max_output_tokens_is_honored(exchange: Exchange) -> Findings:
    """Count the numbers of the text: no tokenizer writes two of them as one token.

    What is billed is judged by a clause on every usage object.
    """
    numbers = numbers_in(exchange)
    if not numbers and not _cut_reason(exchange):
        raise Inconclusive(f"{exchange.id}: the model did not count")
    if len(numbers) > probes.CAP + SLACK:
        got = f"{len(numbers)} numbers, each of them a token or more"
        yield exchange.finding("/output", f"at most {probes.CAP} tokens", got)


def _cut_reason(exchange: Exchange) -> Node | None:
    """Return why an incomplete answer ended, where it is and says so."""
    status = exchange.response.get("status")
    if status is None or status.value != "incomplete":
        return None
    details = exchange.response.get("incomplete_details")
    return details.get("reason") if details is not None else None


SAYS_INCOMPLETE = must(
    "limits.truncated-response-is-incomplete",
    "An answer that its cap has cut has the status incomplete.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause="the finish reason 'length' is translated to completed",
    covers=("ST-01", "ST-03", "RE-06"),
)


@check(SAYS_INCOMPLETE, on=CUT)
def truncated_response_is_incomplete(exchange: Exchange) -> Findings:
    """Judge answers that used up the cap, and did not get to 500.

    By their own count of tokens, or by the numbers, each of which is a token or more.

    A model that stops early by itself, or a cap that is ignored, shows nothing. Nor
    does one that says something else: it may have come to its end just at the cap.
    """
    status = exchange.response["status"]
    numbers = numbers_in(exchange)
    spent = max(output_tokens(exchange) or 0, len(numbers))
    if status.value != "incomplete" and spent < probes.CAP:
        raise Inconclusive(f"the answer ended by itself after {spent} tokens or so")
    if len(numbers) > probes.CAP + SLACK or is_whole(exchange):
        raise Inconclusive("the answer is not cut")
    if status.value != "incomplete":
        if exchange.text.strip() and len(numbers) < BEGUN:
            raise Inconclusive(f"{exchange.id}: the model did not count")
        yield status.finding("incomplete (the cap is used up, and 500 not reached)")


NAMES_CAP = must(
    "limits.incomplete-reason-is-max-output-tokens",
    "An answer that its cap has cut gives max_output_tokens as the reason.",
    source=f"{OPENAI_API}, incomplete_details.reason",
    cause="the upstream's finish reason is passed on in its own words",
    covers=("ST-01",),
)


@check(NAMES_CAP, on=CUT)
def incomplete_reason_is_max_output_tokens(exchange: Exchange) -> Findings:
    """Judge the word; that there is a reason at all is a clause of ``status``."""
    reason = _cut_reason(exchange)
    if reason is None:
        raise Inconclusive("the answer gives no reason for being cut")
    yield from reason.must_equal("max_output_tokens")


SAYS_COMPLETED = must(
    "limits.short-response-is-not-incomplete",
    "A short answer that nothing has cut does not say incomplete.",
    source=f"{NEWAPI_DOCUMENT}#/components/schemas/Status",
    cause="every finish reason but one is translated to incomplete",
)


@check(SAYS_COMPLETED, on=(basic.text, basic.streamed_text))
def short_response_is_not_incomplete(exchange: Exchange) -> Findings:
    """Judge an answer of a few tokens without a cap, which no cap can have ended."""
    response = exchange.response
    reason = _cut_reason(exchange)
    if reason is not None and reason.value != "max_output_tokens":
        raise Inconclusive(f"the answer was ended by {reason.value!r}")
    if not exchange.text:
        raise Inconclusive("the answer has no text")
    longest = max(len(exchange.text), output_tokens(exchange) or 0)
    status = response["status"]
    if status.value == "incomplete":
        if longest >= SHORTEST_CAP:
            raise Inconclusive("the model rambles, and is cut by the server's own cap")
        yield status.finding("completed")


NO_HIDDEN_CAP = may(
    "limits.no-hidden-output-cap",
    "An answer without max_output_tokens is not cut for its length.",
    source=REPORTED_BUGS,
    cause="the gateway sets a cap of its own where the client has none",
    covers=("MX-03",),
)


@check(NO_HIDDEN_CAP, on=EVERY_RESPONSE_OBJECT, exercised_by=basic.text)
def no_hidden_output_cap(_response: Node, exchange: Exchange) -> Findings:
    """Judge answers that say that they were cut, though no cap was asked for."""
    if exchange.request.field("max_output_tokens") is None:
        reason = _cut_reason(exchange)
        if reason is not None and reason.value == "max_output_tokens":
            yield reason.finding("no cut, since no cap was asked for")


TRUNCATION = should(
    "limits.truncation-auto-is-accepted-or-clearly-refused",
    "A truncation of auto is accepted, or refused by its name.",
    source=f"{_REQUEST}/truncation",
    cause="the member is passed to an upstream that does not know it",
)


@check(TRUNCATION, on=probes.truncation_auto)
def truncation_auto_is_accepted_or_clearly_refused(exchange: Exchange) -> Findings:
    """Judge the status: an honest refusal names the member.

    ``disabled`` is what absence means, and goes with the page's other members.
    """
    if (
        exchange.kind is ResponseKind.CLIENT_ERROR
        and b"truncation" in exchange.body.lower()
    ):
        return
    yield from expect_accepted(exchange, "200, or a refusal that names truncation")


TOO_LONG = must(
    "limits.oversized-prompt-causes-no-server-error",
    "A prompt that no model can read is not answered with a server error.",
    source=REPORTED_BUGS,
    cause="the upstream's refusal becomes a 500, which clients send again",
    covers=("ER-04",),
)


@check(TOO_LONG, on=probes.oversized_prompt)
def oversized_prompt_causes_no_server_error(exchange: Exchange) -> Findings:
    """Judge the status; 503 and 504 may speak of the moment."""
    if exchange.status in {503, 504}:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.status >= 500:
        yield exchange.finding("status", "413 or 400", exchange.summary)
    elif exchange.status < 400 and not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


SAYS_TOO_LONG = should(
    "limits.oversized-prompt-is-clearly-refused",
    "A prompt that no model can read is refused with a word about its size.",
    source=REPORTED_BUGS,
    cause="the prompt is cut without a sound, or the refusal is a bare 400",
    covers=("ER-05",),
)


@check(SAYS_TOO_LONG, on=probes.oversized_prompt)
def oversized_prompt_is_clearly_refused(exchange: Exchange) -> Findings:
    """Judge the refusal, by its status (413) or its words; agents act on it.

    A model that did read it all, by its count, has done nothing wrong.
    """
    if exchange.status in CALLERS or exchange.status >= 500:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.status == 413 or (exchange.status >= 400 and _speaks_of_size(exchange)):
        return
    if exchange.has_response:
        read = input_tokens(exchange)
        if read is None or read >= probes.LETTERS // 2:
            raise Inconclusive(f"{exchange.id}: the model may have read it all")
    yield exchange.finding("status", "413, or a 4xx about length", exchange.summary)


def _speaks_of_size(exchange: Exchange) -> bool:
    return _SIZE.search(exchange.body[:65_536]) is not None
