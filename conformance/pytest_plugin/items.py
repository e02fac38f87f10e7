"""A run as a pytest session: one test item for each case.

The items are collected from the modules of ``conformance.contract`` that define the
checks. After pytest has selected items, a thread sends the requests for the selected
cases, and every item waits for its verdict. The order of the requests is that of the
plan, not that of the items.
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
from conformance.reports.wording import outcome_label
from conformance.run.journal import Journal, JournalReader
from conformance.run.journal_index import JournalIndex
from conformance.run.session import RunObserver, Session

CONTRACT = Path(conformance.contract.__file__).parent

_SEVERITY = {Level.MUST: "critical", Level.SHOULD: "normal", Level.MAY: "trivial"}


class CaseItem(pytest.Item):
    """A test item that waits for the verdict of one case."""

    funcargs: dict[str, Any]

    def __init__(self, *, case: Case, plugin: "ConformancePlugin", **kw: Any) -> None:  # noqa: ANN401 -- what pytest passes to a node
        # The node id contains the section instead of the file, whose path differs
        # between machines. A JUnit file then reads classname="usage",
        # name="usage.total-is-the-sum[…]".
        section = case.check.requirement.section
        super().__init__(**kw, nodeid=f"{section}::{case.id}")
        self.case = case
        self.plugin = plugin
        self.funcargs = {}
        self.function = case.check.function

    def runtest(self) -> None:
        """Wait for the verdict; a failed SHOULD or MAY is an expected failure."""
        __tracebackhide__ = True
        verdict = self.plugin.verdict(self.case)
        if self.plugin.allure:
            self._report_to_allure(verdict)
        message = self.plugin.failure_message(verdict)
        match verdict.outcome:
            case Outcome.PASSED:
                return
            case Outcome.FAILED if verdict.level is not Level.MUST:
                pytest.xfail(message)
            case Outcome.FAILED | Outcome.ERROR:
                pytest.fail(message, pytrace=False)
            case _:
                pytest.skip(f"{outcome_label(verdict.outcome)}: {verdict.reason}")

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,  # noqa: ANN401 -- pytest's type is not public
    ) -> Any:  # noqa: ANN401 -- as above
        """Return the findings or the error that stopped the run, without a traceback.

        Any other exception is a bug in conformance and keeps its traceback.
        """
        if isinstance(excinfo.value, ConformanceError | pytest.fail.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file and line of the check, and the name of the case."""
        code = self.case.check.function.__code__
        return self.path, code.co_firstlineno, self.case.id

    def _report_to_allure(self, verdict: Verdict) -> None:
        """Attach the section, level, requirement and evidence to the Allure result."""
        import allure  # noqa: PLC0415 -- slow to import, and rarely used

        requirement = verdict.requirement
        dynamic: Any = allure.dynamic  # it has no type annotations
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
            f"How it is checked: {self.case.check.text}"
        )
        text = allure.attachment_type.TEXT
        for finding in verdict.findings:
            allure.attach(str(finding), f"finding at {finding.pointer}", text)
        for exchange in self.plugin.evidence_of(verdict):
            for name, content in self.plugin.attachments(exchange):
                allure.attach(content, f"{exchange.id} {name}", text)


class SectionFile(pytest.File):
    """A module of the contract with the cases of the checks that it defines."""

    plugin: "ConformancePlugin"

    def collect(self) -> Iterator[CaseItem]:
        """Yield an item for each planned case of this module."""
        for case in self.plugin.cases_in(self.path):
            yield CaseItem.from_parent(
                self, name=case.id, case=case, plugin=self.plugin
            )


def _add_junit_properties(config: pytest.Config, report: Report) -> None:
    """Add target and verdict as properties to the JUnit file, if pytest writes one.

    pytest offers this only as a fixture, and these items cannot request fixtures.
    """
    properties = {
        "target": report.target.url,
        "model": report.target.model,
        "profile": report.target.profile,
        "catalogue": report.run.catalogue,
        "run": report.run.id,
        "verdict": report.verdict,
    }
    for _, plugin in config.pluginmanager.list_name_plugin():
        if callable(add := getattr(plugin, "add_global_property", None)):
            for name, value in properties.items():
                add(f"conformance.{name}", value)


@dataclass(eq=False)
class ConformancePlugin:
    """The pytest plugin of one run: plan, send, wait for verdicts, write the reports.

    ``allure`` says whether Allure results are written. ``error`` is the error that
    stopped the run, or ``None``.
    """

    settings: Settings
    formats: tuple[str, ...]
    directory: Path
    observer: RunObserver = field(default_factory=RunObserver)
    allure: bool = False
    report: Report | None = None
    error: ConformanceError | None = None

    def __post_init__(self) -> None:
        """Plan all cases; pytest may select fewer of them later."""
        self.plan = plan(catalogue(), self.settings)
        by_module: dict[str, list[Case]] = {}
        for case in self.plan.cases:
            by_module.setdefault(case.check.function.__module__, []).append(case)
        self._cases_by_path = {
            Path(sys.modules[name].__file__ or ""): cases
            for name, cases in by_module.items()
        }
        self.session: Session | None = None
        self._journal: Journal | None = None
        self.interrupted = False

    def cases_in(self, path: Path) -> Iterable[Case]:
        """Return the cases whose check is defined in the module at ``path``."""
        return self._cases_by_path.get(path, [])

    @property
    def evidence(self) -> JournalReader:
        """Return the exchanges of this run; there are none before it has started."""
        return (
            self._journal.reader
            if self._journal
            else JournalReader(self.directory, JournalIndex())
        )

    def evidence_of(self, verdict: Verdict) -> Iterator[Exchange]:
        """Yield each exchange that the findings of a verdict refer to."""
        for id_ in dict.fromkeys(finding.exchange for finding in verdict.findings):
            if exchange := self.evidence(id_):
                yield exchange

    def attachments(self, exchange: Exchange) -> Iterator[tuple[str, str]]:
        """Yield name and text of the request, the response and the curl command."""
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
        yield "curl", self._curl(exchange)

    def failure_message(self, verdict: Verdict) -> str:
        """Return a verdict as text, with the curl command of its first exchange."""
        lines = [str(verdict), f"    {verdict.requirement.text}"]
        exchange = next(self.evidence_of(verdict), None)
        if exchange:
            lines.append(f"    reproduce {exchange.id}: {self._curl(exchange)}")
        return "\n".join(lines)

    def _curl(self, exchange: Exchange) -> str:
        url = self.settings.url + "/v1/responses"
        return curl(exchange.request, url, self.settings.key_env)

    def verdict(self, case: Case) -> Verdict:
        """Wait for the verdict of a case; raise the error that stopped the run."""
        if self.session is None:
            raise RuntimeError("the session has not been started")
        return self.session.verdict(case)

    def start(self, ids: set[str]) -> None:
        """Open the journal and start to send requests for the cases with these ids."""
        selected = restrict_to(self.plan, ids, self.settings)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(self.directory / "journal.ndjson")
        self.session = Session(self.settings, selected, self._journal, self.observer)
        self.session.start()

    def finish(self) -> Report | None:
        """End the session and write every report; ``None`` if it was not started."""
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
        write_reports(
            self.formats,
            self.report,
            self.evidence,
            self.directory,
            self.settings.lang,
        )
        return self.report

    # Hooks that pytest calls.

    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> SectionFile | None:
        """Collect the modules of the contract."""
        if file_path.suffix != ".py" or CONTRACT not in file_path.parents:
            return None
        section: SectionFile = SectionFile.from_parent(parent, path=file_path)
        section.plugin = self
        return section

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Move the items whose check needs every exchange to the end."""
        items.sort(key=lambda i: isinstance(i, CaseItem) and i.case.probe is None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Start to send requests after pytest has selected the items."""
        ids = {item.case.id for item in session.items if isinstance(item, CaseItem)}
        if ids and not session.config.option.collectonly:
            self.start(ids)

    def pytest_keyboard_interrupt(self) -> None:
        """Record that the user interrupted the run."""
        self.interrupted = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports; if pytest would exit with 0, exit with the report's code.

        This runs before other plugins, so that the JUnit file contains target and
        verdict.
        """
        report = self.finish()
        if report:
            _add_junit_properties(session.config, report)
        if report and session.exitstatus == pytest.ExitCode.OK and report.exit_code:
            session.exitstatus = report.exit_code
