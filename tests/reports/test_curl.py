"""The curl command of a report runs unchanged and sends the same request."""

import json
import random
import shutil
import subprocess
from collections.abc import Iterable

import pytest

from conformance.model.request import KEY, KEY_CASE_SWAPPED, KEY_TRUNCATED, Request
from conformance.reports.curl import curl
from tests.run.raw import RawServer, http

SPECIAL_CHARACTERS = Request.of(
    {"model": "m", "input": 'it\'s "$HOME" `x` \\ ünï 💥\n'}
)
BINARY = Request(b'{"input": "\x00\xff"}')


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    "request_",
    [
        SPECIAL_CHARACTERS,
        BINARY,
        Request.of(
            {"model": "m"}, headers={"Authorization": f"Bearer {KEY_TRUNCATED}"}
        ),
        Request.of(
            {"model": "m"}, headers={"Authorization": f"Bearer {KEY_CASE_SWAPPED}"}
        ),
        Request.of({"model": "m"}, headers={"Authorization": None}),
        Request.of({"model": "m"}, headers={"Content-Type": None}),
        Request(
            f'{{"api_key": "{KEY}"}}'.encode(),
            path=f"/v1/responses?key={KEY}",
            headers={"authorization": None},
            has_key_placeholder=True,
        ),
        Request.of({"input": "x" * 5000}),
        Request.of({"input": "a " * 500_000}),
        Request(random.Random(0).randbytes(9000)),  # noqa: S311 -- no secret
        Request(
            f'{{"api_key": "{KEY}", "input": "{"x" * 5000}"}}'.encode(),
            has_key_placeholder=True,
        ),
        Request(b"", method="PUT"),
        Request(b""),
        Request(b"", method="HEAD"),
    ],
)
def test_command_sends_the_recorded_request(request_: Request) -> None:
    """Method, path, key, media type and body are the same."""

    def respond(_head: bytes) -> Iterable[bytes]:
        return [http(b"{}", "connection: close")]

    with RawServer(respond) as server:
        line = curl(request_, server.url + "/v1/responses", "GW_KEY")
        result = subprocess.run(  # noqa: S603 -- to the loopback interface
            ["bash", "-c", line.replace("curl ", "curl --max-time 10 ", 1)],  # noqa: S607 -- the installed bash
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "GW_KEY": "sk-Abc"},
            capture_output=True,
            check=False,
        )
        head = server.requests[0] if server.requests else b""

    assert result.returncode == 0, result.stderr
    text, _, body = head.partition(b"\r\n\r\n")
    lines = text.decode().split("\r\n")
    sent = {n.lower(): v for n, _, v in (row.partition(": ") for row in lines[1:])}
    keys = {KEY: "sk-Abc", KEY_TRUNCATED: "sk-Ab", KEY_CASE_SWAPPED: "SK-aBC"}
    for name in ("authorization", "content-type"):
        expected = request_.all_headers.get(name)
        for placeholder, value in keys.items():
            expected = expected and expected.replace(placeholder, value)
        assert sent.get(name) == expected
    content = request_.content.replace(KEY.encode(), b"sk-Abc")
    assert body == content
    path = (
        request_.path.replace(KEY, "sk-Abc")
        if request_.has_key_placeholder
        else request_.path
    )
    assert lines[0] == f"{request_.method} {path} HTTP/1.1"


def test_command_contains_the_name_of_the_variable_instead_of_the_key() -> None:
    """The body is that of the request."""
    line = curl(SPECIAL_CHARACTERS, "https://gw.example/v1/responses", "GW_KEY")

    assert 'Authorization: Bearer $GW_KEY"' in line
    assert json.loads(SPECIAL_CHARACTERS.content)["model"] == "m"


def test_large_repetitive_body_makes_a_short_command() -> None:
    """It is compressed until it does not become smaller."""
    request = Request.of({"input": "a " * 2_600_000})

    assert len(curl(request, "https://gw.example/v1/responses", "GW_KEY")) < 1000
