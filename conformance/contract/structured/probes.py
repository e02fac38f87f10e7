"""Answers that have to come in a form."""

from typing import Final

from conformance.model.capabilities import names_capability
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

ROOM: Final = 256
"""Output tokens for one small object, thinking included."""

SCHEMA: Final[Json] = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "continent": {"type": "string", "enum": ["Africa", "Asia", "Europe"]},
        "inhabitants": {"type": "integer"},
    },
    "required": ["city", "continent", "inhabitants"],
    "additionalProperties": False,
}


@probe(model_responses=1, max_output_tokens=ROOM, needs=Capability.STRUCTURED)
def json_schema_output(context: ProbeContext) -> Steps:
    """A plain question, whose answer has to fit a JSON Schema."""
    yield context.request(
        "Tell me about the capital of Italy.",
        text={
            "format": {
                "type": "json_schema",
                "name": "city",
                "schema": SCHEMA,
                "strict": True,
            }
        },
        max_output_tokens=ROOM,
    )


@probe(model_responses=1, max_output_tokens=ROOM, needs=Capability.STRUCTURED)
def json_object_output(context: ProbeContext) -> Steps:
    """A question whose answer has to be a JSON object, and comes as a stream.

    A server that refuses to stream is asked once more, without.
    """
    question = "Name the capital of Italy, as JSON."
    members: dict[str, Json] = {
        "text": {"format": {"type": "json_object"}},
        "max_output_tokens": ROOM,
    }
    asked = yield context.request(question, stream=True, **members)
    if names_capability(asked, Capability.STREAMING):
        yield context.request(question, **members)
