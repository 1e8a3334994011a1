"""A question put on pages: by interview, by form, its answer, and what is stored."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app import clock
from app.access.roster import NewAccount, Roster
from app.api.determinations import deciding
from app.api.http.service import Service
from app.console.ask.fields import Field, values_of
from app.law.facts import FactDefinition
from app.records.people.accounts import Account
from app.records.people.drafts import Drafts
from app.records.store import Store
from tests.audit import AuditTrail
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.waivers.granting import grant

MAY_3 = {
    "enrollment.requested_on.month": "5",
    "enrollment.requested_on.day": "3",
    "enrollment.requested_on.year": "2012",
}
AS_OF = {
    f"as_of.{part}": value
    for part, value in zip(("month", "day", "year"), ["5", "3", "2012"], strict=True)
}
PERSON = {
    "applicant.resident": "true",
    "applicant.has_medicare": "false",
    "employer_plan.available": "false",
    "enrollment.product": "individual_plan",
    "enrollment.channel": "carrier",
    "event.kind": "none",
    "prior_coverage.ended": "false",
    "waiver.granted": "false",
    "bridge.offered": "false",
}


def begin(browser: Browser, way: str = "interview", **fields: str) -> str:
    """The address at which a question goes on once its day is said."""
    page = "/ask/new?question=enrollment.permitted"
    day = {**MAY_3, **fields}
    answer = browser.fill(page, "/ask/new", question="enrollment.permitted", way=way, **day)
    assert 303 == answer.status_code, text(answer)
    return str(answer.headers["Location"])


def at_its_address(browser: Browser, draft: str) -> TestResponse:
    """The open question of an interview, to which its first address leads; else where that does."""
    answer = browser.get(draft)
    location = answer.headers.get("Location", "")
    return browser.get(location) if "?fact=" in location else answer


def asked_for(browser: Browser, address: str) -> str:
    """The fact that an interview asks for."""
    page = at_its_address(browser, address).get_data(as_text=True)
    found = re.search(r'name="fact" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def test_an_interview_ends_in_the_answer_that_the_interface_gives(
    app: Flask, signed_in: Browser
) -> None:
    draft, asked = begin(signed_in), []
    while (page := at_its_address(signed_in, draft)).status_code == 200:
        name = asked_for(signed_in, draft)
        asked.append(name)
        signed_in.fill(draft, fact=name, **{name: PERSON[name]})

    assert page.headers["Location"] == f"{draft}/answer"
    shown = text(signed_in.get(f"{draft}/answer"))
    assert "You may not enroll on May 3, 2012." in shown
    assert "July 1 through August 15, 2012" in shown
    assert len(asked) == len(set(asked))


def test_what_must_be_so_is_asked_before_its_details(signed_in: Browser) -> None:
    draft, asked = begin(signed_in), []
    while at_its_address(signed_in, draft).status_code == 200:
        name = asked_for(signed_in, draft)
        asked.append(name)
        signed_in.fill(draft, fact=name, **{"do": "leave open"})
    waiver = [name for name in asked if name.startswith("waiver.")]

    assert "waiver.granted" == waiver[0]
    assert asked.index("prior_coverage.ended") < asked.index("prior_coverage.ended_on")


def test_what_is_not_known_is_left_open_and_told_as_needed(signed_in: Browser) -> None:
    draft = begin(signed_in)
    name = asked_for(signed_in, draft)
    signed_in.fill(draft, fact=name, **{"do": "leave open"})

    assert name != asked_for(signed_in, draft)
    assert "What is still needed" in text(signed_in.get(f"{draft}/answer"))


def test_going_on_without_an_answer_skips_no_question(signed_in: Browser) -> None:
    draft = begin(signed_in)
    name = asked_for(signed_in, draft)

    answer = signed_in.fill(draft, fact=name)

    assert 422 == answer.status_code
    assert "Give an answer, or press “I do not know”." in text(answer)
    assert name == asked_for(signed_in, draft)


def test_each_question_of_an_interview_has_an_address_to_go_back_to(signed_in: Browser) -> None:
    draft = begin(signed_in)
    first = asked_for(signed_in, draft)

    second = signed_in.fill(draft, fact=first, **{first: PERSON[first]}).headers["Location"]
    third = signed_in.fill(second, draft, fact="", do="leave open")

    assert second.startswith(f"{draft}?fact=") and first not in second
    assert 404 == third.status_code
    assert f'value="{PERSON[first]}" checked' in signed_in.get(f"{draft}?fact={first}").get_data(
        as_text=True
    )


def test_a_day_that_no_month_has_is_named(signed_in: Browser) -> None:
    draft = begin(signed_in)
    day = {"event.occurred_on.month": "2", "event.occurred_on.day": "30"}

    answer = signed_in.fill(
        f"{draft}?fact=event.occurred_on",
        draft,
        fact="event.occurred_on",
        **day,
        **{"event.occurred_on.year": "2012"},
    )

    assert "There is no February 30 in 2012." in text(answer)


@pytest.mark.parametrize("year", ["1899", "2101"])
def test_a_day_too_early_or_too_late_is_said_in_words(year: str) -> None:
    typed = {"new.day.month": "5", "new.day.day": "3", "new.day.year": year}
    field = Field.sent(FactDefinition("new.day", "day", asks="When?"), typed)

    assert {} == values_of([field])
    assert ["Give a day from January 1, 1900 through December 31, 2100."] == field.errors


def test_a_draft_says_for_whom_and_is_deleted(
    signed_in: Browser, browse: Callable[..., Browser], roster: Roster
) -> None:
    draft = begin(signed_in)
    other = browse()
    roster.create(NewAccount("bert", "eligibility_worker", "office-12"), OFFICE, PASSWORD)
    other.sign_in("bert")
    assert "No reference yet, for May 3, 2012. Begun" in text(signed_in.get("/ask"))

    other.fill("/ask", f"{draft}/end")
    assert 200 == at_its_address(signed_in, draft).status_code

    assert "/ask" == signed_in.fill("/ask", f"{draft}/end").headers["Location"]
    assert 404 == signed_in.get(draft).status_code


def test_the_form_takes_everything_at_once(signed_in: Browser) -> None:
    form = begin(signed_in, "form")
    answer = signed_in.fill(form, **MAY_3, **PERSON)

    assert 303 == answer.status_code
    assert "You may not enroll on May 3, 2012." in text(signed_in.get(answer.headers["Location"]))


def test_a_form_with_mistakes_comes_again_with_what_was_typed(signed_in: Browser) -> None:
    form = begin(signed_in, "form")
    day = {**MAY_3, "enrollment.requested_on.day": "31", "enrollment.requested_on.month": "2"}
    answer = signed_in.fill(form, **day, **PERSON)

    assert 422 == answer.status_code
    page = answer.get_data(as_text=True)
    assert 'href="#enrollment-requested_on"' in page
    assert "There is no February 31 in 2012." in text(answer)
    assert 'name="enrollment.requested_on.day"' in page
    assert 'value="31"' in page
    assert "<title>Error:" in page


def test_facts_that_cannot_be_so_together_are_shown_at_their_fields(signed_in: Browser) -> None:
    form = begin(signed_in, "form")
    days = {"waiver.approval_received_on": ("6", "1"), "waiver.carrier_told_on": ("5", "1")}
    typed = {
        f"{name}.{part}": value
        for name, (month, day) in days.items()
        for part, value in {"month": month, "day": day, "year": "2012"}.items()
    }
    answer = signed_in.fill(form, **MAY_3, **{**PERSON, **typed})

    assert 422 == answer.status_code
    wrong = re.findall(r'href="#([^"]+)"', answer.get_data(as_text=True))
    assert {"waiver-carrier_told_on"} <= set(wrong)


def test_an_answer_is_stored_once_under_the_reference(
    app: Flask, signed_in: Browser, trail: AuditTrail
) -> None:
    form = begin(signed_in, "form")
    answer = f"{form.removesuffix('/form')}/answer"
    signed_in.fill(form, **MAY_3, **PERSON)
    first = signed_in.fill(answer, subject="case-1046")
    again = signed_in.post(answer, subject="case-1046", csrf_token=token_of(signed_in))

    assert (303, first.headers["Location"]) == (again.status_code, again.headers["Location"])
    stored = signed_in.get(first.headers["Location"])
    assert "case-1046" in text(stored)
    assert "You may not enroll on May 3, 2012." in text(stored)
    assert first.headers["Location"] == signed_in.get(answer).headers["Location"]
    assert "case-1046" in text(signed_in.fill("/answers", subject="case-1046"))
    assert "case-1046" in text(signed_in.get("/"))


def test_an_answer_is_decided_once_when_it_is_stored(
    signed_in: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = begin(signed_in, "form")
    answer = f"{form.removesuffix('/form')}/answer"
    signed_in.fill(form, **MAY_3, **PERSON)
    token = token_of(signed_in)
    decided, decide_events = [], deciding.decide_events

    def decide_and_note(*case: Any) -> Any:
        decided.append(case)
        return decide_events(*case)

    monkeypatch.setattr(deciding, "decide_events", decide_and_note)
    stored = signed_in.post(answer, subject="decided-once", csrf_token=token)

    assert 303 == stored.status_code
    assert 1 == len(decided)


def test_facts_that_no_longer_have_an_answer_are_not_stored(
    app: Flask, signed_in: Browser, alma: Account
) -> None:
    """The draft is from a day on which the law took its facts."""
    form = begin(signed_in, "form")
    drafts: Drafts = app.extensions["drafts"]
    (draft,) = drafts.of(alma.id, clock.now())
    drafts.save(replace(draft, facts={"waiver.granted": "perhaps"}), clock.now())
    token = token_of(signed_in)

    for subject in ("case-1047", "no reference"):
        answer = f"{form.removesuffix('/form')}/answer"
        assert 404 == signed_in.post(answer, subject=subject, csrf_token=token).status_code


def test_a_granted_waiver_is_shown_where_it_was_found(app: Flask, signed_in: Browser) -> None:
    grant(
        store_of(app),
        datetime(2012, 4, 2, 15, tzinfo=UTC),
        ("case-9", "office-12"),
        None,
        "2012-04-10",
    )
    said = {n: v for n, v in PERSON.items() if n != "waiver.granted"}
    form = begin(signed_in, "form")
    signed_in.fill(form, **MAY_3, **said)
    kept = signed_in.fill(f"{form.removesuffix('/form')}/answer", subject="case-9")
    shown = text(signed_in.get(kept.headers["Location"]))

    assert "Found at the waiver desk, which granted a waiver on April 2, 2012." in shown
    assert "On which day did the person receive the approval of the waiver? April 10, 2012" in shown


def test_what_the_desk_knows_otherwise_is_said_before_storing(
    app: Flask, signed_in: Browser
) -> None:
    grant(
        store_of(app),
        datetime(2012, 4, 2, 15, tzinfo=UTC),
        ("case-10", "office-12"),
        None,
        "2012-04-10",
    )
    told = {"month": "4", "day": "9", "year": "2012"}
    days = {f"waiver.carrier_told_on.{part}": value for part, value in told.items()}
    form = begin(signed_in, "form")
    signed_in.fill(form, **MAY_3, **{**PERSON, **days, "waiver.granted": "true"})
    answer = signed_in.fill(f"{form.removesuffix('/form')}/answer", subject="case-10")

    assert 422 == answer.status_code
    assert "It was not stored" in text(answer) and "April 10, 2012" in text(answer)


def store_of(app: Flask) -> Store:
    """The records of the service."""
    service: Service = app.extensions["eligibility"]
    return service.store


def token_of(browser: Browser) -> str:
    """A valid token of the browser's forms."""
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', browser.get("/ask").get_data(as_text=True)
    )
    assert found
    return found[1]


@pytest.mark.parametrize("subject", ["", "Ada Lovelace", "123-45-6789"])
def test_a_reference_that_cannot_be_is_refused_in_words(signed_in: Browser, subject: str) -> None:
    form = begin(signed_in, "form")
    answer = signed_in.fill(f"{form.removesuffix('/form')}/answer", subject=subject)

    assert 422 == answer.status_code
    shown = answer.get_data(as_text=True)
    box = re.search(r'<div class="usa-alert usa-alert--error" role="alert"([^>]*)>', shown)
    assert box and "autofocus" in box[1], "the browser goes to what was refused"
    assert shown.index("It was not stored") < shown.index("<h1>")
    assert 'aria-invalid="true"' in shown


def test_the_next_question_takes_the_facts_along(signed_in: Browser) -> None:
    form = begin(signed_in, "form")
    answer = f"{form.removesuffix('/form')}/answer"
    signed_in.fill(form, **MAY_3, **PERSON)
    stored = signed_in.get(answer).get_data(as_text=True)
    link = re.search(r'href="(/ask/new\?question=waiver.reviewable[^"]+)"', stored)
    assert link
    page = unescape(link[1])
    like = re.search(r"like=([\w-]+)", page)
    assert like
    day = {"month": "5", "day": "20", "year": "2012"}
    begun = signed_in.fill(
        page,
        action="/ask/new",
        question="waiver.reviewable",
        like=like[1],
        way="form",
        **{f"waiver.received_on.{part}": value for part, value in day.items()},
    )
    shown = signed_in.get(begun.headers["Location"]).get_data(as_text=True)

    assert re.search(r'name="applicant.resident" value="true" checked', shown)


def test_two_windows_lose_no_words(signed_in: Browser) -> None:
    form = begin(signed_in, "form")
    late = signed_in.get(form).get_data(as_text=True)
    version = re.search(r'name="version" value="(\d+)"', late)
    assert version
    signed_in.fill(form, version=version[1], **MAY_3, **PERSON)
    answer = signed_in.fill(
        form, version=version[1], **MAY_3, **{**PERSON, "applicant.resident": "false"}
    )

    assert 409 == answer.status_code
    assert "in another window" in text(answer)
    assert "You may not enroll" in text(signed_in.get(f"{form.removesuffix('/form')}/answer"))


def test_nobody_else_sees_a_draft_or_an_answer_of_another_office(
    signed_in: Browser, browse: Callable[..., Browser], roster: Roster
) -> None:
    form = begin(signed_in, "form")
    draft = form.removesuffix("/form")
    signed_in.fill(form, **MAY_3, **PERSON)
    stored = signed_in.fill(f"{draft}/answer", subject="case-90").headers["Location"]
    other = begin(signed_in)
    roster.create(NewAccount("bo", "eligibility_worker", "office-13"), OFFICE, PASSWORD)
    bo = browse()
    bo.sign_in("bo")

    assert {404} == {
        bo.get(path).status_code for path in (other, f"{other}/form", f"{other}/answer", stored)
    }
    assert "case-9" not in text(bo.fill("/answers", subject="case-9", question="", outcome=""))


def test_roles_without_a_page_are_told_what_is_missing(
    browse: Callable[..., Browser], roster: Roster
) -> None:
    roster.create(NewAccount("adam", "administrator", None), OFFICE, PASSWORD)
    adam = browse()
    adam.sign_in("adam")

    for path in ("/ask", "/ask/new", "/answers"):
        answer = adam.get(path)
        assert 403 == answer.status_code
        assert "Not for your role" in text(answer)
    assert "Ask" not in re.findall(r"<span>(\w+)</span>", adam.get("/").get_data(as_text=True))


def test_nothing_typed_stands_in_an_address(app: Flask) -> None:
    pages = {
        rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/ask", "/answers"))
    }

    assert all(set(re.findall(r"<([^>]+)>", page)) <= {"uuid:id"} for page in pages)


def test_every_question_can_be_begun_and_shows_its_form(app: Flask, signed_in: Browser) -> None:
    service = app.extensions["eligibility"]
    lawbook = service.lawbook
    for question, asked in lawbook.questions.items():
        page = f"/ask/new?question={question}"
        assert 200 == signed_in.get(page).status_code
        first = service.encoded_days(question, "current")[-1][0]
        name = asked.governed_by or "as_of"
        day = {"month": first.month, "day": first.day, "year": first.year}
        begun = signed_in.fill(
            page,
            action="/ask/new",
            question=question,
            way="form",
            edition="current",
            **{f"{name}.{part}": str(number) for part, number in day.items()},
        )
        shown = signed_in.get(begun.headers["Location"]).get_data(as_text=True)
        stated = [
            fact
            for fact in lawbook.facts_of(question)
            if fact.computed is None and not fact.kind.is_outcome
        ]
        assert all(f'name="{fact.name}' in shown for fact in stated), question


def test_a_day_without_encoded_law_is_said_at_the_day(signed_in: Browser) -> None:
    answer = signed_in.fill(
        "/ask/new?question=catastrophic.eligible",
        action="/ask/new",
        question="catastrophic.eligible",
        way="form",
        edition="chapter-288",
        **{
            name.replace("as_of", "catastrophic.plan_year_starts_on"): said
            for name, said in AS_OF.items()
        },
    )

    says = text(answer)
    assert 422 == answer.status_code
    assert "May 3, 2012 is not encoded for this question in “Chapter 288" in says, says
    assert "catastrophic.eligible" not in says


def test_no_day_is_taken_for_granted_and_editions_say_for_which_days_they_are(
    signed_in: Browser,
) -> None:
    page = "/ask/new?question=enrollment.permitted"
    shown = text(signed_in.get(page))
    assert "The law with later changes Days that can be asked about: " in shown
    assert "everything that is encoded" not in shown
    none = signed_in.fill(page, "/ask/new", question="enrollment.permitted")

    assert 422 == none.status_code
    assert "Give the day." in text(none)


def test_a_question_says_about_whom_it_is_and_what_is_taken_along(signed_in: Browser) -> None:
    page = "/ask/new?question=enrollment.permitted"
    sends = {"question": "enrollment.permitted", **MAY_3}
    wrong = signed_in.fill(page, "/ask/new", subject="Ada Lovelace", **sends)
    assert (422, True) == (wrong.status_code, 'href="#subject"' in wrong.get_data(as_text=True))

    draft = signed_in.fill(page, "/ask/new", subject="case-18", **sends).headers["Location"]
    for shown in (at_its_address(signed_in, draft), signed_in.get(f"{draft}/form")):
        assert "About case-18" in text(shown)
    signed_in.fill(f"{draft}/form", **MAY_3, **PERSON)
    assert "About case-18" in text(signed_in.get(f"{draft}/answer"))
    assert "For reference case-18, for May 3, 2012." in text(signed_in.get("/ask"))
    like = text(signed_in.get(f"{page}&like={draft.rpartition('/')[2]}"))
    assert "Does the person live in Massachusetts? Yes" in like


def test_a_question_leads_back_to_the_one_before(signed_in: Browser) -> None:
    draft = begin(signed_in)
    first = asked_for(signed_in, draft)
    assert "Previous question" not in text(at_its_address(signed_in, draft))

    second = signed_in.fill(f"{draft}?fact={first}", draft, fact=first, **{first: PERSON[first]})
    shown = signed_in.get(second.headers["Location"]).get_data(as_text=True)
    assert f'href="{draft}?fact={first}">Previous question' in shown
    moved = signed_in.get(draft).headers["Location"]
    assert moved == second.headers["Location"], "each question has an address of its own"


FACTS = [
    FactDefinition("new.flag", "flag", asks="Is it so?"),
    FactDefinition("new.choice", "choice", asks="Which?", choices={"one": "One", "two": "Two"}),
    FactDefinition("new.number", "integer", asks="How many?", unit="people", maximum=500),
    FactDefinition("new.share", "decimal", asks="How much?", unit="percent", maximum=100),
    FactDefinition("new.day", "day", asks="When?"),
]


@settings(max_examples=200, deadline=None)
@given(fact=st.sampled_from(FACTS), data=st.data())
def test_what_a_field_shows_is_read_back_as_it_was(
    fact: FactDefinition, data: st.DataObject
) -> None:
    code = data.draw(st.integers(fact.first_code // fact.step, fact.last_code // fact.step))
    value = fact.value(code * fact.step)
    sent = value if isinstance(value, (bool, int)) else str(value)
    shown = Field.of(fact, sent)
    again = Field.sent(fact, {fact.name + part: typed for part, typed in shown.shown.items()})

    assert {fact.name: sent} == values_of([again])
    assert [] == again.errors


@settings(max_examples=200, deadline=None)
@given(fact=st.sampled_from(FACTS), typed=st.text(max_size=60))
def test_whatever_is_typed_is_a_value_or_a_sentence_at_its_field(
    fact: FactDefinition, typed: str
) -> None:
    parts = ("", ".month", ".day", ".year")
    field = Field.sent(fact, {fact.name + part: typed for part in parts})
    values = values_of([field])

    assert field.is_empty or bool(values) != bool(field.errors)


def test_a_yes_that_nobody_wants_is_not_shown_as_good_news(signed_in: Browser) -> None:
    page = "/ask/new?question=issue.refusal"
    begun = signed_in.fill(page, "/ask/new", question="issue.refusal", way="form", **AS_OF)
    form = begun.headers["Location"]
    shown = signed_in.get(form).get_data(as_text=True)
    facts = dict.fromkeys(re.findall(r'type="radio" id="[^"]+" name="([^"]+)" value="true"', shown))
    numbers = re.findall(r'name="([^"]+)" inputmode="decimal"', shown)
    answer = signed_in.fill(form, **dict.fromkeys(facts, "true"), **dict.fromkeys(numbers, "9"))
    told = signed_in.get(answer.headers["Location"]).get_data(as_text=True)

    assert re.search(r'<span class="usa-tag unwanted">Yes</span>', told)


def test_the_most_asked_questions_stand_first_and_words_find_the_others(
    signed_in: Browser, app: Flask
) -> None:
    page = signed_in.get("/ask").get_data(as_text=True)
    listed = re.findall(r"/ask/new\?question=([a-z_.]+)", page)
    assert "enrollment.permitted" == listed[0]
    assert set(app.extensions["eligibility"].lawbook.questions) == set(listed)
    headings = re.findall(r"<section><h2>([^<]+)", page)
    assert ["Asked most", "People", "Businesses and their employees"] == headings[:3]
    assert "Other questions" not in headings, "each topic has a group"

    found = signed_in.get("/ask?words=EMPLOYEE+count").get_data(as_text=True)
    assert ["employee.eligible"] == re.findall(r"/ask/new\?question=([a-z_.]+)", found)
    assert "No question has these words" in text(signed_in.get("/ask?words=zebra"))


def test_a_count_of_employees_leads_to_who_counts(signed_in: Browser) -> None:
    page = "/ask/new?question=group.eligible"
    day = {
        name.replace("as_of", day_of("group.eligible", signed_in)): n for name, n in AS_OF.items()
    }
    begun = signed_in.fill(page, "/ask/new", question="group.eligible", way="form", **day)
    shown = signed_in.get(begun.headers["Location"]).get_data(as_text=True)

    assert 'href="/ask/new?question=employee.eligible"' in shown


def day_of(question: str, browser: Browser) -> str:
    """The fact for the day on the page on which a question begins."""
    page = browser.get(f"/ask/new?question={question}").get_data(as_text=True)
    found = re.search(r'name="([^"]+)\.month"', page)
    assert found
    return found[1]
