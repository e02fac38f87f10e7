"""The gateway over real HTTP: bytes, connections, concurrency."""

import asyncio
import gzip
import json
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import httpx
import pytest

from conformance.reference.app import multi_gateway_app
from conformance.reference.fault import on_reply
from conformance.reference.gateway import KEY, MODEL, Gateway
from conformance.reference.request import MAX_BODY_BYTES
from conformance.reference.response_message import GatewayResponse
from conformance.reference.server import GatewayServer, serve, serving
from tests.reference.client import Json, Speaker

PATH = "/v1/responses"


@on_reply(breaks="status.known")
def odd_status(_asked: object, reply: GatewayResponse) -> GatewayResponse:
    """The status is a word of our own."""
    return reply.with_payload({**reply.payload, "status": "odd"})


def test_a_plain_answer(http: httpx.Client) -> None:
    """One JSON object, its length known, and not for any cache."""
    answer = http.post(PATH, json={"model": MODEL, "input": "Say hello in one word."})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    assert answer.json()["output"][0]["content"][0]["text"] == "Hello"


def test_a_streamed_answer(http: httpx.Client) -> None:
    """Named frames that end in a blank line, flushed one by one."""
    body = {"model": MODEL, "input": "Hi", "stream": True}
    with http.stream("POST", PATH, json=body) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["x-accel-buffering"] == "no"
        whole = b"".join(answer.iter_raw()).decode()
    *frames, rest = whole.split("\n\n")
    assert rest == ""
    for frame in frames:
        name, data = frame.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"


def test_a_refused_stream_is_json(http: httpx.Client) -> None:
    """What fails before the first event is no stream."""
    answer = http.post(PATH, json={"model": "nobody", "stream": True})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_a_client_without_a_content_type_is_served(http: httpx.Client) -> None:
    """A body that does not say what it is, is taken for JSON."""
    answer = http.post(PATH, content=b'{"model": "scripted-1"}')
    assert "content-type" not in answer.request.headers
    assert answer.status_code == 200


def test_a_large_answer_is_compressed_for_who_allows_it(http: httpx.Client) -> None:
    """The same JSON, with and without gzip."""
    body = {"model": MODEL, "input": "Count from 1 to 9000"}
    zipped = http.post(PATH, json=body)
    plain = http.post(PATH, json=body, headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "accept-encoding"
    assert int(zipped.headers["content-length"]) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert zipped.json()["output"][0]["content"] == plain.json()["output"][0]["content"]


def test_a_compressed_request_is_refused(http: httpx.Client) -> None:
    """A body that we would have to unpack is not read."""
    body = gzip.compress(b'{"model": "scripted-1"}')
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    assert http.post(PATH, content=body, headers=headers).status_code == 415


def test_a_body_beyond_the_limit_is_read_and_refused(http: httpx.Client) -> None:
    """The client hears the 413, and its connection can be used again."""
    answer = http.post(PATH, content=b" " * (MAX_BODY_BYTES * 2))
    assert answer.status_code == 413
    assert http.post(PATH, json={"model": MODEL}).status_code == 200


def test_other_methods_over_http(http: httpx.Client) -> None:
    """The framework in between adds nothing of its own."""
    assert http.get(PATH).headers["allow"] == "POST"
    assert http.head(PATH).status_code == 405
    assert http.get(f"{PATH}/").status_code == 404
    assert http.get("/").json()["error"]["code"] == "not_found"


def test_two_hundred_canaries_stay_apart(gateway: GatewayServer) -> None:
    """Parallel requests, plain and streamed, get their own answers and ids."""

    async def speak(client: httpx.AsyncClient, n: int) -> str:
        body = {
            "model": MODEL,
            "input": f"Reply with exactly: canary-{n}-",
            "stream": n % 2 == 0,
        }
        answer = await client.post(PATH, json=body)
        assert answer.text.count("canary-") >= 1 - n % 2
        said = _final(answer)
        assert said["output"][0]["content"][0]["text"] == f"canary-{n}-"
        identity: str = said["id"]
        return identity

    async def crowd() -> list[str]:
        async with httpx.AsyncClient(
            base_url=gateway.url,
            headers={"authorization": f"Bearer {gateway.key}"},
            limits=httpx.Limits(max_connections=200),
            timeout=30,
        ) as client:
            return await asyncio.gather(*(speak(client, n) for n in range(200)))

    assert len(set(asyncio.run(crowd()))) == 200


def _final(answer: httpx.Response) -> Json:
    if answer.headers["content-type"] == "application/json":
        return answer.json()
    data = [line for line in answer.text.split("\n") if line.startswith("data: ")]
    return json.loads(data[-1].removeprefix("data: "))["response"]


def test_a_town_has_many_gateways() -> None:
    """Each has its own faults and its own memory; an unknown name is a 404."""
    headers = {"authorization": f"Bearer {KEY}"}
    with (
        serving(multi_gateway_app({"good": [], "odd": [odd_status]})) as running,
        httpx.Client(base_url=running.url, headers=headers) as client,
    ):
        good, odd = (
            client.post(f"/at/{name}{PATH}", json={"model": MODEL}).json()
            for name in ("good", "odd")
        )
        assert (good["status"], odd["status"]) == ("completed", "odd")
        assert client.get(f"/at/good{PATH}/{good['id']}").status_code == 200
        assert client.get(f"/at/odd{PATH}/{good['id']}").status_code == 404
        for path in (f"/at/nobody{PATH}", "/", PATH, "/at/good/nowhere"):
            assert client.post(path).json()["error"]["code"] == "not_found"


def test_serving_ends_though_clients_stay() -> None:
    """Leaving the block ends open connections, the port and the thread."""
    before = threading.enumerate()
    with serving() as running:
        port = int(running.url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
    with idle, suppress(ConnectionResetError):
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert threading.enumerate() == before


@on_reply(breaks="nothing.at-all")
def slip(_asked: object, _reply: GatewayResponse) -> GatewayResponse:
    """The fault itself is broken."""
    raise LookupError("slipped")


def test_a_fault_that_breaks_is_loud(caplog: pytest.LogCaptureFixture) -> None:
    """An error of our own is a 500, and the log says which fault it was."""
    with serving(faults=[slip]) as running:
        assert httpx.get(running.url).status_code == 500
    assert "with slip" in caplog.text
    assert "LookupError" in caplog.text


def test_a_long_header_is_not_the_frameworks_business(gateway: GatewayServer) -> None:
    """A key of a hundred thousand letters is a 401 like any other."""
    headers = {"authorization": "Bearer " + "k" * 100_000}
    answer = httpx.post(f"{gateway.url}{PATH}", json={}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["param"]) == (401, None)


def test_a_taken_port_is_told_at_once() -> None:
    """The command's port is bound before anything is announced."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            serve(port, announce=lambda url: pytest.fail(f"announced {url}"))


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    """The URL is announced before the first request, and SIGTERM is a clean end."""
    code = "from conformance.reference.server import serve\nserve(announce=say)"
    lines = f"import functools\nsay = functools.partial(print, flush=True)\n{code}"
    with subprocess.Popen(  # noqa: S603  # our own code
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        answer = httpx.get(f"{url}/v1/models")
        command.terminate()
        assert command.wait(30) == 0
    assert answer.status_code == 401


def test_profiles_and_styles_reach_the_answer() -> None:
    """What the caller chooses is what the gateway speaks."""
    with (
        serving(profile="openresponses", usage_style="both", latency=0.001) as running,
        httpx.Client(headers={"authorization": f"Bearer {running.key}"}) as client,
    ):
        body = {"model": running.model, "stream": True}
        text = client.post(f"{running.url}{PATH}", json=body).text
        plain = client.post(f"{running.url}{PATH}", json={"model": running.model})
    assert text.endswith("data: [DONE]\n\n")
    assert {"prompt_tokens", "input_tokens"} <= set(plain.json()["usage"])


def test_a_gateway_without_a_server_says_the_same(http: httpx.Client) -> None:
    """HTTP changes nothing about the answer."""
    body: Json = {"input": "Count from 1 to 20", "temperature": 0.5}
    served = http.post(PATH, json={"model": MODEL, **body}).json()
    direct = Speaker(Gateway()).ask(**body).payload
    assert served["usage"] == direct["usage"]
    assert set(served) == set(direct)
