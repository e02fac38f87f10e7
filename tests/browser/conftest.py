"""Leave the browser alone unless it is asked for; then say what is missing.

Nothing is downloaded: Chromium is the system's own, found by its usual names or where
``CONFORMANCE_CHROMIUM`` points.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

ASKED = os.environ.get("CONFORMANCE_BROWSER") == "1"
collect_ignore_glob = [] if ASKED else ["test_*.py"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)

if ASKED:
    from playwright.sync_api import Browser, sync_playwright

    @pytest.fixture(scope="session")
    def browser() -> Iterator[Browser]:
        """Start Chromium once, headless; fails where there is none."""
        named = os.environ.get("CONFORMANCE_CHROMIUM", "")
        path = named or next(filter(None, map(shutil.which, NAMES)), None)
        if not path:
            pytest.fail(
                "no Chromium: apt-get install chromium, or let CONFORMANCE_CHROMIUM"
                " name one that is installed elsewhere"
            )
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=path, args=list(FLAGS)
            )
            yield chromium
            chromium.close()
