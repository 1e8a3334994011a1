"""What looks at pages: one window of a browser for the tests of a file, in which each test has a
tab of its own and is nobody at first.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from tests.browsers import launched, listening
from tests.machine import require
from tests.people.conftest import Browser

AXE = Path(sys.prefix) / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW = {"width": 320, "height": 640}
NO_FONTS = "--disable-remote-fonts"
"""The pages' fonts do not come: letters are wider then, and a page is the same each time."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A browser without the pages' fonts."""
    with launched(NO_FONTS) as browser:
        yield browser


@pytest.fixture(scope="module")
def window(chromium: Chromium, served: Flask) -> Iterator[BrowserContext]:
    """A window that stays open, so that what all pages have in common is fetched once."""
    with listening(served) as address:
        window = chromium.new_context(base_url=address)
        yield window
        window.close()


@pytest.fixture
def tab(app: Flask, window: BrowserContext) -> Iterator[Page]:
    """A tab of a test, with JavaScript and without cookies."""
    require(AXE.is_file(), "axe-core is not installed; `make test` installs it through npm")
    window.clear_cookies()
    tab = window.new_page()
    yield tab
    for each in window.pages:
        each.close()


def enter(tab: Page, app: Flask, name: str) -> None:
    """Somebody signs in, past the page for it, which tests of its own look at."""
    browser = Browser(app)
    browser.sign_in(name)
    assert browser.cookie
    tab.context.add_cookies(
        [
            {
                "name": "__Host-eligibility-session",
                "value": browser.cookie,
                "domain": "127.0.0.1",
                "path": "/",
                "secure": True,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with a page, each with the first element."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags}).then(r => r.violations.map("
        "v => `${v.id}: ${v.help}: ${v.nodes[0].html}`))",
        RULES,
    )
    return [str(each) for each in found]


def width(page: Page) -> int:
    """How wide the content is."""
    return int(page.evaluate("document.documentElement.scrollWidth"))
