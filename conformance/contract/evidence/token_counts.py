"""Token counts of a response, as named in Responses or in Chat Completions.

Several sections use the counts as evidence of what a server read or wrote. Whether the
counts are correct is checked in section ``usage``.
"""

from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.node import Node

_INPUT_NAMES: Final = ("input_tokens", "prompt_tokens")
_OUTPUT_NAMES: Final = ("output_tokens", "completion_tokens")
_OUTPUT_DETAILS_NAMES: Final = ("output_tokens_details", "completion_tokens_details")


def input_tokens(exchange: Exchange) -> int | None:
    """Return the reported input tokens; ``None`` if they are missing or 0."""
    return _largest_count(_usage(exchange), *_INPUT_NAMES)


def output_tokens(exchange: Exchange) -> int | None:
    """Return the reported output tokens; ``None`` if they are missing or 0."""
    return _largest_count(_usage(exchange), *_OUTPUT_NAMES)


def reasoning_tokens(response: Node) -> Node | None:
    """Return the node with the reasoning tokens of a response, or ``None``."""
    usage = response.get("usage")
    for name in _OUTPUT_DETAILS_NAMES:
        details = usage.get(name) if usage is not None else None
        count = details.get("reasoning_tokens") if details is not None else None
        if count is not None and count.is_a(int):
            return count
    return None


def _usage(exchange: Exchange) -> Node | None:
    response = exchange.response_or_none
    return response.get("usage") if response is not None else None


def _largest_count(usage: Node | None, *names: str) -> int | None:
    """Return the largest positive count under ``names``, or ``None``.

    If ``usage`` has the names of both APIs, the counts of one API may all be 0.
    """
    nodes = [usage.get(name) for name in names] if usage is not None else []
    counts = [node.value for node in nodes if node is not None and node.is_a(int)]
    return max((count for count in counts if count > 0), default=None)
