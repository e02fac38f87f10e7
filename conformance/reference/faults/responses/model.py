"""Faults that break requirements of `contract/responses/model.py`."""

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    each_response,
    having,
    json_response,
    without,
)
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply


@on_reply(breaks="responses.model-is-a-string")
def answer_without_model(_asked: Asked, reply: Reply) -> Reply:
    """A JSON answer does not name its model."""
    return json_response(reply, without("model"))


@on_reply(breaks="responses.model-is-a-string")
def empty_model(_asked: Asked, reply: Reply) -> Reply:
    """The model of an answer is the empty text."""
    return json_response(reply, having(model=""))


@on_reply(breaks="responses.model-is-the-one-asked-for")
def foreign_model(_asked: Asked, reply: Reply) -> Reply:
    """Every answer names the model of an upstream."""
    return each_response(reply, having(model="upstream-large-v3"))


@on_reply(
    breaks={
        "responses.model-is-the-one-asked-for",
        "responses.model-is-named-alike-in-streams",
    }
)
def foreign_model_in_streams(_asked: Asked, reply: Reply) -> Reply:
    """Streams alone name the model of an upstream."""
    if not reply.streamed:
        return reply
    return each_response(reply, having(model="upstream-large-v3"))
