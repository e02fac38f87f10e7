"""A probe: a named conversation with a target, held once in a run."""

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.request import Request
from conformance.model.requirement import Capability

ProbeRequest = Request | tuple[Request, ...]
"""What a probe yields: one request, or several that are sent at the same time."""

ProbeResult = Exchange | tuple[Exchange, ...]
"""What a probe is sent: the exchange, or one for each request in their order."""

Steps = Generator[ProbeRequest, Any, None]


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What a probe may know of the run: the model's name, and a seed for words.

    ``key_has_letters`` is all that it may know of the first key: without a letter
    there is no writing it in another case.
    """

    model: str
    seed: int = 0
    profile: str = "newapi"
    key_has_letters: bool = True

    def request(
        self,
        input_: Json = "Say hello in one word.",
        *,
        headers: Mapping[str, str | None] | None = None,
        disconnect_after: int | None = None,
        **members: Json,
    ) -> Request:
        """Build a plain request for the model; ``members`` join its body."""
        return Request.of(
            {"model": self.model, "input": input_, **members},
            headers=headers,
            disconnect_after=disconnect_after,
        )

    def word(self, name: str) -> str:
        """Return a word that nobody says by chance; equal for equal names."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).hexdigest()
        letters = "".join(
            chr(65 + int(digest[i : i + 2], 16) % 26) for i in range(0, 12, 2)
        )
        return f"{letters}{int(digest[12:18], 16) % 9000 + 1000}"


@dataclass(frozen=True, slots=True)
class Probe:
    """A conversation, and what it costs a server that keeps the contract.

    ``answers`` counts the replies that a model has to make, ``refusals`` those
    that cost nothing, ``tokens`` bounds the output tokens of all its answers.
    With ``extras``, turns behind the first are evidence more than they are needed:
    the conversation is judged without them where they did not come about.
    ``last`` sends it behind all others: it may keep a server busy for long.
    """

    name: str
    steps: Callable[[ProbeContext], Steps]
    model_responses: int
    rejections: int
    max_output_tokens: int
    needs: Capability = Capability.CORE
    second_key: bool = False
    optional_turns: bool = False
    run_last: bool = False

    @property
    def text(self) -> str:
        """Return what the conversation is, in one sentence."""
        return (self.steps.__doc__ or "").partition("\n")[0]


def probe(
    *,
    model_responses: int = 0,
    rejections: int = 0,
    max_output_tokens: int | None = None,
    needs: Capability = Capability.CORE,
    second_key: bool = False,
    run_last: bool = False,
) -> Callable[[Callable[[ProbeContext], Steps]], Probe]:
    """Make the decorated generator a probe that is named after it.

    It yields a ``Request`` and is sent the ``Exchange``; where it yields a tuple
    of requests they go out together, and it is sent a tuple. It may raise
    ``Inconclusive`` when the target's answers leave no way to go on.
    """
    bound = model_responses * 64 if max_output_tokens is None else max_output_tokens
    return lambda steps: Probe(
        steps.__name__.replace("_", "-"),
        steps,
        model_responses,
        rejections,
        bound,
        needs,
        second_key,
        run_last=run_last,
    )


def flatten(turns: tuple[ProbeResult, ...]) -> list[Exchange]:
    """Return the exchanges of a conversation, those of one turn side by side."""
    return [
        exchange
        for turn in turns
        for exchange in (turn if isinstance(turn, tuple) else (turn,))
    ]
