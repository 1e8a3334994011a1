"""The pages in a real browser: they load, they break no rule of their content security policy, they
fetch nothing from outside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.browsers import launched, listening


@pytest.fixture(scope="module")
def address(app: Flask) -> Iterator[str]:
    """The service on a port of this machine."""
    with listening(app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


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


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/facts-refused"])
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
