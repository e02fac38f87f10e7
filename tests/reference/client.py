"""Talking to a gateway that is not served: requests as calls."""

import json
from dataclasses import dataclass
from typing import Any

from conformance.reference.gateway import KEY, MODEL, Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


@dataclass(frozen=True)
class Speaker:
    """One gateway, asked with the first key unless another is named."""

    gateway: Gateway

    def ask(self, *, key: str = KEY, **members: Json) -> GatewayResponse:
        """Create a response; ``model`` is filled in."""
        return self.send(json.dumps({"model": MODEL, **members}).encode(), key=key)

    def send(
        self, raw: bytes, *, key: str = KEY, content_type: str = "application/json"
    ) -> GatewayResponse:
        """Send a body as it is."""
        headers = (("authorization", f"Bearer {key}"), ("content-type", content_type))
        return self.gateway.answer(
            GatewayRequest("POST", "/v1/responses", headers, raw)
        )

    def get(self, path: str, *, key: str = KEY, method: str = "GET") -> GatewayResponse:
        """Ask for another path."""
        headers = (("authorization", f"Bearer {key}"),)
        return self.gateway.answer(GatewayRequest(method, path, headers))

    def text(self, **members: Json) -> str:
        """Create a response and return what it says."""
        return text_of(self.ask(**members))

    def tokens(self, **members: Json) -> int:
        """Create a response and return what its prompt cost."""
        cost: int = self.ask(**members).payload["usage"]["prompt_tokens"]
        return cost


def text_of(reply: GatewayResponse) -> str:
    """The text of a JSON reply, all messages together."""
    return "".join(
        part["text"]
        for item in reply.payload["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


def calls_of(reply: GatewayResponse) -> list[Json]:
    """The function calls of a JSON reply."""
    return [i for i in reply.payload["output"] if i["type"] == "function_call"]


def error_of(reply: GatewayResponse) -> Json:
    """The inside of the error envelope, which has all four members."""
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
