"""Return texts as HTML that contains every language; the page shows one language.

The text in each language is in its own ``span``. The style sheet hides all languages
except the selected one. The page therefore needs neither a reload nor texts in a script
when the user switches the language.
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

    The text and the values are escaped. If all languages have the same text, the result
    contains it once, without a ``span``.
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
    """Return a word of the report, such as a section; English if not translated."""
    return in_all_languages(lambda lang: _without_placeholders(_term(word, lang)))


def _term(word: str, lang: str) -> str:
    """Return a word of the report in ``lang``, or in English as a fallback."""
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
    """Return the HTML attribute ``name`` with the English text.

    Further attributes (``data-en``, ``data-zh``) contain the text in each language. The
    language switch copies one of them to the attribute.
    """
    texts = {lang: escape(translate(text, lang)).format(**values) for lang in LANGUAGES}
    return _attribute_in_all_languages(name, texts)


def term_attribute(name: str, word: str) -> Markup:
    """Return an HTML attribute whose value is a word of the report; see ``term``."""
    return _attribute_in_all_languages(
        name, {lang: escape(_term(word, lang)) for lang in LANGUAGES}
    )


def _attribute_in_all_languages(name: str, texts: dict[str, Markup]) -> Markup:
    data = Markup(" ").join(
        Markup('data-{}="{}"').format(lang, text) for lang, text in texts.items()
    )
    english = Markup('{}="{}"').format(name, texts[LANGUAGES[0]])
    return Markup('{} data-attribute="{}" {}').format(english, name, data)


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
    failed_musts = report.summary()[Level.MUST][Outcome.FAILED]
    others = _failed(report) - failed_musts
    number = "1 MUST requirement" if failed_musts == 1 else "{n} MUST requirements"
    text = f"Non-conformant: {number} failed."
    if others:
        text += " Failed SHOULD or MAY requirements: {m}."
    return t(text, n=failed_musts, m=others)


def _inconclusive_sentence(report: Report) -> Markup:
    untested = report.summary()[Level.MUST][Outcome.INCONCLUSIVE]
    if untested == 1:
        return t("No verdict: 1 MUST requirement could not be tested.")
    if untested:
        return t("No verdict: {n} MUST requirements could not be tested.", n=untested)
    if any(counts[Outcome.ERROR] for counts in report.summary().values()):
        return t("No verdict: a check had an internal error.")
    return t("No verdict: no MUST requirement was tested.")
