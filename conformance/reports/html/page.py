"""The HTML report: one self-contained page in English and Chinese.

The page loads no other files. Its Content-Security-Policy allows only its own script
and style sheet, by their hashes. All text from a server is escaped.
"""

import re
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import conformance
from conformance.contract.catalogue import catalogue
from conformance.model.generated_input import COLUMNS
from conformance.model.node import Finding
from conformance.model.profile import PROFILES
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level, Untested
from conformance.model.verdict import Outcome
from conformance.reports import Evidence
from conformance.reports.finding_groups import group_findings
from conformance.reports.html import charts, evidence, json_excerpt, translate
from conformance.reports.i18n import LANGUAGES, TAGS
from conformance.reports.static_pages import csp_hash
from conformance.reports.wording import outcome_label

FILE: Final = "report.html"

MAX_EVIDENCE_BYTES: Final = 1_100_000
"""Maximum size of the details of all requirements with evidence."""

MAX_HEADLINES: Final = 8
"""Maximum number of failed requirements that the top of the page lists."""

DEFAULT_EXPIRY_DAYS: Final = 90
"""Days from the start of the run until a proposed baseline entry expires."""

_EXCHANGE_ID: Final = re.compile(r"^x-\d+: ")
"""The exchange id at the start of a reason."""

_LISTED_AS_UNTESTED: Final = (
    Outcome.INCONCLUSIVE,
    Outcome.UNSUPPORTED,
    Outcome.NOT_RUN,
)
"""Outcomes of the requirements that the page lists as not tested."""

_WITH_FINDINGS: Final = (Outcome.FAILED, Outcome.EXPECTED)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("conformance.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        t=translate.t,
        term=translate.term,
        requirement_text=translate.requirement_text,
        cause=translate.cause,
        untested_reason=translate.untested_reason,
        verdict_reason=translate.verdict_reason,
        attribute=translate.attribute,
        term_attribute=translate.term_attribute,
        format_duration=charts.format_duration,
        group_findings=group_findings,
        Level=Level,
        Outcome=Outcome,
    )
    environment.filters["truncated"] = json_excerpt.truncate
    environment.filters["outcome_label"] = outcome_label
    return environment


def _template_file(name: str) -> Markup:
    """Return the content of a file of this package, which is not to be escaped."""
    folder = files("conformance.reports") / "templates"
    return Markup((folder / name).read_text(encoding="utf-8"))  # noqa: S704 -- a file of this package


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy that allows only this style and script."""
    return (
        f"default-src 'none'; style-src {csp_hash(style)};"
        f" script-src {csp_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _by_severity(report: Report) -> list[RequirementResult]:
    """Return the results, sorted by severity of the outcome, then level, then id."""
    levels = list(Level)
    return sorted(
        report.results,
        key=lambda r: (
            r.outcome.rank,
            levels.index(r.level),
            r.requirement.id,
        ),
    )


def _baseline_entry(result: RequirementResult, report: Report) -> str:
    """Return a baseline entry for the requirement, for the user to copy.

    It expires ``DEFAULT_EXPIRY_DAYS`` after the start of the run.
    """
    started = date.fromisoformat(report.run.started_at[:10])
    return (
        "[[expected]]\n"
        f'requirement = "{result.requirement.id}"\n'
        'reason = "…"\n'
        f"expires = {started + timedelta(days=DEFAULT_EXPIRY_DAYS)}"
    )


class _RequirementPanels:
    """Renders the details of each requirement.

    A requirement is rendered without evidence if ``MAX_EVIDENCE_BYTES`` would otherwise
    be exceeded. ``without_evidence`` counts these requirements.
    """

    def __init__(self, report: Report, journal: Evidence) -> None:
        self._report = report
        self._journal = journal
        self._bytes_left = MAX_EVIDENCE_BYTES
        self.without_evidence = 0

    def of(self, result: RequirementResult) -> Markup:
        """Return the details of a requirement, with evidence if there is space left."""
        if result.outcome not in _WITH_FINDINGS:
            return self._render(result, None, ())
        view = evidence.select_evidence(result, self._report, self._journal)
        findings = evidence.findings_to_show(result, view)
        panel = self._render(result, view, findings)
        if (size := len(panel.encode("utf-8"))) <= self._bytes_left:
            self._bytes_left -= size
            return panel
        self.without_evidence += 1
        return self._render(result, None, ())

    def _render(
        self,
        result: RequirementResult,
        view: evidence.EvidenceView | None,
        findings: tuple[Finding, ...],
    ) -> Markup:
        template = _environment().get_template("requirement.html.j2")
        text = template.render(
            result=result,
            evidence=view,
            findings=findings,
            has_findings=result.outcome in _WITH_FINDINGS,
            baseline_entry=_baseline_entry(result, self._report),
        )
        return Markup(text)  # noqa: S704 -- the template escapes all values


def _untested(report: Report) -> list[tuple[Outcome, str, list[RequirementResult]]]:
    """Return the requirements that were not tested, grouped by outcome and reason.

    Reasons that differ only in the id of an exchange are in one group. The groups of an
    outcome are sorted by size, the largest first.
    """
    by_reason: dict[tuple[Outcome, str], list[RequirementResult]] = {}
    for result in report.results:
        if result.outcome in _LISTED_AS_UNTESTED:
            reason = _EXCHANGE_ID.sub("", result.reason)
            by_reason.setdefault((result.outcome, reason), []).append(result)
    return sorted(
        (
            (outcome, reason, results)
            for (outcome, reason), results in by_reason.items()
        ),
        key=lambda group: (group[0].rank, -len(group[2])),
    )


def _untestable(report: Report) -> list[Untested]:
    """Return the requirements of the report's profile that a client cannot test.

    Requirements that are newer than the catalogue of the run are omitted.
    """
    profile = PROFILES.get(report.target.profile)
    return [
        untested
        for untested in catalogue().untested
        if untested.requirement.since <= report.run.catalogue
        and (profile is None or profile.includes(untested.requirement))
    ]


def render(report: Report, journal: Evidence, lang: str = LANGUAGES[0]) -> str:
    """Return the page; ``lang`` is the language that it shows first."""
    style, script = _template_file("report.css"), _template_file("report.js")
    panels = _RequirementPanels(report, journal)
    results = [(result, panels.of(result)) for result in _by_severity(report)]
    summary = report.summary()
    counts = {o: sum(levels[o] for levels in summary.values()) for o in Outcome}
    failed = {level: c[Outcome.FAILED] for level, c in summary.items()}
    headlines = [r for r, _ in results if r.outcome is Outcome.FAILED]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            lang=lang,
            tags=TAGS,
            version=conformance.__version__,
            policy=Markup(policy(style, script)),  # noqa: S704 -- hashes of this package's files
            style=style,
            script=script,
            sentence=translate.verdict_sentence(report),
            failed=failed,
            total_failed=sum(failed.values()),
            counts=counts,
            sections=charts.bars(report),
            untested=_untested(report),
            untestable=_untestable(report),
            results=results,
            headlines=headlines[:MAX_HEADLINES],
            without_evidence=panels.without_evidence,
            columns=COLUMNS,
            plot=charts.token_plot(journal),
            size=charts.PLOT_SIZE,
            latencies=charts.latency_chart(report),
        )
        + "\n"
    )
