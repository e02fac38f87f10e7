"""A client that calls a gateway directly, without a network."""

import json
from dataclasses import dataclass
from typing import Any

from conformance.reference.gateway import KEY, MODEL, Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

PATH = "/v1/responses"


@dataclass(frozen=True)
class GatewayClient:
    """Sends requests to one gateway, with the first key by default."""

    gateway: Gateway

    def create(self, *, key: str = KEY, **fields: Json) -> GatewayResponse:
        """Create a response; ``model`` has a default."""
        return self.post(json.dumps({"model": MODEL, **fields}).encode(), key=key)

    def post(
        self, raw: bytes, *, key: str = KEY, content_type: str = "application/json"
    ) -> GatewayResponse:
        """Send a create request with the given bytes as its body."""
        headers = (("authorization", f"Bearer {key}"), ("content-type", content_type))
        return self.gateway.answer(GatewayRequest("POST", PATH, headers, raw))

    def send(
        self, path: str, *, key: str = KEY, method: str = "GET"
    ) -> GatewayResponse:
        """Send a request without a body."""
        headers = (("authorization", f"Bearer {key}"),)
        return self.gateway.answer(GatewayRequest(method, path, headers))

    def create_text(self, **fields: Json) -> str:
        """Create a response and return its text."""
        return output_text(self.create(**fields))

    def prompt_tokens(self, **fields: Json) -> int:
        """Create a response and return its number of prompt tokens."""
        count: int = self.create(**fields).payload["usage"]["prompt_tokens"]
        return count


def create_request(key: str = KEY, **fields: Json) -> GatewayRequest:
    """Return a create request; ``model`` has a default."""
    headers = (("authorization", f"Bearer {key}"),)
    return GatewayRequest("POST", PATH, headers).with_body({"model": MODEL, **fields})


def output_text(reply: GatewayResponse) -> str:
    """Return the joined text of all messages in a JSON response."""
    return "".join(
        part["text"]
        for item in reply.payload["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


def function_calls(reply: GatewayResponse) -> list[Json]:
    """Return the function calls in a JSON response."""
    return [i for i in reply.payload["output"] if i["type"] == "function_call"]


def error_object(reply: GatewayResponse) -> Json:
    """Return the ``error`` object, after checking that it has its four fields."""
    error = reply.payload["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Tell the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}

TIME = {
    "type": "function",
    "name": "get_time",
    "parameters": {"type": "object", "properties": {"zone": {"type": "integer"}}},
}
