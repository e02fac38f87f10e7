"""What is said of the answer to a generated request: by us, and by the document."""

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

_OF_THE_CALLER: Final = frozenset({401, 403, 405, 407, 429})
"""Refusals that speak of the caller, and not of what was asked."""

_WORDS: Final = frozenset(
    {word for words in CAPABILITY_WORDS.values() for word in words}
    | {"unknown", "unrecognized", "unexpected", "additional", "extra", "unsupported"}
    | {"character", "unicode", "utf", "encod", "json", "pars", "nest", "deep"}
    | {"too long", "too large", "context", "message", "role", "content", "parameter"}
)
"""Words by one of which a refusal tells what it is about."""

_SHORTEST_NAME: Final = 3

_WANTED: Final = {
    Scenario.MISSING: "it is required, and absent",
    Scenario.INCOMPLETE: "a part of it is absent",
    Scenario.WRONG_TYPE: "it is of the wrong type",
    Scenario.OUT_OF_ENUM: "it is none of the values that the document lists",
}


def names_its_reason(exchange: Exchange) -> bool:
    """Say whether a refusal names a member of the request, or what it cannot take."""
    asked = exchange.request.json
    members = asked if isinstance(asked, dict) else {}
    names = {name.lower() for name in members if len(name) >= _SHORTEST_NAME}
    known = names - {"model"} | _WORDS | {"input"}
    error = exchange.json.value if exchange.is_json else None
    inner = error.get("error") if isinstance(error, dict) else None
    told = inner if isinstance(inner, dict) else {"message": inner or error}
    said = f"{told.get('message')} {told.get('param')} {told.get('code')}".lower()
    return any(word in said for word in known)


def _went_wrong_inside(exchange: Exchange) -> bool:
    """Say whether a 200 tells of a failure, which is a clause of its own."""
    final = exchange.response_or_none
    if final is not None:
        return final.is_a(dict) and final.value.get("status") == "failed"
    return any(_is_error(event) for event in exchange.events)


def _is_error(event: Event) -> bool:
    if event.type:
        return event.type == "error"
    try:
        return event.data.get("error") is not None
    except UnexpectedValue:
        return False


def _unclear(exchange: Exchange) -> bool:
    return exchange.kind not in {
        ResponseKind.CLIENT_ERROR,
        ResponseKind.RESPONSE,
        ResponseKind.STREAM,
    }


def _accepted(drawn: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Complain of a request that had to be refused."""
    if exchange.status == 404 and not names_its_reason(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        return None
    if _unclear(exchange) or _went_wrong_inside(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    wanted = f"a 4xx for {drawn.path}: {_WANTED[drawn.scenario]}"
    return exchange.finding("status", wanted, f"{exchange.status}, as if it were good")


def _refused(drawn: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Complain of a request that could be answered, and was refused without a word."""
    if exchange.kind is ResponseKind.CLIENT_ERROR:
        if drawn.scenario is Scenario.NULL:
            wanted = f"an answer, as if {drawn.path} were absent"
        elif names_its_reason(exchange):
            return None
        else:
            wanted = "an answer, or a refusal that names what it does not take"
        return exchange.finding("status", wanted, exchange.summary)
    if _unclear(exchange) or _went_wrong_inside(exchange):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    return None


def check_response(drawn: GeneratedInput, exchange: Exchange) -> Finding | None:
    """Return what is wrong with the answer to a generated request, or ``None``.

    Raises ``Inconclusive`` where the answer is about something else: the caller, the
    server's own trouble, or nothing at all. Other clauses blame that.
    """
    if exchange.status in _OF_THE_CALLER:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    if drawn.scenario in BROKEN:
        return _accepted(drawn, exchange)
    return _refused(drawn, exchange)


def _spelt_out() -> Json:
    """Return the document with its usual refusals by number.

    Schemathesis spells a pattern such as ``4XX`` out anew for every answer.
    """
    document = with_placeholder_model()
    responses = document["paths"][PATH]["post"]["responses"]
    for status in (400, 401, 403, 404, 413, 415, 422, 429):
        responses[str(status)] = responses["4XX"]
    return document


class _Document:
    """Schemathesis' response checks, and what they have to be handed."""

    def __init__(self) -> None:
        import requests  # noqa: PLC0415 -- dear
        import schemathesis  # noqa: PLC0415 -- dear
        from schemathesis.core.failures import Failure, FailureGroup  # noqa: PLC0415
        from schemathesis.specs.openapi import checks  # noqa: PLC0415 -- as above

        config = schemathesis.Config.from_dict({"cache": {"enabled": False}})
        schema = schemathesis.openapi.from_dict(_spelt_out(), config=config)
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
        """Return what the checks raise against an answer."""
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
            except self._group as several:
                found.extend(several.exceptions)
            except self._failure as failure:
                found.append(failure)
        return found


@cache
def _judge() -> _Document:
    return _Document()


def preload() -> None:
    """Load the judge now, so that no answer waits for it."""
    _judge()


def document_violations(exchange: Exchange) -> list[Finding]:
    """Return where an answer departs from the contract's document."""
    return [_finding(exchange, failure) for failure in _judge().failures(exchange)]


def _finding(exchange: Exchange, failure: Any) -> Finding:  # noqa: ANN401 -- see above
    place = getattr(failure, "instance_path", None) or ()
    pointer = "".join(f"/{step}" for step in place)
    message = getattr(failure, "validation_message", None) or failure.message
    allowed = f"what the document allows with {exchange.status} ({failure.title})"
    return exchange.finding(pointer, allowed, message)
