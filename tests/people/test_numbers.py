"""A number that somebody was told, typed on the page of the answers."""

import re

import pytest

from tests.people.conftest import Browser, text
from tests.people.test_asking import PERSON, begin


@pytest.fixture
def stored(browser: Browser) -> tuple[str, str]:
    """The page of a stored answer and its number."""
    browser.sign_in()
    draft = begin(browser, "form")
    form = draft.replace("/form", "") + "/form"
    browser.fill(form, **PERSON)
    answer = draft.replace("/form", "") + "/answer"
    page = browser.fill(answer, subject="case-7", instead="beside").headers["Location"]
    found = re.search(r"Number <strong>([\d ]+)</strong>", browser.get(page).get_data(as_text=True))
    assert found
    return page, found[1]


def test_a_number_leads_to_the_answer(browser: Browser, stored: tuple[str, str]) -> None:
    page, number = stored

    for typed in (number, f"  {number.replace(' ', '-')} "):
        answer = browser.fill("/answers", action="/numbers", number=typed)
        assert (303, page) == (answer.status_code, answer.headers["Location"])


def test_a_mistyped_number_is_said_at_the_field(browser: Browser, stored: tuple[str, str]) -> None:
    _, number = stored
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    answer = browser.fill("/answers", action="/numbers", number=wrong)

    assert 422 == answer.status_code
    assert "One digit of this number is wrong." in text(answer)
    assert f'value="{wrong}"' in answer.get_data(as_text=True)
    assert '<a href="#number">' in answer.get_data(as_text=True)


def test_an_unknown_number_finds_nothing(browser: Browser) -> None:
    browser.sign_in()

    answer = browser.fill("/answers", action="/numbers", number="4821 0937 5514")

    assert 404 == answer.status_code
    assert "No record that you may read has this number." in text(answer)
