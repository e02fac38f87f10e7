"""The report for people: one page that needs nothing else, in English and Chinese.

The page holds no network address that a browser would fetch, and a policy that allows
its own script and style sheet by their hashes alone. All that a server said is text.
"""

import base64
import hashlib
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

FILE: Final = "report.html"

ROOM: Final = 1_100_000
"""Bytes that the evidence of all failures may take up in the page."""

WORST: Final = 8
"""Broken requirements that the first screen names."""

EXCUSED_DAYS: Final = 90
"""Days until the excuse ends that the page proposes for a baseline."""

_ORDER: Final = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.EXPECTED,
    Outcome.INCONCLUSIVE,
    Outcome.UNSUPPORTED,
    Outcome.NOT_RUN,
    Outcome.PASSED,
)
_EXCHANGE: Final = re.compile(r"^x-\d+: ")
_OPEN: Final = (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED, Outcome.NOT_RUN)
_BROKEN: Final = (Outcome.FAILED, Outcome.EXPECTED)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("conformance.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        t=translate.t,
        term=translate.term,
        clause=translate.clause,
        cause=translate.cause,
        because=translate.because,
        reason=translate.reason,
        label=translate.label,
        label_of=translate.label_of,
        told=charts.told,
        group_findings=group_findings,
        Level=Level,
        Outcome=Outcome,
    )
    found.filters["cut"] = json_excerpt.cut
    return found


def _own(name: str) -> Markup:
    """Return a file of ours that goes into the page as it is."""
    folder = files("conformance.reports") / "templates"
    return Markup((folder / name).read_text(encoding="utf-8"))  # noqa: S704 -- our own file


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def policy(style: str, script: str) -> str:
    """Return the content security policy: this style, this script, nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)};"
        " base-uri 'none'; form-action 'none'"
    )


def _by_gravity(report: Report) -> list[RequirementResult]:
    levels = list(Level)
    return sorted(
        report.results,
        key=lambda r: (
            _ORDER.index(r.outcome),
            levels.index(r.level),
            r.requirement.id,
        ),
    )


def _excuse(result: RequirementResult, report: Report) -> str:
    """Return the entry of a baseline that would excuse a failure for a while."""
    begun = date.fromisoformat(report.run.started_at[:10])
    return (
        "[[expected]]\n"
        f'requirement = "{result.requirement.id}"\n'
        'reason = "…"\n'
        f"expires = {begun + timedelta(days=EXCUSED_DAYS)}"
    )


class _Bodies:
    """The insides of all requirements; evidence goes in while there is room."""

    def __init__(self, report: Report, kept: Evidence) -> None:
        self._report = report
        self._kept = kept
        self._left = ROOM
        self.left_out = 0

    def of(self, result: RequirementResult) -> Markup:
        """Return what a requirement opens to."""
        if result.outcome not in _BROKEN:
            return self._rendered(result, None, ())
        best = evidence.best(result, self._report, self._kept)
        findings = evidence.told(result, best)
        whole = self._rendered(result, best, findings)
        if (size := len(whole.encode("utf-8"))) <= self._left:
            self._left -= size
            return whole
        self.left_out += 1
        return self._rendered(result, None, ())

    def _rendered(
        self,
        result: RequirementResult,
        best: evidence.Shown | None,
        findings: tuple[Finding, ...],
    ) -> Markup:
        template = _environment().get_template("requirement.html.j2")
        text = template.render(
            result=result,
            best=best,
            findings=findings,
            is_broken=result.outcome in _BROKEN,
            excuse=_excuse(result, self._report),
        )
        return Markup(text)  # noqa: S704 -- the template has escaped it


def _not_judged(report: Report) -> list[tuple[Outcome, str, list[RequirementResult]]]:
    """Return the requirements that were not judged, by outcome and reason.

    A reason is the same whatever exchange showed it; the commonest ones come first.
    """
    found: dict[tuple[Outcome, str], list[RequirementResult]] = {}
    for result in report.results:
        if result.outcome in _OPEN:
            reason = _EXCHANGE.sub("", result.reason)
            found.setdefault((result.outcome, reason), []).append(result)
    return sorted(
        ((outcome, reason, several) for (outcome, reason), several in found.items()),
        key=lambda group: (_ORDER.index(group[0]), -len(group[2])),
    )


def _untestable(report: Report) -> list[Untested]:
    """Return the clauses of the profile that no exchange can show."""
    profile = PROFILES.get(report.target.profile)
    return [
        untested
        for untested in catalogue().untested
        if untested.requirement.since <= report.run.catalogue
        and (profile is None or profile.includes(untested.requirement))
    ]


def render(report: Report, kept: Evidence, lang: str = LANGUAGES[0]) -> str:
    """Write the page; ``lang`` is the language that it shows first."""
    style, script = _own("report.css"), _own("report.js")
    bodies = _Bodies(report, kept)
    results = [(result, bodies.of(result)) for result in _by_gravity(report)]
    summary = report.summary()
    counts = {o: sum(levels[o] for levels in summary.values()) for o in _ORDER}
    broken = {level: c[Outcome.FAILED] for level, c in summary.items()}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            lang=lang,
            tags=TAGS,
            version=conformance.__version__,
            policy=Markup(policy(style, script)),  # noqa: S704 -- hashes of our own files
            style=style,
            script=script,
            sentence=translate.sentence(report),
            broken=broken,
            problems=sum(broken.values()),
            counts=counts,
            sections=charts.bars(report),
            not_judged=_not_judged(report),
            untestable=_untestable(report),
            results=results,
            worst=[r for r, _ in results if r.outcome is Outcome.FAILED][:WORST],
            left_out=bodies.left_out,
            columns=COLUMNS,
            plot=charts.ladder_plot(kept),
            size=charts.PLOT,
            times=charts.times(report),
        )
        + "\n"
    )
