"""Blank answers: what a server sends that says nothing, and must satisfy nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from conformance.contract.catalogue import catalogue
from conformance.judge.plan import cases_of
from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.node import UnexpectedValue
from conformance.model.probe import Probe, ProbeContext, ProbeResult
from conformance.model.profile import profile_named
from conformance.model.request import Request
from conformance.model.verdict import Outcome

BLANKS = (b"", b"{}", b"[]", b"null", b"<html></html>", b"data: [DONE]\n\n")
TYPES = ("application/json", "text/event-stream", "text/html", "")
MOST_TURNS = 64


def blank(request: Request, body: bytes, media_type: str) -> Exchange:
    """Return an exchange that ended in a 200 with nothing in it."""
    headers = (("content-type", media_type),) if media_type else ()
    chunks = ((0.01, len(body)),)
    return Exchange(request, 200, headers, body, chunks, wire_bytes=len(body))


def conversation(
    probe: Probe, body: bytes, media_type: str
) -> tuple[tuple[ProbeResult, ...], Exception | None]:
    """Hold a probe's conversation with a server that only ever says ``body``."""
    steps, turns = probe.steps(ProbeContext("m")), list[ProbeResult]()
    try:
        asked = next(steps)
        for _ in range(MOST_TURNS):
            told: ProbeResult
            if isinstance(asked, tuple):
                told = tuple(blank(one, body, media_type) for one in asked)
            else:
                told = blank(asked, body, media_type)
            turns.append(told)
            asked = steps.send(told)
    except StopIteration:
        return tuple(turns), None
    except (Inconclusive, RejectedRequest, UnexpectedValue) as why:
        return tuple(turns), why
    raise AssertionError(f"{probe.name} has no end")


def _satisfied(case: Case, profile: str, body: bytes, media_type: str) -> bool:
    if case.probe is None:
        tally = UniversalVerdict(case, profile)
        probes: Iterable[Probe] = case.check.probes or catalogue().probes
        for probe in probes:
            turns, _ = conversation(probe, body, media_type)
            for turn in turns:
                for exchange in turn if isinstance(turn, tuple) else (turn,):
                    tally.add(replace(exchange))
        return tally.verdict().outcome is Outcome.PASSED
    turns, ended = conversation(case.probe, body, media_type)
    if ended is not None:
        return False
    return evaluate(case, turns, profile).outcome is Outcome.PASSED


def satisfied_by_nothing(profile: str, sections: Sequence[str] = ()) -> list[str]:
    """Return the cases that a blank answer satisfies, with the answer."""
    return [
        f"{case.id} is satisfied by {body!r} as {media_type or 'no media type'}"
        for check in catalogue().for_profile(profile_named(profile))
        if not sections or check.requirement.section in sections
        for case in cases_of(check)
        for body in BLANKS
        for media_type in TYPES
        if _satisfied(case, profile, body, media_type)
    ]
