"""The reference for programs: its contents, its worked example, and how it looks."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from app.api.docs.openapi import BLUEPRINTS
from tests.browsers import launched, listening
from tests.machine import require
from tests.people.looking import AXE, NARROW, violations, width

PAGES = ["/docs", "/problems", "/problems/facts-refused"]


@pytest.fixture
def reference(client: FlaskClient) -> str:
    return client.get("/docs").get_data(as_text=True)


@pytest.fixture(scope="module")
def page(app: Flask) -> Iterator[Page]:
    require(AXE.is_file(), "axe-core is not installed; `make test` installs it through npm")
    with listening(app) as address, launched() as browser:
        context = browser.new_context(base_url=address)
        yield context.new_page()
        context.close()


def shown(reference: str, id: str) -> object:
    """The JSON of an element."""
    found = re.search(rf'id="{id}">(.*?)</(?:span|code)>', reference, re.DOTALL)
    assert found
    return json.loads(unescape(found[1]))


def test_the_worked_example_is_answered_as_it_says(client: FlaskClient, reference: str) -> None:
    asked = shown(reference, "example-request")
    answer = client.post("/v1/determinations?keep=false&detail=brief", json=asked)

    assert 200 == answer.status_code
    document = answer.get_json()
    told = shown(reference, "example-answer")
    assert isinstance(told, dict) and isinstance(asked, dict)
    assert told == {name: value for name, value in document.items() if name in told}
    assert {"decided_at", "subject"} >= set(document) - set(told)


def test_the_worked_example_is_short_and_settles_the_question(reference: str) -> None:
    asked, told = shown(reference, "example-request"), shown(reference, "example-answer")
    assert isinstance(asked, dict) and isinstance(told, dict)

    assert [] == told.get("conflicts", [])
    assert told["outcome"] in ("eligible", "ineligible")
    assert len(json.dumps(asked)) < 600


def test_the_contents_lead_to_every_topic_and_every_operation(
    client: FlaskClient, reference: str
) -> None:
    document = client.get("/openapi.json").get_json()
    links = set(re.findall(r'href="#([^"]+)"', reference))
    ids = re.findall(r'\bid="([^"]+)"', reference)
    operations = sum(
        method in ("get", "post", "patch", "delete")
        for item in document["paths"].values()
        for method in item
    )

    assert links <= set(ids)
    assert len(ids) == len(set(ids))
    topics = {meaning.removesuffix(".") for meaning in BLUEPRINTS.values()}
    assert topics == set(re.findall(r'<h3 class="topic"[^>]*>([^<]+)</h3>', unescape(reference)))
    assert operations == len(re.findall(r"<h4 id=", reference))


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_are_accessible_and_fit_a_narrow_screen(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(path)
    found = violations(page)
    page.set_viewport_size(NARROW)

    assert [] == found
    assert width(page) <= NARROW["width"]
