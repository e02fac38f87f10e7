"""SDK: what the official Python client reads from the JSON responses of a run.

``conformance.clients.openai_client`` gives the client recorded bytes, so these checks
send no requests. If a requirement of another section explains why the client fails,
this section does not report the failure. Responses to generated requests are skipped,
because the client is slow and programs send no such requests with it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Final

from conformance.clients import openai_client
from conformance.clients.openai_client import Call, ClientResult
from conformance.contract.errors import probes as error_probes
from conformance.contract.errors.envelope import PROXY_STATUSES
from conformance.contract.evidence.attribution import explaining_requirements
from conformance.contract.limits import probes as limit_probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, OptionalDependency, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.generated_input import PREFIX
from conformance.model.node import Finding, Json, quote
from conformance.model.requirement import Capability, must, should
from conformance.model.scope import (
    EVERY_JSON_RESPONSE,
    EVERY_REJECTION,
    Observation,
    Scope,
    only,
)
from conformance.model.sources import REPORTED_BUGS

MAX_EXCHANGES: Final = 8
"""Maximum number of exchanges that the client reads for one check, one of each form."""


def is_readable(exchange: Exchange) -> bool:
    """Return whether a program that uses the client could receive this response.

    The response is complete and not rate limited, and its request was not generated.
    """
    is_complete = exchange.failure is None and exchange.request.disconnect_after is None
    return (
        is_complete
        and not exchange.probe.startswith(PREFIX)
        and not exchange.rate_limited
    )


def _observe(exchange: Exchange) -> Observation:
    return Observation(exchange, exchange.id)


def collecting_scope(
    scope: Scope, name: str, where: Callable[[Exchange], bool]
) -> Scope:
    """Return ``scope`` limited by ``where``, for a check that is called once per run.

    The check receives all selected exchanges, and gives only a few of them to the
    client, which is slow.
    """
    return only(scope, name, where).collecting(_observe)


CLIENT: Final = OptionalDependency(openai_client.missing_reason, openai_client.preload)

JSON_RESPONSES: Final = collecting_scope(
    EVERY_JSON_RESPONSE, "every JSON response to a probe", is_readable
)
REJECTIONS: Final = collecting_scope(
    EVERY_REJECTION, "every 4xx response to a probe", is_readable
)


def _items(exchange: Exchange) -> list[Json]:
    response = exchange.response_or_none
    output = response.value.get("output") if response is not None else None
    items = output if isinstance(output, list) else []
    return [item for item in items if isinstance(item, dict)]


def _item_types(exchange: Exchange) -> Hashable:
    """Return the types of the output items, in order."""
    return tuple(str(item.get("type")) for item in _items(exchange))


def _error_form(exchange: Exchange) -> Hashable:
    """Return the form of an error response: status, media type and first byte."""
    return exchange.status, exchange.media_type, exchange.body[:1]


def shortest_of_each_form(
    observations: Iterable[Observation], form: Callable[[Exchange], Hashable]
) -> list[Exchange]:
    """Return the exchange with the shortest body of each form.

    ``form`` returns the form of an exchange. Returns at most ``MAX_EXCHANGES``.
    """
    shortest = dict[Hashable, Exchange]()
    for observation in observations:
        exchange: Exchange = observation.value
        shortest_so_far = shortest.setdefault(form(exchange), exchange)
        if len(exchange.body) < len(shortest_so_far.body):
            shortest[form(exchange)] = exchange
    return list(shortest.values())[:MAX_EXCHANGES]


def unexplained_findings(
    exchanges: Iterable[Exchange],
    profile: str,
    read: Callable[[Exchange], Iterable[Finding]],
) -> Findings:
    """Yield the findings of ``read`` that no other requirement explains.

    Raises ``Inconclusive`` if there are no exchanges, or if other requirements explain
    the findings of every exchange.
    """
    counted, reason = 0, ""
    for exchange in exchanges:
        findings = list(read(exchange))
        if findings and (ids := explaining_requirements(exchange, profile)):
            reason = f"{exchange.id}: explained by {ids[0]}: {findings[0].got}"
            continue
        counted += 1
        yield from findings
    if not counted:
        raise Inconclusive(reason or "no response that the client could read")


def _text(exchange: Exchange) -> str:
    """Return the text of all ``output_text`` parts, which the client reads as text.

    If there is none, return the text of all parts with the Chat Completions type
    ``text``, which the client skips.
    """
    return _text_of_parts(exchange, "output_text") or _text_of_parts(exchange, "text")


def _text_of_parts(exchange: Exchange, type_: str) -> str:
    messages = (item for item in _items(exchange) if item.get("type") == "message")
    contents = (message.get("content") for message in messages)
    parts = (
        part for content in contents if isinstance(content, list) for part in content
    )
    texts = (
        part.get("text")
        for part in parts
        if isinstance(part, dict) and part.get("type") == type_
    )
    return "".join(text for text in texts if isinstance(text, str))


def _calls(exchange: Exchange) -> tuple[Call, ...]:
    return tuple(
        Call(item.get("call_id", ""), item.get("name", ""), item.get("arguments", ""))
        for item in _items(exchange)
        if item.get("type") == "function_call"
    )


def expect_as_sent(
    exchange: Exchange, result: ClientResult, method: str
) -> Iterator[Finding]:
    """Yield the differences between ``result`` and the text and calls in the body.

    ``result`` is what the client's method ``method`` returned for ``exchange``.
    """
    if result.error:
        yield exchange.finding("", f"a response that {method} reads", result.error)
        return
    if result.text != _text(exchange):
        expected = f"the text {quote(_text(exchange))} from {method}"
        yield exchange.finding("/output", expected, quote(result.text))
    if result.calls != _calls(exchange):
        expected = f"the calls {_calls(exchange)} from {method}"
        yield exchange.finding("/output", expected, str(result.calls))


READS_RESPONSE = must(
    "sdk.reads-a-response",
    "The official client returns the text and function calls of a response unchanged.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="the gateway sends Chat Completions parts, or `null` instead of an array",
)


@check(
    READS_RESPONSE,
    on=JSON_RESPONSES,
    exercised_by=(basic.text, limit_probes.output_cap),
    dependency=CLIENT,
)
def reads_a_response(observations: list[Observation], *, profile: str) -> Findings:
    """Check that ``responses.create`` returns the text and calls, without an exception.

    Does not check other fields of the response, such as ``usage``.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        yield from expect_as_sent(
            exchange, openai_client.read_response(exchange), "responses.create"
        )

    exchanges = shortest_of_each_form(observations, _item_types)
    yield from unexplained_findings(exchanges, profile, read)


READS_ERROR_MESSAGE = should(
    "sdk.reads-the-error-message",
    "The exception that the official client raises for a 4xx has the error message.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="the error body has a byte order mark, or an encoding unknown to clients",
)


@check(
    READS_ERROR_MESSAGE,
    on=REJECTIONS,
    exercised_by=error_probes.repeated_input_errors,
    dependency=CLIENT,
)
def reads_the_error_message(
    observations: list[Observation], *, profile: str
) -> Findings:
    """Check the ``body`` of the exception, where programs look for code and message.

    Does not check the class of the exception, which depends on the status alone. Does
    not check statuses such as 413 that a proxy returns before it reads the request.
    """
    eligible = [o for o in observations if o.value.status not in PROXY_STATUSES]

    def read(exchange: Exchange) -> Iterator[Finding]:
        error = openai_client.read_error(exchange)
        if not error.message:
            got = f"{error.name} without a message in its body"
            yield exchange.finding("/error/message", "an error with a message", got)

    exchanges = shortest_of_each_form(eligible, _error_form)
    yield from unexplained_findings(exchanges, profile, read)


NO_RETRY = should(
    "sdk.does-not-retry-refused-requests",
    "The official client does not retry a request that was rejected.",
    source=REPORTED_BUGS,
    needs=Capability.SDK,
    cause="the gateway rejects requests with a status or header that asks for a retry",
)


@check(
    NO_RETRY,
    on=REJECTIONS,
    exercised_by=error_probes.repeated_input_errors,
    dependency=CLIENT,
)
def does_not_retry_rejected_requests(
    observations: list[Observation], *, profile: str
) -> Findings:
    """Check every 4xx except 429.

    By default the client retries after 408, 409 and ``x-should-retry: true``. Does not
    check retries after 429 or a server error.
    """

    def read(exchange: Exchange) -> Iterator[Finding]:
        if (sent := openai_client.read_error(exchange).sent) > 1:
            yield exchange.finding("status", "1 request", f"{sent} requests")

    exchanges = shortest_of_each_form(observations, _error_form)
    yield from unexplained_findings(exchanges, profile, read)
