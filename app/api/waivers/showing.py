"""Waiver requests as callers see them: whole, in a list, or as the named carrier does."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app import clock
from app.access.principal import Principal
from app.api.http.service import Service
from app.api.waivers.answers import (
    WaiverBriefAnswer,
    WaiverClockAnswer,
    WaiverDenialAnswer,
    WaiverListedAnswer,
    WaiverPaperAnswer,
    WaiverRequestAnswer,
    WaiverStepAnswer,
    WaiverTakenAnswer,
)
from app.api.waivers.clocks import Clock, clocks, conflicts_of
from app.api.waivers.preconditions import possible_now
from app.api.waivers.receiving import others_of
from app.instants import instant_text
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.states import State
from app.waivers.who_may import PAPER_NAME, belongs_to, may_read_words
from app.waivers.whole import WholeRequest, whole

HIDDEN = ("texts", "papers", "facts", "denial", "sections")
"""What a step's content has that the answer shows elsewhere."""


def href_of(request: WaiverRequest) -> str:
    """The address of a request."""
    return f"/v1/waiver-requests/{request.id}"


def sees_whole(request: WaiverRequest, by: Principal) -> bool:
    """Whether somebody sees more of a request than state, day and outcome."""
    if by.reach.everything or by.may("waivers.decide"):
        return True
    return by.may("waivers.write") and belongs_to(request, by)


def is_overdue(request: WaiverRequest, today: date) -> bool:
    """Whether the Office should have decided a request before today."""
    is_open = State(request.state).is_open
    return is_open and request.decide_by is not None and request.decide_by < today


def is_to_look_at(request: WaiverRequest, today: date) -> bool:
    """Whether the Office wanted to look at an incomplete request again by today."""
    if State(request.state) is not State.INCOMPLETE or request.remind_on is None:
        return False
    return request.remind_on <= today


def _brief(request: WaiverRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "href": href_of(request),
        "state": request.state,
        "received_on": request.received_on,
        "changed_on": clock.day_of(request.changed_at),
        "outcome": None if State(request.state).is_open else request.state,
    }


def _listed(request: WaiverRequest) -> dict[str, Any]:
    plain = (
        "version",
        "subject",
        "organization",
        "carrier",
        "entered_by",
        "claimed_by",
        "complete_on",
        "decide_by",
        "remind_on",
    )
    members = {name: getattr(request, name) for name in plain}
    today = clock.today()
    due = {"overdue": is_overdue(request, today), "look_again": is_to_look_at(request, today)}
    return {**_brief(request), **members, **due}


def listed_answer(request: WaiverRequest, by: Principal) -> WaiverListedAnswer:
    """A request in a list, as far as somebody may see it."""
    members = _listed(request) if sees_whole(request, by) else _brief(request)
    return WaiverListedAnswer(**members)


def request_answer(
    service: Service, request: WaiverRequest, by: Principal
) -> WaiverRequestAnswer | WaiverBriefAnswer:
    """A request, as far as somebody may see it.

    Raises:
        RecordDamaged, Unreadable: a step or a text is not as it was stored.
        RecordsUnavailable: the database is unavailable.
    """
    if not sees_whole(request, by):
        return WaiverBriefAnswer(**_brief(request))
    desk = service.desk
    here = whole(request, desk.requests.steps(request.id))
    recused, steps = desk.recused(request.id), _steps(service, here, by)
    return WaiverRequestAnswer(
        **_listed(request),
        denial=_denial(here),
        received_by=here.first["received_by"],
        entered_for=here.first["entered_for"],
        reason=here.first["reason"],
        sworn_on=here.sworn_on,
        facts=dict(here.facts),
        conflicts=conflicts_of(service, here),
        missing=list(here.missing),
        papers=[paper for step in steps for paper in step.papers],
        clocks=[_clock(service, each) for each in clocks(service, here, clock.today())],
        steps=steps,
        possible=possible_now(service, here, by, recused),
        recused=by.actor in recused,
        others=others_of(service, here, by),
    )


def _clock(service: Service, told: Clock) -> WaiverClockAnswer:
    id = told.provision
    title = None if id is None else service.lawbook.provisions[id].title
    return WaiverClockAnswer(
        told.name, told.starts_on, told.last_day, told.says, id, title, told.moves
    )


def taken_answer(service: Service, request: WaiverRequest, by: Principal) -> WaiverTakenAnswer:
    """A request after a step."""
    here = whole(request, service.desk.requests.steps(request.id))
    return WaiverTakenAnswer(
        id=request.id,
        href=href_of(request),
        state=request.state,
        version=request.version,
        decide_by=request.decide_by,
        others=others_of(service, here, by) if sees_whole(request, by) else [],
    )


def _denial(here: WholeRequest) -> WaiverDenialAnswer:
    said_on = here.first["denial"].get("said_on")
    return WaiverDenialAnswer(
        here.request.denial,
        here.denial_received_on,
        None if said_on is None else date.fromisoformat(said_on),
    )


def _papers(
    request: WaiverRequest, step: WaiverStep, written: Mapping[str, str | None]
) -> Iterator[WaiverPaperAnswer]:
    """The papers that came with a step, each with its name among what was written there."""
    for place, paper in enumerate(step.content.get("papers", ())):
        shown = _paper(request, paper)
        if (name := f"{PAPER_NAME}{place}") in written:
            shown.name = written[name]
        yield shown


def _paper(request: WaiverRequest, paper: Any) -> WaiverPaperAnswer:
    shown = WaiverPaperAnswer(paper["kind"], date.fromisoformat(paper["received_on"]))
    if "id" in paper:
        shown.media_type, shown.digest = paper["media_type"], paper["digest"]
        shown.href = f"{href_of(request)}/papers/{paper['id']}"
    return shown


def _steps(service: Service, here: WholeRequest, by: Principal) -> list[WaiverStepAnswer]:
    """The steps, with the words that somebody may read. The others are not even decrypted."""
    readable = [_with_words_for(step, by) for step in here.steps]
    texts = service.desk.texts(readable)
    return [
        _step(here.request, step, texts, _written_at(whole_step).keys() - _written_at(step))
        for whole_step, step in zip(here.steps, readable, strict=True)
    ]


def _written_at(step: WaiverStep) -> Mapping[str, Any]:
    found: Mapping[str, Any] = step.content.get("texts", {})
    return found


def _with_words_for(step: WaiverStep, by: Principal) -> WaiverStep:
    """A step without the words that somebody may not read."""
    written = _written_at(step)
    kept = {name: text for name, text in written.items() if may_read_words(step.step, name, by)}
    return replace(step, content={**step.content, "texts": kept})


def _step(
    request: WaiverRequest, step: WaiverStep, texts: dict[str, str], withheld: Iterable[str]
) -> WaiverStepAnswer:
    written = {called: texts.get(kept["id"]) for called, kept in _written_at(step).items()}
    return WaiverStepAnswer(
        step.number,
        step.step,
        step.state,
        instant_text(step.at),
        step.actor,
        step.organization,
        {name: value for name, value in step.content.items() if name not in HIDDEN},
        {name: text for name, text in written.items() if not name.startswith(PAPER_NAME)},
        list(_papers(request, step, written)),
        sorted(withheld),
    )
