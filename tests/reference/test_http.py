"""The gateway over HTTP: bytes, connections, concurrency."""

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
from conformance.reference.server import GatewayServer, gateway_server, serve
from tests.reference.client import PATH, GatewayClient, Json


@on_reply(breaks="status.known")
def unknown_status(_request: object, reply: GatewayResponse) -> GatewayResponse:
    """``status`` has an unknown value."""
    return reply.with_payload({**reply.payload, "status": "odd"})


def test_json_response(http: httpx.Client) -> None:
    """It has a length, a request id, and must not be cached."""
    response = http.post(PATH, json={"model": MODEL, "input": "Say hello in one word."})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(response.content))
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-request-id"]
    assert response.json()["output"][0]["content"][0]["text"] == "Hello"


def test_streamed_response(http: httpx.Client) -> None:
    """Each frame has an ``event`` field and ends with a blank line."""
    body = {"model": MODEL, "input": "Hi", "stream": True}
    with http.stream("POST", PATH, json=body) as response:
        assert response.headers["content-type"] == "text/event-stream"
        assert response.headers["x-accel-buffering"] == "no"
        text = b"".join(response.iter_raw()).decode()
    *frames, rest = text.split("\n\n")
    assert rest == ""
    for frame in frames:
        name, data = frame.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"


def test_rejected_streaming_request_gets_json(http: httpx.Client) -> None:
    """An error before the first event is not a stream."""
    response = http.post(PATH, json={"model": "nobody", "stream": True})
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"


def test_request_without_a_content_type_is_accepted(http: httpx.Client) -> None:
    """Its body is parsed as JSON."""
    response = http.post(PATH, content=b'{"model": "scripted-1"}')
    assert "content-type" not in response.request.headers
    assert response.status_code == 200


def test_large_response_is_compressed_if_accepted(http: httpx.Client) -> None:
    """The JSON is the same with and without gzip."""
    body = {"model": MODEL, "input": "Count from 1 to 9000"}
    zipped = http.post(PATH, json=body)
    plain = http.post(PATH, json=body, headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "accept-encoding"
    assert int(zipped.headers["content-length"]) < len(plain.content)
    assert "content-encoding" not in plain.headers
    assert zipped.json()["output"][0]["content"] == plain.json()["output"][0]["content"]


def test_compressed_request_is_a_415(http: httpx.Client) -> None:
    """The gateway does not decompress request bodies."""
    body = gzip.compress(b'{"model": "scripted-1"}')
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    assert http.post(PATH, content=body, headers=headers).status_code == 415


def test_too_large_body_is_a_413(http: httpx.Client) -> None:
    """The client receives the 413, and can use the connection again."""
    response = http.post(PATH, content=b" " * (MAX_BODY_BYTES * 2))
    assert response.status_code == 413
    assert http.post(PATH, json={"model": MODEL}).status_code == 200


def test_unsupported_methods_over_http(http: httpx.Client) -> None:
    """Starlette neither adds methods nor redirects paths."""
    assert http.get(PATH).headers["allow"] == "POST"
    assert http.head(PATH).status_code == 405
    assert http.get(f"{PATH}/").status_code == 404
    assert http.get("/").json()["error"]["code"] == "not_found"


def test_200_concurrent_requests_get_their_own_responses(server: GatewayServer) -> None:
    """Texts and ids are not mixed up, streamed or not."""

    async def send(client: httpx.AsyncClient, n: int) -> str:
        body = {
            "model": MODEL,
            "input": f"Reply with exactly: canary-{n}-",
            "stream": n % 2 == 0,
        }
        response = await client.post(PATH, json=body)
        assert response.text.count("canary-") >= 1 - n % 2
        created = _response_object(response)
        assert created["output"][0]["content"][0]["text"] == f"canary-{n}-"
        response_id: str = created["id"]
        return response_id

    async def send_all() -> list[str]:
        async with httpx.AsyncClient(
            base_url=server.url,
            headers={"authorization": f"Bearer {server.key}"},
            limits=httpx.Limits(max_connections=200),
            timeout=30,
        ) as client:
            return await asyncio.gather(*(send(client, n) for n in range(200)))

    assert len(set(asyncio.run(send_all()))) == 200


def _response_object(response: httpx.Response) -> Json:
    if response.headers["content-type"] == "application/json":
        return response.json()
    data = [line for line in response.text.split("\n") if line.startswith("data: ")]
    return json.loads(data[-1].removeprefix("data: "))["response"]


def test_multi_gateway_app_serves_gateways_by_name() -> None:
    """Each has its own faults and its own store; an unknown name is a 404."""
    headers = {"authorization": f"Bearer {KEY}"}
    with (
        gateway_server(
            multi_gateway_app({"correct": [], "faulty": [unknown_status]})
        ) as running,
        httpx.Client(base_url=running.url, headers=headers) as client,
    ):
        correct, faulty = (
            client.post(f"/at/{name}{PATH}", json={"model": MODEL}).json()
            for name in ("correct", "faulty")
        )
        assert (correct["status"], faulty["status"]) == ("completed", "odd")
        assert client.get(f"/at/correct{PATH}/{correct['id']}").status_code == 200
        assert client.get(f"/at/faulty{PATH}/{correct['id']}").status_code == 404
        for path in (f"/at/unknown{PATH}", "/", PATH, "/at/correct/unknown"):
            assert client.post(path).json()["error"]["code"] == "not_found"


def test_server_stops_with_open_connections() -> None:
    """Leaving the block closes connections and the port, and ends the thread."""
    before = threading.enumerate()
    with gateway_server() as running:
        port = int(running.url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
    with idle, suppress(ConnectionResetError):
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    assert threading.enumerate() == before


@on_reply(breaks="nothing.at-all")
def crashing(_request: object, _reply: GatewayResponse) -> GatewayResponse:
    """The fault itself raises an exception."""
    raise LookupError("not found")


def test_exception_in_a_fault_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    """The log contains the fault and the exception."""
    with gateway_server(faults=[crashing]) as running:
        assert httpx.get(running.url).status_code == 500
    assert "with crashing" in caplog.text
    assert "LookupError" in caplog.text


def test_very_long_key_is_a_401(server: GatewayServer) -> None:
    """The header limit of the HTTP server is larger than 100,000 bytes."""
    headers = {"authorization": "Bearer " + "k" * 100_000}
    response = httpx.post(f"{server.url}{PATH}", json={}, headers=headers)
    assert (response.status_code, response.json()["error"]["param"]) == (401, None)


def test_port_in_use_raises_an_error() -> None:
    """It is raised before the URL is announced."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            serve(port, announce=lambda url: pytest.fail(f"announced {url}"))


def test_serve_runs_until_a_signal() -> None:
    """The URL is announced before the first request; SIGTERM exits with 0."""
    code = "from conformance.reference.server import serve\nserve(announce=show)"
    lines = f"import functools\nshow = functools.partial(print, flush=True)\n{code}"
    with subprocess.Popen(  # noqa: S603  # the code above
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, text=True
    ) as command:
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        response = httpx.get(f"{url}/v1/models")
        command.terminate()
        assert command.wait(30) == 0
    assert response.status_code == 401


def test_profile_and_usage_style_are_applied() -> None:
    """The profile adds ``[DONE]``, and the style adds fields to ``usage``."""
    with (
        gateway_server(
            profile="openresponses", usage_style="both", latency=0.001
        ) as running,
        httpx.Client(headers={"authorization": f"Bearer {running.key}"}) as client,
    ):
        body = {"model": running.model, "stream": True}
        text = client.post(f"{running.url}{PATH}", json=body).text
        plain = client.post(f"{running.url}{PATH}", json={"model": running.model})
    assert text.endswith("data: [DONE]\n\n")
    assert {"prompt_tokens", "input_tokens"} <= set(plain.json()["usage"])


def test_response_over_http_equals_the_direct_one(http: httpx.Client) -> None:
    """HTTP changes neither the fields nor the token counts."""
    body: Json = {"input": "Count from 1 to 20", "temperature": 0.5}
    served = http.post(PATH, json={"model": MODEL, **body}).json()
    direct = GatewayClient(Gateway()).create(**body).payload
    assert served["usage"] == direct["usage"]
    assert set(served) == set(direct)
