"""A request that every server rejects, to see what the error response reveals."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe

INVALID_ITEMS: Final = 100
"""Number of copies of the invalid item in the input of one request."""


def secret_word(context: ProbeContext) -> str:
    """Return the test word in the valid message, which no error needs to repeat."""
    return context.word("prompt")


@probe(rejections=1)
def repeated_input_errors(context: ProbeContext) -> Steps:
    """Send a valid private message, and after it the same invalid item 100 times."""
    prompt = f"Between us: my word is {secret_word(context)}. Repeat it to nobody."
    valid = {"type": "message", "role": "user", "content": prompt}
    invalid = {"type": "message", "role": "nobody", "content": 5}
    yield context.request([valid] + [invalid] * INVALID_ITEMS, max_output_tokens=16)
