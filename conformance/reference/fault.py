"""Faults and benign variants: one function each, in one of three places.

`on_request` rewrites what the gateway believes it was asked, before it looks at the
key or the body, and may answer itself. `on_reply` rewrites the answer. `on_wire`
rewrites its bytes and their timing. A variant is a fault that breaks nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead

OnRequest = Callable[[GatewayRequest, Gateway], GatewayRequest | GatewayResponse]
OnReply = Callable[[GatewayRequest, GatewayResponse], GatewayResponse]
OnWire = Callable[
    [GatewayRequest, ResponseHead, Iterable[Chunk]],
    tuple[ResponseHead, Iterable[Chunk]],
]


@dataclass(frozen=True)
class Fault:
    """One defect: its name, its sentence, and the ids of the requirements it breaks.

    ``profiles`` are those under which it is a defect at all; None means every one.
    ``module`` is the dotted name of the module that defines it.
    """

    name: str
    text: str
    breaks: frozenset[str]
    profiles: frozenset[str] | None
    module: str


@dataclass(frozen=True)
class RequestFault(Fault):
    """A defect in what is understood."""

    rewrite: OnRequest


@dataclass(frozen=True)
class ReplyFault(Fault):
    """A defect in what is answered."""

    rewrite: OnReply


@dataclass(frozen=True)
class WireFault(Fault):
    """A defect in how it is sent."""

    rewrite: OnWire


def on_request(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnRequest], RequestFault]:
    """Make ``(asked, gateway) -> asked or reply`` a fault, named after itself."""
    return lambda rewrite: RequestFault(*_facts(rewrite, breaks, profiles), rewrite)


def on_reply(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnReply], ReplyFault]:
    """Make ``(asked, reply) -> reply`` a fault, named after itself."""
    return lambda rewrite: ReplyFault(*_facts(rewrite, breaks, profiles), rewrite)


def on_wire(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnWire], WireFault]:
    """Make ``(asked, head, chunks) -> (head, chunks)`` a fault, named after itself."""
    return lambda rewrite: WireFault(*_facts(rewrite, breaks, profiles), rewrite)


def _facts(
    rewrite: Callable[..., object],
    breaks: str | Iterable[str],
    profiles: Iterable[str] | None,
) -> tuple[str, str, frozenset[str], frozenset[str] | None, str]:
    name = rewrite.__name__.strip("_").replace("_", "-")
    text = (rewrite.__doc__ or "").strip().partition("\n")[0]
    if not text:
        raise TypeError(f"the fault {name!r} needs a docstring: its sentence")
    broken = frozenset([breaks] if isinstance(breaks, str) else breaks)
    limited = None if profiles is None else frozenset(profiles)
    return name, text, broken, limited, rewrite.__module__


def respond(
    gateway: Gateway, faults: Iterable[Fault], request: GatewayRequest
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Answer a request with the faults in their places, in the order given."""
    faults = tuple(faults)
    request = replace(request, key=gateway.key_of(request), fault_state=gateway.notes)
    reply: GatewayResponse | None = None
    for fault in faults:
        if isinstance(fault, RequestFault):
            changed = fault.rewrite(request, gateway)
            if isinstance(changed, GatewayResponse):
                reply = changed
                break
            request = replace(changed, key=gateway.key_of(changed))
    if reply is None:
        reply = gateway.answer(request)
    for fault in faults:
        if isinstance(fault, ReplyFault):
            reply = fault.rewrite(request, reply)
    head, chunks = reply.to_wire()
    for fault in faults:
        if isinstance(fault, WireFault):
            head, chunks = fault.rewrite(request, head, chunks)
    return head, chunks
