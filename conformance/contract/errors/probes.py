"""Requests that any server refuses, made to see what the refusal gives away."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe

BAD_ITEMS: Final = 100
"""How often the same mistake stands in one request."""


def secret_word(setting: ProbeContext) -> str:
    """Return the word in the prompt that no refusal has a reason to repeat."""
    return setting.word("prompt")


@probe(rejections=1)
def crowded_refusal(setting: ProbeContext) -> Steps:
    """A private message, and behind it the same malformed item a hundred times."""
    said = f"Between us: my word is {secret_word(setting)}. Repeat it to nobody."
    bad = {"type": "message", "role": "nobody", "content": 5}
    good = {"type": "message", "role": "user", "content": said}
    yield setting.request([good] + [bad] * BAD_ITEMS, max_output_tokens=16)
