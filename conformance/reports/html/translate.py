"""Texts as HTML in every language at once; the page shows the one that is chosen.

Each text stands in a ``span`` of its language beside the others. A style sheet hides
those that are not wanted, so that switching needs no reload and no text in a script.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from markupsafe import Markup, escape

from conformance.model.report import Report
from conformance.model.requirement import Level, Requirement
from conformance.model.verdict import Outcome
from conformance.reports import i18n
from conformance.reports.escaping import escape_control_characters
from conformance.reports.i18n import LANGUAGES, TAGS, said

_SPAN: Final = Markup('<span class="{lang}" lang="{tag}">{text}</span>')


def in_each(say: Callable[[str], str], **values: object) -> Markup:
    """Return what ``say`` returns for each language, with ``values`` put in.

    Values are escaped; where all languages say the same, it stands there once.
    """
    texts = {
        lang: escape(escape_control_characters(say(lang))).format(**values)
        for lang in LANGUAGES
    }
    if len(set(texts.values())) == 1:
        return texts[LANGUAGES[0]]
    spans = (
        _SPAN.format(lang=lang, tag=TAGS[lang], text=text)
        for lang, text in texts.items()
    )
    return Markup("").join(spans)


def t(text: str, **values: object) -> Markup:
    """Return a text of the page; raises ``LookupError`` for one without Chinese."""
    return in_each(partial(said, text), **values)


def term(word: str) -> Markup:
    """Return a word out of the data, such as a section; an unknown one stays."""
    return in_each(lambda lang: _braced(_term(word, lang)))


def _term(word: str, lang: str) -> str:
    return word if lang == "en" else i18n.interface().get(word, word)


def _braced(text: str) -> str:
    """Return a text in which nothing is a place for a value."""
    return text.replace("{", "{{").replace("}", "}}")


def clause(requirement: Requirement) -> Markup:
    """Return the sentence of a requirement."""
    return in_each(lambda lang: _braced(i18n.clause(requirement, lang)))


def cause(requirement: Requirement) -> Markup:
    """Return what is likely to break a requirement."""
    return in_each(lambda lang: _braced(i18n.cause(requirement, lang)))


def because(requirement: Requirement, english: str) -> Markup:
    """Return why a clause is not tested."""
    say = partial(i18n.because, requirement, english)
    return in_each(lambda lang: _braced(say(lang)))


def reason(text: str) -> Markup:
    """Return the reason of a verdict, which may quote a server."""
    return in_each(lambda lang: _braced(i18n.reason(text, lang)))


def label(attribute: str, text: str, **values: object) -> Markup:
    """Return an attribute in English, and what the page puts there when it switches."""
    told = {lang: escape(said(text, lang)).format(**values) for lang in LANGUAGES}
    return _switched(attribute, told)


def label_of(attribute: str, word: str) -> Markup:
    """Return an attribute that is a word out of the data, as ``term`` has it."""
    told = {lang: escape(_term(word, lang)) for lang in LANGUAGES}
    return _switched(attribute, told)


def _switched(attribute: str, told: dict[str, Markup]) -> Markup:
    kept = Markup(" ").join(
        Markup('data-{}="{}"').format(lang, value) for lang, value in told.items()
    )
    usual = Markup('{}="{}"').format(attribute, told[LANGUAGES[0]])
    return Markup('{} data-attribute="{}" {}').format(usual, attribute, kept)


def _broken(report: Report) -> tuple[str, dict[str, int]]:
    counts = {lv: c[Outcome.FAILED] for lv, c in report.summary().items()}
    must, rest = counts[Level.MUST], counts[Level.SHOULD] + counts[Level.MAY]
    many = "1 MUST requirement" if must == 1 else "{n} MUST requirements"
    ending = ", and in {m} SHOULD or MAY." if rest else "."
    text = f"The contract is broken in {many}{ending}"
    return text, {"n": must, "m": rest}


def sentence(report: Report) -> Markup:
    """Return the verdict in one sentence."""
    musts = report.summary()[Level.MUST]
    broken = sum(c[Outcome.FAILED] for c in report.summary().values())
    kept = musts[Outcome.PASSED]
    if report.run.interrupted and report.verdict != "non-conformant":
        return t("The run was interrupted: what was judged proves nothing yet.")
    if report.verdict == "non-conformant":
        text, values = _broken(report)
        return t(text, **values)
    if report.verdict == "inconclusive":
        return t(
            "No verdict: {n} MUST requirements could not be judged.",
            n=musts[Outcome.INCONCLUSIVE],
        )
    if excused := musts[Outcome.EXPECTED]:
        return t(
            "No new breach: {n} MUST requirements are kept, {m} are excused.",
            n=kept,
            m=excused,
        )
    if broken:
        return t(
            "This server keeps its contract: all {n} MUST requirements judged are"
            " kept, {m} others are not.",
            n=kept,
            m=broken,
        )
    return t(
        "This server keeps its contract: all {n} MUST requirements judged are kept.",
        n=kept,
    )
