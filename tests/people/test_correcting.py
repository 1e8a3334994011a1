"""A stored answer is corrected: the new answer takes its place, and the old one says so."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.access.roster import Roster
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import Browser, text
from tests.people.test_answers import (
    DAY,
    LATER,
    draft,
    links,
    records,
    signed_in_as,
    stored,
)
from tests.people.test_answers_kept import id_of, replaced
from tests.people.test_asking import MAY_3, begin

CORRECT = "Correct this answer"
FORMACTION = re.compile(r'formaction="([^"]+)"')


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def corrected(browser: Browser, at: str, **fields: str) -> Any:
    """Press the button that corrects, on the page that shows both answers."""
    both = browser.fill(f"{at}/change", action=f"{at}/change", fact=DAY, **fields)
    [action] = FORMACTION.findall(both.get_data(as_text=True))
    return browser.fill(f"{at}/change", action=action, fact=DAY, **fields)


def test_a_correction_takes_the_place_of_the_answer(
    app: Flask, signed_in: Browser, trail: AuditTrail
) -> None:
    first = stored(signed_in, "case-71")
    before = records(app)
    trail.clear()

    answer = corrected(signed_in, first, **LATER)

    second = answer.headers["Location"]
    assert (303, before + 1) == (answer.status_code, records(app))
    new = text(signed_in.get(second))
    assert "It takes the place of the earlier one." in new
    assert "You may enroll" in new and "case-71" in new
    assert ("determination.redetermined", "done") in trail.outcomes()
    old = signed_in.get(first)
    assert "Another answer took the place of this one." in text(old)
    assert second in links(old)
    assert "Replaced by a later answer" in text(signed_in.get(f"{first}/history"))
    assert CORRECT not in text(old)


def test_a_second_click_corrects_once(app: Flask, signed_in: Browser) -> None:
    first = stored(signed_in, "case-72")
    answer = corrected(signed_in, first, **LATER)
    before = records(app)

    again = signed_in.fill(
        f"{first}/change?fact={DAY}", action=f"{first}/correct", fact=DAY, **LATER
    )

    assert answer.headers["Location"] == again.headers["Location"]
    assert before == records(app)


def test_what_was_replaced_meanwhile_is_not_corrected(app: Flask, signed_in: Browser) -> None:
    first = stored(signed_in, "case-73")
    replaced(app, first)
    before = records(app)

    late = signed_in.fill(f"{first}/change", action=f"{first}/correct", fact=DAY, **LATER)

    assert 409 == late.status_code
    assert "Another answer took the place of this one meanwhile." in text(late)
    assert before == records(app)


def test_a_correction_with_nothing_changed_or_wrong_facts_is_refused(
    app: Flask, signed_in: Browser
) -> None:
    first = stored(signed_in, "case-74")
    before = records(app)
    same = {f"{DAY}.month": "5", f"{DAY}.day": "3", f"{DAY}.year": "2012"}
    for fields in (same, {**LATER, f"{DAY}.day": "45"}):
        page = signed_in.fill(f"{first}/change", action=f"{first}/correct", fact=DAY, **fields)
        assert 422 == page.status_code
    assert before == records(app)


def test_a_correction_of_the_edition_keeps_the_facts(app: Flask, signed_in: Browser) -> None:
    first = stored(signed_in, "case-75")
    page = f"{first}/other-day"
    both = signed_in.fill(page, edition="current", **MAY_3)
    [action] = FORMACTION.findall(both.get_data(as_text=True))

    answer = signed_in.fill(page, action=action, edition="current", **MAY_3)

    second = signed_in.get(answer.headers["Location"])
    assert "edition current" in text(second)
    assert "Does the person live in Massachusetts? Yes" in text(second)
    assert answer.headers["Location"] in links(signed_in.get(first))


def test_another_day_is_taken_on_as_a_new_question(app: Flask, signed_in: Browser) -> None:
    first, at = stored(signed_in, "case-76"), draft(signed_in)
    before = records(app)

    new = signed_in.fill(f"{first}/other-day", do="take", edition="chapter-288", **LATER)
    same = signed_in.fill(f"{at}/other-day", do="take", edition="current", **MAY_3)

    begun = signed_in.get(new.headers["Location"])
    assert "You may enroll" in text(begun)
    assert 'value="case-76"' in begun.get_data(as_text=True)
    assert f"{at}/answer" == same.headers["Location"]
    assert "edition current" in text(signed_in.get(f"{at}/answer"))
    assert before == records(app)


def test_storing_beside_an_answer_that_stands_is_a_choice(app: Flask, signed_in: Browser) -> None:
    first, again = stored(signed_in, "case-77"), f"{draft(signed_in)}/answer"
    before = records(app)

    asked = signed_in.fill(again, subject="case-77")
    assert 422 == asked.status_code
    assert "Say whether the new one takes its place." in text(asked)
    shown = asked.get_data(as_text=True)
    assert shown.index("It was not stored") < shown.index("<h1>")
    assert 'href="#instead"' in shown
    assert 'aria-invalid="true"' not in shown, "nothing is wrong with the reference"
    assert before == records(app)

    beside = signed_in.fill(again, subject="case-77", instead="beside")
    assert 303 == beside.status_code
    assert "Another answer took the place" not in text(signed_in.get(first))


def test_a_new_answer_is_stored_in_place_of_one_that_stands(
    app: Flask, signed_in: Browser, trail: AuditTrail
) -> None:
    first, again = stored(signed_in, "case-78"), f"{draft(signed_in)}/answer"

    answer = signed_in.fill(again, subject="case-78", instead=id_of(first))

    assert 303 == answer.status_code
    assert answer.headers["Location"] in links(signed_in.get(first))
    assert ("determination.redetermined", "done") in trail.outcomes()


def test_an_answer_is_not_stored_in_place_of_one_of_another_reference_or_office(
    app: Flask,
    signed_in: Browser,
    browse: Callable[..., Browser],
    roster: Roster,
) -> None:
    first = stored(signed_in, "case-79")
    other = signed_in_as(browse, roster, "eligibility_worker", "office-9")
    before = records(app)

    mine = signed_in.fill(f"{draft(signed_in)}/answer", subject="case-80", instead=id_of(first))
    theirs = other.fill(f"{draft(other)}/answer", subject="case-79", instead=id_of(first))

    assert (422, 422) == (mine.status_code, theirs.status_code)
    assert before == records(app)
    assert 404 == other.fill("/ask", action=f"{first}/correct", fact=DAY, **LATER).status_code


def test_the_letter_of_a_replaced_answer_says_so(signed_in: Browser) -> None:
    first = stored(signed_in, "case-81")
    preview = signed_in.get(f"{first}/letter").get_data(as_text=True)
    key = re.search(r'name="key" value="([^"]+)"', preview)
    assert key and "A later answer took the place" not in preview
    kept = signed_in.fill(f"{first}/letter", key=key[1]).headers["Location"]

    second = corrected(signed_in, first, **LATER).headers["Location"]

    assert "A later answer took the place of this one." in text(signed_in.get(f"{first}/letter"))
    spanish = signed_in.get(f"{first}/letter?language=es&large_print=true")
    assert "Una respuesta posterior reemplazó a esta." in text(spanish)
    made = signed_in.get(kept)
    assert "A later answer took the place of the one that this letter tells of." in text(made)
    assert f"{second}/letter" in links(made)


def test_an_answer_of_several_events_is_corrected_with_its_events(
    app: Flask, signed_in: Browser
) -> None:
    client_facts = {
        "enrollment": {"requested_on": "2012-05-03", "product": "individual_plan"},
        "applicant": {"resident": True},
        "events": [{"kind": "none"}, {"kind": "none"}],
    }
    client = client_of(app, "supervisor", "office-12")
    made = client.post(
        "/v1/determinations",
        json={"question": "enrollment.permitted", "facts": client_facts, "subject": "case-82"},
    )
    assert 201 == made.status_code, made.get_json()
    answer = corrected(signed_in, f"/answers/{made.get_json()['id']}", **LATER)
    assert "Event 2:" in text(signed_in.get(answer.headers["Location"]))


def test_a_draft_has_nothing_to_correct(signed_in: Browser) -> None:
    at = begin(signed_in, "form").removesuffix("/form")
    page = signed_in.fill(f"{at}/change", action=f"{at}/change", fact=DAY, **LATER)
    assert [] == FORMACTION.findall(page.get_data(as_text=True))


def test_a_loss_with_two_days_is_cautioned_where_one_of_them_was_changed(
    signed_in: Browser,
) -> None:
    at = draft(
        signed_in,
        **{
            "event.kind": "loss_of_coverage",
            "prior_coverage.ended": "true",
            "prior_coverage.end_reason": "lost",
            "prior_coverage.ended_on.month": "4",
            "prior_coverage.ended_on.day": "15",
            "prior_coverage.ended_on.year": "2012",
            "event.occurred_on.month": "4",
            "event.occurred_on.day": "15",
            "event.occurred_on.year": "2012",
        },
    )
    says = "You gave two days for a loss of coverage: April 5, 2012 as the day of the event"
    assert says not in text(signed_in.get(f"{at}/answer"))
    moved = {"event.occurred_on.month": "4", "event.occurred_on.year": "2012"}

    both = signed_in.fill(
        f"{at}/change",
        action=f"{at}/change",
        fact="event.occurred_on",
        **moved,
        **{"event.occurred_on.day": "5"},
    )

    assert says in text(both)
