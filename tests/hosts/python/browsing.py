"""Debian's Chromium, driven by Playwright, and what went wrong on a page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        # Who runs the tests may be root, whom Chromium's own sandbox does not take.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A page of a fresh profile. Errors of the console, requests to elsewhere, and what axe finds make it fail."""
    wrong: list[str] = []
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))

        def look(request: Any) -> None:
            if urlsplit(request.url).netloc not in ("", urlsplit(url).netloc):
                wrong.append(f"a request to {request.url}")

        page.on("request", look)
        page.goto(url)
        yield page
        assert wrong == []
    finally:
        context.close()


def require_accessible(page: Page) -> None:
    """Contrast, names, roles, and whatever else axe knows."""
    found = Axe().run(page).response["violations"]
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    assert told == [], json.dumps(told, indent=1)
