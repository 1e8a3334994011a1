"""The open work of the caller's organization, for those who lead it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from flask import Blueprint, Response
from msgspec import UNSET, Meta, Struct, UnsetType

from app import clock
from app.api.http.answered.answers import Damaged
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import json_response
from app.api.http.asked.fields import TextField
from app.api.http.asked.schemas import NoQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin, principal
from app.determinations.answer import Id
from app.records.ledger.open_work import Kind, OpenWork, WantedWork, Work
from app.records.ledger.open_work import open_work as find_work
from app.waivers.desk import desk_reach
from app.waivers.states import State

SOON = timedelta(days=30)
"""An answer that runs out within this time is open work. Our own choice."""
ACTOR = r"(?:account|key|client):[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HREFS: dict[Kind, str] = {
    "answer": "/v1/determinations/{id}",
    "objection": "/v1/notes/{id}",
    "reminder": "/v1/determinations/{determination}",
    "waiver_request": "/v1/waiver-requests/{id}",
    "letter": "/v1/letters/{id}",
}
NOTED: dict[Kind, str] = {
    "answer": "determination",
    "objection": "determination",
    "reminder": "determination",
    "waiver_request": "waiver",
    "letter": "letter",
}
"""What the audit trail calls the record that each kind of work is about."""

blp = Blueprint("open-work", __name__, url_prefix="/v1/open-work")


class OpenWorkQuery(NoQuery):
    """Whose work."""

    worker = TextField(
        ACTOR,
        "Must be an actor, such as account:….",
        metadata={"description": "Only the work of this actor, such as account:…."},
    )


class WorkAnswer(Struct):
    """Something to do."""

    kind: Kind
    id: Id
    href: Annotated[str, Meta(description="Of a reminder, the determination that it is about.")]
    on: Annotated[
        date | None,
        Meta(
            description="The day by which. Of a letter, the day since which it waits. Null: a "
            "waiver request that is not complete has no day yet."
        ),
    ]
    overdue: bool
    worker: Annotated[
        str | None,
        Meta(
            description="Who decided, wrote, wanted or made it. Of a waiver request, who entered "
            "it; for the Office of Patient Protection, who claimed it."
        ),
    ]
    subject: str | None


class OpenWorkAnswer(Struct):
    """The open work by day. What has no day stands last."""

    work: list[WorkAnswer]
    counts: Annotated[dict[str, int], Meta(description="How much of each kind.")]
    more: Annotated[list[str], Meta(description="The kinds of which there is more than listed.")]
    damaged: Damaged | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Listed:
    """Something to do with its day in Massachusetts, and whether that day is over."""

    work: Work
    on: date | None
    is_overdue: bool


@blp.get("")
@Operation(
    permission="work.read",
    query=OpenWorkQuery,
    returns={200: Content("What your organization has still to do.", OpenWorkAnswer)},
)
def list_open_work(query: dict[str, str]) -> Response:
    """List the open work of your organization, what is due first at the head.

    It has the answers that run out within 30 days, objections, reminders, waiver requests and
    letters to send. An objection stays until somebody settles it, also
    where its determination was replaced; one to a void determination is not listed.
    """
    found = listed_work(query.get("worker"))
    listed = by_day(found)
    note_listed(listed)
    return json_response(
        OpenWorkAnswer(
            work=[_answer(each) for each in listed],
            counts=counted(listed),
            more=sorted(found.cut),
            damaged=[id for _, id in found.damaged] or UNSET,
        )
    )


def listed_work(worker: str | None = None) -> OpenWork:
    """The open work of the caller's organization, with an alarm for what is damaged.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    by, today = principal(), clock.today()
    if by.organization is None:
        return OpenWork()
    states = frozenset(str(state) for state in State if state.is_open)
    wanted = WantedWork(
        by.organization,
        worker,
        today,
        today + SOON,
        by.reach,
        desk_reach(by),
        states,
        by_claim=by.may("waivers.decide"),
    )
    found = find_work(current_service().store, wanted)
    for kind, id in found.damaged:
        alarm_damaged(kind, [id])
    return found


def note_listed(told: Sequence[Listed]) -> None:
    """Enter in the audit trail that the caller lists the work, before the answer, and what of
    it is about a person.

    Raises:
        RecordsUnavailable: it could not be entered; then nothing may be told.
    """
    did = origin().did
    about = (each.work for each in told if each.work.subject is not None)
    current_service().store.note(
        did("work.listed", None, kind="work"),
        *(
            did("work.listed", each.determination or each.id, kind=NOTED[each.kind])
            for each in about
        ),
    )


def by_day(found: OpenWork) -> list[Listed]:
    """The work with its days, what is due first at the head and what has no day last."""
    today = clock.today()
    listed = [_listed(work, today) for work in found.work]
    return sorted(listed, key=lambda each: (each.on or date.max, each.work.kind, each.work.id))


def _listed(work: Work, today: date) -> Listed:
    if isinstance(work.on, datetime):  # since when a letter waits: no day is over
        return Listed(work, clock.day_of(work.on), False)
    return Listed(work, work.on, work.on is not None and work.on < today)


def counted(listed: Sequence[Listed]) -> dict[str, int]:
    """How much there is of each kind, of all kinds in their order."""
    counts = Counter(each.work.kind for each in listed)
    return {kind: counts[kind] for kind in HREFS}


def _answer(listed: Listed) -> WorkAnswer:
    work = listed.work
    return WorkAnswer(
        kind=work.kind,
        id=work.id,
        href=HREFS[work.kind].format(id=work.id, determination=work.determination),
        on=listed.on,
        overdue=listed.is_overdue,
        worker=work.worker,
        subject=work.subject,
    )
