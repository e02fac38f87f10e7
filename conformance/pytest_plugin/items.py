"""A run as pytest holds it: one item for each case, one session underneath.

The items are collected from the modules of ``conformance.contract``, where the checks
stand. Once pytest has selected, the plan for the selected cases starts on a thread
of its own, and every item waits for its verdict. The plan, not the order of the
items, decides when a request goes out.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import conformance.contract
from conformance.contract.catalogue import catalogue
from conformance.errors import ConformanceError
from conformance.judge.plan import plan, restrict_to
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.report import Report
from conformance.model.requirement import Level
from conformance.model.settings import Settings
from conformance.model.sources import links
from conformance.model.verdict import Outcome, Verdict
from conformance.reports import write_reports
from conformance.reports.curl import curl
from conformance.run.journal import Journal, JournalReader
from conformance.run.journal_index import JournalIndex
from conformance.run.session import RunObserver, Session

CONTRACT = Path(conformance.contract.__file__).parent

_SEVERITY = {Level.MUST: "critical", Level.SHOULD: "normal", Level.MAY: "trivial"}


class CaseItem(pytest.Item):
    """One case as a test: it waits for its verdict, and tells it in pytest's words."""

    funcargs: dict[str, Any]

    def __init__(self, *, case: Case, engine: "ConformancePlugin", **kw: Any) -> None:  # noqa: ANN401 -- what pytest hands to a node
        # The section stands for the file, which may lie anywhere on a machine: so
        # a JUnit file reads classname="usage", name="usage.total-is-the-sum[…]".
        section = case.check.requirement.section
        super().__init__(**kw, nodeid=f"{section}::{case.id}")
        self.case = case
        self.engine = engine
        self.funcargs = {}
        self.function = case.check.judge

    def runtest(self) -> None:
        """Wait for the verdict; a broken SHOULD is an expected failure to pytest."""
        __tracebackhide__ = True
        verdict = self.engine.verdict(self.case)
        if self.engine.allure:
            self._tell_allure(verdict)
        told = self.engine.told(verdict)
        match verdict.outcome:
            case Outcome.PASSED:
                return
            case Outcome.FAILED if verdict.level is not Level.MUST:
                pytest.xfail(told)
            case Outcome.FAILED | Outcome.ERROR:
                pytest.fail(told, pytrace=False)
            case _:
                pytest.skip(f"{verdict.outcome}: {verdict.reason}")

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401 -- pytest's own, and not public
    ) -> Any:  # noqa: ANN401 -- as above
        """Tell what was found, or what stopped the run, without a trace of our own."""
        if isinstance(excinfo.value, ConformanceError | pytest.fail.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the check stands, and the name of the case."""
        code = self.case.check.judge.__code__
        return self.path, code.co_firstlineno, self.case.id

    def _tell_allure(self, verdict: Verdict) -> None:
        """Give Allure the section, the level, the clause and the evidence."""
        import allure  # noqa: PLC0415 -- dear to import, and seldom asked for

        requirement = verdict.requirement
        dynamic: Any = allure.dynamic  # it has no types
        dynamic.epic(requirement.section)
        dynamic.feature(requirement.id)
        dynamic.severity(_SEVERITY[verdict.level])
        dynamic.title(requirement.text)
        dynamic.tag(verdict.level)
        for name, url in links(requirement.source):
            dynamic.link(url, name=name)
        dynamic.parameter("probe", verdict.probe)
        dynamic.description(
            f"{requirement.text}\n\nSource: {requirement.source}\n\n"
            f"How it is judged: {self.case.check.text}"
        )
        text = allure.attachment_type.TEXT
        for finding in verdict.findings:
            allure.attach(str(finding), f"finding at {finding.pointer}", text)
        for exchange in self.engine.evidence_of(verdict):
            for name, part in self.engine.shown(exchange):
                allure.attach(part, f"{exchange.id} {name}", text)


class SectionFile(pytest.File):
    """One module of the catalogue, and the cases whose checks stand in it."""

    engine: "ConformancePlugin"

    def collect(self) -> Iterator[CaseItem]:
        """Yield the planned cases of this module."""
        for case in self.engine.cases_in(self.path):
            yield CaseItem.from_parent(
                self, name=case.id, case=case, engine=self.engine
            )


def _told_to_junit(config: pytest.Config, report: Report) -> None:
    """Add properties to the suite of the JUnit file that pytest writes, if it does.

    The writer offers that to tests by a fixture only, which no item of ours has.
    """
    told = {
        "target": report.target.url,
        "model": report.target.model,
        "profile": report.target.profile,
        "catalogue": report.run.catalogue,
        "run": report.run.id,
        "verdict": report.verdict,
    }
    for _, plugin in config.pluginmanager.list_name_plugin():
        if callable(add := getattr(plugin, "add_global_property", None)):
            for name, value in told.items():
                add(f"conformance.{name}", value)


@dataclass(eq=False)
class ConformancePlugin:
    """The pytest plugin of one run: plans, sends, waits, and writes the report."""

    settings: Settings
    formats: tuple[str, ...]
    directory: Path
    watcher: RunObserver = field(default_factory=RunObserver)
    allure: bool = False
    report: Report | None = None
    error: ConformanceError | None = None
    written: tuple[Path, ...] = ()

    def __post_init__(self) -> None:
        """Plan the whole run; pytest may narrow it later."""
        self.plan = plan(catalogue(), self.settings)
        self._by_module: dict[Path, list[Case]] = {}
        standing: dict[str, list[Case]] = {}
        for case in self.plan.cases:
            standing.setdefault(case.check.judge.__module__, []).append(case)
        for name, cases in standing.items():
            self._by_module[Path(sys.modules[name].__file__ or "")] = cases
        self.session: Session | None = None
        self._journal: Journal | None = None
        self.interrupted = False

    def cases_in(self, path: Path) -> Iterable[Case]:
        """Return the cases whose check stands in the module at ``path``."""
        return self._by_module.get(path, [])

    @property
    def evidence(self) -> JournalReader:
        """Return the exchanges of this run, none before it has begun."""
        return (
            self._journal.kept
            if self._journal
            else JournalReader(self.directory, JournalIndex())
        )

    def evidence_of(self, verdict: Verdict) -> Iterator[Exchange]:
        """Yield the exchanges that the findings of a verdict name, each once."""
        for id_ in dict.fromkeys(finding.exchange for finding in verdict.findings):
            if exchange := self.evidence(id_):
                yield exchange

    def shown(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        """Yield request, response and curl line of an exchange as text."""
        request = exchange.request
        lines = [f"{request.method} {request.path}"]
        lines += [f"{name}: {value}" for name, value in request.all_headers.items()]
        yield (
            "request",
            "\n".join([*lines, "", request.content.decode(errors="replace")]),
        )
        lines = [f"{exchange.status} ({exchange.elapsed:.3f} s)"]
        lines += [f"{name}: {value}" for name, value in exchange.headers]
        yield (
            "response",
            "\n".join([*lines, "", exchange.body.decode(errors="replace")]),
        )
        url = self.settings.url + "/v1/responses"
        yield "curl", curl(request, url, self.settings.key_env)

    def told(self, verdict: Verdict) -> str:
        """Return a verdict as text, with a line that reproduces it."""
        lines = [str(verdict), f"    {verdict.requirement.text}"]
        for exchange in self.evidence_of(verdict):
            url = self.settings.url + "/v1/responses"
            line = curl(exchange.request, url, self.settings.key_env)
            lines.append(f"    reproduce {exchange.id}: {line}")
            break
        return "\n".join(lines)

    def verdict(self, case: Case) -> Verdict:
        """Wait for the verdict of a case."""
        if self.session is None:
            raise RuntimeError("the session has not been started")
        return self.session.verdict(case)

    def begin(self, ids: set[str]) -> None:
        """Open the journal and start to send, for the selected cases only."""
        chosen = restrict_to(self.plan, ids, self.settings)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(self.directory / "journal.ndjson")
        self.session = Session(self.settings, chosen, self._journal, self.watcher)
        self.session.start()

    def finish(self) -> Report | None:
        """End the session and write every report; ``None`` when nothing was sent."""
        if self.session is None or self._journal is None:
            return None
        try:
            if self.interrupted:
                self.session.stop()
            self.session.wait()
        except ConformanceError as error:
            self.error = error
        with self._journal:
            self.report = self.session.report(interrupted=self.interrupted)
        self.written = write_reports(
            self.formats,
            self.report,
            self.evidence,
            self.directory,
            self.settings.lang,
        )
        return self.report

    # What pytest calls.

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> SectionFile | None:
        """Collect the modules of the catalogue."""
        if file_path.suffix != ".py" or CONTRACT not in file_path.parents:
            return None
        section: SectionFile = SectionFile.from_parent(parent, path=file_path)
        section.engine = self
        return section

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put those last that wait for every exchange."""
        items.sort(key=lambda i: isinstance(i, CaseItem) and i.case.probe is None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start to send once it is known what is selected."""
        ids = {item.case.id for item in session.items if isinstance(item, CaseItem)}
        if ids and not session.config.option.collectonly:
            self.begin(ids)

    def pytest_keyboard_interrupt(self) -> None:
        """Remember that the user stopped the run."""
        self.interrupted = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports; the exit code is the report's where pytest's is 0.

        Before others do, so that a JUnit file can name target and verdict.
        """
        report = self.finish()
        if report:
            _told_to_junit(session.config, report)
        if report and session.exitstatus == pytest.ExitCode.OK and report.exit_code:
            session.exitstatus = report.exit_code
