"""The pages in a real browser: they load, they break no rule of their content security policy, they
fetch nothing from outside.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from tests.machine import require_program

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    """The service on a port of this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = require_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page, what its console complained of, and what it fetched."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def see(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def note(self, request: Request) -> None:
        self.fetched.append(request.url)


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    page = browser.new_page()
    visit = Visit(page)
    page.on("console", visit.see)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("request", visit.note)
    yield visit
    page.close()


@pytest.mark.parametrize("path", ["/docs", "/docs/try", "/problems", "/problems/facts-refused"])
def test_a_page_loads_within_its_policy_and_fetches_nothing_from_outside(
    visit: Visit, address: str, path: str
) -> None:
    answer = visit.page.goto(f"{address}{path}", wait_until="networkidle")

    assert answer is not None and 200 == answer.status
    assert [] == visit.complaints
    assert [] == [url for url in visit.fetched if not url.startswith((f"{address}/", "data:"))]


def test_the_reference_shows_words_quoted_as_code_as_code(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/docs")

    assert "`" not in visit.page.inner_text("main")
    assert "keep=false" in visit.page.locator("code").all_inner_texts()
    assert visit.page.locator("h2", has_text="Operations").is_visible()


def test_swagger_ui_shows_the_operations(visit: Visit, address: str) -> None:
    visit.page.goto(f"{address}/docs/try")

    visit.page.wait_for_selector(".opblock-summary-path")

    assert "/v1/determinations" in visit.page.inner_text("#swagger-ui")
