"""Build conforming JSON and streamed responses, in which tests change one field."""

import json
from typing import Any, Final

from conformance.model.exchange import Exchange
from conformance.model.request import Request
from tests.contract.sample_errors import make_exchange

Json = Any

DATE: Final = "Sun, 22 Nov 2026 12:00:00 GMT"
NOON: Final = 1795348800
"""``DATE`` as a Unix timestamp in seconds."""

HEADERS: Final = (("content-type", "application/json"), ("date", DATE))
STREAM_HEADERS: Final = (("content-type", "text/event-stream"), ("date", DATE))

PART: Final[Json] = {"type": "output_text", "text": "Hello", "annotations": []}
MESSAGE: Final[Json] = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [PART],
}
CALL: Final[Json] = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": "{}",
    "status": "completed",
}
REASONING: Final[Json] = {"type": "reasoning", "id": "rs_1", "summary": []}

USAGE: Final[Json] = {
    "input_tokens": 12,
    "output_tokens": 3,
    "total_tokens": 15,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}
RESPONSE: Final[Json] = {
    "id": "resp_1",
    "object": "response",
    "created_at": NOON,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "model": "m",
    "output": [MESSAGE],
    "usage": USAGE,
}
INCOMPLETE: Final[Json] = {
    **RESPONSE,
    "status": "incomplete",
    "incomplete_details": {"reason": "max_output_tokens"},
}


def make_request(input_: Json = "Say hello in one word.", **members: Json) -> Request:
    """Return a request for the model ``m``."""
    return Request.of({"model": "m", "input": input_, **members})


def json_response(request: Request | None = None, **members: Json) -> Exchange:
    """Return a conforming JSON response with these fields changed."""
    return make_exchange(
        {**RESPONSE, **members}, request=request or make_request(), headers=HEADERS
    )


def streamed_response(request: Request | None = None, **members: Json) -> Exchange:
    """Return a stream of one event: the final one, with these fields changed."""
    response = {**RESPONSE, **members}
    event = {"type": f"response.{response['status']}", "response": response}
    body = f"data: {json.dumps(event)}\n\n".encode()
    return make_exchange(
        body, request=request or make_request(stream=True), headers=STREAM_HEADERS
    )


def message_output(text: str) -> list[Json]:
    """Return an ``output`` array with one message that has this text."""
    return [{**MESSAGE, "content": [{**PART, "text": text}]}]
