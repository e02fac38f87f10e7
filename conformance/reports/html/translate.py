"""Translated texts as HTML that contains every language; the page shows one of them.

Each language has its own ``span``. A style sheet hides the other languages, so
switching needs no reload and no texts in a script.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from markupsafe import Markup, escape

from conformance.model.report import Report
from conformance.model.requirement import Level, Requirement
from conformance.model.verdict import Outcome
from conformance.reports import i18n
from conformance.reports.code_spans import code_spans
from conformance.reports.escaping import escape_control_characters
from conformance.reports.i18n import LANGUAGES, TAGS, translate

_SPAN: Final = Markup('<span class="{lang}" lang="{tag}">{text}</span>')


def in_all_languages(text_in: Callable[[str], str], **values: object) -> Markup:
    """Return ``text_in(lang)`` for each language, formatted with ``values``.

    Values are escaped. If all languages have the same text, it appears once.
    """
    texts = {
        lang: code_spans(escape_control_characters(text_in(lang))).format(**values)
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
    """Return a text of the page; raises ``LookupError`` if it has no translation."""
    return in_all_languages(partial(translate, text), **values)


def term(word: str) -> Markup:
    """Return a word from the data, such as a section; an unknown word is unchanged."""
    return in_all_languages(lambda lang: _without_placeholders(_term(word, lang)))


def _term(word: str, lang: str) -> str:
    return word if lang == "en" else i18n.interface().get(word, word)


def _without_placeholders(text: str) -> str:
    """Escape braces, so that ``str.format`` finds no placeholder."""
    return text.replace("{", "{{").replace("}", "}}")


def requirement_text(requirement: Requirement) -> Markup:
    """Return the text of a requirement."""
    return in_all_languages(
        lambda lang: _without_placeholders(i18n.requirement_text(requirement, lang))
    )


def cause(requirement: Requirement) -> Markup:
    """Return the usual cause of a failure."""
    return in_all_languages(
        lambda lang: _without_placeholders(i18n.cause(requirement, lang))
    )


def untested_reason(requirement: Requirement, english: str) -> Markup:
    """Return why a requirement is not tested."""
    text_in = partial(i18n.untested_reason, requirement, english)
    return in_all_languages(lambda lang: _without_placeholders(text_in(lang)))


def verdict_reason(text: str) -> Markup:
    """Return the reason of a verdict, which may quote a server."""
    return in_all_languages(
        lambda lang: _without_placeholders(i18n.verdict_reason(text, lang))
    )


def attribute(name: str, text: str, **values: object) -> Markup:
    """Return an HTML attribute with the English text.

    Further ``data-*`` attributes contain its text in every language, from which the
    language switch takes the one to show.
    """
    texts = {lang: escape(translate(text, lang)).format(**values) for lang in LANGUAGES}
    return _attribute_in_all_languages(name, texts)


def term_attribute(name: str, word: str) -> Markup:
    """Return an HTML attribute whose value is a word from the data, like ``term``."""
    return _attribute_in_all_languages(
        name, {lang: escape(_term(word, lang)) for lang in LANGUAGES}
    )


def _attribute_in_all_languages(name: str, texts: dict[str, Markup]) -> Markup:
    data = Markup(" ").join(
        Markup('data-{}="{}"').format(lang, text) for lang, text in texts.items()
    )
    current = Markup('{}="{}"').format(name, texts[LANGUAGES[0]])
    return Markup('{} data-attribute="{}" {}').format(current, name, data)


def verdict_sentence(report: Report) -> Markup:
    """Return the verdict and the reason for it in one or two sentences."""
    musts = report.summary()[Level.MUST]
    if report.verdict == "non-conformant":
        return _failed_sentence(report)
    if report.run.interrupted:
        return t("The run was interrupted: there is no verdict yet.")
    if report.verdict == "inconclusive":
        return _inconclusive_sentence(report)
    passed, failed = musts[Outcome.PASSED], _failed(report)
    if expected := musts[Outcome.EXPECTED]:
        return t(
            "No new failures. MUST requirements: {n} passed, {m} expected to fail.",
            n=passed,
            m=expected,
        )
    if failed:
        return t(
            "Conformant: every tested MUST requirement passed ({n})."
            " Failed SHOULD or MAY requirements: {m}.",
            n=passed,
            m=failed,
        )
    return t("Conformant: every tested MUST requirement passed ({n}).", n=passed)


def _failed(report: Report) -> int:
    """Return the number of failed requirements of all levels."""
    return sum(counts[Outcome.FAILED] for counts in report.summary().values())


def _failed_sentence(report: Report) -> Markup:
    must = report.summary()[Level.MUST][Outcome.FAILED]
    others = _failed(report) - must
    number = "1 MUST requirement" if must == 1 else "{n} MUST requirements"
    text = f"Non-conformant: {number} failed."
    if others:
        text += " Failed SHOULD or MAY requirements: {m}."
    return t(text, n=must, m=others)


def _inconclusive_sentence(report: Report) -> Markup:
    untested = report.summary()[Level.MUST][Outcome.INCONCLUSIVE]
    if untested == 1:
        return t("No verdict: 1 MUST requirement could not be tested.")
    if untested:
        return t("No verdict: {n} MUST requirements could not be tested.", n=untested)
    if any(counts[Outcome.ERROR] for counts in report.summary().values()):
        return t("No verdict: a check had an internal error.")
    return t("No verdict: no MUST requirement was tested.")
