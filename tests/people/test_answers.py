"""An answer beside another one that is not stored: with a fact changed, on another day, in another
edition.
"""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.access.passwords import Passwords
from app.access.people import People
from app.access.roster import NewAccount, Roster
from app.api.people.current import install_people
from app.console.answers.beside import days_apart
from app.determinations.decide import Decider
from tests.again.conftest import CALENDAR, amend, longer_winter
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import OFFICE, PASSWORD, Browser, Counting, serving, text
from tests.people.test_asking import MAY_3, PERSON, begin

LATER = {
    "enrollment.requested_on.month": "7",
    "enrollment.requested_on.day": "2",
    "enrollment.requested_on.year": "2012",
}
JUNE_1 = {"month": "6", "day": "1", "year": "2012"}
JULY_1 = {**JUNE_1, "month": "7"}
DAY = "enrollment.requested_on"
__all__ = ["amend", "longer_winter"]  # fixtures of other tests, used here too


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def draft(browser: Browser, **facts: str) -> str:
    """The address of a question with its facts, not stored."""
    form = begin(browser, "form")
    assert 303 == browser.fill(form, **{**MAY_3, **PERSON, **facts}).status_code
    return form.removesuffix("/form")


def stored(browser: Browser, subject: str = "case-1047", **facts: str) -> str:
    """The address of a stored answer, beside those that other tests stored."""
    page = f"{draft(browser, **facts)}/answer"
    answer = browser.fill(page, subject=subject, instead="beside")
    assert 303 == answer.status_code, text(answer)
    return str(answer.headers["Location"])


def links(page: Any) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', page.get_data(as_text=True))]


def line(page: Any, name: str) -> str:
    """What a line of two answers says: both sides, and whether they differ."""
    rows = re.findall(r"<tr[^>]*><th scope=\"row\".*?</tr>", page.get_data(as_text=True), re.S)
    said = [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in rows]
    (found,) = [each.removeprefix(name).strip() for each in said if each.startswith(name)]
    return found


def records(app: Flask) -> int:
    """How many determinations are stored."""
    with app.extensions["eligibility"].store.reading() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM determinations")
        return int(found.scalar_one())


def signed_in_as(
    browse: Callable[..., Browser], roster: Roster, role: str, organization: str
) -> Browser:
    roster.create(NewAccount(f"{role}-1", role, organization), OFFICE, PASSWORD)
    browser = browse()
    browser.sign_in(f"{role}-1")
    return browser


@pytest.mark.parametrize("make", [draft, stored])
def test_a_changed_fact_shows_both_answers_and_stores_nothing(
    app: Flask, signed_in: Browser, make: Callable[[Browser], str]
) -> None:
    page = f"{make(signed_in)}/change"
    before = records(app)
    assert f"{page}?fact={DAY}" in links(signed_in.get(page))
    form = f"{page}?fact={DAY}"
    assert 'value="2012"' in signed_in.get(form).get_data(as_text=True)

    both = signed_in.fill(form, action=page, fact=DAY, **LATER)

    assert 200 == both.status_code
    assert "The answer differs: No before, Yes after." in text(both)
    answers = line(both, "Answer")
    assert answers.index("You may not enroll on May 3, 2012.") < answers.index("Yes.")
    assert answers.endswith("Differs")
    assert line(both, "The law of") == (
        "May 3, 2012, edition chapter-288 July 2, 2012, edition chapter-288 Differs : 60 days later"
    )
    assert line(both, "Yearly open enrollment period").endswith("Does not apply Applies")
    assert before == records(app)


def test_a_change_that_does_not_matter_is_said_to_be_the_same(signed_in: Browser) -> None:
    page = f"{draft(signed_in)}/change"
    sent = {"applicant.resident": "false"}

    both = signed_in.fill(page, action=page, fact="applicant.resident", **sent)

    assert "Both come to the same answer: No." in text(both)
    assert "(only here)" in line(both, "What to do, by when")
    assert line(both, "Does the person live").endswith("Yes No Differs")


def test_several_facts_are_changed_together(signed_in: Browser) -> None:
    page = f"{stored(signed_in)}/change"
    first = signed_in.fill(
        page, action=page, fact="waiver.granted", do="more", more="event.kind",
        **{"waiver.granted": "true"},
    )  # fmt: skip

    shown = first.get_data(as_text=True)
    assert 200 == first.status_code
    assert ["waiver.granted", "event.kind"] == re.findall(r'name="fact" value="([^"]+)"', shown)
    assert re.search(r'name="waiver.granted" value="true" checked', shown)
    assert "Both answers" not in re.findall(r"<h2[^>]*>([^<]*)</h2>", shown)


def test_a_fact_can_be_taken_out(signed_in: Browser) -> None:
    page = f"{draft(signed_in)}/change"

    both = signed_in.fill(page, action=page, fact="event.kind", **{"event.kind": ""})

    assert "No before, Not known yet after." in text(both)
    assert line(both, "Still needed").startswith("None ")


@pytest.mark.parametrize("make", [draft, stored])
def test_wrong_input_comes_again_with_what_was_typed(
    signed_in: Browser, make: Callable[[Browser], str]
) -> None:
    page = f"{make(signed_in)}/change"
    day = {**LATER, f"{DAY}.day": "77"}

    answer = signed_in.fill(page, action=page, fact=DAY, **day)

    shown = answer.get_data(as_text=True)
    assert 422 == answer.status_code
    assert "<title>Error:" in shown
    assert 'href="#enrollment-requested_on"' in shown
    assert 'value="77"' in shown


def test_the_same_value_is_no_change(signed_in: Browser) -> None:
    page = f"{stored(signed_in)}/change"

    answer = signed_in.fill(page, action=page, fact=DAY, **MAY_3)

    assert 422 == answer.status_code
    assert "Give another value than the one that was said." in text(answer)


def test_a_fact_that_contradicts_the_changed_one_comes_into_the_form(signed_in: Browser) -> None:
    told = {f"waiver.carrier_told_on.{part}": value for part, value in JUNE_1.items()}
    page = f"{draft(signed_in, **told)}/change"
    received = {f"waiver.approval_received_on.{part}": value for part, value in JULY_1.items()}

    answer = signed_in.fill(page, action=page, fact="waiver.approval_received_on", **received)

    shown = answer.get_data(as_text=True)
    assert 422 == answer.status_code
    assert 'href="#waiver-carrier_told_on"' in shown
    assert 'name="waiver.carrier_told_on.day"' in shown


def test_a_day_without_encoded_law_is_said_at_the_day(signed_in: Browser) -> None:
    page = f"{stored(signed_in)}/change"
    answer = signed_in.fill(page, action=page, fact=DAY, **{**LATER, f"{DAY}.year": "1999"})

    assert 422 == answer.status_code
    assert "is not encoded for this question in “" in text(answer)


@pytest.mark.parametrize(
    "query", ["fact=no.such", "fact=waiver.granted&fact=x", "way=99", "way=-1"]
)
def test_what_is_no_fact_of_the_question_is_not_found(signed_in: Browser, query: str) -> None:
    page = f"{draft(signed_in)}/change"

    assert 404 == signed_in.get(f"{page}?{query}").status_code
    assert 404 == signed_in.fill(page, action=page, fact="no.such").status_code


def test_a_change_is_taken_into_the_draft(signed_in: Browser) -> None:
    at = draft(signed_in)
    page = f"{at}/change"

    taken = signed_in.fill(page, action=page, fact=DAY, do="take", **LATER)

    assert (303, f"{at}/answer") == (taken.status_code, taken.headers["Location"])
    assert "You may enroll" in text(signed_in.get(f"{at}/answer"))


def test_two_windows_lose_no_change(signed_in: Browser) -> None:
    at = draft(signed_in)
    page = f"{at}/change"
    version = re.search(
        r'name="version" value="(\d+)"',
        signed_in.get(f"{page}?fact={DAY}").get_data(as_text=True),
    )
    assert version
    signed_in.fill(f"{at}/form", **MAY_3, **{**PERSON, "applicant.resident": "false"})

    late = signed_in.fill(page, action=page, fact=DAY, do="take", version=version[1], **LATER)

    assert 409 == late.status_code
    assert "in another window" in text(late)
    assert 'value="7" selected' in late.get_data(as_text=True)


def test_a_change_of_a_stored_answer_begins_a_new_question(app: Flask, signed_in: Browser) -> None:
    page = f"{stored(signed_in)}/change"
    before = records(app)

    taken = signed_in.fill(page, action=page, fact=DAY, do="take", **LATER)

    begun = signed_in.get(taken.headers["Location"])
    assert "You may enroll" in text(begun)
    assert 'value="case-1047"' in begun.get_data(as_text=True)
    assert before == records(app)


@pytest.mark.parametrize("make", [draft, stored])
def test_what_would_change_it_starts_with_its_facts_filled_in(
    signed_in: Browser, make: Callable[[Browser], str]
) -> None:
    at = make(signed_in)
    answer = signed_in.get(at if "/answers/" in at else f"{at}/answer")
    (wait,) = [each for each in links(answer) if "/ask/new" in each and "way=" in each]
    acts = [each for each in links(answer) if "/change?way=" in each]

    begun = signed_in.get(wait).get_data(as_text=True)
    assert '<option value="7" selected>July' in begun
    assert re.search(r'requested_on.day"[^>]* value="1"', begun)
    assert "July" not in wait
    waiver = signed_in.get(acts[0]).get_data(as_text=True)
    assert re.search(r'name="waiver.granted" value="true" checked', waiver)
    names = re.findall(r'name="fact" value="([^"]+)"', waiver)
    assert {"waiver.granted", "waiver.approval_received_on"} <= set(names)
    fields = {
        f"{name}{part}": value for name in names for part, value in shown_in(waiver, name).items()
    }
    both = signed_in.post(
        acts[0].partition("?")[0], csrf_token=token_in(waiver), fact=names, **fields
    )
    assert "No before, Yes after." in text(both)


def shown_in(page: str, name: str) -> dict[str, str]:
    """What stands in the inputs of a fact, by what follows its name in theirs."""
    found = re.findall(rf'name="{re.escape(name)}(\.\w+)?"[^>]* value="([^"]*)"( checked)?', page)
    values = {part: value for part, value, checked in found if part or checked}
    month = re.search(
        rf'name="{re.escape(name)}.month">.*?<option value="(\d+)" selected', page, re.S
    )
    return values | ({".month": month[1]} if month else {})


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("make", [draft, stored])
def test_another_edition_stands_beside_the_answer(
    app: Flask, signed_in: Browser, make: Callable[[Browser], str]
) -> None:
    page = f"{make(signed_in)}/other-day"
    before = records(app)
    assert re.search(r'value="chapter-288" checked', signed_in.get(page).get_data(as_text=True))

    both = signed_in.fill(page, action=page, edition="current", **MAY_3)

    assert 200 == both.status_code
    assert "May 3, 2012, edition current" in text(both)
    assert line(both, "The law of").endswith("Differs")
    assert line(both, "Holds through")
    assert before == records(app)


@pytest.mark.parametrize("make", [draft, stored])
def test_another_day_stands_beside_the_answer(
    signed_in: Browser, make: Callable[[Browser], str]
) -> None:
    page = f"{make(signed_in)}/other-day"

    both = signed_in.fill(page, action=page, edition="chapter-288", **LATER)

    assert "The answer differs: No before, Yes after." in text(both)
    assert line(both, "On which day").endswith("May 3, 2012 July 2, 2012 Differs")


def test_reconsidering_stands_in_the_audit_trail(signed_in: Browser, trail: AuditTrail) -> None:
    page = f"{stored(signed_in)}/other-day"
    trail.clear()
    signed_in.fill(page, action=page, edition="current", **MAY_3)

    assert ("determination.reconsidered", "done") in trail.outcomes()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (MAY_3, "This answer is for that day and edition."),
        (
            {f"{DAY}.month": "2", f"{DAY}.day": "31", f"{DAY}.year": "2012"},
            "There is no February 31 in 2012.",
        ),
        ({}, "Give the day to decide for."),
        ({**MAY_3, f"{DAY}.year": "1999"}, "1999"),
    ],
)
@pytest.mark.parametrize("make", [draft, stored])
def test_a_wrong_day_comes_again(
    signed_in: Browser, make: Callable[[Browser], str], typed: dict[str, str], words: str
) -> None:
    page = f"{make(signed_in)}/other-day"

    answer = signed_in.fill(page, action=page, edition="chapter-288", **typed)

    assert 422 == answer.status_code
    assert words in text(answer)
    assert 'href="#enrollment-requested_on"' in answer.get_data(as_text=True)


def test_an_edition_that_there_is_not_is_refused(signed_in: Browser) -> None:
    page = f"{draft(signed_in)}/other-day"

    assert 400 == signed_in.fill(page, action=page, edition="of-tomorrow", **MAY_3).status_code


@pytest.mark.parametrize("page", ["change", "other-day"])
def test_nobody_of_another_office_sees_it(
    signed_in: Browser, browse: Callable[..., Browser], roster: Roster, page: str
) -> None:
    own = draft(signed_in), stored(signed_in)
    other = signed_in_as(browse, roster, "eligibility_worker", "office-13")

    for address in own:
        assert 404 == other.get(f"{address}/{page}").status_code
        sent = other.fill("/ask", action=f"{address}/{page}", fact=DAY, **LATER)
        assert 404 == sent.status_code


def test_an_answer_with_several_events_is_shown_and_compared(
    app: Flask, signed_in: Browser
) -> None:
    events = [
        {"kind": "marriage", "occurred_on": "2012-03-01"},
        {"kind": "moved", "occurred_on": "2012-04-20"},
    ]
    facts = {"enrollment": {"requested_on": "2012-05-03", "product": "individual_plan"}}
    asked = {"question": "enrollment.permitted", "facts": {**facts, "events": events}}
    client = client_of(app, "eligibility_worker", "office-12")
    id = client.post("/v1/determinations", json=asked).get_json()["id"]

    shown = signed_in.get(f"/answers/{id}")
    page = f"/answers/{id}/change"
    both = signed_in.fill(page, action=page, fact="waiver.granted", **{"waiver.granted": "false"})

    assert "Event 2: What happened" in text(shown)
    assert "Marriage" in text(shown) or "married" in text(shown).lower()
    assert "This case has several events." in text(signed_in.get(page))
    assert not [each for each in links(signed_in.get(page)) if "fact=event." in each]
    assert line(both, "Answer")


def test_both_answers_are_by_the_law_of_today(
    app: Flask, signed_in: Browser, hasher: Counting, longer_winter: Decider
) -> None:
    late = {f"{DAY}.month": "2", f"{DAY}.day": "16", f"{DAY}.year": "2011"}
    at = stored(signed_in, "case-16", **late)
    service = app.extensions["eligibility"]
    amended = serving(longer_winter, service.settings)
    install_people(amended, People(service.store, Passwords(lambda: hasher)))
    browser = Browser(amended)
    browser.sign_in()
    page = f"{at}/change"

    both = browser.fill(page, action=page, fact="event.kind", **{"event.kind": ""})
    kept = browser.fill(f"{at}/other-day", **{**late, f"{DAY}.day": "17"})

    assert "The law has changed since this answer was stored." in text(both)
    assert line(both, "Answer").startswith("Yes. ")
    assert line(kept, "Answer").startswith("No. You may not enroll on February 16, 2011. Yes. ")
    assert CALENDAR in text(kept)
    amended.extensions["eligibility"].store.close()


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("2012-05-03", "2012-05-04", "1 day later"),
        ("2012-05-03", "2011-05-03", "366 days earlier"),
        ("2012-05-03", "2012-05-03", ""),
        ("2012-05-03", None, ""),
        (["2012-07-01", "2012-08-15"], ["2012-07-11", "2012-08-15"], "begins 10 days later"),
        (["2012-07-01", None], ["2012-07-01", "2012-08-15"], ""),
        (4, 5, ""),
    ],
)
def test_days_that_differ_are_said_in_words(first: object, second: object, apart: str) -> None:
    assert apart == days_apart(first, second)
