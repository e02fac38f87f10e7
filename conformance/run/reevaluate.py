"""Evaluate the exchanges of a journal again, or restore the report of its run."""

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


def _settings(journal: LoadedJournal) -> Settings:
    """Return the settings of the recorded run.

    The journal does not contain API keys. ``second_key`` therefore only shows whether
    the run had a second key.
    """
    header = journal.header
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


def _observe_all(
    evaluator: Evaluator, journal: LoadedJournal
) -> dict[str, RecordedExchanges]:
    """Pass each recorded exchange to ``evaluator``, and return the exchanges by probe.

    The exchanges of a probe are grouped by turn and index. If a request was sent again
    after a 429, only the last of its exchanges is returned.
    """
    by_probe: dict[str, RecordedExchanges] = {}
    for exchange in journal.reader.exchanges():
        evaluator.observe(exchange)
        recorded = by_probe.setdefault(exchange.probe, {})
        recorded[exchange.turn, exchange.index] = exchange
    return by_probe


def _replay_all(
    evaluator: Evaluator, journal: LoadedJournal, context: ProbeContext
) -> None:
    """Replay every recorded probe and evaluate it.

    The capability probes are evaluated before all others, because their results show
    which other probes the server supports.
    """
    by_probe = _observe_all(evaluator, journal)
    replayed = {
        probe: replay(probe, context, by_probe[probe.name])
        for probe in evaluator.plan.probes
        if probe.name in by_probe
    }
    for probe, (turns, _) in replayed.items():
        evaluator.capability_probed(probe, turns)
    for probe in evaluator.plan.probes:
        if status := evaluator.blocked_by(probe):
            evaluator.probe_skipped(probe, status.outcome, status.evidence)
        elif probe in replayed:
            evaluator.probe_finished(probe, *replayed[probe])
    evaluator.close("not in the journal")


def reevaluate(journal: LoadedJournal, catalogue: Catalogue) -> Report:
    """Return the report of a journal, evaluated with the checks of ``catalogue``.

    Sends no requests.
    """
    settings = _settings(journal)
    generated = [*generated_requests.recorded_cases(journal.header["cases"])]
    complete_plan = plan(catalogue, settings, generated)
    recorded_plan = _as_recorded(complete_plan, journal, settings)
    evaluator = Evaluator(settings, recorded_plan)
    context = ProbeContext(settings.model, settings.seed, settings.profile.name)
    _replay_all(evaluator, journal, context)
    return Report(
        _target(journal),
        _run(journal, evaluator.cost),
        evaluator.verdicts,
        evaluator.capabilities,
        fields=evaluator.fields.rows(),
        timings=evaluator.latencies.times,
    )


def _as_recorded(complete: Plan, journal: LoadedJournal, settings: Settings) -> Plan:
    """Return ``complete`` with only those of its cases that the recorded run had."""
    known = {case.id for case in complete.cases}
    return restrict_to(complete, known & set(journal.header["cases"]), settings)


def _target(journal: LoadedJournal) -> TargetInfo:
    target = journal.header["target"]
    return TargetInfo(
        target["url"], target["model"], target["profile"], target["key_env"]
    )


def _run(journal: LoadedJournal, cost: RunCost) -> RunInfo:
    header, footer = journal.header, journal.footer
    return RunInfo(
        header["run"],
        header["started_at"],
        footer["duration_s"],
        header["seed"],
        footer["interrupted"],
        header["catalogue"],
        cost,
    )


def _verdicts(journal: LoadedJournal, catalogue: Catalogue) -> Iterator[Verdict]:
    requirements = {each.id: each for each in catalogue.requirements}
    for record in journal.verdicts:
        yield _verdict(record, requirements.get(record["requirement"]))


def _verdict(record: Json, requirement: Requirement | None) -> Verdict:
    """Return the verdict of a verdict record.

    ``requirement`` is ``None`` if the catalogue no longer contains the requirement.
    """
    retired = Requirement(
        record["requirement"], Level(record["level"]), "(retired)", "(retired)"
    )
    return Verdict(
        requirement or retired,
        Level(record["level"]),
        record["probe"],
        Outcome(record["outcome"]),
        tuple(read_finding(finding) for finding in record["findings"]),
        record["reason"],
        record["observations"],
        record["broken"],
    )


def restore(journal: LoadedJournal, catalogue: Catalogue) -> Report:
    """Return the report of a journal with the verdicts that the run recorded.

    No check runs again: the plan is empty. The evaluator only collects the cost, the
    latencies and the table of fields from the exchanges.
    """
    evaluator = Evaluator(_settings(journal), Plan((), (), ()))
    _observe_all(evaluator, journal)
    return Report(
        _target(journal),
        _run(journal, evaluator.cost),
        tuple(_verdicts(journal, catalogue)),
        journal.footer["capabilities"],
        tuple(BaselineProblem(**problem) for problem in journal.footer["complaints"]),
        evaluator.fields.rows(),
        evaluator.latencies.times,
    )
