"""The waiver desk at work: what a person of the Office meets between two steps on a request."""

import re
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import clock
from app.access.roster import Roster
from tests.people import test_waiver_desk
from tests.people.conftest import Browser, text
from tests.people.one_database import served
from tests.people.test_waiver_desk import decide, office, remarks, take, version

__all__ = ["served"]
subject, denial, entered, reviewer = (
    test_waiver_desk.subject,
    test_waiver_desk.denial,
    test_waiver_desk.entered,
    test_waiver_desk.reviewer,
)
PAPER = {
    "papers.0.kind": "proof",
    "papers.0.received_on.month": "5",
    "papers.0.received_on.day": "22",
    "papers.0.received_on.year": "2012",
}


@pytest.fixture
def chief(app: Flask, roster: Roster) -> Browser:
    """A supervisor of the Office, signed in."""
    return office(app, roster, "cleo", "opp_supervisor")


@pytest.fixture
def otto(app: Flask, roster: Roster) -> str:
    """The account of a second reviewer."""
    office(app, roster, "otto", "opp_reviewer")
    found = app.extensions["people"].accounts.named("otto")
    return f"account:{found.id}"


def days(place: str, month: int, day: int, year: int = 2012) -> dict[str, str]:
    return {f"{place}.month": str(month), f"{place}.day": str(day), f"{place}.year": str(year)}


@pytest.mark.parametrize("step", ["deny", "grant"])
def test_a_finding_can_be_contradicted_by_a_paper(
    entered: str, reviewer: Browser, step: str
) -> None:
    assert 303 == take(reviewer, entered, "add-paper", **PAPER).status_code
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/{step}"
    shown = reviewer.get(page).get_data(as_text=True)
    assert '<option value="1">Proof, received on May 22, 2012</option>' in shown
    preview = decide(
        reviewer, page, do="preview", **remarks(reviewer, page, "contradicted_by", paper="1")
    )

    assert 200 == preview.status_code, text(preview)
    assert "that came on May 22, 2012 shows something else." in text(preview)
    other = remarks(reviewer, page, "contradicted_by", paper="7")
    assert "Choose the paper that contradicts it." in text(decide(reviewer, page, **other))


def test_who_is_too_late_to_decide_keeps_all_that_was_typed(
    entered: str, reviewer: Browser, chief: Browser, otto: str
) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    fields = remarks(reviewer, page, "left_open", because="no_proof")
    before = version(reviewer, page)
    assert 303 == take(chief, entered, "reassign", to=otto).status_code
    keys = {"version": before, "do": "preview", "words": "I wrote this."}
    late = reviewer.fill(entered, page, **keys, **fields)
    told, html = text(late), late.get_data(as_text=True)

    assert 412 == late.status_code
    assert "The request is under review now, with otto." in told
    assert "The last step was by cleo: given to another reviewer." in told
    assert "I wrote this." in told
    assert len(fields) // 2 == html.count('value="left_open" checked')
    assert len(fields) // 2 == html.count('<option value="no_proof" selected')
    assert "" not in [button.strip() for button in re.findall(r"<button[^>]*>(.*?)</button>", html)]
    again = decide(reviewer, page, do="preview", words="I wrote this.", **fields)
    assert (404, 412) == (reviewer.get(page).status_code, again.status_code)
    assert f'href="{entered}"' in reviewer.get(page).get_data(as_text=True)


def test_who_decides_in_a_second_window_learns_that_it_is_done(
    entered: str, reviewer: Browser
) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    fields = remarks(reviewer, page, "left_open", because="no_proof")
    before = version(reviewer, page)
    take(reviewer, entered, "release")
    late = reviewer.fill(entered, page, version=before, do="preview", words="Mine.", **fields)

    assert "The request is received now. The last step was by you: given back" in text(late)
    assert "Mine." in text(late)


def test_a_step_that_is_over_is_told_in_words(
    entered: str, reviewer: Browser, chief: Browser
) -> None:
    page = f"{entered}/steps/ask-for-missing"
    before = version(chief, page)
    take(reviewer, entered, "claim")
    day = days("remind_on", 1, 5, 2099)
    for read in (before, str(int(before) + 1)):
        late = chief.fill(entered, page, version=read, missing="proof", note="Which plant?", **day)
        told = text(late)
        assert late.status_code in (409, 412)
        assert "The request is under review now, with rosa." in told
        assert "Which plant?" in told
        assert not [code for code in ("account:", "reassign", "ask-for-missing") if code in told]
        assert '<button class="usa-button">Record it' not in late.get_data(as_text=True)
    gone = chief.get(page)
    assert 404 == gone.status_code
    assert "with rosa" in text(gone) and f'href="{entered}"' in gone.get_data(as_text=True)


def test_who_recused_themselves_reads_and_does_nothing(entered: str, reviewer: Browser) -> None:
    take(reviewer, entered, "claim")
    take(reviewer, entered, "recuse", because="My sister-in-law.")
    shown = reviewer.get(entered)

    assert "You recused yourself from this request." in text(shown)
    assert [] == re.findall(r"/(?:steps|decide)/[a-z-]+", shown.get_data(as_text=True))
    for step in ("ask-for-missing", "add-paper", "recuse", "withdraw", "claim"):
        assert 404 == reviewer.get(f"{entered}/steps/{step}").status_code


def test_what_is_to_be_looked_at_again_stands_at_the_head(
    entered: str, reviewer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    soon = days("remind_on", today.month, today.day, today.year)
    assert 303 == take(reviewer, entered, "ask-for-missing", missing="proof", **soon).status_code
    row = rf'href="{entered}">[^<]*</a> <span class="usa-tag unwanted">Look again</span>'

    for show in ("open", "week", "incomplete"):
        assert re.search(row, reviewer.get(f"/waivers?show={show}").get_data(as_text=True)), show
    assert "Look again. The Office wanted to do so on" in text(reviewer.get(entered))


def test_an_incomplete_request_can_be_asked_about_again(entered: str, reviewer: Browser) -> None:
    for kind, year in (("proof", 2098), ("form", 2099)):
        day = days("remind_on", 1, 5, year)
        asked = take(reviewer, entered, "ask-for-missing", missing=kind, **day)
        assert 303 == asked.status_code, text(asked)
    shown = text(reviewer.get(entered))
    assert "Look again on: January 5, 2099" in shown
    assert "Missing Proof The form" in shown


@pytest.mark.parametrize(
    ("on", "paper", "told"),
    [
        (21, 22, "Must not be before the last of these papers came."),
        (17, 1, "Must not be before the request was received."),
        (23, None, "Still missing: proof."),
    ],
)
def test_a_request_is_complete_when_all_has_come(
    entered: str, reviewer: Browser, on: int, paper: int | None, told: str
) -> None:
    day = days("remind_on", 1, 5, 2099)
    take(reviewer, entered, "ask-for-missing", missing="proof", **day)
    came = {**PAPER, "papers.0.received_on.day": str(paper)} if paper else {}
    refused = take(reviewer, entered, "complete", **days("on", 5, on), **came)

    assert 422 == refused.status_code
    assert told in text(refused)


def test_home_has_what_a_reviewer_decides_and_nothing_that_is_decided(
    browser: Browser, denial: str, subject: str, reviewer: Browser
) -> None:
    today = clock.today()
    new = {**test_waiver_desk.REQUEST, **days("received_on", today.month, today.day, today.year)}
    sent = browser.fill(
        f"/waivers/new?denial={denial}", "/waivers/new", denial=denial, subject=subject, **new
    )
    entered = str(sent.headers["Location"])
    take(reviewer, entered, "claim")
    soon = rf'<a href="{entered}">You decide this waiver request.</a></td><td[^>]*>{subject}<'
    assert re.search(soon, reviewer.get("/").get_data(as_text=True))
    page = f"{entered}/decide/deny"
    fields = remarks(reviewer, page, "left_open", because="no_proof")
    preview = decide(reviewer, page, do="preview", **fields).get_data(as_text=True)
    digest = re.findall(r'name="digest" value="([0-9a-f]{64})"', preview)
    if not digest:
        fields["departs_from"] = re.findall(r'<option value="([^"]+#[^"]+)"', preview)[0]
        preview = decide(reviewer, page, do="preview", **fields).get_data(as_text=True)
        digest = re.findall(r'name="digest" value="([0-9a-f]{64})"', preview)
    done = decide(reviewer, page, do="decide", digest=digest[0], **fields)
    assert 303 == done.status_code, text(done)

    assert subject in text(reviewer.get("/"))  # the advice stands among the newest answers
    assert "What comes soon" not in text(reviewer.get("/"))


def test_who_decides_has_the_request_before_them_and_the_preview_at_the_head(
    entered: str, reviewer: Browser, browser: Browser
) -> None:
    assert 303 == take(reviewer, entered, "add-paper", **PAPER).status_code
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    told = text(reviewer.get(page))
    for before in ("The plant closed.", "Proof, received on", "You may not enroll on May 3, 2012."):
        assert before in told[: told.index("What you say to each finding")], before
    fields = remarks(reviewer, page, "contradicted_by", paper="1")
    preview = decide(reviewer, page, do="preview", **fields)
    if "Still needed" in text(preview):
        departs = re.findall(r'<option value="([^"]+#[^"]+)"', preview.get_data(as_text=True))
        fields["departs_from"] = departs[0]
        preview = decide(reviewer, page, do="preview", **fields)
    html = preview.get_data(as_text=True)
    assert "Letter to the applicant" in html[: html.index("The request, its papers")]
    button = re.search(
        r'<input type="hidden" name="digest" value="([0-9a-f]+)" form="decision">', html
    )
    assert button
    done = decide(reviewer, page, do="decide", digest=button[1], **fields)
    assert 303 == done.status_code, text(done)

    for reader in (reviewer, browser):
        shown = text(reader.get(entered))
        assert "A paper contradicts it: proof, received on May 22, 2012." in shown
        assert "Papers or days added" in shown
        assert 2 == shown.count("Proof, received on May 22, 2012")
    assert 404 == reviewer.get(page).status_code
    assert "The request is denied now. The last step was by you: waiver denied." in text(
        reviewer.get(page)
    )


def unsigned(browser: Browser, denial: str, subject: str) -> str:
    """The address of a request that lacks its sworn statement."""
    new = {name: it for name, it in test_waiver_desk.REQUEST.items() if "sworn" not in name}
    sent = browser.fill(
        f"/waivers/new?denial={denial}", "/waivers/new", denial=denial, subject=subject, **new
    )
    assert 303 == sent.status_code, text(sent)
    return str(sent.headers["Location"])


def test_while_papers_are_missing_the_page_leads_to_asking_for_them(
    browser: Browser, denial: str, subject: str, reviewer: Browser
) -> None:
    entered = unsigned(browser, denial, subject)
    led_to = re.findall(rf"{entered}/(?:steps|decide)/([a-z-]+)", page_of(reviewer, entered))
    assert "ask-for-missing" == led_to[0] and "claim" not in led_to
    take(reviewer, entered, "claim")
    shown = page_of(reviewer, entered)
    assert "Papers are missing, so you can neither grant nor deny it yet." in shown
    led_to = re.findall(rf"{entered}/(?:steps|decide)/([a-z-]+)", shown)
    assert {"add-paper", "release", "recuse", "withdraw"} == set(led_to)
    for step, told in {
        "grant": "Missing: the sworn statement.",
        "deny": "Missing: the sworn statement.",
        "return": "where the law leaves its review to the Office.",
        "not-needed": "the law opens no other way to enroll today.",
    }.items():
        refused = reviewer.get(f"{entered}/decide/{step}")
        assert 409 == refused.status_code
        assert told in text(refused) and "waiver.reviewable" not in text(refused)
    paper = {**PAPER, "papers.0.kind": "sworn_statement"}
    take(reviewer, entered, "add-paper", **paper)
    assert "The sworn statement: the day on which it was signed" in text(reviewer.get(entered))
    take(reviewer, entered, "add-paper", **days("sworn.signed_on", 5, 21))
    assert {"grant", "deny"} <= set(re.findall(r"/decide/([a-z-]+)", page_of(reviewer, entered)))


def page_of(browser: Browser, page: str) -> str:
    return browser.get(page).get_data(as_text=True)


def test_a_decision_shows_its_two_answers_and_asks_about_each_sentence_once(
    entered: str, reviewer: Browser
) -> None:
    take(reviewer, entered, "claim")
    page = page_of(reviewer, f"{entered}/decide/deny")
    told = text(reviewer.get(f"{entered}/decide/deny"))
    before = told[: told.index("What you say to each finding")]
    assert "whether the Office of Patient Protection must review the request." in before
    assert "The facts support a waiver. This is advice to the reviewer, who decides." in before
    legends = re.findall(r'<legend class="usa-legend">([^<]*)</legend>', page)
    assert len(legends) == len(set(legends)) > 3
    assert "As it stands it speaks for a waiver." in told
    for unknown in re.findall(r"<legend[^>]*>Not (?:stated|determined).*?</fieldset>", page, re.S):
        assert 'value="contradicted_by"' not in unknown and 'value="left_open"' in unknown


def test_a_late_request_is_denied_and_another_decision_names_what_it_departs_from(
    browser: Browser, denial: str, subject: str, reviewer: Browser
) -> None:
    late = {**test_waiver_desk.REQUEST, **days("received_on", 9, 20)}
    sent = browser.fill(
        f"/waivers/new?denial={denial}", "/waivers/new", denial=denial, subject=subject, **late
    )
    entered = str(sent.headers["Location"])
    take(reviewer, entered, "claim")
    assert "return" not in re.findall(r"/decide/([a-z-]+)", page_of(reviewer, entered))
    page = f"{entered}/decide/deny"
    assert "The facts speak for this step: deny the waiver." in text(reviewer.get(page))
    preview = decide(reviewer, page, do="preview", **remarks(reviewer, page))
    assert "Still needed" not in text(preview), text(preview)
    assert "The last day was June 9, 2012." in text(preview)
    assert "From which finding do you depart?" in text(reviewer.get(f"{entered}/decide/grant"))


def test_a_denial_without_a_reason_is_not_taken(
    browser: Browser, entered: str, reviewer: Browser
) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    fields = remarks(reviewer, page) | {"ground": ""}
    for place in [each.removesuffix(".says") for each in fields if each.endswith(".says")]:
        fields |= {f"{place}.says": "left_open", f"{place}.because": "not_needed"}
    told = text(decide(reviewer, page, do="preview", **fields))

    assert "A denial needs a finding that speaks against the waiver." in told
    assert 'name="digest"' not in told


def with_file(browser: Browser, entered: str, name: str, content: bytes) -> TestResponse:
    """Add a proof with a file and what somebody typed."""
    page = f"{entered}/steps/add-paper"
    form = dict(
        re.findall(r'name="(csrf_token|once|version)" value="([^"]+)"', page_of(browser, page))
    )
    return browser.client.post(
        page,
        base_url="https://localhost",
        content_type="multipart/form-data",
        data={**form, **PAPER, "papers.0.file": (BytesIO(content), name)},
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "“scan.pdf” (0 bytes): Must have some content: this file is empty."),
        (b"%PDF-" + bytes(12 * 1024 * 1024), "“scan.pdf” (12.0 MB): Must have at most 10 MB."),
        (b"MZ", "Must be a PDF, PNG or JPEG file."),
    ],
)
def test_an_unfit_file_is_refused_by_its_name_and_the_form_stays(
    browser: Browser, entered: str, content: bytes, told: str
) -> None:
    refused = with_file(browser, entered, "scan.pdf", content)

    assert 422 == refused.status_code
    assert told in text(refused)
    html = refused.get_data(as_text=True)
    assert '<option value="proof" selected' in html and 'name="papers.0.received_on.day"' in html
    assert 'value="22"' in html
    assert "No paper came yet." in text(browser.get(entered))


def test_a_withdrawal_by_somebody_else_says_who_and_what(entered: str, reviewer: Browser) -> None:
    said = {"said_by": "other", **days("said_on", 5, 25)}
    refused = take(reviewer, entered, "withdraw", **said)
    assert 422 == refused.status_code
    assert "Say who it was, and what they said." in text(refused)
    assert 303 == take(reviewer, entered, "withdraw", note="Her son called.", **said).status_code


def test_only_those_who_may_review_are_offered_a_request(
    entered: str, reviewer: Browser, chief: Browser, otto: str
) -> None:
    take(reviewer, entered, "claim")
    take(reviewer, entered, "recuse", because="My sister-in-law.")
    take(chief, entered, "claim")
    shown = chief.get(f"{entered}/steps/reassign")
    offered = re.findall(r'<option value="account:[^"]*">(\w+)', shown.get_data(as_text=True))

    assert ["otto"] == offered
    assert "Not rosa: who entered the request or recused themselves" in text(shown)


def test_a_preview_can_be_opened_again_by_its_reviewer(
    app: Flask, entered: str, reviewer: Browser, chief: Browser
) -> None:
    take(reviewer, entered, "claim")
    page = f"{entered}/decide/deny"
    decide(reviewer, page, do="preview", words="First words.", **remarks(reviewer, page))
    decide(reviewer, page, do="preview", words="Better words.", **remarks(reviewer, page))
    again = reviewer.get(f"{page}?preview=shown")

    assert 200 == again.status_code
    assert "What goes out" in text(again) and "Better words." in text(again)
    assert "First words." not in text(again)
    assert "Better words." not in text(reviewer.get(page))
    store = app.extensions["eligibility"].store
    with store.reading() as connection:
        kept = str(connection.exec_driver_sql("SELECT question, facts FROM drafts").all())
    assert 1 == kept.count("waiver decision: deny") and "words" not in kept
    assert 200 == reviewer.get("/ask").status_code
    assert 404 == chief.get(f"{page}?preview=shown").status_code


def test_statements_that_do_not_go_together_are_shown_on_entry_and_before_a_decision(
    browser: Browser, denial: str, subject: str, reviewer: Browser
) -> None:
    ended = {"prior_coverage.ended": "false", **days("prior_coverage.ended_on", 1, 31)}
    new = {**test_waiver_desk.REQUEST, **ended}
    sent = browser.fill(
        f"/waivers/new?denial={denial}", "/waivers/new", denial=denial, subject=subject, **new
    )
    assert 303 == sent.status_code, text(sent)
    entered = str(sent.headers["Location"])
    take(reviewer, entered, "claim")
    told = text(browser.get(entered)), text(reviewer.get(f"{entered}/decide/deny"))

    for page in told:
        assert "These statements do not go together" in page
        assert "Both cannot be right." in page
    assert told[1].index("do not go together") < told[1].index("What you say to each finding")


def test_each_day_names_its_law_and_whether_it_moves(entered: str, reviewer: Browser) -> None:
    days_told = text(reviewer.get(entered)).partition("Each day comes from the law")[2]
    law = "Request for an enrollment waiver after a denial"

    assert f"June 9, 2012 {law} . A last day on a Sunday" in days_told
    assert f"June 19, 2012 {law} . The day stays as counted" in days_told


def test_a_worker_finds_their_own_and_is_not_led_to_withdraw_it(
    browser: Browser, entered: str
) -> None:
    assert entered in browser.get("/waivers?show=mine").get_data(as_text=True)
    shown = browser.get(entered).get_data(as_text=True)
    buttons = re.findall(r'<a class="usa-button([^"]*)" href="[^"]*/steps/([a-z-]+)"', shown)

    assert [("", "add-paper"), (" usa-button--outline", "withdraw")] == buttons
