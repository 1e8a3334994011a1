"""The open work of the office, by day and by worker."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import abort, render_template, request, url_for

from app.api.people.actors import actor_words
from app.api.records.open_work import (
    ACTOR,
    Listed,
    by_day,
    counted,
    listed_work,
    note_listed,
)
from app.console.forms import Entry
from app.console.guard import needs, pages
from app.records.ledger.open_work import Kind, Work

SHOWN = 100
KINDS: Mapping[Kind, str] = {
    "answer": "Answer runs out",
    "objection": "Objection to look at again",
    "reminder": "Reminder",
    "waiver_request": "Waiver request",
    "letter": "Letter to send, made on this day",
    "decision": "Letter of a decision to make",
}
COUNTED: Mapping[Kind, str] = {
    "answer": "Answers that run out within 30 days",
    "objection": "Objections",
    "reminder": "Reminders",
    "waiver_request": "Waiver requests",
    "letter": "Letters to send",
    "decision": "Letters of decisions to make",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """How much open work there is, by what it is called, and how much of it is overdue."""

    by_kind: Mapping[str, int]
    overdue: int

    @classmethod
    def of(cls, listed: list[Listed]) -> "Counted":
        """The counts of what is listed."""
        counts = counted(listed)
        by_kind = {words: counts[kind] for kind, words in COUNTED.items()}
        return cls(by_kind, sum(each.is_overdue for each in listed))


@pages.get("/work")
@needs("work.read")
def open_work() -> str:
    """What the office has still to do; of one worker where the address names one."""
    worker = request.args.get("worker", "")
    if worker and not re.fullmatch(ACTOR, worker):
        abort(404)
    found = listed_work(worker or None)
    listed = by_day(found)
    note_listed(listed[:SHOWN])
    return render_template(
        "work/list.html",
        listed=listed[:SHOWN],
        there_are_more=len(listed) > SHOWN,
        cut=[COUNTED[kind] for kind in COUNTED if kind in found.cut],
        damaged=[id for _, id in found.damaged],
        counts=Counted.of(listed),
        kinds=KINDS,
        worker=worker,
        choice=_choice(worker, by_day(listed_work()) if worker else listed),
    )


def _choice(worker: str, everything: Iterable[Listed]) -> Entry:
    """Those who have open work, and the one who is chosen, by the names they are known by."""
    actors = {each.work.worker for each in everything} | {worker or None}
    named = [(actor, actor_words(actor)) for actor in actors if actor is not None]
    options = sorted(named, key=lambda each: each[1].casefold())
    return Entry("worker", "Worker", "choice", options=options, empty="All").show(worker or None)


@pages.app_template_filter()
def work_page(work: Work) -> str:
    """The page on which somebody does it."""
    id = UUID(work.determination or work.id)
    if work.kind == "objection":
        return url_for("pages.answer_notes", id=id)
    if work.kind in ("waiver_request", "decision"):
        return url_for("pages.waiver", id=id)
    if work.kind == "letter":
        return url_for("pages.kept_letter", id=id)
    return url_for("pages.stored_answer", id=id)
