"""Comparison and trend in a browser: filters without a script, links, small screens."""

from collections.abc import Iterator
from pathlib import Path

import click.testing
import pytest
from playwright.sync_api import Browser, Page, expect

from conformance.cli.app import main
from tests.reports.sample_runs import FAILED, PASSED, UNSUPPORTED, shelved, story

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page of which nothing may be blocked or thrown."""
    context = browser.new_context()
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert said == []


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Write two reports of one target."""
    long = "gpt-" + "x" * 80
    shelved(
        story(model=long, usage_sum=PASSED, usage_cap=PASSED, tools_x=PASSED),
        tmp_path / "old",
    )
    shelved(
        story(
            "2026-02-01",
            model=long,
            usage_sum=FAILED,
            usage_cap=PASSED,
            tools_x=UNSUPPORTED,
        ),
        tmp_path / "new",
    )
    return tmp_path


def made(*argv: str) -> None:
    """Run the command line in this process."""
    result = click.testing.CliRunner().invoke(main, argv)
    assert result.exit_code == 0, result.output


def wide(page: Page) -> bool:
    """Say whether the page itself has to be scrolled sideways."""
    shown, whole = page.evaluate(
        "(({clientWidth, scrollWidth}) => [clientWidth, scrollWidth])"
        "(document.documentElement)"
    )
    return bool(whole > shown)


def test_a_comparison_shows_differences_and_on_wish_all(
    page: Page, shelf: Path
) -> None:
    """A cell leads to the requirement in that report's page."""
    made("compare", str(shelf / "old"), str(shelf / "new"), "--report-dir", str(shelf))
    page.goto((shelf / "compare.html").as_uri())
    same, differs = page.locator("tr.same[id]"), page.locator("tr.different")

    expect(same).to_be_hidden()
    expect(differs).to_have_count(2)
    expect(page.get_by_role("heading", name="1 broke")).to_be_visible()
    page.get_by_label("only differences").uncheck()
    expect(same).to_be_visible()
    page.get_by_role("link", name="failed (1)").first.click()
    assert page.url.endswith("new/report.html#usage.sum")


def test_a_trend_shows_what_changed_and_on_wish_all(page: Page, shelf: Path) -> None:
    """By the keyboard as well."""
    made("trend", str(shelf))
    page.goto((shelf / "trend.html").as_uri())
    still = page.locator("tr.still")

    expect(still).to_be_hidden()
    expect(page.get_by_text("2026-02-01: passed → failed")).to_be_visible()
    page.get_by_label("only what has changed").focus()
    page.keyboard.press("Space")
    expect(still).to_be_visible()


@pytest.mark.parametrize("name", ["compare.html", "trend.html"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_phone_shows_the_page_at_its_width(
    page: Page, shelf: Path, name: str, scheme: str
) -> None:
    """Only tables scroll sideways, whatever a model is called."""
    made("compare", str(shelf / "old"), str(shelf / "new"), "--report-dir", str(shelf))
    made("trend", str(shelf))
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((shelf / name).as_uri())
    colours = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.body).color]"
    )

    assert not wide(page)
    assert colours[0] != colours[1]
    assert (colours[0] == "rgb(255, 255, 255)") is (scheme == "light")
