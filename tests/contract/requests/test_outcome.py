"""What a conforming server may do with odd requests, and nobody may blame."""

from collections.abc import Iterator

import pytest

from conformance.model.verdict import Outcome
from conformance.reference.errors import ApiError, wrong_value
from conformance.reference.fault import Fault, on_reply, on_request
from conformance.reference.faults.requests.fields import refusal
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse
from tests.fault_servers import FaultServers, fault_servers, tripped


@on_reply()
def errors_of_fastapi(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Refusals are 422 with a list of details, as a Python framework has them."""
    if reply.status != 400:
        return reply
    where = (reply.payload["error"]["param"] or "body").split(".")
    detail = [{"loc": ["body", *where], "msg": "Input should be valid"}]
    return GatewayResponse(422, payload={"detail": detail})


@on_request()
def strict_about_members(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Members that nobody knows are refused by their names."""
    body = asked.body if asked.is_create and isinstance(asked.body, dict) else {}
    odd = [name for name in body if name.startswith("x_")]
    if odd:
        message = f"Unrecognized request argument supplied: {odd[0]}"
        return refusal(ApiError(400, message, code="unknown_parameter"))
    return asked


@on_request()
def strict_about_input(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An empty input is refused, and a cap that no model has."""
    if asked.is_create and asked.field("input") in ("", []):
        return refusal(wrong_value("input", "something", asked.field("input")))
    cap = asked.field("max_output_tokens")
    if asked.is_create and isinstance(cap, int) and cap > 10**6:
        wanted = "at most 1000000"
        return refusal(wrong_value("max_output_tokens", wanted, cap))
    return asked


@on_request()
def lenient_about_media(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A body is JSON whatever its content type says."""
    return asked.with_header("content-type", "application/json")


@on_request()
def chat_cap_translated(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The chat name of the cap means the cap."""
    cap = asked.field("max_tokens") if asked.is_create else None
    if cap is None:
        return asked
    return asked.without_fields("max_tokens").with_fields(max_output_tokens=cap)


@on_request()
def one_system_message_at_the_start(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A chat template takes one system text, in the first place."""
    given = asked.field("input") if asked.is_create else None
    if isinstance(given, list):
        roles = [item.get("role") for item in given if isinstance(item, dict)]
        if any(role in {"system", "developer"} for role in roles[1:]):
            return refusal(wrong_value("input[1].role", "user", "system"))
    return asked


BENIGN: dict[str, tuple[Fault, ...]] = {
    fault.name: (fault,)
    for fault in (
        errors_of_fastapi,
        strict_about_members,
        strict_about_input,
        lenient_about_media,
        chat_cap_translated,
        one_system_message_at_the_start,
    )
}


@pytest.fixture(scope="module")
def town() -> Iterator[FaultServers]:
    """Serve every variant."""
    with fault_servers(BENIGN) as several:
        yield several


@pytest.mark.parametrize("name", ["sound", *BENIGN])
def test_no_variant_is_blamed(town: FaultServers, name: str) -> None:
    """Every clause passes on what a conforming server may do."""
    report = town.judge(name, ("requests",))
    judged = [r for r in report.results if r.requirement.section == "requests"]
    assert tripped(report) == frozenset()
    assert {
        r.requirement.id
        for r in judged
        if r.outcome not in {Outcome.PASSED, Outcome.NOT_RUN}
    } == set()
