"""The HTML report in a browser: filters, languages, printing and hostile responses."""

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
ShowPage = Callable[..., Page]


@pytest.fixture
def show_page(browser: Browser, tmp_path: Path) -> Iterator[ShowPage]:
    """Return a function that opens a page; fail on an error, message or request."""
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    problems: list[str] = []

    def show(text: str, fragment: str = "", width: int = DESKTOP) -> Page:
        path = tmp_path / "report.html"
        path.write_text(text, encoding="utf-8")
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda message: problems.append(f"console: {message.text}"))
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(path.as_uri())
                else problems.append(f"request: {request.url}")
            ),
        )
        page.goto(path.as_uri() + fragment)
        return page

    yield show
    context.close()
    assert problems == []


def visible_ids(page: Page) -> list[str]:
    """Return the ids of the visible requirements."""
    found = page.locator(".requirement:visible").evaluate_all("l => l.map(x => x.id)")
    return [str(id_) for id_ in found]


def test_filters_hide_requirements(show_page: ShowPage) -> None:
    """By section, level, outcome and words in both languages; reset shows all."""
    page = show_page(render(REPORT, evidence))
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
    page.fill("#text", "no such text")
    expect(page.locator("#none")).to_be_visible()
    page.click("button[type=reset]")
    expect(page.locator("#shown")).to_have_text("4")
    assert visible_ids(page) == everything


def test_section_in_the_overview_filters_its_requirements(show_page: ShowPage) -> None:
    """With one click."""
    page = show_page(render(REPORT, evidence))
    page.click("[data-only-section=usage]")

    assert visible_ids(page) == ["usage.sum", "usage.nice", "usage.fine"]


def test_link_opens_its_requirement(show_page: ShowPage) -> None:
    """In the address, and on the page even if a filter hides it."""
    page = show_page(render(REPORT, evidence), "#usage.sum")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()
    page.uncheck("input[value='not run'], input[value=inconclusive]")
    page.click(".why summary >> nth=0")
    page.click(".why a[href='#state.open']")
    expect(page.locator("[id='state.open'] .inside")).to_be_visible()


def test_language_switches_without_reload(show_page: ShowPage) -> None:
    """Texts, attributes and the ``lang`` of the page."""
    page = show_page(render(REPORT, evidence, "zh"))
    heading = page.locator("h1")

    expect(heading).to_contain_text("契约被违反")
    assert "failed" not in heading.inner_text()
    assert page.get_attribute("#text", "placeholder") == "编号或关键词"
    page.click("[data-set-lang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "契约" not in page.locator("main").inner_text()
    assert page.get_attribute("#text", "placeholder") == "id or keyword"
    page.click("[data-set-lang=zh]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".problems")).to_contain_text("2 个问题")


def test_page_works_with_the_keyboard(show_page: ShowPage) -> None:
    """Tab moves from the filters to the list; Enter opens a requirement."""
    page = show_page(render(REPORT, evidence))
    page.focus("#text")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.requirement')?.id"):
            break
    page.keyboard.press("Enter")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()


def test_button_copies_the_curl_command(show_page: ShowPage) -> None:
    """Completely."""
    page = show_page(render(REPORT, evidence), "#usage.sum")
    page.click("[id='usage.sum'] [data-copy] >> nth=0")
    expect(page.locator("[id='usage.sum'] [data-copy] >> nth=0")).to_contain_text("✓")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -sS -i https://gw.example/v1/responses -H")
    assert "$GW_KEY" in copied


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_not_wider_than_the_window(
    show_page: ShowPage, width: int, scheme: str
) -> None:
    """With everything open, even with hostile responses."""
    for text in (render(REPORT, evidence), render(*hostile.report())):
        page = show_page(text, width=width)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = 1)")
        width_of_page = "document.documentElement.scrollWidth"

        assert page.evaluate(width_of_page) <= width


def test_printing_opens_failures(show_page: ShowPage) -> None:
    """Nothing can be clicked on paper."""
    page = show_page(render(REPORT, evidence))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("[id='usage.sum'] .inside")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("[id='usage.sum'] .inside")).to_be_hidden()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_markup_from_a_server_is_not_active(show_page: ShowPage, lang: str) -> None:
    """Scripts, event handlers and styles in a response are text."""
    text = render(*hostile.report(), lang)
    page = show_page(text)
    title = page.title()
    for name in ("mouseover", "focus", "toggle"):
        page.evaluate(
            "name => document.querySelectorAll('main *').forEach("
            "element => element.dispatchEvent(new Event(name)))",
            name,
        )
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.fill("#text", "hostile.response-1")

    assert page.title() == title
    assert title.startswith("non-conformant")
    assert page.locator("#escaped, img, base, main script, main style").count() == 0
    assert page.locator("script").count() == 1
    assert "hostile.response-1" in visible_ids(page)
    expect(page.locator("body")).to_be_visible()


def test_policy_blocks_scripts_that_were_not_escaped(
    show_page: ShowPage, browser: Browser
) -> None:
    """A script from a server would not run even if the page contained it."""
    messages: list[str] = []
    text = render(REPORT, evidence).replace(
        "<main>", "<main><img src=x onerror=\"document.title='run'\"><script>"
        "document.title='run'</script>",
    )  # fmt: skip
    page = browser.new_page()
    page.on("console", lambda message: messages.append(message.text))
    page.set_content(text)

    assert page.title() != "run"
    assert sum("Content Security Policy" in message for message in messages) >= 2
    page.close()
    show_page(render(REPORT, evidence))


def test_browser_replays_the_har_file(browser: Browser, tmp_path: Path) -> None:
    """Playwright answers a request of a page with the recorded response."""
    path = tmp_path / har.FILE
    path.write_text(har.render(REPORT, evidence), encoding="utf-8")
    (exchange,) = evidence.exchanges()
    context = browser.new_context()
    context.route_from_har(path, not_found="abort")
    page = context.new_page()
    page.route("https://gw.example/", lambda route: route.fulfill(body="<p>"))
    page.goto("https://gw.example/")
    body = page.evaluate(
        "body => fetch('/v1/responses', {method: 'POST', body}).then(r => r.text())",
        exchange.request.content.decode(),
    )

    assert body.encode() == exchange.body
    context.close()
