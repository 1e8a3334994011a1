"""Plays a year of the waiver desk through the functions behind `/v1`, each step on its day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Flask, Response, g

from app import clock
from app.access.principal import Principal
from app.api.http.asked.idempotency import IdempotentRequest
from app.api.http.service import current_service, principal
from app.api.waivers import after_decision, decisions, waiver_steps
from app.api.waivers.advice import Draft, advise, preview_of
from app.api.waivers.asked.decision_schemas import (
    CorrectionSchema,
    DaySchema,
    DecisionSchema,
    NotNeededSchema,
    ReturnSchema,
)
from app.api.waivers.asked.waiver_schemas import (
    AskForMissingSchema,
    CompleteSchema,
    NewWaiverRequestSchema,
    ReassignSchema,
    RecuseSchema,
    StepNoteSchema,
    WithdrawSchema,
)
from app.api.waivers.other_ways import ways_in
from app.api.waivers.receiving import DENIED_QUESTION
from app.api.waivers.taking import having_read
from app.api.waivers.waiver_requests import ROUTE, receive
from app.commands.accounts.demonstration import told_as_played
from app.commands.accounts.played_requests import CHIEF, WORKER, Event, PlayedRequest
from app.waivers.deciding import Advice, Remark, Said
from app.waivers.late import mark_late
from app.waivers.whole import WholeRequest, whole

HOUR = time(10, 30)
"""At which everything happens, in Massachusetts."""
STEPS: Mapping[str, tuple[Callable[..., Response], type[Any]]] = {
    "ask-for-missing": (waiver_steps.ask_for_missing, AskForMissingSchema),
    "complete": (waiver_steps.complete, CompleteSchema),
    "claim": (waiver_steps.claim, StepNoteSchema),
    "release": (waiver_steps.release, StepNoteSchema),
    "recuse": (waiver_steps.recuse, RecuseSchema),
    "reassign": (waiver_steps.reassign, ReassignSchema),
    "withdraw": (waiver_steps.withdraw, WithdrawSchema),
    "approval-received": (after_decision.approval_received, DaySchema),
    "carrier-told": (after_decision.carrier_told, DaySchema),
    "correct": (after_decision.correct, CorrectionSchema),
    "grant": (decisions.grant, DecisionSchema),
    "deny": (decisions.deny, DecisionSchema),
    "return": (decisions.return_unreviewed, ReturnSchema),
    "not-needed": (decisions.not_needed, NotNeededSchema),
}
"""The function of each step, and the schema of its body."""


@dataclass(frozen=True, slots=True)
class DeskYear:
    """A year of the desk over an application; *cast* are the people by their roles."""

    app: Flask
    cast: Mapping[str, Principal]
    requests: Iterable[PlayedRequest]

    def play(self, today: date, each_day: Callable[[date], object] = lambda day: None) -> int:
        """Play everything until a day; how many requests came. *each_day* is called at the end of
        each.

        Raises:
            Problem: the service refused a step.
            RecordsUnavailable: the database is unavailable.
        """
        plan = self._plan(today)
        ids: dict[int, UUID] = {}
        day = min(plan)
        while day <= today:
            with clock.played_at(datetime.combine(day, HOUR, clock.MASSACHUSETTS)):
                for request, event in plan.get(day, ()):
                    self._happen(request, event, ids)
                with self.app.app_context():
                    mark_late(current_service().desk, day, clock.now())
                each_day(day)
            day += timedelta(days=1)
        with self.app.app_context():
            current_service().store.note(told_as_played())
        return len(ids)

    def _plan(self, today: date) -> dict[date, list[tuple[PlayedRequest, Event | None]]]:
        """What happens on each day; a request that comes has no event."""
        plan: dict[date, list[tuple[PlayedRequest, Event | None]]] = {}
        for request in self.requests:
            plan.setdefault(request.came, []).append((request, None))
            for event in request.events:
                day = request.came + timedelta(days=event.after)
                if day <= today:
                    plan.setdefault(day, []).append((request, event))
        return plan

    def _happen(self, request: PlayedRequest, event: Event | None, ids: dict[int, UUID]) -> None:
        with self.app.test_request_context():
            by = g.principal = self.cast[WORKER if event is None else event.by]
            if event is None:
                asked = NewWaiverRequestSchema().load(request.body())
                once = IdempotentRequest(by.actor, ROUTE, None, "")
                ids[request.number] = UUID(receive(current_service(), asked, once)[0].id)
                return
            id = ids[request.number]
            take, schema = STEPS[event.step]
            here = _here(id)
            body = schema().load(self._body(event, here))
            with having_read(here.request.version):
                take(body, id)

    def _body(self, event: Event, here: WholeRequest) -> dict[str, Any]:
        """What is sent with a step."""
        today = clock.today()
        if event.step in ("grant", "deny"):
            return _decision(event.step, here)
        bodies: Mapping[str, dict[str, Any]] = {
            "ask-for-missing": {
                "missing": ["sworn_statement"],
                "remind_on": str(today + timedelta(days=14)),
            },
            "complete": {
                "on": str(today),
                "papers": [{"kind": "denial_notice", "received_on": str(today)}],
                "sworn": {"signed_on": str(today - timedelta(days=1))},
            },
            "recuse": {"because": "I know the person."},
            "reassign": {"to": self.cast[CHIEF].actor, "because": "The reviewer is on leave."},
            "withdraw": {"said_by": "applicant", "said_on": str(today)},
            "approval-received": {"on": str(today)},
            "carrier-told": {"on": str(today)},
            "correct": {"to": "granted", "because": "A paper was overlooked."},
        }
        if event.step == "not-needed":
            return {"way_in": _way_in(here, today)}
        return bodies.get(event.step, {})


def _here(id: UUID) -> WholeRequest:
    desk = current_service().desk
    return whole(desk.find(str(id), principal()), desk.requests.steps(str(id)))


def _decision(step: str, here: WholeRequest) -> dict[str, Any]:
    """A decision that says something to each finding; against the advice it departs from the
    first.
    """
    advice = advise(current_service(), here, principal(), keep=False).advice
    remarks = _remarks(advice)
    if step == "deny" and advice.step is None:
        remarks += [Remark(each.key, Said.RELIED_ON) for each in advice.further_grounds[:1]]
    said: dict[str, Any] = {"rationale": [remark.content() for remark in remarks]}
    if advice.step not in (None, step):
        first = remarks[0].finding
        said["rationale"][0] = Remark(first, Said.LEFT_OPEN, None, "no_proof").content()
        said["departs_from"] = first
    loaded = DecisionSchema().load({**said, "digest": "0" * 64})
    preview = preview_of(current_service(), here, advice, Draft.of(step, loaded))
    return {**said, "digest": preview.digest}


def _remarks(advice: Advice) -> list[Remark]:
    return [
        Remark(each.key, Said.LEFT_OPEN, None, "not_stated")
        if each.status == "unknown"
        else Remark(each.key, Said.RELIED_ON)
        for each in advice.deciding
    ]


def _way_in(here: WholeRequest, today: date) -> dict[str, str]:
    """A way to which the law answers yes for the person on a day."""
    way = ways_in(current_service(), here, today)[0]
    return {"question": DENIED_QUESTION, "provision": way.provision}
