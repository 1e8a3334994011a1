"""The waiver desk on pages: from a denial to a request, through each step, seen by the Office."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.access.roster import NewAccount, Roster
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.people.test_asking import MAY_3, PERSON, begin

REQUEST = {
    "denial.received_on.month": "5",
    "denial.received_on.day": "10",
    "denial.received_on.year": "2012",
    "received_on.month": "5",
    "received_on.day": "20",
    "received_on.year": "2012",
    "received_by": "mail",
    "entered_for.who": "applicant",
    "circumstances.reason": "no_choice",
    "circumstances.text": "The plant closed. <script>alert(1)</script> 日本",
    "sworn.signed_on.month": "5",
    "sworn.signed_on.day": "18",
    "sworn.signed_on.year": "2012",
    "waiver.coverage_available": "none",
}


@pytest.fixture
def subject() -> str:
    """A reference that no other test uses: a granted waiver would be found under it."""
    return unique_reference()


def unique_reference() -> str:
    """A reference of letters alone: digits by chance may look like a social security number, which
    the service refuses.
    """
    return f"case-{uuid4().hex.translate(str.maketrans('0123456789', 'ghijklmnop'))}"


@pytest.fixture
def denial(browser: Browser, subject: str) -> str:
    """The id of Alma's stored denial of May 3, 2012."""
    browser.sign_in()
    form = begin(browser, "form")
    browser.fill(form, **MAY_3, **PERSON)
    stored = browser.fill(f"{form.removesuffix('/form')}/answer", subject=subject, instead="beside")
    return str(stored.headers["Location"]).rpartition("/")[2]


@pytest.fixture
def entered(browser: Browser, denial: str, subject: str) -> str:
    """The address of a request for a waiver against it, entered by Alma."""
    sent = browser.fill(
        f"/waivers/new?denial={denial}",
        "/waivers/new",
        denial=denial,
        subject=subject,
        **REQUEST,
    )
    assert 303 == sent.status_code, text(sent)
    return str(sent.headers["Location"])


@pytest.fixture
def reviewer(app: Flask, roster: Roster) -> Browser:
    """A reviewer of the Office, signed in."""
    return office(app, roster, "rosa", "opp_reviewer")


def office(app: Flask, roster: Roster, name: str, role: str) -> Browser:
    roster.create(NewAccount(name, role, "opp"), OFFICE, PASSWORD)
    browser = Browser(app)
    browser.sign_in(name)
    return browser


def version(browser: Browser, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', browser.get(page).get_data(as_text=True))
    assert found
    return found[1]


def take(browser: Browser, entered: str, step: str, **fields: str) -> TestResponse:
    page = f"{entered}/steps/{step}"
    return browser.fill(page, **{"version": version(browser, page), **fields})


def test_a_denial_leads_to_a_request_that_the_office_finds_with_the_denial_beside_it(
    browser: Browser, denial: str, entered: str, reviewer: Browser
) -> None:
    assert f'href="{entered}"' in browser.get(f"/answers/{denial}").get_data(as_text=True)
    queue = reviewer.get("/waivers").get_data(as_text=True)
    assert entered in queue
    shown = reviewer.get(entered)
    assert "The plant closed." in text(shown)
    assert "<script>alert" not in shown.get_data(as_text=True)
    assert 200 == reviewer.get(f"/answers/{denial}").status_code


def test_a_second_request_for_the_same_denial_is_warned_of(
    browser: Browser, entered: str, denial: str
) -> None:
    answer = browser.get(f"/answers/{denial}").get_data(as_text=True)
    assert "A waiver request for this denial was entered already" in answer
    assert f'href="{entered}"' in answer and f"/waivers/new?denial={denial}" not in answer
    form = browser.get(f"/waivers/new?denial={denial}").get_data(as_text=True)
    assert f'href="{entered}">Open it' in form


def test_a_second_click_gives_the_same_request(browser: Browser, denial: str, subject: str) -> None:
    answer = browser.get(f"/answers/{denial}").get_data(as_text=True)
    assert f"/waivers/new?denial={denial}" in answer
    page = browser.get(f"/waivers/new?denial={denial}").get_data(as_text=True)
    keys = dict(re.findall(r'name="(csrf_token|once)" value="([^"]+)"', page))
    fields = {**keys, "denial": denial, "subject": subject, **REQUEST}
    first = browser.post("/waivers/new", **fields)
    second = browser.post("/waivers/new", **fields)

    assert 303 == first.status_code, text(first)
    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"received_by": ""}, "This is still empty."),
        ({"denial.received_on.day": "77"}, "Give the month, the day and the year"),
        ({"received_on.year": "2099"}, "Must not be after today."),
        ({"entered_for.who": "representative"}, "Is required of a representative."),
        ({"subject": "123-45-6789"}, "social security number"),
        ({"papers.0.received_on.year": "2012"}, "Give the month, the day and the year"),
        ({"waiver.subsidy_denial_learned_on.month": "2"}, "Give the month, the day and the year"),
    ],
)
def test_a_request_with_a_mistake_comes_again_with_what_was_typed(
    browser: Browser, denial: str, changes: dict[str, str], told: str
) -> None:
    fields = {"subject": "case-1047", **REQUEST, **changes}
    again = browser.fill(f"/waivers/new?denial={denial}", "/waivers/new", denial=denial, **fields)

    assert 422 == again.status_code
    assert told in text(again)
    assert "The plant closed." in text(again)
    assert "<title>Error:" in again.get_data(as_text=True)


def test_a_reviewer_claims_it_and_another_one_is_told_who_did(
    app: Flask, roster: Roster, entered: str, reviewer: Browser
) -> None:
    other = office(app, roster, "otto", "opp_reviewer")
    before = version(other, f"{entered}/steps/claim")
    assert 303 == take(reviewer, entered, "claim").status_code
    late = other.fill(entered, f"{entered}/steps/claim", version=before, because="I wrote this.")

    assert 412 == late.status_code
    assert "with rosa. The last step was by rosa: claimed for review." in text(late)
    assert "account:" not in text(late)
    assert "I wrote this." in text(late)
    assert "You" in text(reviewer.get("/waivers?show=mine"))


def test_what_is_missing_is_asked_for_and_comes_with_a_file(
    browser: Browser, entered: str, reviewer: Browser
) -> None:
    missing = take(
        reviewer,
        entered,
        "ask-for-missing",
        **{
            "missing": "proof",
            "remind_on.month": "1",
            "remind_on.day": "5",
            "remind_on.year": "2099",
        },
    )
    assert 303 == missing.status_code
    assert "Proof" in text(browser.get(entered))
    page = f"{entered}/steps/complete"
    form = browser.get(page).get_data(as_text=True)
    keys = dict(re.findall(r'name="(csrf_token|once|version)" value="([^"]+)"', form))
    day = {"month": "6", "day": "1", "year": "2012"}
    sent = browser.client.post(
        page,
        base_url="https://localhost",
        content_type="multipart/form-data",
        data={
            **keys,
            "papers.0.kind": "proof",
            **{f"papers.0.received_on.{part}": value for part, value in day.items()},
            **{f"on.{part}": value for part, value in day.items()},
            "papers.0.file": (BytesIO(b"%PDF-1.7 a letter"), "<b>x</b>.pdf"),
        },
    )
    assert 303 == sent.status_code, text(sent)
    assert 2 == text(reviewer.get(entered)).count("“ b>.pdf ”, received on June 1, 2012")
    shown = reviewer.get(entered).get_data(as_text=True)
    file = re.search(rf'href="({entered}/papers/[^"]+)"', shown)
    assert file
    saved = reviewer.get(file[1])
    assert b"%PDF-1.7 a letter" == saved.data
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "nosniff" == saved.headers["X-Content-Type-Options"]


def test_another_office_finds_nothing_of_it(app: Flask, roster: Roster, entered: str) -> None:
    roster.create(NewAccount("olga", "supervisor", "office-9"), OFFICE, PASSWORD)
    other = Browser(app)
    other.sign_in("olga")

    assert entered not in other.get("/waivers").get_data(as_text=True)
    assert 404 == other.get(entered).status_code
    assert 404 == other.get(f"{entered}/steps/withdraw").status_code


def test_who_entered_a_request_cannot_claim_it(app: Flask, roster: Roster, denial: str) -> None:
    chief = office(app, roster, "cleo", "opp_supervisor")
    sent = chief.fill(
        "/waivers/new",
        **{
            "subject": "paper-7",
            "carrier.name": "Some carrier",
            "denial.said_on.month": "",
            **REQUEST,
        },
    )
    assert 303 == sent.status_code, text(sent)
    entered = str(sent.headers["Location"])

    assert "Claim it for your review" not in text(chief.get(entered))
    assert 404 == chief.get(f"{entered}/steps/claim").status_code


def decide(browser: Browser, page: str, **fields: str) -> TestResponse:
    """Send the form of a decision as it stands, with some fields filled in; a preview comes at an
    address of its own.
    """
    shown = browser.get(page).get_data(as_text=True)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    sent = browser.post(page, **{**hidden, **fields})
    is_preview = sent.status_code == 303 and "preview=" in sent.headers["Location"]
    return browser.get(sent.headers["Location"]) if is_preview else sent


def remarks(browser: Browser, page: str, says: str = "relied_on", **more: str) -> dict[str, str]:
    """The same remark to every finding of a form; those that cannot have it are left open."""
    shown = browser.get(page).get_data(as_text=True)
    places = sorted(set(re.findall(r'name="(rationale\.\d+)\.says"', shown)))
    assert places
    filled = dict[str, str]()
    for place in places:
        can = re.search(rf'name="{place}\.says"[^>]*value="{says}"', shown)
        one = {"says": says, **more} if can else {"says": "left_open", "because": "no_proof"}
        filled |= {f"{place}.{name}": value for name, value in one.items()}
    further = re.search(r'name="ground".*?<option value="([^"]+#[^"]+)"', shown, re.S)
    return filled | ({"ground": further[1]} if further else {})


def granted(reviewer: Browser, entered: str) -> TestResponse:
    """Claim a request and grant it, with a preview before."""
    assert 303 == take(reviewer, entered, "claim").status_code
    page = f"{entered}/decide/grant"
    fields = remarks(reviewer, page)
    if "From which finding" in text(reviewer.get(page)):
        fields = remarks(reviewer, page, "left_open", because="no_proof")
        key = re.search(
            r'name="departs_from".*?<option value="([^"]+#[^"]+)"',
            reviewer.get(page).get_data(as_text=True),
            re.S,
        )
        assert key
        fields["departs_from"] = key[1]
    preview = decide(reviewer, page, do="preview", **fields)
    assert "granted your request for an enrollment waiver" in text(preview), text(preview)
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', preview.get_data(as_text=True))
    assert digest
    return decide(reviewer, page, do="decide", digest=digest[1], **fields)


def test_a_decision_is_previewed_then_taken_by_one_button(
    browser: Browser, entered: str, reviewer: Browser
) -> None:
    done = granted(reviewer, entered)

    assert 303 == done.status_code, text(done)
    assert "Granted" in text(browser.get(entered))
    assert 404 == reviewer.get(f"{entered}/decide/deny").status_code


def test_a_decision_needs_something_said_to_each_finding(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    again = decide(reviewer, page, do="preview", words="In my own words.")

    assert 422 == again.status_code
    assert "This is still empty." in text(again)
    assert "In my own words." in text(again)


def test_a_decision_without_its_preview_is_refused(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    fields = remarks(reviewer, page, "left_open", because="no_proof")
    refused = decide(reviewer, page, do="decide", digest="0" * 64, **fields)

    assert refused.status_code in (409, 422)
    assert "Under review" in text(reviewer.get(entered))


def test_after_the_grant_the_person_may_enroll_by_waiver(
    browser: Browser, entered: str, reviewer: Browser, subject: str
) -> None:
    assert 303 == granted(reviewer, entered).status_code
    form = begin(browser, "form")
    asked = {name: value for name, value in PERSON.items() if not name.startswith("waiver.")}
    browser.fill(form, **MAY_3, **asked)
    stored = browser.fill(f"{form.removesuffix('/form')}/answer", subject=subject, instead="beside")

    assert "waiver" in text(browser.get(stored.headers["Location"])).lower()


def test_the_denial_stands_beside_the_request_and_days_are_in_words(
    entered: str, reviewer: Browser
) -> None:
    shown = text(reviewer.get(entered))

    assert "You may not enroll on May 3, 2012." in shown
    assert "Does the person have Medicare? No" in shown
    assert "Signed on: May 18, 2012" in shown


def test_what_brings_a_request_on_comes_first(entered: str, reviewer: Browser) -> None:
    buttons = re.findall(r"/steps/([a-z-]+)\"", reviewer.get(entered).get_data(as_text=True))
    assert "claim" == buttons[0]


def test_a_reviewers_home_page_has_what_they_claimed_and_what_waits(
    entered: str, reviewer: Browser
) -> None:
    before = reviewer.get("/").get_data(as_text=True)
    assert "You have claimed no open request." in before
    assert "Requests that wait for a reviewer" in before
    take(reviewer, entered, "claim")

    assert f'href="{entered}"' in reviewer.get("/").get_data(as_text=True)
    assert "Your waiver requests" not in text(Browser(reviewer.client.application).get("/"))


def test_no_decision_relies_on_what_is_not_known(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    shown = reviewer.get(f"{entered}/decide/grant").get_data(as_text=True)
    unknown = re.search(r"<legend[^>]*>Not (?:stated|determined).*?</fieldset>", shown, re.S)

    assert unknown
    assert 'value="left_open"' in unknown[0]
    assert 'value="relied_on"' not in unknown[0]


def test_a_mistake_is_told_in_words_of_the_page(browser: Browser, reviewer: Browser) -> None:
    browser.sign_in()
    days = {"denial.said_on.month": "5", "denial.said_on.day": "12", "denial.said_on.year": "2012"}
    told = text(browser.fill("/waivers/new", subject="case-1", **REQUEST, **days))

    assert "Must not be after the day on which the denial came." in told
    assert "received_on" not in told


def test_what_is_left_open_needs_its_reason(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    told = text(decide(reviewer, page, do="preview", **remarks(reviewer, page, "left_open")))

    assert "Choose why it is left open." in told


def test_a_new_request_asks_for_nothing_that_comes_after_a_decision(browser: Browser) -> None:
    browser.sign_in()
    asked = text(browser.get("/waivers/new"))

    assert "Which coverage could the person have had while uninsured?" in asked
    assert "enrollment about the approval?" not in asked


def test_the_letter_of_a_decision_says_what_was_sealed_with_it(
    browser: Browser, entered: str, reviewer: Browser
) -> None:
    assert 404 == reviewer.get(f"{entered}/letter").status_code
    assert 303 == granted(reviewer, entered).status_code

    assert f"{entered}/letter" in browser.get(entered).get_data(as_text=True)
    for reader in (browser, reviewer):
        letter = text(reader.get(f"{entered}/letter"))
        assert "granted your request for an enrollment waiver" in letter
        assert letter.index("granted your request") < letter.index("Tell the carrier")
    printed = reviewer.get(f"{entered}/letter.pdf")
    assert printed.data.startswith(b"%PDF-")
    spanish = text(reviewer.get(f"{entered}/letter?language=es"))
    assert "granted your request for an enrollment waiver" in spanish
    assert "/Fecha" not in spanish and "Referencia" in spanish


def test_a_denial_received_after_the_request_is_told_at_its_field(
    browser: Browser, denial: str, subject: str
) -> None:
    sent = {**REQUEST, "denial.received_on.month": "6"}
    again = browser.fill("/waivers/new", subject=subject, denial=denial, **sent)

    assert 422 == again.status_code
    assert "`errors`" not in text(again)
    for label in (
        "On which day did the applicant receive the denial?",
        "On which day did the Office first receive the request?",
    ):
        assert f"{label} “On which day did the person receive the denial notice?”" in text(again)


def test_the_letter_about_missing_papers_is_made_from_its_page(
    browser: Browser, entered: str, reviewer: Browser
) -> None:
    days = {"remind_on.month": "6", "remind_on.day": "20", "remind_on.year": "2100"}
    assert 303 == take(reviewer, entered, "ask-for-missing", missing="proof", **days).status_code
    assert "Its letter can be made now." in text(reviewer.get(entered))
    page = f"{entered}/letter"
    shown = reviewer.get(page)
    assert "Letter: papers are missing" in text(shown)
    assert "Send this to the Office of Patient Protection by June 20, 2100:" in text(shown)
    html = shown.get_data(as_text=True).partition('method="post" action="/waivers')[2]
    names = ("csrf_token", "key", "step", "language", "large_print")
    sent = {name: re.findall(rf'name="{name}" value="([^"]*)"', html)[0] for name in names}
    made = reviewer.post(page, **sent)
    again = reviewer.post(page, **sent)

    assert 303 == made.status_code and made.headers["Location"] == again.headers["Location"]
    for reader in (reviewer, browser):
        listed = reader.get("/letters")
        assert made.headers["Location"] in listed.get_data(as_text=True)
        assert "A waiver request" in text(listed)
    assert f'href="{entered}"' in reviewer.get(made.headers["Location"]).get_data(as_text=True)
