"""Authentication, stored responses and paths."""

import pytest

from conformance.reference.gateway import KEY, MODEL, MODELS, SECOND_KEY, Gateway
from conformance.reference.request import MAX_BODY_BYTES, GatewayRequest
from conformance.reference.store import MAX_RECORDS, Store
from tests.reference.client import GatewayClient, error_object

BODY = b'{"model": "scripted-1", "input": "Hi"}'


def status_of(*authorizations: str, query_key: str = "", raw: bytes = BODY) -> int:
    """Return the status of a request with these Authorization headers."""
    headers = tuple(("authorization", value) for value in authorizations)
    query = {"api_key": query_key} if query_key else {}
    request = GatewayRequest("POST", "/v1/responses", headers, raw, query)
    return Gateway().answer(request).status


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_bearer_scheme_is_case_insensitive(scheme: str) -> None:
    """Several spaces may follow the scheme."""
    assert status_of(f"{scheme} {KEY}") == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        KEY,
        f"Basic {KEY}",
        f"Bearer{KEY}",
        f"Bearer {KEY}x",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY.upper()}",
        f"Bearer {KEY} {KEY}",
        f"Bearer x, Bearer {KEY}",
        "Bearer \u00e9\u6f22",
    ],
)
def test_invalid_authorization_is_a_401(authorization: str) -> None:
    """A truncated, extended, repeated or misplaced key is rejected."""
    assert status_of(authorization) == 401


def test_two_authorization_headers_are_a_401() -> None:
    """Even if both contain the valid key."""
    assert status_of(f"Bearer {KEY}", f"Bearer {KEY}") == 401


def test_key_outside_the_header_is_a_401() -> None:
    """A key in the query or in the body is not accepted."""
    body = f'{{"model": "{MODEL}", "api_key": "{KEY}"}}'.encode()
    assert status_of(query_key=KEY) == 401
    assert status_of(raw=body) == 401


def test_key_is_checked_before_the_body() -> None:
    """Without a valid key, an invalid body is a 401 and not a 400 or 413."""
    assert status_of("Bearer wrong", raw=b"{") == 401
    assert status_of("Bearer wrong", raw=b" " * (MAX_BODY_BYTES + 1)) == 401


def test_401_has_a_challenge_and_does_not_quote_the_key(client: GatewayClient) -> None:
    """The error object has its own type and code."""
    reply = client.create(key="sk-canary-1234567890")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert error_object(reply)["type"] == "authentication_error"
    assert error_object(reply)["code"] == "invalid_api_key"
    assert "canary" not in str(reply.payload)


def test_too_large_body_is_a_413(client: GatewayClient) -> None:
    """A body of exactly the maximum size is accepted."""
    largest = BODY.ljust(MAX_BODY_BYTES)
    assert client.post(largest).status == 200
    assert client.post(largest + b" ").status == 413


@pytest.mark.parametrize("stream", [False, True])
def test_response_can_be_retrieved_and_deleted(
    client: GatewayClient, *, stream: bool
) -> None:
    """A GET returns the response as it was sent; after a DELETE it is a 404."""
    reply = client.create(input="Hi", stream=stream)
    final = reply.events[-1]["response"] if reply.events else reply.payload
    path = f"/v1/responses/{final['id']}"
    assert client.send(path).payload == final
    deleted = client.send(path, method="DELETE").payload
    assert (deleted["id"], deleted["deleted"]) == (final["id"], True)
    assert client.send(path).status == 404
    assert client.create(previous_response_id=final["id"]).status == 404


def test_response_with_store_false_is_not_found(client: GatewayClient) -> None:
    """It can be neither retrieved nor continued."""
    response = client.create(input="Hi", store=False).payload
    assert response["store"] is False
    assert client.send(f"/v1/responses/{response['id']}").status == 404
    assert client.create(previous_response_id=response["id"]).status == 404


def test_other_users_response_is_not_found(client: GatewayClient) -> None:
    """Errors for another user's response and for an unknown id are identical."""
    response = client.create(input="Remember the word SECRET.").payload
    path = f"/v1/responses/{response['id']}"
    for method in ("GET", "DELETE"):
        other = client.send(path, key=SECOND_KEY, method=method)
        unknown = client.send("/v1/responses/resp_0", key=SECOND_KEY, method=method)
        assert other.status == unknown.status == 404
        assert other.payload == unknown.payload
    chained = client.create(key=SECOND_KEY, previous_response_id=response["id"])
    unknown = client.create(key=SECOND_KEY, previous_response_id="resp_0")
    assert chained.payload == unknown.payload
    assert error_object(chained)["code"] == "previous_response_not_found"
    (item,) = response["output"]
    reference = [{"type": "item_reference", "id": item["id"]}]
    assert client.create(input=reference, key=SECOND_KEY).status == 404
    assert client.create(input=reference).status == 200
    assert client.send(path).status == 200


def test_prompt_cache_is_separate_for_each_key(client: GatewayClient) -> None:
    """``cached_tokens`` does not reveal what another user has sent."""
    text = "A long story. " * 400
    client.create(input=text)
    usage = client.create(input=text, key=SECOND_KEY).payload["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 0


def test_full_store_deletes_the_oldest_response() -> None:
    """The number of stored responses is limited."""
    store = Store()
    for n in range(MAX_RECORDS + 2):
        store.put("first", {"id": f"resp_{n}", "output": []}, ())
    assert len(store.records) == MAX_RECORDS
    assert store.get("resp_0", "first") is None
    assert store.get(f"resp_{n}", "first") is not None


def test_models_are_listed(client: GatewayClient) -> None:
    """The list needs a valid key."""
    models = client.send("/v1/models").payload
    assert [model["id"] for model in models["data"]] == list(MODELS)
    assert client.send("/v1/models", key="wrong").status == 401


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/responses", "POST"),
        ("PUT", "/v1/responses", "POST"),
        ("HEAD", "/v1/responses", "POST"),
        ("OPTIONS", "/v1/responses", "POST"),
        ("POST", "/v1/models", "GET"),
        ("POST", "/v1/responses/resp_0", "GET, DELETE"),
    ],
)
def test_unsupported_method_is_a_405(
    client: GatewayClient, method: str, path: str, allow: str
) -> None:
    """The ``Allow`` header lists the supported methods."""
    reply = client.send(path, method=method)
    assert (reply.status, reply.headers["allow"]) == (405, allow)
    assert error_object(reply)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/responses",
        "/v1/responses/",
        "/v1//responses",
        "/v1/chat/completions",
        "/v1/responses/a/input_items",
    ],
)
def test_unknown_path_is_a_404(client: GatewayClient, path: str) -> None:
    """Paths have no aliases, and the error is JSON."""
    for method in ("GET", "POST"):
        reply = client.send(path, method=method)
        assert reply.status == 404
        assert error_object(reply)["code"] == "not_found"


def test_ids_are_unique(client: GatewayClient) -> None:
    """Equal requests get different response ids and item ids."""
    first, second = (client.create(input="Hi").payload for _ in range(2))
    assert first["id"] != second["id"]
    assert first["output"][0]["id"] != second["output"][0]["id"]
