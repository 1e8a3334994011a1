"""A decision on a waiver request: what the reviewer says to each finding, a preview of what goes
out, and one button.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.api.waivers import decisions
from app.api.waivers.advice import Draft, Preview, advise, preview_of
from app.api.waivers.answers import WaiverRequestAnswer
from app.api.waivers.asked.decision_schemas import DECISIONS, PreviewSchema
from app.api.waivers.decisions import request_to_decide
from app.api.waivers.other_ways import ways_in
from app.api.waivers.preconditions import refused_now
from app.api.waivers.receiving import DENIED_QUESTION
from app.api.waivers.taking import desk_problems, having_read
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.console.waivers.desk_words import DONE, PAPERS
from app.console.waivers.previewed import end_typed, keep_typed, typed_before
from app.console.waivers.request_parts import about
from app.console.waivers.step_pages import (
    TOO_LATE,
    not_now,
    refusal,
    stands_now,
    told_request,
    version_read,
)
from app.law.words import day_in_words
from app.waivers.deciding import LEFT_OPEN_BECAUSE, Advice, Finding, Said
from app.waivers.whole import WholeRequest, whole

SAID = {
    Said.RELIED_ON: "The decision relies on it",
    Said.CONTRADICTED: "A paper contradicts it",
    Said.LEFT_OPEN: "It is left open",
}
LEANING = {
    "for": "As it stands it speaks for a waiver.",
    "against": "As it stands it speaks against a waiver.",
}
BECAUSE = {code: f"{words[:1].upper()}{words[1:]}" for code, words in LEFT_OPEN_BECAUSE.items()}
TAKEN: Mapping[str, Callable[..., Response]] = {
    "grant": decisions.grant,
    "deny": decisions.deny,
    "return": decisions.return_unreviewed,
    "not-needed": decisions.not_needed,
}
"""The function behind `/v1` of each decision."""
WAY, GROUND = "way", "ground"
"""The fields of the other way to enroll, and of a further finding that a denial relies on."""
BESIDE = {".paper": Said.CONTRADICTED, ".because": Said.LEFT_OPEN}
"""What a remark says more, and to which remark it belongs."""


class PaperEntry(Entry):
    """A choice of one of the papers, by its place."""

    def value(self) -> int | None:
        """The place, as JSON carries it; none where no paper was chosen."""
        place = self.shown.get("", "")
        return int(place) if place in dict(self.options) else None


class DecisionForm(PageForm):
    """The form of a decision: a remark to each finding that decides. *typed* are the fields as they
    were sent, by the present form or by the one that was previewed.
    """

    typed: MultiDict[str, str] | None = None

    def take(self) -> None:
        """Show what was typed."""
        if self.typed is None:
            super().take()
            return
        for entry in self.entries:
            entry.take(self.typed, MultiDict())

    def sent(self, name: str) -> str:
        """What a field of one line says."""
        return (request.form if self.typed is None else self.typed).get(name, "")

    def takes(self, entry: Entry) -> bool:
        """A paper counts only where one contradicts the finding, a reason only where it is left
        open. What becomes another member of the body is no member itself.
        """
        if entry.name in (WAY, GROUND):
            return False
        for ending, said in BESIDE.items():
            if entry.name.endswith(ending):
                place = entry.name.removesuffix(ending)
                says = next(each for each in self.entries if each.name == f"{place}.says")
                return says.value() == said
        return True


def _form(step: str, told: WaiverRequestAnswer, advice: Advice) -> DecisionForm:
    entries: list[Entry] = []
    deciding = advice.deciding
    papers = [
        (str(place), f"{PAPERS[paper.kind]}, received on {day_in_words(paper.received_on)}")
        for place, paper in enumerate(told.papers, 1)
    ]
    for number, finding in enumerate(deciding):
        entries += _remark_on(finding, f"rationale.{number}", papers)
    if step == "deny" and advice.further_grounds:
        asks = "On which other finding does the denial rest, if on one?"
        hint = "These speak against a waiver too. One that you choose stands in the letter."
        further = [(finding.key, finding.says) for finding in advice.further_grounds]
        entries.append(Entry(GROUND, asks, "choice", hint, further, empty="None"))
    if advice.departs(step):
        options = [(finding.key, finding.says) for finding in deciding]
        hint = "This decision departs from the advice."
        asks = "From which finding do you depart?"
        entries.append(Entry("departs_from", asks, "choice", hint, options))
    if step == "not-needed":
        asks = "In which other way can the person enroll?"
        entries.append(Entry(WAY, asks, "choice", options=_ways_in(told)))
    hint = "The Office alone reads them. They stand in no letter."
    entries.append(Entry("words", "Your own words, beside the findings", "words", hint))
    return DecisionForm(PreviewSchema(), entries)


def _remark_on(finding: Finding, place: str, papers: Sequence[tuple[str, str]]) -> list[Entry]:
    """The fields of what a reviewer says to a finding: those that it can have."""
    can_say = [said for said in finding.can_say if papers or said is not Said.CONTRADICTED]
    options = [(said, SAID[said]) for said in can_say]
    hint = LEANING.get(finding.leaning or "", "")
    entries = [Entry(f"{place}.says", finding.says, "radio", hint, options)]
    if Said.CONTRADICTED in can_say:
        asks = "Which paper contradicts it?"
        entries.append(PaperEntry(f"{place}.paper", asks, "choice", options=papers))
    asks = "Why is it left open?"
    return [*entries, Entry(f"{place}.because", asks, "choice", options=_pairs(BECAUSE))]


def _pairs(words: Mapping[Any, str]) -> Sequence[tuple[str, str]]:
    return [(str(code), said) for code, said in words.items()]


def _ways_in(told: WaiverRequestAnswer) -> list[tuple[str, str]]:
    """The ways that are open to this person today, each with its last day."""
    found = ways_in(current_service(), _here(told), clock.today())
    until = {each: f", through {day_in_words(each.last_day)}" for each in found if each.last_day}
    return [(each.provision, f"{each.title}{until.get(each, '')}") for each in found]


def _known(step: str, advice: Advice) -> dict[str, Any]:
    """What stands fast of the body: the decision, and the finding of each remark."""
    known: dict[str, Any] = {"step": step}
    keys = [finding.key for finding in advice.deciding]
    if keys:
        known["rationale"] = [{"finding": key} for key in keys]
    return known


@pages.get("/waivers/<uuid:id>/decide/<step>")
@needs("waivers.decide")
def decide_waiver(id: UUID, step: str) -> str | tuple[str, int]:
    """The advice on a request, and the form of a decision; or its preview, of what this person last
    typed for it.
    """
    told = decidable(id, step)
    if step not in told.possible:
        because = _refused(told, step)
        return not_now(told, step) if because is None else refusal(told, step, because)
    told, advice = _at_hand(told, step)
    form = _form(step, told, advice)
    if "preview" in request.args and (typed := typed_before(id, step)) is not None:
        form.typed = typed
        return _previewed(told, step, advice, form)
    return _page(told, step, advice, form, None)


def _previewed(
    told: WaiverRequestAnswer, step: str, advice: Advice, form: DecisionForm
) -> str | tuple[str, int]:
    """The preview of what was typed before, as the request stands now."""
    asked = _body(form, step, advice)
    if asked is None:
        return _page(told, step, advice, form, None), 422
    try:
        return _page(told, step, advice, form, _preview(UUID(told.id), step, asked))
    except Problem as problem:
        status = form.refuse(problem)
        return _page(told, step, advice, form, None), status


@pages.post("/waivers/<uuid:id>/decide/<step>")
@needs("waivers.decide")
def take_decision(id: UUID, step: str) -> AnyResponse | tuple[str, int]:
    """Preview a decision, or take the one that was previewed."""
    told = decidable(id, step)
    if step not in told.possible:
        return _too_late(told, step), 412
    told, advice = _at_hand(told, step)
    form = _form(step, told, advice)
    asked = _body(form, step, advice)
    if asked is None:
        return _page(told, step, advice, form, None), 422
    try:
        if request.form.get("do") == "decide":
            return _taken(id, step, asked)
        _preview(id, step, asked)
        keep_typed(id, step)
        address = url_for("pages.decide_waiver", id=id, step=step, preview="shown")
        return redirect(address, 303)
    except Problem as problem:
        status = form.refuse(problem)
        now = told_request(id)
        if step not in now.possible:
            return _too_late(now, step), status
        return _page(now, step, advice, form, None), status


def decidable(id: UUID, step: str) -> WaiverRequestAnswer:
    """A request that somebody decides, or could have.

    Raises:
        NotFound: there is no such decision.
        Problem: unknown-waiver-request.
    """
    if step not in DECISIONS:
        raise NotFound("There is no such step.")
    return told_request(id)


def _refused(told: WaiverRequestAnswer, step: str) -> str | None:
    """What a decision lacks that is this person's to take; None where it is not theirs now."""
    try:
        told, advice = _at_hand(told, step)
    except Problem:
        return None
    problem = refused_now(current_service(), _here(told), step, advice)
    return None if problem is None else problem.detail


def _at_hand(told: WaiverRequestAnswer, step: str) -> tuple[WaiverRequestAnswer, Advice]:
    """A request that this person may decide now, and the advice on it.

    Raises:
        Problem: step-not-possible, step-not-yours, or what stands against the advice.
    """
    here = request_to_decide(UUID(told.id), step)
    return told, advise(current_service(), here, principal(), keep=False).advice


def _too_late(told: WaiverRequestAnswer, step: str) -> str:
    """The form with all that was typed, after somebody else got further with the request."""
    advice = advise(current_service(), _here(told), principal(), keep=False).advice
    form = _form(step, told, advice)
    _body(form, step, advice)
    for entry in form.entries:
        entry.errors = []
    form.refused = f"{stands_now(told)} {TOO_LATE}"
    return _page(told, step, advice, form, None)


def _here(told: WaiverRequestAnswer) -> WholeRequest:
    service = current_service()
    with desk_problems():
        steps = service.desk.requests.steps(told.id)
        return whole(service.desk.find(told.id, principal()), steps)


def _body(form: DecisionForm, step: str, advice: Advice) -> dict[str, Any] | None:
    """What was sent, as the schema of a preview loads it."""
    known, way = _known(step, advice), form.sent(WAY)
    if step == "not-needed" and way:
        known["way_in"] = {"question": DENIED_QUESTION, "provision": way}
    ground = form.sent(GROUND)
    if step == "deny" and ground in {finding.key for finding in advice.further_grounds}:
        relied_on = {"finding": ground, "says": str(Said.RELIED_ON)}
        known["rationale"] = [*known.get("rationale", []), relied_on]
    asked = form.load(**known)
    if step == "not-needed" and not way:
        form[WAY].errors = ["Choose the other way."]
        form.refused = ""
        return None
    return asked


def _preview(id: UUID, step: str, asked: Mapping[str, Any]) -> Preview:
    here = request_to_decide(id, step)
    advice = advise(current_service(), here, principal(), keep=False).advice
    return preview_of(current_service(), here, advice, Draft.of(step, asked))


def _taken(id: UUID, step: str, asked: dict[str, Any]) -> AnyResponse:
    body = {name: value for name, value in asked.items() if name != "step"}
    if step in ("grant", "deny"):
        body["digest"] = request.form.get("digest", "")
    with having_read(version_read()):
        TAKEN[step](body, id)
    end_typed(id, step)
    flash(DONE[step])
    return redirect(url_for("pages.waiver", id=id), 303)


def _page(
    told: WaiverRequestAnswer,
    step: str,
    advice: Advice,
    form: PageForm,
    preview: Preview | None,
) -> str:
    return render_template(
        "waivers/decide.html",
        told=told,
        step=step,
        advice=advice,
        form=form,
        preview=preview,
        **about(told),
    )
