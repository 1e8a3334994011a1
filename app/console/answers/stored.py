"""Stored determinations: found by reference, and each as a page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations.stored import KIND, is_own, kept_or_named, note, text_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.records.numbers import HEADER, find, number_header, page_of
from app.api.records.searching import about_people, found_determinations
from app.console.answers.about_person import about_person
from app.console.answers.telling import Told
from app.console.ask.choose import day_fact
from app.console.ask.fields import Field
from app.console.guard import needs, pages
from app.determinations.cases.events import SEVERAL
from app.law.questions import OUTCOMES
from app.records.damaged import Row
from app.records.ledger.searching import Wanted, search
from app.records.verifying.chains import link

AT_MOST = 50
LONGEST = 40


@pages.get("/answers")
@needs("determinations.search")
def answers() -> str:
    """The newest determinations that this person may see, and the way to find others."""
    return _list_page(Wanted(), "The newest answers")


@pages.post("/answers")
@needs("determinations.search")
def find_answers() -> str:
    """Determinations by reference, question and outcome. What is looked for stands in no
    address.
    """
    form, questions = request.form, current_service().lawbook.questions
    wanted = Wanted(
        subject=form.get("subject", "").strip() or None,
        question=form["question"] if form.get("question") in questions else None,
        outcome=form["outcome"] if form.get("outcome") in OUTCOMES else None,
    )
    return _list_page(wanted, "What was found")


def _list_page(wanted: Wanted, heading: str, number: str = "", wrong: str = "") -> str:
    rows = _watched(found_determinations(wanted, AT_MOST))
    return render_template(
        "answers/list.html",
        heading=heading,
        wanted=wanted,
        number=number,
        wrong=wrong,
        rows=rows[:AT_MOST],
        there_are_more=len(rows) > AT_MOST,
        questions=current_service().lawbook.questions,
        outcomes=OUTCOMES,
    )


def recent(limit: int) -> list[Row]:
    """The person's own newest determinations, at most *limit*. That somebody came home is no search
    to be noted; which people a list named is.
    """
    service, mine = current_service(), Wanted(author=principal().actor)
    rows = _watched(search(service.store, mine, principal().reach, limit))
    note("determination.listed", *about_people(rows))
    return rows


def _watched(rows: list[Row]) -> list[Row]:
    """The same rows, with an alarm for those that cannot be read any more."""
    alarm_damaged(KIND, [row.id for row in rows if row.columns is None])
    return rows


@pages.get("/answers/<uuid:id>")
@needs("determinations.read")
def stored_answer(id: UUID) -> str:
    """One stored determination, as it was issued."""
    record = kept_or_named(id)
    note("determination.read", record.record.id)
    document = orjson.loads(text_of(record))
    return render_template(
        "answers/answer.html",
        **{
            "told": Told(current_service().decider, document),
            **about_person(record.record),
            "number": number_header(KIND, str(id)).get(HEADER),
            "asking": None,
            "going_on": _going_on(document),
            "may_void": principal().may("determinations.void")
            and is_own(record.record.organization),
            "may_see_letters": principal().may("letters.read"),
            **({} if _is_within(str(id)) else BEYOND),
        },
    )


BEYOND: Mapping[str, Any] = {
    "is_beyond": True,
    "may_ask": False,
    "may_note": False,
    "may_void": False,
    "may_see_letters": False,
    "may_request_waiver": lambda told: False,
    "objections": [],
    "going_on": None,
}
"""What the page of another office's answer leaves out: links to pages that its reader may not open.
The Office of Patient Protection reads a denial there that a waiver request names.
"""


def _is_within(id: str) -> bool:
    """Whether a stored answer lies within the caller's own reach."""
    store, reach = current_service().store, principal().reach
    return link(store, id, reach, unless_changed=False) is not None


def _going_on(document: Mapping[str, Any]) -> dict[str, str] | None:
    """The form fields with which a stored answer goes on as a question: its day and edition. None
    where nothing is needed, or where the question cannot go on.
    """
    question = current_service().lawbook.questions.get(document["question"])
    if question is None or SEVERAL in document["facts"] or not document.get("needs"):
        return None
    if document["edition"] not in current_service().lawbook.editions:
        return None
    field = Field.of(day_fact(question), document["as_of"])
    days = {f"{field.fact.name}{part}": typed for part, typed in field.shown.items()}
    return {**days, "edition": document["edition"], "do": "take"}


@pages.post("/numbers")
@needs("numbers.read")
def find_by_number() -> tuple[str, int] | AnyResponse:
    """Go to the record of a short number. What was typed stands in no address."""
    typed = request.form.get("number", "").strip()[:LONGEST]
    try:
        return redirect(page_of(find(typed)), 303)
    except Problem as problem:
        page = _list_page(Wanted(), "The newest answers", typed, problem.detail)
        return page, problem.type.status
