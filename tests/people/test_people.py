"""People on pages: found, seen with what was decided, stored once, corrected; and an answer
declared void.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access.roster import NewAccount, Roster
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.people.test_asking import MAY_3, begin
from tests.people.test_asking import PERSON as FACTS
from tests.waivers.asking import REQUEST

BORN = {"born_on.month": "7", "born_on.day": "13", "born_on.year": "1931"}
ZORA = {"name": "Zora O’Quackenbush", **BORN, "subject": "case-1047"}


@pytest.fixture
def alma(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


@pytest.fixture
def colleague(browse: Callable[..., Browser], roster: Roster) -> Callable[..., Browser]:
    def sign_in(name: str, role: str, organization: str | None = "office-12") -> Browser:
        roster.create(NewAccount(name, role, organization), OFFICE, PASSWORD)
        found = browse()
        found.sign_in(name)
        return found

    return sign_in


def stored(browser: Browser, **changes: str) -> str:
    """The address of the page of a person who is stored now."""
    answer = browser.fill("/people/new", **{**ZORA, **changes})
    assert 303 == answer.status_code, text(answer)
    return str(answer.headers["Location"])


def decided(browser: Browser, subject: str = "case-1047") -> str:
    """The address of an answer that is stored now."""
    form = begin(browser, "form")
    browser.fill(form, **MAY_3, **FACTS)
    answer = browser.fill(f"{form.removesuffix('/form')}/answer", subject=subject, instead="beside")
    return str(answer.headers["Location"])


def raw(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def test_a_person_is_found_by_name_however_it_is_written_and_by_reference(alma: Browser) -> None:
    page = stored(alma)

    for typed in ({"name": "zora oquackenbush"}, {"name": "ZORA O'QUACKENBUSH", **BORN}):
        found = alma.fill("/people", **typed)
        assert f'href="{page}"' in raw(found)
        assert "Zora O’Quackenbush" in text(found)
    by_reference = alma.fill("/people", subject="case-1047")
    assert (303, page) == (by_reference.status_code, by_reference.headers["Location"])
    for part in ("Quackenbush Zora", "O'Quackenbush", "zora"):
        for more in ({}, BORN):
            assert f'href="{page}"' in raw(alma.fill("/people", name=part, **more))
    assert "no such person" in text(alma.fill("/people", name="Zor"))
    assert "no such person" in text(alma.fill("/people", subject="case-0"))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "subject"),
        ({"subject": "Zora Quackenbush"}, "subject"),
        ({"subject": "123-45-6789"}, "subject"),
        ({"name": "--"}, "name"),
        ({"name": "Zora \u202enayr"}, "name"),
        ({"name": "Zora", "born_on.day": "77"}, "born_on"),
    ],
)
def test_what_cannot_be_looked_for_comes_again_with_a_sentence_at_its_field(
    alma: Browser, typed: dict[str, str], field: str
) -> None:
    answer = alma.fill("/people", **typed)

    assert 422 == answer.status_code
    assert f'href="#{field}"' in raw(answer)
    assert f'id="{field}-error"' in raw(answer)
    assert "<title>Error:" in raw(answer)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(min_size=1, max_size=60))
def test_whatever_is_typed_as_a_name_is_looked_for_or_refused_in_words(
    alma: Browser, name: str
) -> None:
    answer = alma.fill("/people", name=name.replace("\ud800", ""))

    assert answer.status_code in (200, 422)
    assert answer.status_code == 200 or "usa-error-message" in raw(answer)


def test_a_page_tells_what_stands_and_what_can_change_when(alma: Browser) -> None:
    page = stored(alma, subject="case-3003")
    assert "Nothing stands for this person yet." in text(alma.get(page))
    answer = decided(alma, "case-3003")
    shown = text(alma.get(page))

    assert "What stands today" in shown
    assert "You may not enroll on May 3, 2012." in shown
    assert "This ran out on" in shown
    assert "No day ahead is known" in shown
    assert f'href="{answer}"' in raw(alma.get(page))


def test_days_ahead_stand_in_their_order(app: Flask, roster: Roster, alma: Browser) -> None:
    with freeze_time("2012-05-03 16:00:00"):
        roster.create(NewAccount("cy", "eligibility_worker", "office-12"), OFFICE, PASSWORD)
        cy = Browser(app)
        cy.sign_in("cy")
        page = stored(cy, subject="case-3004")
        decided(cy, "case-3004")
        shown = raw(cy.get(page))
    days = re.findall(r'data-label="What">([^<]+)<', shown)
    on = re.findall(r'<th scope="row" data-label="Day">([^<]+)<', shown)

    assert days
    assert all("2012" in day for day in on)
    assert "It stands at least through" in shown


def test_two_answers_for_the_same_day_are_noticed_and_one_can_be_voided(
    alma: Browser, colleague: Callable[..., Browser]
) -> None:
    page = stored(alma, subject="case-3001")
    first, second = (decided(alma, "case-3001") for _ in range(2))
    sam = colleague("sam", "supervisor")
    shown = sam.get(page)

    assert "One of 2 answers to the same question for the same day." in text(shown)
    assert f'href="{first}/void"' in raw(shown)
    assert f'href="{first}/void"' not in raw(alma.get(page))
    assert 403 == alma.get(f"{first}/void").status_code
    sam.fill(f"{first}/void", because="Stored under the wrong reference", sure="yes")
    assert "One of 2" not in text(sam.get(page))
    assert "Void" in text(sam.get(page))
    told = text(alma.get(first))
    assert "This answer is void and counts for nothing. Stored under the wrong reference" in told
    assert "void" not in text(alma.get(second))
    assert "(void)" in text(alma.fill("/answers", subject="case-3001", question="", outcome=""))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"because": "", "sure": "yes"}, "because"),
        ({"because": "Wrong person"}, "sure"),
        ({"because": "see 123-45-6789", "sure": "yes"}, "because"),
    ],
)
def test_a_void_needs_a_reason_and_a_second_look(
    alma: Browser, colleague: Callable[..., Browser], typed: dict[str, str], field: str
) -> None:
    answer, sam = decided(alma), colleague("sam", "supervisor")
    refused = sam.fill(f"{answer}/void", **typed)

    assert 422 == refused.status_code
    assert f'href="#{field}"' in raw(refused)
    assert typed["because"] in raw(refused)
    assert "is void" not in text(alma.get(answer))


def test_a_second_click_voids_once_and_another_supervisor_reads_who_did(
    alma: Browser, colleague: Callable[..., Browser], trail: AuditTrail
) -> None:
    answer, sam, sue = (
        decided(alma),
        colleague("sam", "supervisor"),
        colleague("sue", "supervisor"),
    )
    trail.clear()
    clicks = [sam.fill(f"{answer}/void", because="Wrong person", sure="yes") for _ in range(2)]
    late = sue.fill(f"{answer}/void", because="Wrong reference", sure="yes")

    assert [303, 303] == [click.status_code for click in clicks]
    assert 1 == trail.outcomes().count(("determination.voided", "done"))
    assert 409 == late.status_code
    assert "declared it void on" in text(late)


def test_a_person_who_seems_to_be_on_record_is_shown_before_a_second_record(
    alma: Browser,
) -> None:
    page = stored(alma)
    again = alma.fill("/people/new", **{**ZORA, "name": "ZORA OQUACKENBUSH", "subject": ""})

    assert 409 == again.status_code
    assert "This person seems to be on record" in text(again)
    assert f'href="{page}"' in raw(again)
    assert 'value="ZORA OQUACKENBUSH"' in raw(again)
    other = alma.fill("/people/new", **{**ZORA, "subject": "", "despite_duplicate": "yes"})
    assert 303 == other.status_code
    assert page != other.headers["Location"]


def test_a_second_click_stores_one_person(alma: Browser) -> None:
    clicks = [alma.fill("/people/new", once="one-key", **ZORA) for _ in range(2)]

    assert [303, 303] == [click.status_code for click in clicks]
    assert clicks[0].headers["Location"] == clicks[1].headers["Location"]


def test_a_reference_in_use_is_said_at_its_field(alma: Browser) -> None:
    stored(alma)
    refused = alma.fill("/people/new", **{**ZORA, "name": "Ada Pelican"})

    assert 409 == refused.status_code
    assert 'href="#subject"' in raw(refused)


def test_a_correction_keeps_the_old_name_and_what_letters_need(alma: Browser) -> None:
    page = stored(alma)
    version = re.search(r'name="version" value="(\d+)"', raw(alma.get(f"{page}/correct")))
    assert version
    changes = {
        "version": version[1],
        "name": "Zora Pelican",
        **BORN,
        "address": "12 Main Street\r\nBoston, MA 02110-1234",
        "language": "es",
        "large_print": "yes",
        "acting_name": "Ada Lu",
        "acting_authority": "Guardian",
    }
    answer = alma.fill(f"{page}/correct", **changes)
    shown = text(alma.get(page))

    assert 303 == answer.status_code
    for words in (
        "Zora Pelican",
        "Zora O’Quackenbush",
        "12 Main Street",
        "Spanish, in large print",
    ):
        assert words in shown
    assert "Ada Lu , Guardian" in shown
    found = text(alma.fill("/people", name="Zora O'Quackenbush"))
    assert "A former name" in found
    late = alma.fill(f"{page}/correct", **{**changes, "name": "Zora Heron"})
    assert 409 == late.status_code
    assert "Somebody changed this person meanwhile" in text(late)
    assert 'value="Zora Heron"' in raw(late)
    assert "Zora Heron" not in text(alma.get(page))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Zora\u2066"}, "name"),
        ({"born_on.month": ""}, "born_on"),
        ({"born_on.month": "", "born_on.day": "", "born_on.year": ""}, "born_on"),
        ({"address": "x" * 101}, "address"),
        ({"acting_name": "Ada"}, "acting_authority"),
    ],
)
def test_what_is_wrong_with_a_person_is_said_at_its_field(
    alma: Browser, typed: dict[str, str], field: str
) -> None:
    page = stored(alma)
    for path in ("/people/new", f"{page}/correct"):
        refused = alma.fill(path, version="1", **{**ZORA, "subject": "", **typed})
        assert 422 == refused.status_code
        assert f'href="#{field}"' in raw(refused)


def test_asking_about_a_person_takes_reference_and_facts_along(alma: Browser) -> None:
    page = stored(alma)
    decided(alma)
    shown = raw(alma.get(page))
    about, like = (
        re.search(rf'name="{name}" value="([\w-]+)"', shown) for name in ("about", "like")
    )
    assert about
    assert like
    start = f"/ask/new?question=waiver.reviewable&like={like[1]}&about={about[1]}"
    assert f'name="about" value="{about[1]}"' in raw(alma.get(start))
    day = {"month": "5", "day": "20", "year": "2012"}
    begun = alma.fill(
        start,
        action="/ask/new",
        question="waiver.reviewable",
        like=like[1],
        about=about[1],
        way="form",
        **{f"waiver.received_on.{part}": value for part, value in day.items()},
    )
    form = begun.headers["Location"]
    assert re.search(r'name="applicant.resident" value="true" checked', raw(alma.get(form)))
    alma.fill(form, **{f"waiver.received_on.{part}": value for part, value in day.items()})
    answer = raw(alma.get(f"{form.removesuffix('/form')}/answer"))
    assert re.search(r'id="subject"[^>]*value="case-1047"', answer)


def test_a_reference_with_answers_and_no_name_is_shown_and_can_get_one(alma: Browser) -> None:
    answer = decided(alma, "case-2000")
    shown = alma.fill("/people", subject="case-2000")

    assert 200 == shown.status_code
    assert "Your organization has no name for it" in text(shown)
    assert f'href="{answer}"' in raw(shown)
    begun = alma.fill("/people", action="/people/new", do="begin", subject="case-2000")
    assert re.search(r'id="subject"[^>]*value="case-2000"', raw(begun))
    page = stored(alma, subject="case-2000")
    assert f'href="{answer}"' in raw(alma.get(page))


def test_a_reviewer_sees_initials_and_years(
    alma: Browser, colleague: Callable[..., Browser]
) -> None:
    page = stored(alma)
    reviewer = colleague("rae", "opp_reviewer")
    shown = [reviewer.get(page), reviewer.fill("/people", name="Zora O'Quackenbush", **BORN)]

    for answer in shown:
        assert 200 == answer.status_code
        assert "Z. O." in text(answer)
        assert "1931" in text(answer)
        assert "July 13" not in text(answer)
    assert "Quackenbush" not in raw(shown[0])
    assert 403 == reviewer.get(f"{page}/correct").status_code
    assert 403 == reviewer.get("/people/new").status_code


def test_people_of_another_office_do_not_exist_for_this_one(
    alma: Browser, colleague: Callable[..., Browser]
) -> None:
    page = stored(alma, subject="case-3003")
    answer = decided(alma, "case-3003")
    bo = colleague("bo", "supervisor", "office-13")

    assert {404} == {bo.get(path).status_code for path in (page, f"{page}/correct")}
    assert 404 == bo.get(f"{answer}/void").status_code
    for typed in ({"name": ZORA["name"]}, {"subject": "case-3003"}):
        assert "no such person" in text(bo.fill("/people", **typed))


def test_what_another_office_decided_under_the_same_reference_is_not_this_person(
    alma: Browser, colleague: Callable[..., Browser]
) -> None:
    page = stored(alma, subject="case-3002")
    decided(colleague("bo", "supervisor", "office-13"), "case-3002")
    auditor = colleague("ada", "auditor", None)

    assert "No answer is stored under this reference yet." in text(auditor.get(page))


def test_no_name_stands_in_an_address_or_a_title(app: Flask, alma: Browser) -> None:
    page = stored(alma)
    decided(alma)
    for shown in (alma.get(page), alma.get(f"{page}/correct"), alma.fill("/people", name="Zora")):
        title = re.search("<title>(.*)</title>", raw(shown))
        assert title
        assert not [word for word in ("Zora", "Quackenbush", "case-1047") if word in title[1]]
        links = re.findall(r'(?:href|action)="([^"]+)"', raw(shown))
        assert not [link for link in links if "case-1047" in link or "Zora" in link]
    assert all(
        set(re.findall(r"<([^>]+)>", rule.rule)) <= {"uuid:id"}
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/people")
    )


def test_a_persons_page_shows_requests_letters_objections_notes_and_reminders(
    app: Flask, alma: Browser
) -> None:
    page = stored(alma, subject="case-5001")
    answer = decided(alma, "case-5001")
    worker = client_of(app, organization="office-12")
    made = worker.post("/v1/waiver-requests", json={**REQUEST, "subject": "case-5001"}).get_json()
    id = answer.rpartition("/")[2]
    letter = worker.post(f"/v1/determinations/{id}/letters", json={}).get_json()
    objection = {"text": "I lost it.", "said_on": "2012-05-04", "look_again_on": "2030-05-07"}
    assert 201 == worker.post(f"/v1/determinations/{id}/objections", json=objection).status_code
    noted = {"about_kind": "applicant", "about": "case-5001", "text": "She called."}
    assert 201 == worker.post("/v1/notes", json=noted).status_code
    days = {"on.month": "1", "on.day": "2", "on.year": "2031"}
    assert 303 == alma.fill(f"{answer}/notes", f"{answer}/reminder", **days).status_code

    shown = alma.get(page)

    for link in (f"/waivers/{made['id']}", f"/letters/{letter['id']}", f"{answer}/notes", answer):
        assert f'href="{link}"' in raw(shown)
    for words in ("I lost it.", "She called.", "January 2, 2031", "Received March 1, 2012"):
        assert words in text(shown)


def test_a_stored_answer_names_the_person_and_an_objection_to_those_who_may_know(
    app: Flask, alma: Browser, colleague: Callable[..., Browser]
) -> None:
    page = stored(alma, subject="case-5002")
    answer = decided(alma, "case-5002")
    assert "disagrees" not in text(alma.get(answer))
    objection = {"text": "I lost it.", "said_on": "2012-05-04", "look_again_on": "2030-05-07"}
    id = answer.rpartition("/")[2]
    worker = client_of(app, organization="office-12")
    assert 201 == worker.post(f"/v1/determinations/{id}/objections", json=objection).status_code
    whole, masked = alma.get(answer), colleague("ada", "auditor", None).get(answer)

    for shown, name in ((whole, "Zora O’Quackenbush"), (masked, "Z. O.")):
        assert f'<a href="{page}"><bdi>{name}</bdi></a>' in raw(shown)
        assert "The person disagrees with this answer." in text(shown)
        assert f'href="{answer}/notes"' in raw(shown)
    assert "Quackenbush" not in raw(masked)


def test_a_reviewer_finds_a_request_by_the_reference_that_it_names(
    app: Flask, alma: Browser, colleague: Callable[..., Browser]
) -> None:
    made = client_of(app, organization="office-12").post(
        "/v1/waiver-requests", json={**REQUEST, "subject": "case-5003"}
    )
    reviewer = colleague("rae", "opp_reviewer", "office-14")

    found = reviewer.fill("/people", subject="case-5003")

    assert f'href="/waivers/{made.get_json()["id"]}"' in raw(found)
    assert "no such person" in text(reviewer.fill("/people", subject="case-5004"))
    other = colleague("bo", "supervisor", "office-13")
    assert "no such person" in text(other.fill("/people", subject="case-5003"))
