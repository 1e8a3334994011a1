"""Several claimed requests go to another reviewer at once, such as those of one on leave."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.waivers.answers import RequestHandedOverAnswer, WaiverListedAnswer
from app.api.waivers.asked.waiver_schemas import MOST, HandOverSchema
from app.api.waivers.showing import listed_answer
from app.api.waivers.waiver_requests import note_listed, queue_filter
from app.api.waivers.waiver_steps import hand_over_each
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.console.waivers.step_forms import BECAUSE_HINT, reviewers
from app.law.words import day_in_words
from app.records.errors import RecordDamaged
from app.records.waivers.queue import queue
from app.waivers.desk import KIND, desk_reach

CLAIMED: Mapping[str, object] = {
    "state": "under_review",
    "mine": False,
    "unclaimed": False,
    "due_this_week": False,
}
"""The requests that a reviewer claimed and has not decided."""
CHOSEN = "requests"
BECAUSE = {
    "/problems/precondition-failed": "somebody changed it meanwhile",
    "/problems/step-not-yours": "this reviewer entered it, or recused themselves",
    "/problems/step-not-possible": "it is no longer under review",
}
"""Why a request stayed where it was, by the type of the problem."""


class HandOverForm(PageForm):
    """The form; which requests were chosen is read apart, each with the version shown."""

    def takes(self, entry: Entry) -> bool:
        """All but the requests."""
        return entry.name != CHOSEN


def _claimed() -> list[WaiverListedAnswer]:
    """The requests that can be handed over, the one due first at the head, as many as one form
    takes.
    """
    by = principal()
    found = queue(current_service().store, desk_reach(by), queue_filter(dict(CLAIMED)), MOST)
    alarm_damaged(KIND, [each.id for each in found if isinstance(each, RecordDamaged)])
    shown = [listed_answer(each, by) for each in found if not isinstance(each, RecordDamaged)]
    note_listed(each.id for each in shown)
    return shown


def _form(claimed: Sequence[WaiverListedAnswer]) -> HandOverForm:
    people = reviewers()
    names = dict(people)
    options = [(f"{each.id}.{each.version}", _words(each, names)) for each in claimed]
    return HandOverForm(
        HandOverSchema(),
        [
            Entry(CHOSEN, "Which requests?", "checks", options=options),
            Entry("to", "Which reviewer takes them over?", "choice", options=people),
            Entry("because", "Reason, if there is one to tell", "words", BECAUSE_HINT),
        ],
    )


def _words(each: WaiverListedAnswer, names: Mapping[str, str]) -> str:
    has = names.get(str(each.claimed_by), "another reviewer")
    due = f", decide by {day_in_words(each.decide_by)}" if each.decide_by else ""
    return f"{each.subject}, with {has}{due}{', overdue' if each.overdue else ''}"


@pages.get("/waivers/hand-over")
@needs("waivers.assign")
def hand_over_waivers() -> str:
    """The claimed requests, to choose from."""
    return _page(_form(_claimed()))


@pages.post("/waivers/hand-over")
@needs("waivers.assign")
def take_hand_over() -> AnyResponse | tuple[str, int]:
    """Hand over what was chosen; what stayed comes again with the reason."""
    claimed = _claimed()
    form = _form(claimed)
    asked = form.load(requests=[_chosen(each) for each in request.form.getlist(CHOSEN)])
    if asked is None:
        return _page(form), 422
    try:
        done = hand_over_each(asked).requests
    except Problem as problem:
        status = form.refuse(problem)
        return _page(form), status
    names = {each.id: str(each.subject) for each in claimed}
    if stayed := [_stayed(each, names) for each in done if not each.done]:
        return _page(_form(_claimed()), len(done) - len(stayed), stayed), 409
    flash(f"Handed over: {len(done)}.")
    return redirect(url_for("pages.hand_over_waivers"), 303)


def _chosen(value: str) -> dict[str, Any]:
    """A request as it was chosen: its id, and the version that the page showed."""
    id, _, version = value.partition(".")
    read = version.isascii() and version.isdecimal() and len(version) < 9
    return {"id": id, "version": int(version) if read else version}


def _stayed(each: RequestHandedOverAnswer, names: Mapping[str, str]) -> str:
    because = BECAUSE.get(str(each.problem), "the service refused it")
    return f"{names.get(each.id, 'A request that is no longer in the list')}: {because}."


def _page(form: PageForm, done: int = 0, stayed: Sequence[str] = ()) -> str:
    return render_template("waivers/hand_over.html", form=form, done=done, stayed=stayed)
