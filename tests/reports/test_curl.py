"""The curl line of a report runs as it is, and says what was sent."""

import json
import shutil
import subprocess
from collections.abc import Iterable

import pytest

from conformance.model.request import KEY, KEY_CASE_SWAPPED, KEY_TRUNCATED, Request
from conformance.reports.curl import curl
from tests.run.raw import RawServer, http

ODD = Request.of({"model": "m", "input": 'it\'s "$HOME" `x` \\ ünï 💥\n'})
BINARY = Request(b'{"input": "\x00\xff"}')


@pytest.mark.skipif(not shutil.which("curl"), reason="the line is for those with curl")
@pytest.mark.parametrize(
    "request_",
    [
        ODD,
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
        Request(b"", method="PUT"),
        Request(b""),
        Request(b"", method="HEAD"),
    ],
)
def test_the_line_sends_what_was_sent(request_: Request) -> None:
    """Method, path, key, media type and body arrive as the request had them."""

    def keep(_head: bytes) -> Iterable[bytes]:
        return [http(b"{}", "connection: close")]

    with RawServer(keep) as server:
        line = curl(request_, server.url + "/v1/responses", "GW_KEY")
        done = subprocess.run(  # noqa: S603 -- our own line, to loopback
            ["bash", "-c", line.replace("curl ", "curl --max-time 10 ", 1)],  # noqa: S607 -- the user's own bash
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", "GW_KEY": "sk-Abc"},
            capture_output=True,
            check=False,
        )
        head = server.requests[0] if server.requests else b""

    assert done.returncode == 0, done.stderr
    text, _, body = head.partition(b"\r\n\r\n")
    lines = text.decode().split("\r\n")
    sent = {n.lower(): v for n, _, v in (row.partition(": ") for row in lines[1:])}
    filled = {KEY: "sk-Abc", KEY_TRUNCATED: "sk-Ab", KEY_CASE_SWAPPED: "SK-aBC"}
    for name in ("authorization", "content-type"):
        wanted = request_.all_headers.get(name)
        for place, value in filled.items():
            wanted = wanted and wanted.replace(place, value)
        assert sent.get(name) == wanted
    content = request_.content.replace(KEY.encode(), b"sk-Abc")
    assert body == content
    path = (
        request_.path.replace(KEY, "sk-Abc")
        if request_.has_key_placeholder
        else request_.path
    )
    assert lines[0] == f"{request_.method} {path} HTTP/1.1"


def test_a_key_is_never_in_the_line() -> None:
    """Only the name of the variable is."""
    line = curl(ODD, "https://gw.example/v1/responses", "GW_KEY")

    assert 'Authorization: Bearer $GW_KEY"' in line
    assert json.loads(ODD.content)["model"] == "m"
