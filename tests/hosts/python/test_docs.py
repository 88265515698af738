"""The documentation site: it builds without a warning, its examples run, and no link of it is dead."""

from __future__ import annotations

import functools
import inspect
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import expect

import brightpearl
from browsing import chromium, opened

BUILD = Path(__file__).parents[3] / "docs" / "site" / "build.py"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from this tree, or the one that BRIGHTPEARL_SITE names."""
    if "BRIGHTPEARL_SITE" in os.environ:
        return Path(os.environ["BRIGHTPEARL_SITE"])
    target = tmp_path_factory.mktemp("docs")
    done = subprocess.run(
        [sys.executable, str(BUILD), str(target)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "MPLBACKEND": "svg"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return target / "html"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Read(HTMLParser):
    """What a page links to, and what can be linked to on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in ("href", "src") and value and tag != "base":
                self.links.append(value)
            if name in ("id", "name") and value:
                self.anchors.add(value)


def test_no_link_is_dead_and_nothing_comes_from_elsewhere(site: Path) -> None:
    pages = {path: _Read(path.read_text()) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 30
    for path, page in pages.items():
        for link in page.links:
            where, anchor = urldefrag(link)
            if urlsplit(where).scheme:
                # A person may follow it; the page itself loads nothing from there.
                assert not re.search(rf'(src|<link[^>]*href)="{re.escape(link)}"', path.read_text()), link
                continue
            there = (path.parent / unquote(where)).resolve() if where else path
            there = there / "index.html" if there.is_dir() else there
            assert there.is_file(), f"{path.relative_to(site)}: {link}"
            if anchor and there in pages:
                assert unquote(anchor) in pages[there].anchors, f"{path.relative_to(site)}: {link}"


def test_every_resource_task_command_and_error_is_in_the_reference(site: Path) -> None:
    reference = "".join(path.read_text() for path in sorted((site / "reference").glob("*.html")))
    for listed in brightpearl.catalog():
        assert f'id="{listed.name}"' in reference, listed.name
    for command in ("brightpearl-search", "brightpearl-map-run", "brightpearl-man"):
        assert f'id="{command}"' in reference
    tasks = (site / "docs" / "tasks.html").read_text()
    assert all(task.name in tasks for task in brightpearl.tasks())
    errors = (site / "docs" / "errors.html").read_text()
    assert all(kind.kind in errors for kind in brightpearl.errors().kinds)


@pytest.mark.parametrize(("page", "of"), [("client", brightpearl.Client), ("async-client", brightpearl.AsyncClient)])
def test_every_method_of_a_client_is_in_the_reference_with_its_own_parameters(site: Path, page: str, of: type) -> None:
    parts = re.split(r'<h[23] id="([\w.]+)"', (site / "reference" / "python" / f"{page}.html").read_text())
    told = {
        name: re.sub(r"<[^>]+>", "", text.partition("</code></pre>")[0])
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
    methods = {name: it for name, it in inspect.getmembers(of, callable) if not name.startswith("_")}
    assert len(methods) > 40
    for name, method in methods.items():
        signature = told.get(f"brightpearl.{of.__name__}.{name}")
        assert signature is not None, name
        for parameter in inspect.signature(method).parameters.values():
            if parameter.name != "self" and parameter.kind is not parameter.VAR_KEYWORD:
                assert re.search(rf"\b{parameter.name}\b", signature), f"{name} is shown without {parameter.name}"


def test_pages_open_without_an_error_and_can_be_searched(address: str) -> None:
    with chromium() as browser:
        names = ("index", "tutorial", "reference/client", "reference/python/client", "docs/flows")
        for page_name in (f"{name}.html" for name in names):
            with opened(browser, f"{address}/{page_name}") as page:
                expect(page.locator("h1").first).to_be_visible()
        with opened(browser, f"{address}/how-to/sales.html") as page:
            drawings = page.locator("article img")
            expect(drawings).to_have_count(3)
            widths = [drawings.nth(place).evaluate("image => image.naturalWidth") for place in range(3)]
            assert all(width > 100 for width in widths)
            page.locator("input.md-search__input").click()
            # The page listens to keys.
            page.locator("input.md-search__input").press_sequentially("postal-address")
            expect(page.locator(".md-search-result__link").first).to_be_visible()
