"""Token counts of prompts, the prompt cache and the maximum prompt length."""

from itertools import pairwise

from conformance.reference import tokens
from tests.reference.client import WEATHER, GatewayClient, Json, error_object

SENTENCE = "The quick brown fox jumps over the lazy dog, twice. "


def test_prompt_tokens_grow_linearly(client: GatewayClient) -> None:
    """Each additional sentence adds the same number of tokens."""
    counts = [client.prompt_tokens(input=SENTENCE * n) for n in (1, 2, 3, 4)]
    differences = {after - before for before, after in pairwise(counts)}
    assert len(differences) == 1
    assert differences.pop() >= len(SENTENCE) / tokens.MAX_TOKEN_LENGTH


def test_equivalent_inputs_have_the_same_tokens(client: GatewayClient) -> None:
    """A string, a message and a content part with the same text."""
    part = {"type": "input_text", "text": SENTENCE}
    forms: list[Json] = [
        SENTENCE,
        [{"role": "user", "content": SENTENCE}],
        [{"type": "message", "role": "user", "content": [part]}],
    ]
    assert len({client.prompt_tokens(input=form) for form in forms}) == 1


def test_instructions_tools_and_earlier_turns_are_counted(
    client: GatewayClient,
) -> None:
    """Each adds prompt tokens."""
    plain = client.prompt_tokens(input="Hi")
    assert client.prompt_tokens(input="Hi", instructions=SENTENCE) > plain
    assert client.prompt_tokens(input="Hi", tools=[WEATHER]) > plain
    first = client.create(input=SENTENCE).payload["id"]
    assert client.prompt_tokens(input="Hi", previous_response_id=first) > 2 * plain


def test_each_turn_adds_the_same_prompt_tokens(client: GatewayClient) -> None:
    """Earlier turns are counted once."""
    counts, previous = [], None
    for _ in range(6):
        reply = client.create(
            input="Say hello in one word.", previous_response_id=previous
        )
        previous = reply.payload["id"]
        counts.append(reply.payload["usage"]["prompt_tokens"])
    assert len({after - before for before, after in pairwise(counts)}) == 1


def test_repeated_long_prompt_is_cached(client: GatewayClient) -> None:
    """``cached_tokens`` is 0 for the first request."""
    usages = [client.create(input=SENTENCE * 100).payload["usage"] for _ in range(2)]
    first, second = (u["prompt_tokens_details"]["cached_tokens"] for u in usages)
    assert first == 0
    assert 1024 <= second <= usages[1]["prompt_tokens"]


def test_too_long_prompt_is_a_400(client: GatewayClient) -> None:
    """The code is ``context_length_exceeded``."""
    for text in ("a " * 200_001, "a" * 4_000_000):
        reply = client.create(input=text)
        assert reply.status == 400
        assert error_object(reply)["code"] == "context_length_exceeded"
        assert error_object(reply)["param"] == "input"
