"""Granted waivers as they stand in the records, for tests of what is found of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from app.access.origin import Origin
from app.records.identity import new_id
from app.records.store import Store
from app.records.waivers.waiver_requests import WaiverRequest, WaiverRequests, WaiverStep
from app.waivers.corrections import OTHER
from app.waivers.states import CORRECTED, State, after

Pair = tuple[str, str | None]
OFFICE = Origin("account:office")


def enter(
    store: Store, at: datetime, own: Pair, denial: Pair | None = None, carrier: str | None = None
) -> WaiverRequest:
    """A request that a reviewer has claimed, under its own pair and that of the denial it names."""
    subject, organization = own
    request = WaiverRequest(
        id=new_id(at),
        subject=subject,
        organization=organization,
        carrier=carrier,
        denial=new_id(at) if denial else None,
        denial_subject=denial[0] if denial else None,
        denial_organization=denial[1] if denial else None,
        state="received",
        version=1,
        entered_by="account:worker",
        received_on=at.date(),
        changed_at=at,
    )
    by = "account:worker"
    content = {
        "received_on": at.date().isoformat(),
        "denial": {},
        "entered_for": "applicant",
        "reason": "no_choice",
        "received_by": "mail",
    }
    step = WaiverStep(
        new_id(at), request.id, 1, "receive", "received", at, by, organization, content
    )
    audit = OFFICE.did("waiver.receive", request.id, kind="waiver")
    WaiverRequests(store).open(request, step, audit)
    return follow(store, request, at, "claim")


def follow(
    store: Store, request: WaiverRequest, at: datetime, step: str, **content: Any
) -> WaiverRequest:
    """The request after a further step."""
    at += timedelta(seconds=1)
    was, number = State(request.state), request.version + 1
    state = str(OTHER[was] if step == CORRECTED else after(step, was))
    told = content.get("on")
    approval = date.fromisoformat(told) if told and step == "approval-received" else None
    then = replace(
        request,
        state=state,
        version=number,
        changed_at=at,
        approval_received_on=approval or request.approval_received_on,
    )
    taken = WaiverStep(
        new_id(at), request.id, number, step, state, at, "account:office", "opp", content
    )
    audit = OFFICE.did(f"waiver.{step}", request.id, kind="waiver")
    WaiverRequests(store).append(then, taken, audit)
    return then


def grant(
    store: Store,
    at: datetime,
    own: Pair,
    denial: Pair | None = None,
    approval: str | None = None,
    told: str | None = None,
) -> WaiverRequest:
    """A granted waiver, as far as is known of it."""
    request = follow(store, enter(store, at, own, denial), at, "grant")
    if approval:
        request = follow(store, request, at, "approval-received", on=approval)
    if told:
        request = follow(store, request, at, "carrier-told", on=told)
    return request
