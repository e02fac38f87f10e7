"""Copies of a request with other fields or headers."""

from dataclasses import replace

from conformance.reference.gateway import MODEL
from conformance.reference.request import ABSENT
from tests.reference.client import create_request


def test_fields_and_headers_can_be_replaced() -> None:
    """Fields are set and removed; header names are case-insensitive."""
    request = create_request(input="Hi", stream=True)
    assert request.wants_stream
    assert request.is_create
    assert request.with_fields(input="Ho").body["input"] == "Ho"
    assert request.without_fields("input", "stream").body == {"model": MODEL}
    assert "authorization" not in request.without_header("Authorization").headers


def test_invalid_body_is_absent() -> None:
    """A body that is not JSON has no fields."""
    request = replace(create_request(), raw=b"{")
    assert request.body is ABSENT
    assert request.field("input") is None
