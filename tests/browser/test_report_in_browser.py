"""The page in Chromium: it works, in both languages, and no answer runs in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import har
from conformance.reports.html.page import render
from tests.reports import hostile
from tests.reports.sample_reports import evidence, report_of, verdict

REPORT = report_of(
    verdict("usage.sum", Outcome.FAILED),
    verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
    verdict("usage.fine", Outcome.PASSED),
    verdict("state.open", Outcome.INCONCLUSIVE, reason="deselected"),
)

PHONE, DESKTOP = 390, 1280
Shown = Callable[..., Page]


@pytest.fixture
def shown(browser: Browser, tmp_path: Path) -> Iterator[Shown]:
    """Return what opens a page; it fails when the page errs, or asks for anything."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    trouble: list[str] = []

    def show(text: str, fragment: str = "", width: int = DESKTOP) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("console", lambda told: trouble.append(f"console: {told.text}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda asked: (
                None
                if asked.url.startswith(path.as_uri())
                else trouble.append(f"request: {asked.url}")
            ),
        )
        page.goto(path.as_uri() + fragment)
        return page

    yield show
    context.close()
    assert trouble == []


def visible_ids(page: Page) -> list[str]:
    """Return the ids of the requirements that are shown."""
    found = page.locator(".requirement:visible").evaluate_all("l => l.map(x => x.id)")
    return [str(one) for one in found]


def test_filters_narrow_the_list(shown: Shown) -> None:
    """By section, level, outcome and words of both languages; reset shows all."""
    page = shown(render(REPORT, evidence))
    everything = ["usage.sum", "usage.nice", "state.open", "usage.fine"]

    assert visible_ids(page) == everything
    page.select_option("#section", "state")
    assert visible_ids(page) == ["state.open"]
    page.select_option("#section", "")
    page.uncheck("input[value=MUST]")
    assert visible_ids(page) == ["usage.nice"]
    page.check("input[value=MUST]")
    page.uncheck("input[value=failed]")
    assert visible_ids(page) == ["state.open", "usage.fine"]
    page.fill("#text", "FINE 通过")
    assert visible_ids(page) == ["usage.fine"]
    expect(page.locator("#shown")).to_have_text("1 / 4")
    page.fill("#text", "nothing is called so")
    expect(page.locator("#none")).to_be_visible()
    page.click("button[type=reset]")
    expect(page.locator("#shown")).to_have_text("4")
    assert visible_ids(page) == everything


def test_a_section_of_the_overview_leads_to_its_requirements(shown: Shown) -> None:
    """One click from the bars to the list."""
    page = shown(render(REPORT, evidence))
    page.click("[data-only-section=usage]")

    assert visible_ids(page) == ["usage.sum", "usage.nice", "usage.fine"]


def test_a_link_opens_its_requirement(shown: Shown) -> None:
    """From outside, and inside even where a filter hides it."""
    page = shown(render(REPORT, evidence), "#usage.sum")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()
    page.uncheck("input[value='not run'], input[value=inconclusive]")
    page.click(".why summary >> nth=0")
    page.click(".why a[href='#state.open']")
    expect(page.locator("[id='state.open'] .inside")).to_be_visible()


def test_the_languages_switch_without_reload(shown: Shown) -> None:
    """Texts, attributes and the language of the page itself."""
    page = shown(render(REPORT, evidence, "zh"))
    heading = page.locator("h1")

    expect(heading).to_contain_text("契约被违反")
    assert "contract" not in heading.inner_text()
    assert page.get_attribute("#text", "placeholder") == "编号或关键词"
    page.click("[data-set-lang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "契约" not in page.locator("main").inner_text()
    assert page.get_attribute("#text", "placeholder") == "id or words"
    page.click("[data-set-lang=zh]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".problems")).to_contain_text("2 个问题")


def test_the_keyboard_is_enough(shown: Shown) -> None:
    """Tab leads from the filters to the list; Enter opens what is in focus."""
    page = shown(render(REPORT, evidence))
    page.focus("#text")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.requirement')?.id"):
            break
    page.keyboard.press("Enter")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()


def test_the_curl_line_is_copied_whole(shown: Shown) -> None:
    """The button hands over what stands beside it."""
    page = shown(render(REPORT, evidence), "#usage.sum")
    page.click("[id='usage.sum'] [data-copy] >> nth=0")
    expect(page.locator("[id='usage.sum'] [data-copy] >> nth=0")).to_contain_text("✓")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -sS -i https://gw.example/v1/responses -H")
    assert "$GW_KEY" in copied


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out(shown: Shown, width: int, scheme: str) -> None:
    """No sideways scrolling, with everything open, hostile answers as well."""
    for text in (render(REPORT, evidence), render(*hostile.report())):
        page = shown(text, width=width)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = 1)")
        wide = "document.documentElement.scrollWidth"

        assert page.evaluate(wide) <= width


def test_printing_opens_what_is_broken(shown: Shown) -> None:
    """On paper nothing can be clicked."""
    page = shown(render(REPORT, evidence))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("[id='usage.sum'] .inside")).to_be_hidden()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_answer_runs(shown: Shown, lang: str) -> None:
    """Markup, scripts, handlers and styles of a server are letters on the page."""
    text = render(*hostile.report(), lang)
    page = shown(text)
    title = page.title()
    for name in ("mouseover", "focus", "toggle"):
        page.evaluate(
            "name => document.querySelectorAll('main *').forEach("
            "one => one.dispatchEvent(new Event(name)))",
            name,
        )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.fill("#text", "hostile.answer-1")

    assert page.title() == title
    assert title.startswith("non-conformant")
    assert page.locator("#escaped, img, base, main script, main style").count() == 0
    assert page.locator("script").count() == 1
    assert "hostile.answer-1" in visible_ids(page)
    expect(page.locator("body")).to_be_visible()


def test_the_policy_stops_what_slips_through(shown: Shown, browser: Browser) -> None:
    """Were there markup of a server in the page, its script would not run."""
    told: list[str] = []
    text = render(REPORT, evidence).replace(
        "<main>", "<main><img src=x onerror=\"document.title='run'\"><script>"
        "document.title='run'</script>",
    )  # fmt: skip
    page = browser.new_page()
    page.on("console", lambda message: told.append(message.text))
    page.set_content(text)

    assert page.title() != "run"
    assert sum("Content Security Policy" in message for message in told) >= 2
    page.close()
    shown(render(REPORT, evidence))


def test_a_browser_reads_the_archive(browser: Browser, tmp_path: Path) -> None:
    """Playwright, which reads HAR files itself, answers a page out of ours."""
    path = tmp_path / har.FILE
    path.write_text(har.render(REPORT, evidence), encoding="utf-8")
    (kept,) = evidence.exchanges()
    context = browser.new_context()
    context.route_from_har(path, not_found="abort")
    page = context.new_page()
    page.route("https://gw.example/", lambda route: route.fulfill(body="<p>"))
    page.goto("https://gw.example/")
    answer = page.evaluate(
        "body => fetch('/v1/responses', {method: 'POST', body}).then(r => r.text())",
        kept.request.content.decode(),
    )

    assert answer.encode() == kept.body
    context.close()
