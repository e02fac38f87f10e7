"""Comparison and trend in a browser: filters without scripts, links, small screens."""

from collections.abc import Iterator
from pathlib import Path

import click.testing
import pytest
from playwright.sync_api import Browser, Page, expect

from conformance.cli.app import main
from tests.reports.sample_runs import (
    FAILED,
    PASSED,
    UNSUPPORTED,
    report_on,
    write_directory,
)

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page; fail if the browser logs a message or an error."""
    context = browser.new_context()
    opened = context.new_page()
    messages: list[str] = []
    opened.on("console", lambda message: messages.append(message.text))
    opened.on("pageerror", lambda error: messages.append(str(error)))
    yield opened
    context.close()
    assert messages == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write two reports of one target, and return their parent directory."""
    long = "gpt-" + "x" * 80
    write_directory(
        report_on(model=long, usage_sum=PASSED, usage_cap=PASSED, tools_x=PASSED),
        tmp_path / "old",
    )
    write_directory(
        report_on(
            "2026-02-01",
            model=long,
            usage_sum=FAILED,
            usage_cap=PASSED,
            tools_x=UNSUPPORTED,
        ),
        tmp_path / "new",
    )
    return tmp_path


def run_command(*argv: str) -> None:
    """Run the command line in this process."""
    result = click.testing.CliRunner().invoke(main, argv)
    assert result.exit_code == 0, result.output


def scrolls_sideways(page: Page) -> bool:
    """Return whether the page is wider than the window."""
    visible, total = page.evaluate(
        "(({clientWidth, scrollWidth}) => [clientWidth, scrollWidth])"
        "(document.documentElement)"
    )
    return bool(total > visible)


def test_comparison_filters_differences_and_links_to_reports(
    page: Page, folder: Path
) -> None:
    """A cell links to the requirement on the page of that report."""
    run_command(
        "compare", str(folder / "old"), str(folder / "new"), "--report-dir", str(folder)
    )
    page.goto((folder / "compare.html").as_uri())
    same, differs = page.locator("tr.same[id]"), page.locator("tr.different")

    expect(same).to_be_hidden()
    expect(differs).to_have_count(2)
    expect(page.get_by_role("heading", name="1 newly failing")).to_be_visible()
    page.get_by_label("only differences").uncheck()
    expect(same).to_be_visible()
    page.get_by_role("link", name="failed (1)").first.click()
    assert page.url.endswith("new/report.html#usage.sum")


def test_trend_filters_changed_requirements(page: Page, folder: Path) -> None:
    """The filter works with the keyboard."""
    run_command("trend", str(folder))
    page.goto((folder / "trend.html").as_uri())
    unchanged = page.locator("tr.unchanged")

    expect(unchanged).to_be_hidden()
    expect(page.get_by_text("2026-02-01: passed → failed")).to_be_visible()
    page.get_by_label("only changed requirements").focus()
    page.keyboard.press("Space")
    expect(unchanged).to_be_visible()


@pytest.mark.parametrize("name", ["compare.html", "trend.html"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_page_fits_on_a_phone(page: Page, folder: Path, name: str, scheme: str) -> None:
    """Only tables scroll sideways, even with a long model name."""
    run_command(
        "compare", str(folder / "old"), str(folder / "new"), "--report-dir", str(folder)
    )
    run_command("trend", str(folder))
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto((folder / name).as_uri())
    colors = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.body).color]"
    )

    assert not scrolls_sideways(page)
    assert colors[0] != colors[1]
    assert (colors[0] == "rgb(255, 255, 255)") is (scheme == "light")
