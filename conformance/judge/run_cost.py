"""Count the requests and tokens of a run."""

from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.generated_input import GeneratedInput
from conformance.model.report import RunCost


def add_exchange(cost: RunCost, exchange: Exchange) -> RunCost:
    """Return ``cost`` with one more exchange."""
    # A response that a GET fetches was counted when it was created.
    created = exchange.has_response and exchange.request.method == "POST"
    input_tokens, output_tokens = _tokens(exchange) if created else (0, 0)
    return RunCost(
        cost.requests + 1,
        cost.model_responses + created,
        cost.rejections + (exchange.kind is ResponseKind.CLIENT_ERROR),
        cost.generated + (GeneratedInput.of(exchange.probe) is not None),
        cost.input_tokens + input_tokens,
        cost.output_tokens + output_tokens,
    )


def _tokens(exchange: Exchange) -> tuple[int, int]:
    """Return the input and output tokens that ``usage`` reports, 0 if missing.

    The names of chat completions, such as ``prompt_tokens``, are accepted, too.
    """
    response = exchange.response_or_none
    usage = response.get("usage") if response is not None else None
    if usage is None or not usage.is_a(dict):
        return 0, 0

    def count(*names: str) -> int:
        counts = (usage.get(name) for name in names)
        return next((n.value for n in counts if n is not None and n.is_a(int)), 0)

    return count("input_tokens", "prompt_tokens"), count(
        "output_tokens", "completion_tokens"
    )
