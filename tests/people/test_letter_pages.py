"""Letters on pages: from an answer to a letter that was sent and came back."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app.access.roster import NewAccount, Roster
from app.records.people.accounts import Account
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.people.test_asking import MAY_3, PERSON, begin


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


@pytest.fixture
def answer(signed_in: Browser) -> str:
    """The address of a stored answer."""
    form = begin(signed_in, "form")
    signed_in.fill(form, **MAY_3, **PERSON)
    stored = signed_in.fill(
        f"{form.removesuffix('/form')}/answer", subject="case-1047", instead="beside"
    )
    assert 303 == stored.status_code
    return str(stored.headers["Location"])


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def make(browser: Browser, answer: str, **wishes: str) -> str:
    """The address of a letter, made from its preview as a browser would."""
    query = "&".join(f"{name}={value}" for name, value in wishes.items())
    page = browser.get(f"{answer}/letter?{query}").get_data(as_text=True)
    names = ("key", "language", "csrf_token")
    sent = {
        name: hidden(page.partition('method="post" action="/answers')[2], name) for name in names
    }
    made = browser.post(f"{answer}/letter", **sent, **wishes)
    assert 303 == made.status_code, text(made)
    again = browser.post(f"{answer}/letter", **sent, **wishes)
    assert made.headers["Location"] == again.headers["Location"]
    return str(made.headers["Location"])


def test_an_answer_leads_to_its_letter_and_back(signed_in: Browser, answer: str) -> None:
    assert f'href="{answer}/letter"' in signed_in.get(answer).get_data(as_text=True)
    page = signed_in.get(f"{answer}/letter")

    assert "You may not enroll on May 3, 2012." in text(page)
    assert "To the person with the reference case-1047" in text(page)
    assert f'href="{answer}"' in page.get_data(as_text=True)


def test_a_letter_is_made_once_and_listed_until_it_is_sent(signed_in: Browser, answer: str) -> None:
    letter = make(signed_in, answer, large_print="true")
    assert f'href="{letter}"' in signed_in.get("/letters").get_data(as_text=True)
    assert "large print" in text(signed_in.get(letter))

    sent = signed_in.fill(letter, action=f"{letter}/sent", version="1")
    assert 303 == sent.status_code
    listed = text(signed_in.get("/letters"))
    assert "No letter waits." in listed
    assert "Sent lately" in listed
    back = signed_in.fill(letter, action=f"{letter}/came-back", version="2")
    assert 303 == back.status_code
    assert "Came back" in text(signed_in.get(letter))


def test_a_day_that_cannot_be_comes_again_as_it_was_typed(signed_in: Browser, answer: str) -> None:
    letter = make(signed_in, answer)
    for day in ("31", "3"):
        typed = {"sent_on.month": "2", "sent_on.day": day, "sent_on.year": "2012"}
        page = signed_in.fill(letter, action=f"{letter}/sent", version="1", **typed)

        assert 422 == page.status_code
        assert f'value="{day}"' in page.get_data(as_text=True)
        assert 'href="#sent_on"' in page.get_data(as_text=True)


def test_a_stale_page_changes_nothing(signed_in: Browser, answer: str) -> None:
    letter = make(signed_in, answer)
    signed_in.fill(letter, action=f"{letter}/sent", version="1")
    page = signed_in.fill(letter, action=f"{letter}/came-back", version="1")

    assert 412 == page.status_code
    assert "something else meanwhile" in text(page)


def test_the_pdf_of_preview_letter_and_list(signed_in: Browser, answer: str) -> None:
    letter = make(signed_in, answer)
    for path in (f"{answer}/letter.pdf", f"{letter}/letter.pdf", "/letters/to-send.pdf"):
        printed = signed_in.get(path)

        assert "application/pdf" == printed.content_type
        assert printed.data.startswith(b"%PDF-")


def test_a_void_answer_has_no_letter_and_begins_no_waiver_request(
    app: Flask, roster: Roster, signed_in: Browser, answer: str
) -> None:
    letter, asks = make(signed_in, answer), f"/waivers/new?denial={answer.rpartition('/')[2]}"
    assert asks in signed_in.get(answer).get_data(as_text=True)
    roster.create(NewAccount("sam", "supervisor", "office-12"), OFFICE, PASSWORD)
    sam = Browser(app)
    sam.sign_in("sam")
    sam.fill(f"{answer}/void", because="Entered for the wrong person", sure="yes")

    page = signed_in.get(answer).get_data(as_text=True)
    assert f"{answer}/letter" not in page
    assert asks not in page
    for refused in (f"{answer}/letter", f"{answer}/letter.pdf", asks):
        told = signed_in.get(refused)
        assert 409 == told.status_code
        assert "declared it void on" in text(told)
    assert "Void, do not send" in text(signed_in.get("/letters"))
    assert "Do not send this letter." in text(signed_in.get(letter))
    assert "Make letters first." in text(signed_in.get("/letters/to-send.pdf"))


def test_no_letters_make_no_pdf(signed_in: Browser) -> None:
    page = signed_in.get("/letters/to-send.pdf")

    assert 404 == page.status_code
    assert "Make letters first." in text(page)


def test_other_roles_make_no_letters(app: Flask, roster: Roster, answer: str) -> None:
    roster.create(NewAccount("ada", "auditor"), OFFICE, PASSWORD)
    other = Browser(app)
    other.sign_in("ada")

    assert 200 == other.get(answer).status_code
    assert "/letter" not in other.get(answer).get_data(as_text=True)
    assert 403 == other.get(f"{answer}/letter").status_code
    assert 403 == other.get("/letters").status_code


@pytest.fixture(autouse=True)
def no_letters(app: Flask, alma: Account) -> Iterator[None]:
    """The service without any letter."""
    yield
    with app.extensions["eligibility"].store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM letters")


def test_a_letter_opens_as_the_person_wishes(signed_in: Browser) -> None:
    wants = {"name": "Zora Quackenbush", "subject": "case-2077", "language": "es"}
    born = {"born_on.month": "7", "born_on.day": "13", "born_on.year": "1931"}
    assert 303 == signed_in.fill("/people/new", **wants, **born, large_print="yes").status_code
    form = begin(signed_in, "form")
    signed_in.fill(form, **MAY_3, **PERSON)
    stored = signed_in.fill(f"{form.removesuffix('/form')}/answer", subject="case-2077")
    address = f"{stored.headers['Location']}/letter"

    page = signed_in.get(address)

    assert "The person wants letters in Spanish, in large print." in text(page)
    assert '<option value="es" selected>' in page.get_data(as_text=True)
    assert 'value="true" checked' in page.get_data(as_text=True)
    assert "letter-large" in page.get_data(as_text=True)
    other = signed_in.get(f"{address}?language=en")
    assert '<option value="en" selected>' in other.get_data(as_text=True)
    assert "letter-large" not in other.get_data(as_text=True)
