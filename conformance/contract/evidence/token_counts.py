"""Token counts as an answer states them, whichever names it gives them.

Several clauses look at counts as evidence of what a server read. Whether the counts
are right is judged in the section ``usage``.
"""

from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.node import Node

_READ: Final = ("input_tokens", "prompt_tokens")
_WRITTEN: Final = ("output_tokens", "completion_tokens")
_DETAILS: Final = ("output_tokens_details", "completion_tokens_details")


def input_tokens(exchange: Exchange) -> int | None:
    """Return how many tokens went in; ``None`` when that is not told, or told as 0."""
    return _told(_usage(exchange), *_READ)


def output_tokens(exchange: Exchange) -> int | None:
    """Return how many tokens came out; ``None`` when not told, or told as 0."""
    return _told(_usage(exchange), *_WRITTEN)


def reasoning_tokens(response: Node) -> Node | None:
    """Return where a response tells its reasoning tokens, if it does."""
    usage = response.get("usage")
    for name in _DETAILS:
        details = usage.get(name) if usage is not None else None
        count = details.get("reasoning_tokens") if details is not None else None
        if count is not None and count.is_a(int):
            return count
    return None


def _usage(exchange: Exchange) -> Node | None:
    final = exchange.response_or_none
    return final.get("usage") if final is not None else None


def _told(usage: Node | None, *names: str) -> int | None:
    """Where both styles stand, one of them may be zero-filled: the larger counts."""
    nodes = [usage.get(name) for name in names] if usage is not None else []
    counts = [node.value for node in nodes if node is not None and node.is_a(int)]
    return max((count for count in counts if count > 0), default=None)
