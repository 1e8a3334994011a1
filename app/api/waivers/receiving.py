"""From a new request for a waiver to its first step: shared by the address and the page."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app import clock
from app.access.principal import Principal
from app.api.http.answered.responses import Problem, Wrong
from app.api.http.service import Service
from app.api.waivers.clocks import (
    REASON,
    day_to_decide_by,
    require_consistent,
    typed_facts_of_request,
)
from app.law.fact_types import NotThatFact
from app.records.entries import DeterminationRecord
from app.records.identity import new_id
from app.records.verifying.chains import link
from app.records.waivers.waiver_requests import WaiverRequest, WaiverStep
from app.waivers.desk import Paper, Taking, desk_reach
from app.waivers.states import RECEIVE, State
from app.waivers.whole import WholeRequest, whole

DENIED_QUESTION, DENIED = "enrollment.permitted", "ineligible"


def new_request(
    service: Service, asked: Mapping[str, Any], by: Principal
) -> tuple[WaiverRequest, Taking]:
    """A new request and its first step, not stored yet.

    Raises:
        Problem: invalid-request, facts-refused, facts-contradict; what is wrong with it.
        RecordDamaged: the determination that it names is not as it was stored.
    """
    at = clock.now()
    denial = _denial(service, asked["denial"])
    _require_same_person(denial, asked["subject"], by)
    content = _content(service, asked)
    request = WaiverRequest(
        id=new_id(at),
        subject=asked["subject"],
        organization=by.organization,
        carrier=asked["carrier"].get("organization"),
        denial=None if denial is None else denial.id,
        denial_subject=None if denial is None else denial.subject,
        denial_organization=None if denial is None else denial.organization,
        state=State.RECEIVED,
        version=1,
        entered_by=by.actor,
        received_on=asked["received_on"],
        changed_at=at,
    )
    taking = Taking(content=content, texts=_texts(asked), papers=papers_of(asked["papers"]))
    here = as_it_would_be(request, (), RECEIVE, taking)
    require_consistent(service, here)
    if not here.missing:
        request, taking = completed(service, request, taking, here.complete_at_first)
    return request, taking


def as_it_would_be(
    request: WaiverRequest, steps: tuple[WaiverStep, ...], name: str, taking: Taking
) -> WholeRequest:
    """A request as a step would leave it, which is not taken yet."""
    papers = [{"kind": it.kind, "received_on": it.received_on} for it in taking.papers]
    content = {**taking.content, **({"papers": papers} if papers else {})}
    step = WaiverStep(
        "", request.id, len(steps) + 1, name, request.state, request.changed_at, "", None, content
    )
    return whole(request, (*steps, step))


def completed(
    service: Service, request: WaiverRequest, taking: Taking, complete_on: date
) -> tuple[WaiverRequest, Taking]:
    """The request and its step where the step made it complete on a day: the day by which the
    Office decides comes from the determination, and the step names the law.
    """
    decide_by = day_to_decide_by(service, complete_on, clock.today())
    content: dict[str, Any] = {
        **taking.content,
        "complete_on": complete_on.isoformat(),
        "decide_by": None if decide_by is None else decide_by.isoformat(),
        "law": service.lawbook.digest,
    }
    done = replace(request, complete_on=complete_on, decide_by=decide_by)
    return done, replace(taking, content=content)


def papers_of(given: list[dict[str, Any]]) -> list[Paper]:
    """Papers as a step takes them."""
    found = []
    for paper in given:
        file = paper.get("file")
        found.append(
            Paper(
                paper["kind"],
                paper["received_on"].isoformat(),
                None if file is None else file.media_type,
                None if file is None else file.content,
                paper.get("name"),
            )
        )
    return found


def others_of(service: Service, here: WholeRequest, by: Principal) -> list[str]:
    """The ids of other requests for the same denial, as far as somebody may see them."""
    mine, desk, reach = here.request, service.desk, desk_reach(by)
    alike = desk.requests.about(mine.subject, mine.organization)
    if mine.denial is not None:
        alike += desk.requests.naming(mine.denial)
    ids = {
        other.id
        for other in alike
        if other.id != mine.id and State(other.state) is not State.WITHDRAWN
    }
    seen = [id for id in sorted(ids) if desk.requests.find(id, reach) is not None]
    return [id for id in seen if _is_same_denial(here, _whole(service, id, by))]


def _whole(service: Service, id: str, by: Principal) -> WholeRequest:
    return whole(service.desk.find(id, by), service.desk.requests.steps(id))


def _is_same_denial(one: WholeRequest, other: WholeRequest) -> bool:
    named = (one.request.denial, other.request.denial)
    if None not in named:
        return named[0] == named[1]
    return (
        one.denial_received_on is not None
        and one.denial_received_on == other.denial_received_on
        and one.request.carrier == other.request.carrier
    )


def _denial(service: Service, asked: Mapping[str, Any]) -> DeterminationRecord | None:
    """The determination that a request names as the denial; none where it names a day alone.

    Who names one knows its id from the notice, so it may lie beyond the caller's reach.

    Raises:
        Problem: invalid-request; there is none, it is void, or it denied nothing.
        RecordDamaged, RecordsUnavailable: see `link`.
    """
    named: UUID | None = asked.get("determination")
    if named is None:
        return None
    found = link(service.store, str(named))
    record = None if found is None or found.voided is not None else found.record
    if record is None or (record.question, record.outcome) != (DENIED_QUESTION, DENIED):
        raise Problem(
            "invalid-request",
            "A waiver request needs a denial of enrollment.",
            [
                Wrong(
                    "json",
                    "Must be the id of a determination that denied enrollment and is not void.",
                    "/denial/determination",
                )
            ],
        )
    return record


def _require_same_person(denial: DeterminationRecord | None, subject: str, by: Principal) -> None:
    """Refuse another person's denial. Within one organization a reference is one person's; another
    organization has references of its own.

    Raises:
        Problem: invalid-request.
    """
    if denial is None or denial.organization != by.organization:
        return
    if denial.subject not in (None, subject):
        raise Problem(
            "invalid-request",
            "The denial is that of another person.",
            [Wrong("json", "Must be a denial of this subject.", "/denial/determination")],
        )


def _content(service: Service, asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the first step seals: codes, days and facts, no text of anybody's."""
    denial = {
        name: str(value) if isinstance(value, UUID) else _iso(value)
        for name, value in asked["denial"].items()
    }
    content = {
        "received_on": _iso(asked["received_on"]),
        "received_by": asked["received_by"],
        "denial": denial,
        "entered_for": asked["entered_for"]["who"],
        "reason": _reason(service, asked["circumstances"]["reason"]),
        "facts": typed_facts_of_request(service, asked["facts"]),
    }
    sworn = asked.get("sworn")
    return content if sworn is None else {**content, "sworn_on": _iso(sworn["signed_on"])}


def _reason(service: Service, given: str) -> str:
    """A reason that the law knows.

    Raises:
        Problem: invalid-request.
    """
    try:
        return str(service.lawbook.fact(REASON).read(given))
    except NotThatFact as error:
        raise Problem(
            "invalid-request",
            "The law knows other reasons.",
            [Wrong("json", str(error), "/circumstances/reason", fact=REASON)],
        ) from None


def _texts(asked: Mapping[str, Any]) -> dict[str, str]:
    """What people wrote, and the names of people and firms, by what it is called in the step."""
    found = {
        "circumstances": asked["circumstances"].get("text"),
        "carrier": asked["carrier"].get("name"),
        "representative": asked["entered_for"].get("name"),
        "authority": asked["entered_for"].get("authority"),
    }
    return {name: text for name, text in found.items() if text is not None}


def _iso(day: date | datetime) -> str:
    return day.isoformat()
