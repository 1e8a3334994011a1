"""One waiver request: what was entered, its clocks, papers and steps, and what one may do."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, origin, principal
from app.api.notes.notes import ROUTE, enter_note, notes_about
from app.api.people.actors import actor_words
from app.api.waivers.after_decision import open_correction
from app.api.waivers.answers import WaiverRequestAnswer
from app.api.waivers.asked.decision_schemas import DECISIONS
from app.api.waivers.showing import request_answer
from app.api.waivers.taking import desk_problems, found_request
from app.api.waivers.waiver_requests import paper_response
from app.console.answers.telling import in_words
from app.console.forms import PageForm
from app.console.guard import needs, pages
from app.console.notes.about_answers import note_form
from app.console.waivers.desk_words import (
    DETAILS,
    MISSING,
    PAPERS,
    SAID_BY,
    STATES,
    STEPS,
    WAYS,
    WHO,
    WRITTEN,
)
from app.console.waivers.request_parts import about, remarks_of
from app.console.waivers.step_forms import STEP_FORMS
from app.waivers.corrections import OTHER
from app.waivers.desk import KIND
from app.waivers.states import State

CHOICES = {"received_by": WAYS, "entered_for": WHO, "said_by": SAID_BY}
"""The words of codes in a step, by the name of the code."""
ACTORS = ("from", "to", "proposed_by")
"""What of a step is an actor; `to` is a state where a decision was corrected."""


@pages.get("/waivers/<uuid:id>")
@needs("waivers.read")
def waiver(id: UUID) -> str:
    """A waiver request with its steps and the notes about it."""
    return _page(id)


@pages.post("/waivers/<uuid:id>/notes")
@needs("notes.write")
def write_waiver_note(id: UUID) -> AnyResponse | tuple[str, int]:
    """Add a note about a waiver request."""
    form, service = note_form(), current_service()
    asked = form.load(about_kind=KIND, about=str(id))
    if asked is None:
        return _page(id, form), 422
    with once_under(service, ROUTE, form.once, str(id).encode()) as attempt:
        if attempt.earlier is None:
            enter_note(asked, attempt)
    flash("We stored your note.")
    return redirect(url_for("pages.waiver", id=id), 303)


def _page(id: UUID, note: PageForm | None = None) -> str:
    service = current_service()
    request = found_request(service, id)
    with desk_problems():
        told = request_answer(service, request, principal())
    service.store.note(origin().did("waiver.read", request.id, kind=KIND))
    if not isinstance(told, WaiverRequestAnswer):
        return render_template("waivers/brief.html", told=told)
    correction, may = open_correction(told.id), principal().may
    if correction is not None and "correct" in told.possible:
        told.possible.remove("correct")
    return render_template(
        "waivers/request.html",
        told=told,
        details=DETAILS,
        written=WRITTEN,
        remarks=remarks_of(told),
        **about(told),
        possible=sorted(_led_to(told), key=_place),
        step_forms=STEP_FORMS,
        may_read_letter=may("letters.read"),
        decisions=DECISIONS,
        correction=correction,
        notes=notes_about(KIND, told.id) if may("notes.read") else None,
        note=(note or note_form()) if may("notes.write") else None,
        corrected=None if correction is None else OTHER.get(State(told.state)),
    )


def _led_to(told: WaiverRequestAnswer) -> list[str]:
    """The steps that the page leads to. No review begins while papers are missing: they are asked
    for first.
    """
    leads_nowhere = {"claim"} if told.missing else set()
    return [step for step in told.possible if step not in leads_nowhere]


def _place(step: str) -> int:
    """Where a step stands among those that one can take: what brings the request on comes first,
    and what ends it last.
    """
    first = (*DECISIONS, "claim", "complete", "ask-for-missing", "add-paper")
    order = [*first, *(name for name in STEPS if name != "withdraw"), "withdraw"]
    return order.index(step) if step in order else len(order)


@pages.app_template_filter()
def detail_words(value: object, name: str) -> str:
    """A code or a day of a step in words."""
    if isinstance(value, list):
        return ", ".join(PAPERS.get(str(each)) or MISSING.get(str(each), "") for each in value)
    if name in CHOICES:
        return CHOICES[name].get(str(value), str(value))
    if name in ACTORS:
        return STATES.get(str(value)) or actor_words(str(value))
    return in_words(value)


@pages.get("/waivers/<uuid:id>/papers/<uuid:paper>")
@needs("waivers.read")
def waiver_paper(id: UUID, paper: UUID) -> AnyResponse:
    """The file of a paper, to save."""
    return paper_response(id, paper)
