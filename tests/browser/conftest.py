"""Start Chromium for the tests of this directory, which run only on request.

``CONFORMANCE_BROWSER=1`` enables the tests. Nothing is downloaded: Chromium must be
installed under one of its usual names, or ``CONFORMANCE_CHROMIUM`` is its path.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

ENABLED = os.environ.get("CONFORMANCE_BROWSER") == "1"
collect_ignore_glob = [] if ENABLED else ["test_*.py"]

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

if ENABLED:
    from playwright.sync_api import Browser, sync_playwright

    @pytest.fixture(scope="session")
    def browser() -> Iterator[Browser]:
        """Start Chromium once, headless; fails if it is not installed."""
        configured = os.environ.get("CONFORMANCE_CHROMIUM", "")
        path = configured or next(filter(None, map(shutil.which, NAMES)), None)
        if not path:
            pytest.fail(
                "no Chromium found: apt-get install chromium, or set"
                " CONFORMANCE_CHROMIUM to its path"
            )
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=path, args=list(FLAGS)
            )
            yield chromium
            chromium.close()
