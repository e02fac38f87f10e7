"""Requests that any server refuses, made to see what the refusal gives away."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe

BAD_ITEMS: Final = 100
"""How often the same mistake stands in one request."""


def secret_word(context: ProbeContext) -> str:
    """Return the word in the prompt that no refusal has a reason to repeat."""
    return context.word("prompt")


@probe(rejections=1)
def repeated_input_errors(context: ProbeContext) -> Steps:
    """A private message, and behind it the same malformed item a hundred times."""
    said = f"Between us: my word is {secret_word(context)}. Repeat it to nobody."
    bad = {"type": "message", "role": "nobody", "content": 5}
    good = {"type": "message", "role": "user", "content": said}
    yield context.request([good] + [bad] * BAD_ITEMS, max_output_tokens=16)
