"""Faults and benign variants: one function each, applied at one of three points.

* `on_request` changes the request before the gateway reads the key or the body, or
  responds in place of the gateway;
* `on_reply` changes the response, which is called the reply, as JSON values;
* `on_wire` changes the bytes of the response and their timing.

A fault is named after its function, and the first line of the docstring describes it.
A variant is a fault that violates no requirement.
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
    """A defect of the embedded gateway.

    ``text`` describes it in one sentence. ``breaks`` are the ids of the requirements
    that it violates. ``profiles`` are the profiles in which it is a defect; None
    means all profiles. ``module`` is the dotted name of the module that defines it.
    """

    name: str
    text: str
    breaks: frozenset[str]
    profiles: frozenset[str] | None
    module: str


@dataclass(frozen=True)
class RequestFault(Fault):
    """A defect in how the gateway understands a request."""

    rewrite: OnRequest


@dataclass(frozen=True)
class ReplyFault(Fault):
    """A defect in the response."""

    rewrite: OnReply


@dataclass(frozen=True)
class WireFault(Fault):
    """A defect in how the response is sent."""

    rewrite: OnWire


def on_request(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnRequest], RequestFault]:
    """Turn a function ``(request, gateway) -> request or reply`` into a fault."""
    return lambda rewrite: RequestFault(
        *_attributes(rewrite, breaks, profiles), rewrite
    )


def on_reply(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnReply], ReplyFault]:
    """Turn a function ``(request, reply) -> reply`` into a fault."""
    return lambda rewrite: ReplyFault(*_attributes(rewrite, breaks, profiles), rewrite)


def on_wire(
    *, breaks: str | Iterable[str] = (), profiles: Iterable[str] | None = None
) -> Callable[[OnWire], WireFault]:
    """Turn a function ``(request, head, chunks) -> (head, chunks)`` into a fault."""
    return lambda rewrite: WireFault(*_attributes(rewrite, breaks, profiles), rewrite)


def _attributes(
    rewrite: Callable[..., object],
    breaks: str | Iterable[str],
    profiles: Iterable[str] | None,
) -> tuple[str, str, frozenset[str], frozenset[str] | None, str]:
    """Return name, text, breaks, profiles and module of a fault function.

    The text is the first line of its docstring, with Markdown code spans.
    """
    name = rewrite.__name__.strip("_").replace("_", "-")
    text = (rewrite.__doc__ or "").strip().partition("\n")[0]
    text = text.replace("``", "`")
    if not text:
        raise TypeError(f"the fault {name!r} has no docstring; add a one-line summary")
    ids = frozenset([breaks] if isinstance(breaks, str) else breaks)
    names = None if profiles is None else frozenset(profiles)
    return name, text, ids, names, rewrite.__module__


def respond(
    gateway: Gateway, faults: Iterable[Fault], request: GatewayRequest
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Return the response to a request, with all faults applied.

    Faults of the same kind are applied in the given order. A request fault that
    responds in place of the gateway ends the request faults.
    """
    faults = tuple(faults)
    request = replace(
        request, key=gateway.key_name_of(request), fault_state=gateway.fault_state
    )
    reply: GatewayResponse | None = None
    for fault in faults:
        if isinstance(fault, RequestFault):
            changed = fault.rewrite(request, gateway)
            if isinstance(changed, GatewayResponse):
                reply = changed
                break
            request = replace(changed, key=gateway.key_name_of(changed))
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
