"""``conformance judge`` and ``report``: a run that is over, read from its journal."""

from collections.abc import Iterator
from pathlib import Path

import click

from conformance.catalogue import Catalogue, catalogue
from conformance.core.baseline import Complaint
from conformance.core.node import Json
from conformance.core.probe import Setting
from conformance.core.profile import profile_named
from conformance.core.report import Report, RunInfo, Spent, TargetInfo
from conformance.core.requirement import Level, Requirement
from conformance.core.verdict import Outcome, Verdict
from conformance.formats import BY_PYTEST, chosen, render, write
from conformance.run.court import Court
from conformance.run.journal import Recorded, read, read_finding
from conformance.run.plan import Plan, narrowed, plan
from conformance.run.rehearsal import Heard, rehearsed
from conformance.run.settings import Settings
from conformance.spec import schema


def _journal_in(path: str) -> Path:
    """Return the journal that ``path`` names, as a file or as its directory."""
    given = Path(path)
    return given / "journal.ndjson" if given.is_dir() else given


def _settings(recorded: Recorded) -> Settings:
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


def _heard(court: Court, recorded: Recorded) -> dict[str, Heard]:
    """Let the court hear every exchange; return them by probe, turn and place.

    Of a request that was sent again after a 429 only the last answer counts.
    """
    by_probe: dict[str, Heard] = {}
    for exchange in recorded.kept.exchanges():
        court.hear(exchange)
        heard = by_probe.setdefault(exchange.probe, {})
        heard[exchange.turn, exchange.place] = exchange
    return by_probe


def _replayed(court: Court, recorded: Recorded, setting: Setting) -> None:
    """Lead every recorded conversation before the court, openings first."""
    by_probe = _heard(court, recorded)
    held = {
        probe: rehearsed(probe, setting, by_probe[probe.name])
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


def judged(recorded: Recorded, book: Catalogue) -> Report:
    """Judge a journal anew by ``book``; nothing is sent."""
    settings = _settings(recorded)
    drawn = [*schema.recorded(recorded.header["cases"])]
    whole = plan(book, settings, drawn)
    court = Court(settings, _as_recorded(whole, recorded, settings))
    setting = Setting(settings.model, settings.seed, settings.profile.name)
    _replayed(court, recorded, setting)
    return Report(
        _target(recorded),
        _run(recorded, court.spent),
        court.verdicts,
        court.capabilities,
        fields=court.fields.rows(),
        timings=court.clock.times,
    )


def _as_recorded(whole: Plan, recorded: Recorded, settings: Settings) -> Plan:
    known = {case.id for case in whole.cases}
    return narrowed(whole, known & set(recorded.header["cases"]), settings)


def _target(recorded: Recorded) -> TargetInfo:
    target = recorded.header["target"]
    return TargetInfo(
        target["url"], target["model"], target["profile"], target["key_env"]
    )


def _run(recorded: Recorded, spent: Spent) -> RunInfo:
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


def _verdicts(recorded: Recorded, book: Catalogue) -> Iterator[Verdict]:
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


def told(recorded: Recorded, book: Catalogue) -> Report:
    """Return the report of a journal, with the verdicts that were reached then."""
    court = Court(_settings(recorded), Plan((), (), ()))
    _heard(court, recorded)
    return Report(
        _target(recorded),
        _run(recorded, court.spent),
        tuple(_verdicts(recorded, book)),
        recorded.footer["capabilities"],
        tuple(Complaint(**c) for c in recorded.footer["complaints"]),
        court.fields.rows(),
        court.clock.times,
    )


def _shown(
    made: Report, recorded: Recorded, report_dir: str | None, formats: str, lang: str
) -> int:
    names = chosen(name.strip() for name in formats.split(","))
    names = tuple(name for name in names if name not in BY_PYTEST)
    if report_dir is None:
        for name in names:
            click.echo(render(name, made, recorded.kept, lang), nl=False)
        return made.exit_code
    directory = Path(report_dir)
    directory.mkdir(parents=True, exist_ok=True)
    for path in write(names, made, recorded.kept, directory, lang):
        click.echo(f"written: {path}")
    return made.exit_code


def judge(journal: str, report_dir: str | None, formats: str, lang: str) -> int:
    """Judge a journal anew and show the report; returns its exit code."""
    recorded = read(_journal_in(journal))
    made = judged(recorded, catalogue())
    return _shown(made, recorded, report_dir, formats, lang)


def report(journal: str, report_dir: str | None, formats: str, lang: str) -> int:
    """Show the report of a journal again; returns its exit code."""
    recorded = read(_journal_in(journal))
    return _shown(told(recorded, catalogue()), recorded, report_dir, formats, lang)
