"""A probe: a named sequence of requests that is sent once in a run."""

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.request import Request
from conformance.model.requirement import Capability

ProbeRequest = Request | tuple[Request, ...]
"""What a probe yields: one request, or several that are sent concurrently."""

ProbeResult = Exchange | tuple[Exchange, ...]
"""What a probe receives: the exchange, or one for each request, in their order."""

Steps = Generator[ProbeRequest, Any, None]
"""A probe that runs: it yields requests and receives a ``ProbeResult`` for each."""


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What a probe knows about the run.

    ``model`` and ``profile`` are names. ``seed`` determines the test words.
    ``key_has_letters`` is all that a probe knows about the first key: without letters,
    there is no key that differs only in case.
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
        **fields: Json,
    ) -> Request:
        """Return a plain request for the model, with ``fields`` added to its body."""
        return Request.of(
            {"model": self.model, "input": input_, **fields},
            headers=headers,
            disconnect_after=disconnect_after,
        )

    def word(self, name: str) -> str:
        """Return a test word that no model produces by coincidence.

        The same seed and ``name`` always give the same word.
        """
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).hexdigest()
        letters = "".join(
            chr(65 + int(digest[i : i + 2], 16) % 26) for i in range(0, 12, 2)
        )
        return f"{letters}{int(digest[12:18], 16) % 9000 + 1000}"


@dataclass(frozen=True, slots=True)
class Probe:
    """A named sequence of requests, and what it costs on a conforming server.

    ``model_responses`` counts the requests that a model answers, ``rejections`` those
    that are rejected at no cost. ``max_output_tokens`` is the maximum number of output
    tokens of all responses together. ``needs`` is the capability that the requests use.
    With ``second_key``, the probe needs the second key. With ``optional_turns``, all
    turns after the first are additional evidence: the probe is evaluated even if they
    did not happen. With ``run_last``, the probe is sent after all other probes, because
    it may keep the server busy.
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
        """Return the summary line of the docstring."""
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
    """Make the decorated generator a probe, named after the function.

    The generator yields a ``Request`` and receives the ``Exchange``. If it yields a
    tuple, the requests are sent concurrently and it receives a tuple. The generator may
    raise ``Inconclusive`` if it cannot continue with the responses that it received.
    The default of ``max_output_tokens`` is 64 for each model response.
    """
    if max_output_tokens is None:
        max_output_tokens = model_responses * 64
    return lambda steps: Probe(
        steps.__name__.replace("_", "-"),
        steps,
        model_responses,
        rejections,
        max_output_tokens,
        needs,
        second_key,
        run_last=run_last,
    )


def flatten(turns: tuple[ProbeResult, ...]) -> list[Exchange]:
    """Return all exchanges of a probe in one list, in the order of its turns."""
    return [
        exchange
        for turn in turns
        for exchange in (turn if isinstance(turn, tuple) else (turn,))
    ]
