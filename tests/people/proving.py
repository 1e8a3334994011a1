"""Somebody with an app that shows codes, and a service that requires a second factor."""

import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from flask import Flask
from freezegun import freeze_time

from app import clock
from app.access.passwords import Passwords
from app.access.people import People
from app.api.people.current import install_people
from tests.people.conftest import Browser, Counting


@pytest.fixture
def time() -> Iterator[Any]:
    """The present moment, until a test lets time pass."""
    # How long a test takes is real.
    with freeze_time(clock.now(), ignore=["_pytest.timing"]) as frozen:
        yield frozen


@pytest.fixture
def required(app: Flask, hasher: Counting, time: Any) -> Flask:
    """The service requires a second factor."""
    store = app.extensions["eligibility"].store
    install_people(app, People(store, Passwords(lambda: hasher), requires_second_factor=True))
    return app


def code_of(key: str) -> str:
    """What the app shows now."""
    return pyotp.TOTP(key).at(clock.now())


def key_on(page: str) -> str:
    """The key for an app that a page shows."""
    found = re.search(r'class="secret"><code>([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


def field_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found is not None
    return found[1]


def add_app(browser: Browser, **fields: str) -> tuple[str, list[str]]:
    """Set up an app; its key, and the recovery codes that the page shows."""
    page = browser.get("/second-factor/app").get_data(as_text=True)
    key = key_on(page)
    sent = {"key": field_of(page, "key"), "code": code_of(key), "name": "Telephone", **fields}
    answer = browser.post("/second-factor/app", csrf_token=field_of(page, "csrf_token"), **sent)
    return key, re.findall(r"<li><code>([a-z0-9-]{19})</code>", answer.get_data(as_text=True))


def prove(browser: Browser, code: str) -> int:
    return browser.fill("/second-factor", code=code).status_code
