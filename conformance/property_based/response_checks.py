"""Check responses to generated requests, and any response against the document."""

import re
from functools import cache
from typing import Any, Final

from conformance.model.capabilities import CAPABILITY_WORDS
from conformance.model.event import Event
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.model.node import Finding, Json, UnexpectedValue
from conformance.property_based.document import (
    PATH,
    PLACEHOLDER,
    with_placeholder_model,
)

_ABOUT_THE_CLIENT: Final = frozenset({401, 403, 405, 407, 429})
"""Statuses that are about the client or the method, not about the request's body."""

_WORDS: Final = frozenset(
    {word for words in CAPABILITY_WORDS.values() for word in words}
    | {"unknown", "unrecognized", "unexpected", "additional", "extra", "unsupported"}
    | {"character", "unicode", "utf", "encod", "json", "pars", "nest", "deep"}
    | {"too long", "too large", "context", "message", "role", "content", "parameter"}
)
"""Lower-case words: an error that contains one of them names a reason to reject."""

_MIN_NAME_LENGTH: Final = 3
"""Length in characters from which the name of a field counts as named by an error.

A shorter name may occur in an error by coincidence.
"""

_VIOLATIONS: Final = {
    Scenario.MISSING: "required, but missing",
    Scenario.INCOMPLETE: "incomplete",
    Scenario.WRONG_TYPE: "wrong type",
    Scenario.OUT_OF_ENUM: "not one of the values in the OpenAPI document",
}
"""The words for each scenario in ``Finding.expected``."""


def names_its_reason(exchange: Exchange) -> bool:
    """Return whether an error names a field of the request or another reason.

    ``model`` does not count: every generated request has the model of the run, which is
    valid, so an error about it is not about the generated value.
    """
    request = exchange.request.json
    fields = request if isinstance(request, dict) else {}
    names = {name.lower() for name in fields if len(name) >= _MIN_NAME_LENGTH}
    reasons = names - {"model"} | _WORDS | {"input"}
    body = exchange.json.value if exchange.is_json else None
    inner = body.get("error") if isinstance(body, dict) else None
    error = inner if isinstance(inner, dict) else {"message": inner or body}
    text = f"{error.get('message')} {error.get('param')} {error.get('code')}".lower()
    return any(reason in text for reason in reasons)


def _is_about_another_field(generated: GeneratedInput, exchange: Exchange) -> bool:
    """Return whether ``error.param`` names another field than the generated one."""
    body = exchange.json.value if exchange.is_json else None
    error = body.get("error") if isinstance(body, dict) else None
    param = error.get("param") if isinstance(error, dict) else None
    if not isinstance(param, str) or not param:
        return False
    return re.split(r"[.\[]", param)[0] != generated.field


def _contains_failure(exchange: Exchange) -> bool:
    """Return whether a 2xx contains a failure, which another requirement covers."""
    response = exchange.response_or_none
    if response is not None:
        return response.is_a(dict) and response.value.get("status") == "failed"
    return any(_is_error(event) for event in exchange.events)


def _is_error(event: Event) -> bool:
    """Return whether an event has the type ``error``, or no type and an ``error``."""
    if event.type:
        return event.type == "error"
    try:
        return event.data.get("error") is not None
    except UnexpectedValue:
        return False


def _is_unclear(exchange: Exchange) -> bool:
    """Return whether a response neither answers nor rejects the request."""
    return exchange.kind not in {
        ResponseKind.CLIENT_ERROR,
        ResponseKind.RESPONSE,
        ResponseKind.STREAM,
    }


def _check_rejected(generated: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Return a finding if a request that must be rejected was answered."""
    # A 404 without a reason may be about the URL, not about the body.
    if exchange.status == 404 and not names_its_reason(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        return None
    if _is_unclear(exchange) or _contains_failure(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    expected = f"a 4xx for {generated.path} ({_VIOLATIONS[generated.scenario]})"
    return exchange.finding("status", expected, str(exchange.status))


def _check_answered(generated: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Return a finding if a request was rejected without a valid reason."""
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        if generated.scenario is Scenario.NULL:
            if _is_about_another_field(generated, exchange):
                raise Inconclusive(f"{exchange.id}: {exchange.summary}")
            expected = f"a response, as if {generated.path} were missing"
        elif names_its_reason(exchange):
            return None
        else:
            expected = "a response, or an error that names what is not supported"
        return exchange.finding("status", expected, exchange.summary)
    if _is_unclear(exchange) or _contains_failure(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    return None


def check_response(generated: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Return a finding about the response to a generated request, or ``None``.

    Raises ``Inconclusive`` if the response is not about the request: it is about the
    client, it is a server error, or there is none. Other requirements cover that.
    """
    if exchange.status in _ABOUT_THE_CLIENT:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if generated.scenario in BROKEN:
        return _check_rejected(generated, exchange)
    return _check_answered(generated, exchange)


def _with_error_statuses() -> Json:
    """Return the document with the common 4xx statuses listed one by one.

    Schemathesis expands a pattern such as ``4XX`` for every response, which is slow.
    """
    document = with_placeholder_model()
    responses = document["paths"][PATH]["post"]["responses"]
    for status in (400, 401, 403, 404, 413, 415, 422, 429):
        responses[str(status)] = responses["4XX"]
    return document


class _DocumentChecks:
    """Schemathesis' response checks, and the arguments that they need."""

    def __init__(self) -> None:
        import requests  # noqa: PLC0415 -- slow
        import schemathesis  # noqa: PLC0415 -- slow
        from schemathesis.core.failures import Failure, FailureGroup  # noqa: PLC0415
        from schemathesis.specs.openapi import checks  # noqa: PLC0415 -- as above

        config = schemathesis.Config.from_dict({"cache": {"enabled": False}})
        schema = schemathesis.openapi.from_dict(_with_error_statuses(), config=config)
        operation = schema[PATH]["POST"]
        self._case: Any = operation.Case(
            body={"model": PLACEHOLDER}, media_type="application/json"
        )
        request = requests.Request("POST", "http://target" + PATH)
        self._request = request.prepare()
        self._response: Any = schemathesis.Response
        self._failure, self._group = Failure, FailureGroup
        self._checks: tuple[Any, ...] = (
            checks.content_type_conformance,
            checks.response_headers_conformance,
            checks.response_schema_conformance,
        )

    def failures(self, exchange: Exchange) -> list[Any]:
        """Return the failures that the checks raise for a response."""
        headers: dict[str, list[str]] = {}
        for name, value in exchange.headers:
            headers.setdefault(name, []).append(value)
        response = self._response(
            status_code=exchange.status,
            headers=headers,
            content=exchange.body,
            request=self._request,
            elapsed=exchange.elapsed,
            verify=True,
        )
        found = list[Any]()
        for check in self._checks:
            try:
                check(None, response, self._case)
            except self._group as group:
                found.extend(group.exceptions)
            except self._failure as failure:
                found.append(failure)
        return found


@cache
def _document_checks() -> _DocumentChecks:
    return _DocumentChecks()


def preload() -> None:
    """Load schemathesis' checks, so that the first response need not wait for them."""
    _document_checks()


def document_violations(exchange: Exchange) -> list[Finding]:
    """Return the violations of the OpenAPI document in a response."""
    failures = _document_checks().failures(exchange)
    return [_finding(exchange, failure) for failure in failures]


def _finding(exchange: Exchange, failure: Any) -> Finding:  # noqa: ANN401 -- schemathesis is imported late
    path = getattr(failure, "instance_path", None) or ()
    pointer = "".join(f"/{step}" for step in path)
    message = getattr(failure, "validation_message", None) or failure.message
    expected = f"a valid {exchange.status} response ({failure.title})"
    return exchange.finding(pointer, expected, message)
