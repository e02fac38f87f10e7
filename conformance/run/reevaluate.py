"""Evaluate the exchanges of a journal again, or restore its report."""

from collections.abc import Iterator

from conformance.contract.catalogue import Catalogue
from conformance.contract.schema import generated_requests
from conformance.judge.evaluator import Evaluator
from conformance.judge.plan import Plan, plan, restrict_to
from conformance.judge.replay import RecordedExchanges, replay
from conformance.model.baseline import BaselineProblem
from conformance.model.node import Json
from conformance.model.probe import ProbeContext
from conformance.model.profile import profile_named
from conformance.model.report import Report, RunCost, RunInfo, TargetInfo
from conformance.model.requirement import Level, Requirement
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome, Verdict
from conformance.run.journal import LoadedJournal, read_finding


def _settings(recorded: LoadedJournal) -> Settings:
    header = recorded.header
    target = header["target"]
    return Settings(
        url=target["url"].removesuffix("/v1/responses"),
        model=target["model"],
        key="",
        second_key="recorded" if header["second_key"] else "",
        key_env=target["key_env"],
        profile=profile_named(target["profile"]),
        only=tuple(header["only"]),
        require=tuple(header["require"]),
        level=Level(header["level"]),
        seed=header["seed"],
        catalogue=header["catalogue"],
        case=header.get("case", ""),
    )


def _heard(court: Evaluator, recorded: LoadedJournal) -> dict[str, RecordedExchanges]:
    """Let the court hear every exchange; return them by probe, turn and place.

    Of a request that was sent again after a 429 only the last answer counts.
    """
    by_probe: dict[str, RecordedExchanges] = {}
    for exchange in recorded.kept.exchanges():
        court.hear(exchange)
        heard = by_probe.setdefault(exchange.probe, {})
        heard[exchange.turn, exchange.index] = exchange
    return by_probe


def _replayed(court: Evaluator, recorded: LoadedJournal, setting: ProbeContext) -> None:
    """Lead every recorded conversation before the court, openings first."""
    by_probe = _heard(court, recorded)
    held = {
        probe: replay(probe, setting, by_probe[probe.name])
        for probe in court.plan.probes
        if probe.name in by_probe
    }
    for probe, (turns, _) in held.items():
        court.opened(probe, turns)
    for probe in court.plan.probes:
        if gate := court.closed_to(probe):
            court.left_out(probe, gate.outcome, gate.evidence)
        elif probe in held:
            court.held(probe, *held[probe])
    court.close("not in the journal")


def reevaluate(recorded: LoadedJournal, book: Catalogue) -> Report:
    """Judge a journal anew by ``book``; nothing is sent."""
    settings = _settings(recorded)
    drawn = [*generated_requests.recorded(recorded.header["cases"])]
    whole = plan(book, settings, drawn)
    court = Evaluator(settings, _as_recorded(whole, recorded, settings))
    setting = ProbeContext(settings.model, settings.seed, settings.profile.name)
    _replayed(court, recorded, setting)
    return Report(
        _target(recorded),
        _run(recorded, court.spent),
        court.verdicts,
        court.capabilities,
        fields=court.fields.rows(),
        timings=court.clock.times,
    )


def _as_recorded(whole: Plan, recorded: LoadedJournal, settings: Settings) -> Plan:
    known = {case.id for case in whole.cases}
    return restrict_to(whole, known & set(recorded.header["cases"]), settings)


def _target(recorded: LoadedJournal) -> TargetInfo:
    target = recorded.header["target"]
    return TargetInfo(
        target["url"], target["model"], target["profile"], target["key_env"]
    )


def _run(recorded: LoadedJournal, spent: RunCost) -> RunInfo:
    header, footer = recorded.header, recorded.footer
    return RunInfo(
        header["run"],
        header["started_at"],
        footer["duration_s"],
        header["seed"],
        footer["interrupted"],
        header["catalogue"],
        spent,
    )


def _verdicts(recorded: LoadedJournal, book: Catalogue) -> Iterator[Verdict]:
    clauses = {requirement.id: requirement for requirement in book.requirements}
    for record in recorded.verdicts:
        yield _verdict(record, clauses.get(record["requirement"]))


def _verdict(record: Json, clause: Requirement | None) -> Verdict:
    retired = Requirement(
        record["requirement"], Level(record["level"]), "(retired)", "(retired)"
    )
    return Verdict(
        clause or retired,
        Level(record["level"]),
        record["probe"],
        Outcome(record["outcome"]),
        tuple(read_finding(finding) for finding in record["findings"]),
        record["reason"],
        record["observations"],
        record["broken"],
    )


def restore(recorded: LoadedJournal, book: Catalogue) -> Report:
    """Return the report of a journal, with the verdicts that were reached then."""
    court = Evaluator(_settings(recorded), Plan((), (), ()))
    _heard(court, recorded)
    return Report(
        _target(recorded),
        _run(recorded, court.spent),
        tuple(_verdicts(recorded, book)),
        recorded.footer["capabilities"],
        tuple(BaselineProblem(**c) for c in recorded.footer["complaints"]),
        court.fields.rows(),
        court.clock.times,
    )
