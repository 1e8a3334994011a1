"""Notes, objections, reminders and feedback: on pages and over HTTP."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from app import clock
from app.access.roster import NewAccount, Roster
from app.api.notes.note_schemas import FeedbackAskedSchema
from app.records.applicants.forgetting import forget
from app.records.disposing.marks import candidates_of
from app.records.disposing.sealed_classes import NOTE
from app.records.entries import AuditEntry
from app.records.ledger.seals import seal_everything
from app.records.verifying.verification import verify
from tests.api.asking import problem
from tests.audit import AuditTrail
from tests.callers import ADMINISTRATOR, client_of
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.people.test_answers_kept import replaced
from tests.people.test_asking import MAY_3, PERSON, begin
from tests.people.test_waiver_desk import office, unique_reference
from tests.waivers.asking import entered

WORDS = "She says that the letter came on the 5th. <b>It did</b> 日本 עברית"
DAYS = {
    "said_on.month": "5",
    "said_on.day": "20",
    "said_on.year": "2012",
    "look_again_on.month": "6",
    "look_again_on.day": "1",
    "look_again_on.year": "2012",
}


@pytest.fixture
def answer(browser: Browser) -> str:
    """The address of a stored answer, made by Alma, who is signed in."""
    browser.sign_in()
    form = begin(browser, "form")
    browser.fill(form, **MAY_3, **PERSON)
    stored = browser.fill(
        f"{form.removesuffix('/form')}/answer", subject="case-1047", instead="beside"
    )
    return str(stored.headers["Location"])


def token(page: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert found, name
    return found[1]


def rows(app: Flask, table: str) -> list[Any]:
    with app.extensions["eligibility"].store.reading() as connection:
        return list(connection.execute(sql(f"SELECT * FROM {table}")).mappings())


def test_a_note_is_stored_once_and_shown_never_executed(
    app: Flask, browser: Browser, answer: str, trail: AuditTrail
) -> None:
    page = browser.get(f"{answer}/notes")
    sent = {"csrf_token": token(page, "csrf_token"), "once": token(page, "once"), "text": WORDS}
    first = browser.post(f"{answer}/notes", **sent)
    again = browser.post(f"{answer}/notes", **sent)

    assert (303, 303) == (first.status_code, again.status_code)
    assert 1 == len([row for row in rows(app, "notes") if row["about"] == answer[9:]])
    shown = browser.get(f"{answer}/notes")
    assert WORDS in text(shown).replace("&lt;", "<")
    assert "<b>It did</b>" not in shown.get_data(as_text=True)
    assert ("note.entered", "done") in trail.outcomes()
    assert not [row for row in rows(app, "personal_texts") if "letter came" in str(row)]


def test_an_objection_stands_on_the_home_page_when_its_day_comes(
    browser: Browser, answer: str
) -> None:
    sent = browser.fill(f"{answer}/notes", f"{answer}/objection", objection=WORDS, **DAYS)

    assert 303 == sent.status_code
    assert "Your office looks at it again on June 1, 2012" in text(browser.get(f"{answer}/notes"))
    assert "An objection is to be looked at again since June 1, 2012" in text(browser.get("/"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"objection": " "}, "This is still empty."),
        ({"said_on.day": "31", "said_on.month": "2"}, "Give the month, the day and the year"),
        ({"look_again_on.year": "2011"}, "Must be 2012-05-20 or later."),
        ({"look_again_on.year": "", "look_again_on.day": "", "look_again_on.month": ""}, "empty"),
    ],
)
def test_an_objection_with_a_mistake_comes_again_with_what_was_typed(
    browser: Browser, answer: str, changes: dict[str, str], told: str
) -> None:
    sent = {"objection": WORDS, **DAYS, **changes}
    again = browser.fill(f"{answer}/notes", f"{answer}/objection", **sent)

    assert 422 == again.status_code
    assert told in text(again)
    assert "<title>Error:" in again.get_data(as_text=True)
    if sent["objection"].strip():
        assert "She says that the letter came" in text(again)


def test_a_button_keeps_what_was_typed_in_the_other_boxes(browser: Browser, answer: str) -> None:
    both = {"text": "She called.", "objection": WORDS}
    for button, says, status in (("reminder", "empty", 422), ("notes", "We stored your note", 200)):
        page = browser.fill(f"{answer}/notes", f"{answer}/{button}", **both)
        assert (status, True) == (page.status_code, says in text(page))
        assert "She says that the letter came" in page.get_data(as_text=True).split("<form")[-1]
    assert "is kept on this page and not stored yet" in text(page)
    assert "She called." not in page.get_data(as_text=True).split("<form")[-1], "it is stored"


def test_too_long_a_text_is_refused_with_its_length_and_kept(browser: Browser, answer: str) -> None:
    long = "ចាន់ " * 4000
    page = browser.fill(f"{answer}/notes", f"{answer}/notes", text=long)

    assert 422 == page.status_code
    assert "This has 19,999 characters. At most 4,000 can be stored." in text(page)
    assert long.strip() in page.get_data(as_text=True)
    assert "maxlength" not in re.findall(r"<textarea[^>]*>", page.get_data(as_text=True))[0]


def test_objections_notes_and_reminders_stay_when_another_answer_takes_the_place(
    app: Flask, browser: Browser, answer: str
) -> None:
    today = clock.today()
    day = {"on.month": str(today.month), "on.day": str(today.day), "on.year": str(today.year)}
    browser.fill(f"{answer}/notes", f"{answer}/objection", objection=WORDS, **DAYS)
    browser.fill(f"{answer}/notes", f"{answer}/notes", text="She called.")
    browser.fill(f"{answer}/notes", f"{answer}/reminder", **day)
    new = replaced(app, answer)

    assert "The person disagrees with the answer whose place this one took" in text(
        browser.get(new)
    )
    shown = text(browser.get(f"{new}/notes"))
    for says in ("She says that the letter came", "She called.", "We remind you on"):
        assert says in shown
    home = browser.get("/").get_data(as_text=True)
    assert f'href="{new}/notes"' in home and f'href="{new}"' in home
    work = client_of(app, "supervisor", "office-12").get("/v1/open-work").get_json()["work"]
    assert new[9:] in [
        each["href"].rpartition("/")[2] for each in work if each["kind"] == "reminder"
    ]
    asks = {each["id"] for each in work if each["kind"] == "objection"}

    browser.fill(f"{new}/notes", f"{new}/settlement", settlement="She agrees now.")
    assert "The person disagrees" not in text(browser.get(new))
    assert "It is settled." in text(browser.get(f"{new}/notes"))
    assert f'href="{new}/notes"' not in browser.get("/").get_data(as_text=True)
    later = client_of(app, "supervisor", "office-12").get("/v1/open-work").get_json()["work"]
    assert 1 == len(asks - {each["id"] for each in later})
    none = browser.fill(f"{new}/notes", f"{new}/settlement", settlement="Again.")
    assert "All its objections are settled" in text(none)


def test_a_reminder_comes_on_its_day_and_goes_when_it_is_done(
    browser: Browser, answer: str
) -> None:
    today = clock.today()
    day = {"on.month": str(today.month), "on.day": str(today.day), "on.year": str(today.year)}
    browser.fill(f"{answer}/notes", f"{answer}/reminder", **day)
    browser.fill(f"{answer}/notes", f"{answer}/reminder", **day)
    home = browser.get("/")

    assert 1 == text(home).count("You wanted to see")
    asks = "May the person enroll in an individual plan on the requested day?"
    assert f"the answer to “{asks}” about case-1047" in text(home)
    done = re.search(r'action="(/reminders/[^"]+/done)"', home.get_data(as_text=True))
    assert done
    browser.fill("/", done[1])
    assert "You wanted to see" not in text(browser.get("/"))


def test_no_reminder_is_set_for_a_day_that_is_past(browser: Browser, answer: str) -> None:
    day = {"on.month": "9", "on.day": "25", "on.year": "2012"}
    again = browser.fill(f"{answer}/notes", f"{answer}/reminder", **day)

    assert 422 == again.status_code
    assert "Must be today or a later day." in text(again)


def test_another_office_sees_nothing_of_it(
    app: Flask, browser: Browser, answer: str, roster: Roster
) -> None:
    browser.fill(f"{answer}/notes", f"{answer}/notes", text=WORDS)
    roster.create(NewAccount("olga", "supervisor", "office-9"), OFFICE, PASSWORD)
    other = Browser(app)
    other.sign_in("olga")

    assert 404 == other.get(f"{answer}/notes").status_code
    assert 404 == other.fill("/", f"{answer}/notes", text=WORDS).status_code


def test_anybody_may_say_what_is_unclear_and_a_supervisor_decides_what_becomes_of_it(
    app: Flask, browser: Browser, roster: Roster, trail: AuditTrail
) -> None:
    stranger = Browser(app, "203.0.113.99")
    page = stranger.get("/feedback?page=/sign-in")
    assert "Something wrong or unclear?" in text(stranger.get("/sign-in"))
    stranger.fill(
        "/feedback?page=/sign-in", "/feedback", text=WORDS, page="/sign-in", language="en"
    )
    roster.create(NewAccount("sue", "supervisor", "office-1"), OFFICE, PASSWORD)
    browser.sign_in("sue")
    received = browser.get("/feedback/received")

    assert 200 == page.status_code
    assert "She says that the letter came" in text(received)
    assert "/sign-in" in text(received)
    change = re.search(r'action="(/feedback/[^"]+/state)"', received.get_data(as_text=True))
    assert change
    version = token(received, "version")
    browser.fill("/feedback/received", change[1], version=version, state="done")
    stale = browser.fill("/feedback/received", change[1], version=version, state="declined")
    assert 303 == stale.status_code
    assert "Somebody changed it meanwhile. It is now: Done." in text(
        browser.get("/feedback/received?state=done")
    )
    assert {"feedback.sent", "feedback.read", "feedback.changed"} <= {
        action for action, _ in trail.outcomes()
    }


def test_the_form_for_feedback_speaks_spanish_too(app: Flask) -> None:
    stranger = Browser(app, "203.0.113.98")
    page = stranger.fill("/feedback?language=es", "/feedback", text=" ", language="es")

    assert 422 == page.status_code
    assert '<div lang="es">' in page.get_data(as_text=True)


def test_a_page_or_number_that_is_none_is_left_out(app: Flask) -> None:
    stranger = Browser(app, "203.0.113.97")
    sent = stranger.fill("/feedback", "/feedback", text="x", page="javascript:1", request_id="<x>")

    assert 303 == sent.status_code
    assert ["/"] == [row["page"] for row in rows(app, "feedback")][-1:]


@given(words=st.text(max_size=5000))
@settings(max_examples=60)
def test_any_text_is_taken_or_refused_with_a_sentence(words: str) -> None:
    errors = FeedbackAskedSchema().validate({"text": words, "page": "/ask"})

    is_good = 0 < len(words.strip()) <= 4000 and all(
        letter >= " " or letter in "\n\t" for letter in words.strip().replace("\r\n", "\n")
    )
    assert is_good == (not errors)


def test_the_same_over_http(app: Flask, answer: str) -> None:
    client, id = client_of(app, organization="office-12"), answer[9:]
    body = {"text": WORDS, "said_on": "2012-05-20", "look_again_on": "2012-06-01"}
    kept = client.post(f"/v1/determinations/{id}/objections", json=body)
    listed = client.get(f"/v1/notes?about_kind=determination&about={id}")

    assert 201 == kept.status_code, kept.get_data(as_text=True)
    assert [WORDS] == [each["text"] for each in listed.json["notes"]]
    read = client.get(kept.headers["Location"])
    assert ("objection", "2012-06-01") == (read.json["kind"], read.json["look_again_on"])


# --- about waiver requests ---


@pytest.fixture
def waiver(app: Flask) -> Any:
    """A waiver request that Alma's office entered."""
    return entered(client_of(app, organization="office-12"), subject=unique_reference())


def page_of(waiver: Any) -> str:
    return f"/waivers/{waiver['id']}"


def test_a_note_on_a_waiver_request_stands_on_its_page(
    app: Flask, browser: Browser, waiver: Any, roster: Roster
) -> None:
    browser.sign_in()
    reviewer = office(app, roster, "rosa", "opp_reviewer")
    assert "There are no notes of your office yet." in text(browser.get(page_of(waiver)))
    stored = browser.fill(page_of(waiver), f"{page_of(waiver)}/notes", text=WORDS)

    assert 303 == stored.status_code
    shown = browser.get(page_of(waiver))
    assert WORDS in text(shown).replace("&lt;", "<")
    assert "<b>It did</b>" not in shown.get_data(as_text=True)
    assert "Entered by alma" in text(shown)
    assert "She says that" not in text(reviewer.get(page_of(waiver)))
    empty = browser.fill(page_of(waiver), f"{page_of(waiver)}/notes", text=" ")
    assert 422 == empty.status_code and "<title>Error:" in empty.get_data(as_text=True)


def test_notes_on_a_waiver_request_over_http_are_for_those_who_see_it_whole(
    app: Flask, waiver: Any
) -> None:
    ours = client_of(app, organization="office-12")
    body = {"about_kind": "waiver", "about": waiver["id"], "text": WORDS}
    kept = ours.post("/v1/notes", json=body)
    assert (201, "waiver") == (kept.status_code, kept.get_json()["about_kind"])
    path = f"/v1/notes?about_kind=waiver&about={waiver['id']}"
    assert [WORDS] == [each["text"] for each in ours.get(path).get_json()["notes"]]
    assert [WORDS] == [
        each["text"] for each in client_of(app, "auditor", None).get(path).get_json()["notes"]
    ]
    assert [] == client_of(app, "opp_reviewer", "opp").get(path).get_json()["notes"]
    carrier = client_of(app, "division_staff", "carrier-1")
    for client in (client_of(app, organization="office-9"), carrier):
        assert (404, "unknown-waiver-request") == problem(client.get(path))
        assert (404, "unknown-waiver-request") == problem(client.post("/v1/notes", json=body))
    assert (404, "unknown-waiver-request") == problem(
        ours.post("/v1/notes", json={**body, "about": "case-1"})
    )


def test_a_note_on_a_waiver_request_is_forgotten_with_it(app: Flask, waiver: Any) -> None:
    ours, service = client_of(app, organization="office-12"), app.extensions["eligibility"]
    body = {"about_kind": "waiver", "about": waiver["id"], "text": WORDS}
    kept = ours.post("/v1/notes", json=body).headers["Location"]
    subject = ours.get(waiver["href"]).get_json()["subject"]

    def forgotten(id: str) -> AuditEntry:
        return ADMINISTRATOR.did("waiver.forgotten", id, kind="waiver")

    before = verify(service.store).complaints
    assert forget(service.store, subject, forgotten, forgotten, "office-12")

    assert ours.get(kept).get_json()["text"] is None
    assert "note" == ours.get(kept).get_json()["kind"]
    found = set(verify(service.store).complaints) - set(before)
    assert not [each for each in found if each.kind in ("note", "waiver", "personal text")]


def test_a_hold_on_the_person_keeps_a_note_on_their_waiver_request(app: Flask, waiver: Any) -> None:
    supervisor = client_of(app, "supervisor", "office-12")
    subject = supervisor.get(waiver["href"]).get_json()["subject"]
    store = app.extensions["eligibility"].store
    body = {"about_kind": "waiver", "about": waiver["id"], "text": WORDS}
    id = supervisor.post("/v1/notes", json=body).get_json()["id"]
    list(seal_everything(store, clock.now()))
    later = clock.now() + timedelta(days=1)

    def is_due() -> bool:
        found = candidates_of(store, NOTE, later)
        return id in {each.id for each in found if each.kept_by is None}

    assert is_due()
    hold = {"kind": "subject", "object_id": subject, "because": "Matter 7"}
    assert 201 == supervisor.post("/v1/holds", json=hold).status_code
    assert not is_due()
