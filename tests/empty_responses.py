"""Find the cases that pass although every response is empty; there must be none."""

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

BODIES = (b"", b"{}", b"[]", b"null", b"<html></html>", b"data: [DONE]\n\n")
TYPES = ("application/json", "text/event-stream", "text/html", "")
MAX_TURNS = 64


def empty_exchange(request: Request, body: bytes, media_type: str) -> Exchange:
    """Return an exchange whose response is a 200 with this body."""
    headers = (("content-type", media_type),) if media_type else ()
    chunks = ((0.01, len(body)),)
    return Exchange(request, 200, headers, body, chunks, wire_bytes=len(body))


def drive(
    probe: Probe, body: bytes, media_type: str
) -> tuple[tuple[ProbeResult, ...], Exception | None]:
    """Run a probe against a server that answers every request with ``body``.

    Returns the result of each turn, and the exception that ended the probe, if any.
    """
    steps, turns = probe.steps(ProbeContext("m")), list[ProbeResult]()
    try:
        request = next(steps)
        for _ in range(MAX_TURNS):
            result: ProbeResult
            if isinstance(request, tuple):
                result = tuple(empty_exchange(one, body, media_type) for one in request)
            else:
                result = empty_exchange(request, body, media_type)
            turns.append(result)
            request = steps.send(result)
    except StopIteration:
        return tuple(turns), None
    except (Inconclusive, RejectedRequest, UnexpectedValue) as error:
        return tuple(turns), error
    raise AssertionError(f"{probe.name} does not end")


def _is_satisfied(case: Case, profile: str, body: bytes, media_type: str) -> bool:
    if case.probe is None:
        verdict = UniversalVerdict(case, profile)
        probes: Iterable[Probe] = case.check.probes or catalogue().probes
        for probe in probes:
            turns, _ = drive(probe, body, media_type)
            for turn in turns:
                for exchange in turn if isinstance(turn, tuple) else (turn,):
                    verdict.add(replace(exchange))
        return verdict.verdict().outcome is Outcome.PASSED
    turns, error = drive(case.probe, body, media_type)
    if error is not None:
        return False
    return evaluate(case, turns, profile).outcome is Outcome.PASSED


def satisfied_by_empty_responses(
    profile: str, sections: Sequence[str] = ()
) -> list[str]:
    """Return one line for each case that passes, with the response it passes on."""
    return [
        f"{case.id} is satisfied by {body!r} as {media_type or 'no media type'}"
        for check in catalogue().for_profile(profile_named(profile))
        if not sections or check.requirement.section in sections
        for case in cases_of(check)
        for body in BODIES
        for media_type in TYPES
        if _is_satisfied(case, profile, body, media_type)
    ]
