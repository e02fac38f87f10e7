"""Keys, memory and paths."""

import pytest

from conformance.reference.gateway import KEY, MODEL, MODELS, SECOND_KEY, Gateway
from conformance.reference.request import MAX_BODY_BYTES, GatewayRequest
from conformance.reference.store import MAX_RECORDS, Store
from tests.reference.client import Speaker, error_of

BODY = b'{"model": "scripted-1", "input": "Hi"}'


def knock(*authorizations: str, query: str = "", raw: bytes = BODY) -> int:
    """The status that a request with these Authorization headers gets."""
    headers = tuple(("authorization", value) for value in authorizations)
    named = {"api_key": query} if query else {}
    asked = GatewayRequest("POST", "/v1/responses", headers, raw, named)
    return Gateway().answer(asked).status


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_the_scheme_has_no_case(scheme: str) -> None:
    """The scheme is compared as HTTP says, and blanks may follow it."""
    assert knock(f"{scheme} {KEY}") == 200


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
def test_anything_but_a_key_is_a_401(authorization: str) -> None:
    """No near miss of a key opens."""
    assert knock(authorization) == 401


def test_two_headers_are_no_key() -> None:
    """What is ambiguous is refused."""
    assert knock(f"Bearer {KEY}", f"Bearer {KEY}") == 401


def test_a_key_elsewhere_is_no_key() -> None:
    """Neither the query nor the body can carry it."""
    body = f'{{"model": "{MODEL}", "api_key": "{KEY}"}}'.encode()
    assert knock(query=KEY) == 401
    assert knock(raw=body) == 401


def test_the_key_is_looked_at_before_the_body() -> None:
    """A stranger learns nothing about the body."""
    assert knock("Bearer wrong", raw=b"{") == 401
    assert knock("Bearer wrong", raw=b" " * (MAX_BODY_BYTES + 1)) == 401


def test_a_401_says_how_and_not_what(speaker: Speaker) -> None:
    """The challenge is there, the sent key is not repeated."""
    reply = speaker.ask(key="sk-canary-1234567890")
    assert reply.headers["www-authenticate"] == "Bearer"
    assert error_of(reply)["type"] == "authentication_error"
    assert error_of(reply)["code"] == "invalid_api_key"
    assert "canary" not in str(reply.payload)


def test_a_body_that_is_too_large_is_a_413(speaker: Speaker) -> None:
    """The limit is in bytes, and is itself allowed."""
    fits = BODY.ljust(MAX_BODY_BYTES)
    assert speaker.send(fits).status == 200
    assert speaker.send(fits + b" ").status == 413


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_can_be_fetched_and_deleted(
    speaker: Speaker, *, stream: bool
) -> None:
    """What was answered is what is kept, until it is deleted."""
    reply = speaker.ask(input="Hi", stream=stream)
    final = reply.events[-1]["response"] if reply.events else reply.payload
    path = f"/v1/responses/{final['id']}"
    assert speaker.get(path).payload == final
    gone = speaker.get(path, method="DELETE").payload
    assert (gone["id"], gone["deleted"]) == (final["id"], True)
    assert speaker.get(path).status == 404
    assert speaker.ask(previous_response_id=final["id"]).status == 404


def test_what_is_not_stored_is_not_found(speaker: Speaker) -> None:
    """``store: false`` leaves nothing behind."""
    said = speaker.ask(input="Hi", store=False).payload
    assert said["store"] is False
    assert speaker.get(f"/v1/responses/{said['id']}").status == 404
    assert speaker.ask(previous_response_id=said["id"]).status == 404


def test_the_other_key_sees_nothing(speaker: Speaker) -> None:
    """A foreign response is told from an unknown one by nothing at all."""
    said = speaker.ask(input="Remember the word SECRET.").payload
    path = f"/v1/responses/{said['id']}"
    for method in ("GET", "DELETE"):
        foreign = speaker.get(path, key=SECOND_KEY, method=method)
        unknown = speaker.get("/v1/responses/resp_0", key=SECOND_KEY, method=method)
        assert foreign.status == unknown.status == 404
        assert foreign.payload == unknown.payload
    chained = speaker.ask(key=SECOND_KEY, previous_response_id=said["id"])
    unknown = speaker.ask(key=SECOND_KEY, previous_response_id="resp_0")
    assert chained.payload == unknown.payload
    assert error_of(chained)["code"] == "previous_response_not_found"
    (item,) = said["output"]
    reference = [{"type": "item_reference", "id": item["id"]}]
    assert speaker.ask(input=reference, key=SECOND_KEY).status == 404
    assert speaker.ask(input=reference).status == 200
    assert speaker.get(path).status == 200


def test_the_cache_is_not_shared(speaker: Speaker) -> None:
    """Cached tokens do not tell one key what the other has asked."""
    text = "A long story. " * 400
    speaker.ask(input=text)
    usage = speaker.ask(input=text, key=SECOND_KEY).payload["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 0


def test_the_store_forgets_the_oldest() -> None:
    """Memory is bounded by the number of records."""
    store = Store()
    for n in range(MAX_RECORDS + 2):
        store.put("first", {"id": f"resp_{n}", "output": []}, ())
    assert len(store.records) == MAX_RECORDS
    assert store.get("resp_0", "first") is None
    assert store.get(f"resp_{n}", "first") is not None


def test_the_models_are_listed(speaker: Speaker) -> None:
    """The list is for those who hold a key."""
    listed = speaker.get("/v1/models").payload
    assert [model["id"] for model in listed["data"]] == list(MODELS)
    assert speaker.get("/v1/models", key="wrong").status == 401


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
def test_another_method_is_a_405(
    speaker: Speaker, method: str, path: str, allow: str
) -> None:
    """The refusal names the methods that are allowed."""
    reply = speaker.get(path, method=method)
    assert (reply.status, reply.headers["allow"]) == (405, allow)
    assert error_of(reply)["code"] == "method_not_allowed"


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
def test_another_path_is_a_404(speaker: Speaker, path: str) -> None:
    """There are no aliases, and the refusal is JSON, too."""
    for method in ("GET", "POST"):
        reply = speaker.get(path, method=method)
        assert reply.status == 404
        assert error_of(reply)["code"] == "not_found"


def test_ids_are_never_used_twice(speaker: Speaker) -> None:
    """Equal questions get different responses and items."""
    both = [speaker.ask(input="Hi").payload for _ in range(2)]
    assert both[0]["id"] != both[1]["id"]
    assert both[0]["output"][0]["id"] != both[1]["output"][0]["id"]
