"""A session ended while somebody typed: they sign in, and the form comes again with their words."""

import re
from html import unescape

import pytest

from tests.people import test_waiver_desk
from tests.people.conftest import PASSWORD, Browser, text
from tests.people.test_asking import MAY_3, PERSON, begin
from tests.people.test_waiver_desk import remarks, take, version

subject, denial, entered, reviewer = (
    test_waiver_desk.subject,
    test_waiver_desk.denial,
    test_waiver_desk.entered,
    test_waiver_desk.reviewer,
)
WORDS = "She said: “<b>No</b>” – 日本"
INPUT = re.compile(r'<input (?=[^>]*type="hidden")(?=[^>]*name="([^"]+)")[^>]*value="([^"]*)"')
AWAY = re.compile(r'<textarea class="away" name="([^"]+)"[^>]*>\n([^<]*)</textarea>')


def fields(page: str) -> dict[str, str]:
    """The fields that a page carries and nobody sees, as a browser sends them."""
    form = page[page.index("<main") :]
    return {name: unescape(said) for name, said in (*INPUT.findall(form), *AWAY.findall(form))}


def interrupted(browser: Browser, page: str, action: str, **typed: str) -> str:
    """Send a form after the session ended, sign in, and go on: the page that then comes."""
    filled = {**fields(browser.get(page).get_data(as_text=True)), **typed}
    key = browser.client.get_cookie("__Host-eligibility-session", domain="localhost")
    assert key
    browser.client.delete_cookie(key.key, domain="localhost", path="/")
    asked = browser.post(action, **filled)
    assert 403 == asked.status_code
    assert "We keep what you typed." in text(asked)
    kept = fields(asked.get_data(as_text=True))
    wrong = browser.post("/sign-in", **kept, name="nobody", password="wrong")
    kept = fields(wrong.get_data(as_text=True))
    name = "rosa" if "/steps/" in action or "/decide/" in action else "alma"
    again = browser.post("/sign-in", **kept, name=name, password=PASSWORD)
    assert 200 == again.status_code, text(again)
    form = re.search(r'action="([^"]+)"><input[^>]+>\s*<input[^>]+name="again"', page_of(again))
    assert form and action == form[1]
    shown = browser.post(form[1], **fields(page_of(again)))
    assert "You are signed in again." in text(shown)
    return page_of(shown)


def page_of(answer: test_waiver_desk.TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_a_note(browser: Browser, denial: str) -> None:
    page = f"/answers/{denial}/notes"
    shown = interrupted(browser, page, page, text=WORDS)

    assert WORDS in unescape(shown)
    assert WORDS not in text(browser.get(page))
    stored = browser.post(page, **{**fields(shown), "text": WORDS})
    assert 303 == stored.status_code
    assert WORDS in text(browser.get(page))


@pytest.mark.parametrize("way", ["interview", "form"])
def test_a_question(browser: Browser, way: str) -> None:
    browser.sign_in()
    draft = begin(browser, way)
    page = str(browser.get(draft).headers.get("Location", draft))
    fact = page.partition("=")[2] or "applicant.resident"
    typed = {"fact": fact, fact: PERSON[fact], **(MAY_3 if way == "form" else {})}
    shown = interrupted(browser, page, draft, **typed)

    assert f'value="{PERSON[fact]}" checked' in shown
    assert 303 == browser.post(draft, **{**fields(shown), **typed}).status_code


def test_a_request(browser: Browser, denial: str) -> None:
    page = f"/waivers/new?denial={denial}"
    typed = {"circumstances.text": WORDS, "received_by": "fax", "denial": denial}
    shown = interrupted(browser, page, "/waivers/new", **typed)

    assert WORDS in unescape(shown)
    assert re.search(r'value="fax" checked', shown)
    assert f'name="denial" value="{denial}"' in shown


def test_a_decision_is_shown_again_and_not_taken(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    before = version(reviewer, page)
    typed = {**remarks(reviewer, page, "left_open"), "words": WORDS, "do": "decide"}
    shown = interrupted(reviewer, page, page, **typed)

    assert WORDS in unescape(shown)
    assert 'value="left_open" checked' in shown
    assert before == version(reviewer, page)


@pytest.mark.parametrize("page", ["/waivers/new", "/answers"])
def test_an_empty_form_leads_to_the_sign_in_page(browser: Browser, page: str) -> None:
    browser.sign_in()
    token = fields(page_of(browser.get(page)))["csrf_token"]
    key = browser.client.get_cookie("__Host-eligibility-session", domain="localhost")
    assert key
    browser.client.delete_cookie(key.key, domain="localhost", path="/")

    assert 303 == browser.post(page, csrf_token=token).status_code


def test_a_page_says_until_when_its_session_lasts(browser: Browser) -> None:
    browser.sign_in()
    assert re.search(r"This session ends at \d+:\d\d [AP]M unless", text(browser.get("/")))


def without_cookies(browser: Browser, *, session: bool) -> None:
    """Take the cookie of the forms from a browser, and that of its session where wanted."""
    for name in ("__Host-eligibility-form", *(["__Host-eligibility-session"] if session else [])):
        key = browser.client.get_cookie(name, domain="localhost")
        assert key, name
        browser.client.delete_cookie(key.key, domain="localhost", path="/")


def sent(browser: Browser, path: str, site: str, **typed: str) -> test_waiver_desk.TestResponse:
    headers = {"Sec-Fetch-Site": site}
    return browser.client.post(path, data=typed, base_url="https://localhost", headers=headers)


@pytest.mark.parametrize("session", [True, False])
def test_words_outlive_lost_cookies(denial: str, browser: Browser, session: bool) -> None:
    page = f"/answers/{denial}/notes"
    typed = {**fields(page_of(browser.get(page))), "text": WORDS}
    without_cookies(browser, session=session)
    for site in ("cross-site", "same-site", "none"):
        assert WORDS not in unescape(page_of(sent(browser, page, site, **typed)))
    answer = sent(browser, page, "same-origin", **typed)
    if session:
        assert 403 == answer.status_code
        kept = fields(page_of(answer))
        answer = browser.post("/sign-in", **kept, name="alma", password=PASSWORD)
    shown = browser.post(page, **fields(page_of(answer)))

    assert WORDS in unescape(page_of(shown))
    assert WORDS not in text(browser.get(page))
    stored = browser.post(page, **{**fields(page_of(shown)), "text": WORDS})
    assert 303 == stored.status_code
