"""Probes that request output in a JSON format."""

from typing import Final

from conformance.model.capabilities import names_capability
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

MAX_OUTPUT_TOKENS: Final = 256
"""Limit in tokens for the output of a response: one small object and reasoning."""

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


@probe(
    model_responses=1,
    max_output_tokens=MAX_OUTPUT_TOKENS,
    needs=Capability.STRUCTURED,
)
def json_schema_output(context: ProbeContext) -> Steps:
    """Request output that matches a schema, with a prompt that mentions no JSON."""
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
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


@probe(
    model_responses=1,
    max_output_tokens=MAX_OUTPUT_TOKENS,
    needs=Capability.STRUCTURED,
)
def json_object_output(context: ProbeContext) -> Steps:
    """Request a JSON object as a stream; if streaming is rejected, without a stream."""
    prompt = "Name the capital of Italy, as JSON."
    fields: dict[str, Json] = {
        "text": {"format": {"type": "json_object"}},
        "max_output_tokens": MAX_OUTPUT_TOKENS,
    }
    stream_exchange = yield context.request(prompt, stream=True, **fields)
    if names_capability(stream_exchange, Capability.STREAMING):
        yield context.request(prompt, **fields)
