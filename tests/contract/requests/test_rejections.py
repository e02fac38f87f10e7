"""Requests: rejections, and what a conforming server may do with unusual requests."""

from collections.abc import Iterator

import pytest

from conformance.model.verdict import Outcome
from conformance.reference.errors import ApiError, wrong_value
from conformance.reference.fault import Fault, on_reply, on_request
from conformance.reference.faults.requests.fields import error_response
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse
from tests.contract.requests.sample_exchanges import (
    ACCEPTED,
    ERROR,
    REJECTED,
    RESPONSE,
    exchange,
    verdict_of,
)
from tests.fault_servers import FaultServers, failed_ids, fault_servers


def test_output_cap_of_zero_may_be_honored() -> None:
    """An incomplete response passes, a completed one fails."""
    slug = "invalid-max-output-tokens-is-refused"
    truncated = exchange(200, {**RESPONSE, "status": "incomplete"})

    honored = verdict_of(slug, (truncated, REJECTED, REJECTED))
    ignored = verdict_of(slug, (ACCEPTED, REJECTED, REJECTED))

    assert honored.outcome is Outcome.PASSED
    assert ignored.outcome is Outcome.FAILED


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_unknown_model_may_be_rejected_with_any_4xx(status: int) -> None:
    """403 included, because the key may lack access to the model."""
    verdict = verdict_of("unknown-model-is-refused", (exchange(status, ERROR),))

    assert verdict.outcome is Outcome.PASSED


@on_reply()
def errors_of_fastapi(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Errors have the status 422 and a list of details, as FastAPI returns them."""
    if reply.status != 400:
        return reply
    location = (reply.payload["error"]["param"] or "body").split(".")
    detail = [{"loc": ["body", *location], "msg": "Input should be valid"}]
    return GatewayResponse(422, payload={"detail": detail})


@on_request()
def unknown_fields_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Unknown fields are rejected with an error that names them."""
    body = request.body if request.is_create and isinstance(request.body, dict) else {}
    unknown = [name for name in body if name.startswith("x_")]
    if unknown:
        message = f"Unrecognized request argument supplied: {unknown[0]}"
        return error_response(ApiError(400, message, code="unknown_parameter"))
    return request


@on_request()
def extreme_values_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An empty `input` and a huge `max_output_tokens` are rejected."""
    if request.is_create and request.field("input") in ("", []):
        error = wrong_value("input", "something", request.field("input"))
        return error_response(error)
    cap = request.field("max_output_tokens")
    if request.is_create and isinstance(cap, int) and cap > 10**6:
        return error_response(wrong_value("max_output_tokens", "at most 1000000", cap))
    return request


@on_request()
def media_type_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A body is parsed as JSON whatever its content type is."""
    return request.with_header("content-type", "application/json")


@on_request()
def max_tokens_translated(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """`max_tokens` is translated to `max_output_tokens`."""
    cap = request.field("max_tokens") if request.is_create else None
    if cap is None:
        return request
    return request.without_fields("max_tokens").with_fields(max_output_tokens=cap)


@on_request()
def one_system_message_at_the_start(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A system message is accepted only as the first item, as in chat templates."""
    items = request.field("input") if request.is_create else None
    if isinstance(items, list):
        roles = [item.get("role") for item in items if isinstance(item, dict)]
        if any(role in {"system", "developer"} for role in roles[1:]):
            return error_response(wrong_value("input[1].role", "user", "system"))
    return request


VARIANTS: dict[str, tuple[Fault, ...]] = {
    fault.name: (fault,)
    for fault in (
        errors_of_fastapi,
        unknown_fields_rejected,
        extreme_values_rejected,
        media_type_ignored,
        max_tokens_translated,
        one_system_message_at_the_start,
    )
}


@pytest.fixture(scope="module")
def servers() -> Iterator[FaultServers]:
    """Serve every variant."""
    with fault_servers(VARIANTS) as servers:
        yield servers


@pytest.mark.parametrize("name", ["conforming", *VARIANTS])
def test_conforming_variant_passes_the_section(
    servers: FaultServers, name: str
) -> None:
    """Every requirement of the section passes."""
    report = servers.judge(name, ("requests",))
    results = [r for r in report.results if r.requirement.section == "requests"]

    assert failed_ids(report) == frozenset()
    assert {
        r.requirement.id
        for r in results
        if r.outcome not in {Outcome.PASSED, Outcome.NOT_RUN}
    } == set()
