"""Three benign variants over HTTP."""

import httpx
import pytest

from conformance.reference.faults import FAULTS
from conformance.reference.gateway import MODEL
from conformance.reference.server import gateway_server
from conformance.reference.variants import VARIANTS
from tests.reference.client import PATH


def send(variant: str, *, stream: bool = True) -> httpx.Response:
    """Send a create request to a gateway with one variant."""
    with gateway_server(faults=[VARIANTS[variant]]) as running:
        headers = {"authorization": f"Bearer {running.key}"}
        body = {"model": MODEL, "input": "Hi", "stream": stream}
        return httpx.post(f"{running.url}{PATH}", json=body, headers=headers)


def test_only_faults_violate_requirements() -> None:
    """Variants violate none, and no variant has the name of a fault."""
    assert all(fault.breaks for fault in FAULTS.values())
    assert not any(variant.breaks for variant in VARIANTS.values())
    assert VARIANTS.keys().isdisjoint(FAULTS)


def test_crlf_line_endings() -> None:
    """Every line of a stream ends with CR LF; JSON is not changed."""
    text = send("crlf-line-endings").content
    assert b"\r\n\r\n" in text
    assert text.replace(b"\r\n", b"").count(b"\n") == 0
    response = send("crlf-line-endings", stream=False)
    assert response.json()["object"] == "response"


def test_comments_between_events() -> None:
    """A comment precedes each frame."""
    frames = send("comments-between-events").text.split("\n\n")[:-1]
    assert {frame[0] for frame in frames[::2]} == {":"}
    assert {frame[:6] for frame in frames[1::2]} == {"event:"}


@pytest.mark.parametrize("stream", [False, True])
def test_unknown_extra_fields(*, stream: bool) -> None:
    """Response objects and events have an unknown field."""
    assert '"x_gateway":{' in send("unknown-extra-fields", stream=stream).text
