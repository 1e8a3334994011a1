"""Each step on a waiver request as a page: its form, and what stands against it."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from msgspec import UNSET
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.people.actors import actor_words
from app.api.waivers.answers import WaiverRequestAnswer
from app.api.waivers.showing import request_answer
from app.api.waivers.taking import desk_problems, found_request, having_read
from app.console.forms import PageForm
from app.console.guard import needs, pages
from app.console.waivers.desk_words import CLAIMED_INCOMPLETE, DONE, HAPPENED, STATES
from app.console.waivers.step_forms import STEP_FORMS, file_names
from app.waivers.states import State

NO_VERSION = 0
TOO_LATE = "You cannot take this step any longer. What you typed stands below, to copy."


@pages.get("/waivers/<uuid:id>/steps/<step>")
@needs("waivers.read")
def waiver_step(id: UUID, step: str) -> str | tuple[str, int]:
    """The form of a step."""
    if step not in STEP_FORMS:
        raise NotFound("There is no such step.")
    told = told_request(id)
    if step not in told.possible:
        return not_now(told, step)
    return _page(told, step, STEP_FORMS[step].fields(told))


@pages.post("/waivers/<uuid:id>/steps/<step>")
@needs("waivers.read")
def take_waiver_step(id: UUID, step: str) -> AnyResponse | tuple[str, int]:
    """Take a step, where the request is still as this person has read it."""
    if step not in STEP_FORMS:
        raise NotFound("There is no such step.")
    told = told_request(id)
    form = STEP_FORMS[step].fields(told)
    asked = form.load(**file_names())
    if asked is None:
        return _page(told, step, form), 422
    try:
        with having_read(version_read()):
            STEP_FORMS[step].take(asked, id)
    except Problem as problem:
        status, now = form.refuse(problem), told_request(id)
        if step not in now.possible:
            form.refused = f"{stands_now(now)} {TOO_LATE}"
        return _page(now, step, form), status
    is_incomplete = step == "claim" and bool(told.missing)
    flash(CLAIMED_INCOMPLETE if is_incomplete else DONE[step])
    return redirect(url_for("pages.waiver", id=id), 303)


def told_request(id: UUID) -> WaiverRequestAnswer:
    """A request that this person sees whole.

    Raises:
        Problem: unknown-waiver-request.
        NotFound: they see its outcome alone.
    """
    service = current_service()
    found = found_request(service, id)
    with desk_problems():
        told = request_answer(service, found, principal())
    if not isinstance(told, WaiverRequestAnswer):
        raise NotFound("You see the outcome of this request alone.")
    return told


def stands_now(told: WaiverRequestAnswer) -> str:
    """Where a request stands, who has it, and whose step was the last."""
    me, last = principal().actor, told.steps[-1]
    state = f"The request is {STATES[told.state].lower()} now"
    has = "" if told.claimed_by is UNSET or told.claimed_by is None else told.claimed_by
    if has and told.state == State.UNDER_REVIEW:
        state += f", with {'you' if has == me else actor_words(has)}"
    by = "you" if last.actor == me else actor_words(last.actor)
    return f"{state}. The last step was by {by}: {HAPPENED[last.step].lower()}."


def not_now(told: WaiverRequestAnswer, step: str) -> tuple[str, int]:
    """The page in place of the form of a step that this person cannot take now."""
    return render_template("waivers/not_now.html", told=told, step=step, now=stands_now(told)), 404


def refusal(told: WaiverRequestAnswer, step: str, because: str) -> tuple[str, int]:
    """The page in place of the form of a decision that the request does not allow as it stands."""
    page = render_template("waivers/not_now.html", told=told, step=step, now=because, lacks=True)
    return page, 409


def version_read() -> int:
    """The version of the request that the present form was made for."""
    given = request.form.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else NO_VERSION


def _page(told: WaiverRequestAnswer, step: str, form: PageForm) -> str:
    return render_template(
        "waivers/step.html",
        told=told,
        step=step,
        form=form,
        button=STEP_FORMS[step].button,
        explains=STEP_FORMS[step].explains,
    )
