"""The scope of a check that reports the findings of one stream rule."""

from collections.abc import Iterator

from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import analyze_stream
from conformance.model.exchange import Exchange
from conformance.model.scope import EVERY_STREAM, CheckArguments, Scope, every


def stream_rule(rule: Rule) -> Scope:
    """Return a scope that selects the findings of ``rule`` in each stream.

    A check on this scope is called once for each stream to which the rule applies, with
    the tuple of findings. The tuple is empty if the stream conforms.
    """

    def select(exchange: Exchange) -> Iterator[CheckArguments]:
        for (stream,) in EVERY_STREAM.select(exchange):
            findings = analyze_stream(stream).findings.get(rule)
            if findings is not None:
                yield (findings,)

    return every(f"every stream to which {rule} applies", select, of=EVERY_STREAM)
