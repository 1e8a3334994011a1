"""Stored answers: two compared, the history of one, its packet, and why it was given."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.access.roster import Roster
from tests.audit import AuditTrail
from tests.callers import client_of
from tests.people.conftest import Browser, text
from tests.people.test_answers import LATER, line, links, signed_in_as, stored
from tests.sealing import seal_everything

NOBODY = "01925b1e-7e3f-7000-8000-000000000000"


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    browser.sign_in()
    return browser


def id_of(address: str) -> str:
    return address.rpartition("/")[2]


def replaced(app: Flask, address: str, **changes: Any) -> str:
    """The address of the answer that takes the place of a stored one."""
    client = client_of(app, "supervisor", "office-12")
    at = f"/v1/determinations/{id_of(address)}"
    tag = client.get(at).headers["ETag"]
    answer = client.post(f"{at}/redetermine", json=changes, headers={"If-Match": tag})
    assert 201 == answer.status_code, answer.get_json()
    return f"/answers/{answer.get_json()['id']}"


def test_two_answers_of_one_reference_are_compared(signed_in: Browser, trail: AuditTrail) -> None:
    first, second = stored(signed_in, "case-31"), stored(signed_in, "case-31", **LATER)
    stored(signed_in, "case-32")
    choice = signed_in.get(f"{first}/compare")
    offered = [each for each in links(choice) if "other=" in each]
    assert [f"{first}/compare?other={id_of(second)}"] == offered
    trail.clear()

    both = signed_in.get(offered[0])

    assert "The answer differs: No before, Yes after." in text(both)
    assert line(both, "Answer").startswith("No. You may not enroll on May 3, 2012. Yes.")
    assert line(both, "On which day").endswith("May 3, 2012 July 2, 2012 Differs")
    assert line(both, "Yearly open enrollment period").endswith("Does not apply Applies")
    assert [("determination.read", "done")] * 2 == trail.outcomes()


def test_the_older_answer_stands_first(signed_in: Browser) -> None:
    first, second = stored(signed_in, "case-31"), stored(signed_in, "case-31", **LATER)

    there = signed_in.get(f"{first}/compare?other={id_of(second)}")
    back = signed_in.get(f"{second}/compare?other={id_of(first)}")

    assert line(there, "Answer") == line(back, "Answer")


def test_an_answer_is_compared_with_the_one_that_replaced_it(
    app: Flask, signed_in: Browser
) -> None:
    first = stored(signed_in, "case-33")
    facts = {"enrollment": {"requested_on": "2012-07-02", "product": "individual_plan"}}
    second = replaced(app, first, facts=facts)

    both = signed_in.get(f"{first}/compare?other={id_of(second)}")

    assert "The second answer took the place of the first." in text(both)
    assert line(both, "Does the person live").startswith("in Massachusetts? Yes None")


def test_only_a_number_of_an_answer_to_the_same_question_is_taken(
    app: Flask, signed_in: Browser
) -> None:
    first = stored(signed_in)
    client = client_of(app, "supervisor", "office-12")
    asked = {"question": "individual.eligible", "facts": {"applicant": {"resident": True}}}
    other = client.post("/v1/determinations", json=asked).get_json()["id"]

    for typed, words in (
        ("case-1047", "Give the number of a stored answer"),
        ("", "Give the number of a stored answer"),
        (id_of(first), "another answer than this one"),
        (other, "The determinations answer different questions."),
    ):
        answer = signed_in.get(f"{first}/compare?other={typed}")
        assert 422 == answer.status_code
        assert words in text(answer)
        assert f'value="{typed}"' in answer.get_data(as_text=True)
    assert 404 == signed_in.get(f"{first}/compare?other={NOBODY}").status_code


def test_the_number_of_another_answer_is_taken_as_it_is_read(
    app: Flask, signed_in: Browser
) -> None:
    first, other = stored(signed_in), stored(signed_in, "case-1048")
    number = re.search(
        r"Number <strong>([\d ]+)</strong>", signed_in.get(other).get_data(as_text=True)
    )
    assert number
    for typed in (number[1], number[1].replace(" ", "")):
        found = signed_in.get(f"{first}/compare?other={typed}")
        assert f"{first}/compare?other={id_of(other)}" == found.headers["Location"]
    wrong = f"{number[1][:-1]}{(int(number[1][-1]) + 1) % 10}"
    assert 422 == signed_in.get(f"{first}/compare?other={wrong}").status_code
    assert f"Number {number[1]} Id {id_of(other)}" in text(signed_in.get(f"{other}/history"))


def test_the_history_names_what_replaced_what(app: Flask, signed_in: Browser) -> None:
    first = stored(signed_in, "case-34")
    second = replaced(app, first)

    earlier, later = signed_in.get(f"{first}/history"), signed_in.get(f"{second}/history")

    assert "Asked by alma (you)" in text(earlier)
    assert "Asked by A program" in text(later)
    assert second in links(earlier) and "Takes the place of no earlier answer" in text(earlier)
    assert first in links(later) and "no later answer; it stands" in text(later)
    assert f"{first}/compare?other={id_of(second)}" in links(earlier)
    assert "Who did what" not in text(earlier)


def test_the_history_has_the_seal_once_there_is_one(app: Flask, signed_in: Browser) -> None:
    at = stored(signed_in)
    assert "Not sealed yet." in text(signed_in.get(f"{at}/history"))
    open_still = signed_in.get(f"{at}/packet")
    assert "not sealed yet" in text(open_still)
    assert "2" == open_still.headers["Retry-After"]

    seal(app)

    shown = text(signed_in.get(f"{at}/history"))
    packet = signed_in.get(f"{at}/packet")
    assert f"Seal Number {packet.get_json()['seal']['number']}, set" in shown
    assert packet.get_json()["seal"]["root"] in shown
    assert id_of(at) == packet.get_json()["record"]["columns"]["id"]
    assert "attachment" in packet.headers["Content-Disposition"]


def seal(app: Flask) -> None:
    seal_everything(app.extensions["eligibility"].store)


def test_an_auditor_reads_who_did_what(
    app: Flask, signed_in: Browser, browse: Callable[..., Browser], roster: Roster
) -> None:
    at = stored(signed_in)
    signed_in.get(at)
    seal(app)
    signed_in.get(f"{at}/packet")
    auditor = signed_in_as(browse, roster, "auditor", "state")

    page = text(auditor.get(f"{at}/history"))

    assert "Asked by alma" in page
    for what in ("Asked and stored", "Looked at", "Downloaded as a packet"):
        assert f"alma {what} Done 203.0.113.7" in page


def test_a_replay_says_that_it_comes_out_the_same(
    signed_in: Browser, browse: Callable[..., Browser], roster: Roster, trail: AuditTrail
) -> None:
    at = stored(signed_in)
    supervisor = signed_in_as(browse, roster, "supervisor", "office-12")
    trail.clear()

    answer = supervisor.fill(f"{at}/history", action=f"{at}/replay")

    assert (303, f"{at}/history") == (answer.status_code, answer.headers["Location"])
    assert "The answer is the same to the letter." in text(supervisor.get(f"{at}/history"))
    assert ("determination.replayed", "agrees") in trail.outcomes()
    assert "Decide again" not in text(signed_in.get(f"{at}/history"))


def test_a_worker_may_not_replay(signed_in: Browser) -> None:
    at = stored(signed_in)

    assert 403 == signed_in.fill(f"{at}/change", action=f"{at}/replay").status_code


@pytest.mark.parametrize("page", ["", "/compare", "/history", "/packet"])
def test_an_answer_of_another_office_is_not_found(
    app: Flask,
    signed_in: Browser,
    browse: Callable[..., Browser],
    roster: Roster,
    page: str,
) -> None:
    at = stored(signed_in)
    seal(app)
    other = signed_in_as(browse, roster, "supervisor", "office-13")
    own = stored(other)

    assert 404 == other.get(f"{at}{page}").status_code
    assert 404 == other.get(f"{own}/compare?other={id_of(at)}").status_code
    assert (
        404
        == other.fill("/ask/new?question=enrollment.permitted", action=f"{at}/replay").status_code
    )
    assert 200 == other.get(own).status_code


def test_why_begins_with_what_decided_and_folds_the_rest(signed_in: Browser) -> None:
    page = signed_in.get(stored(signed_in)).get_data(as_text=True)
    why = page[page.index('<h2 id="why">Why</h2>') :]

    first = why[: why.index("<details>")]
    assert 'class="mark">Not met' in first
    folded = re.findall(r"<summary>(?:Other c|C)onditions of this provision: ([^<]+)", why)
    assert folded
    assert all(re.fullmatch(r"\d+ (met|not met|not known)(, \d+ .*)?", each) for each in folded)
    assert "Other provisions in force that day" in why


def test_each_provision_has_its_citation_its_evidence_and_its_page(signed_in: Browser) -> None:
    answer = signed_in.get(stored(signed_in))

    law = [each for each in links(answer) if each.startswith("/law/provisions/")]
    at = r"/law/provisions/[a-z_-]+/[a-z0-9-]+\?as_of=2012-05-03&edition=chapter-288"
    assert law and all(re.fullmatch(at, each) for each in law)
    assert "St. 2010, c. 288" in text(answer)
    assert "read in the text of the law" in text(answer)


def test_pages_of_an_answer_have_nothing_typed_in_their_title(signed_in: Browser) -> None:
    at = stored(signed_in, "case-77")

    for page in ("", "/change", "/other-day", "/compare", "/history"):
        title = re.search(r"<title>(.*?)</title>", signed_in.get(at + page).get_data(as_text=True))
        assert title and "case-77" not in title[1] and "2012" not in title[1]


def test_what_a_stored_answer_still_needs_is_asked_in_order(signed_in: Browser) -> None:
    first = stored(signed_in, "case-20", **{"event.kind": "", "applicant.resident": ""})
    page = signed_in.get(first).get_data(as_text=True)
    form = re.search(r'action="([^"]+)">(?:(?!</form>).)*Answer them</button>', page, re.S)
    assert form
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0])

    begun = signed_in.post(form[1], **dict(hidden)).headers["Location"]
    asked = signed_in.client.get(begun, follow_redirects=True, base_url="https://localhost")
    assert "I do not know" in text(asked) and "About case-20" in text(asked)


def test_a_link_to_a_source_says_which_site_it_opens(signed_in: Browser) -> None:
    shown = text(signed_in.get(stored(signed_in, "case-24")))
    assert re.search(r"\(opens [a-z.]+\.[a-z]+\)", shown)


def test_the_year_says_what_its_colors_mean(signed_in: Browser) -> None:
    page = signed_in.get(stored(signed_in, "case-26")).get_data(as_text=True)
    assert re.search(r'<span class="swatch ineligible"></span> No</li>', page)
