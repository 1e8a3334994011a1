"""Disposals: what is marked, and the deletion of what a second person released."""

import logging
import threading
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app import clock
from app.access.approvals import NotYet
from app.access.disposals import NAME, Disposals, state_of
from app.api.http.answered.answers import instant_or_none
from app.api.http.answered.responses import Problem, json_response
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.determinations.answer import Id, Instant
from app.instants import instant_text
from app.records.approvals.approvals import Approval
from app.records.disposing.listing import Marked
from app.records.errors import RecordDamaged, RecordsUnavailable
from app.records.ledger.retention import DEFAULT, RetentionUnreadable, read_periods
from app.waivers.disposable import DISPOSABLE

log = logging.getLogger(__name__)
blp = Blueprint("disposals", __name__, url_prefix="/v1/disposals")


class MarkedClassAnswer(Struct, rename={"of": "class"}):
    """The records of one class that were marked together."""

    of: Annotated[str, Meta(description="Such as determination or letter.")]
    records: int
    period: Annotated[str, Meta(description="The retention period, as ISO 8601 writes it.")]
    made_before: Annotated[Instant, Meta(description="All were made and sealed before it.")]
    rows: Annotated[int, Meta(description="The rows that go, such as steps of a request.")]
    root: Annotated[str, Meta(description="The Merkle root over these rows.")]
    gone: Annotated[int, Meta(description="The sealed rows that are gone.")]


class DisposalAnswer(Struct):
    """What was marked for disposal, and what became of it."""

    id: Annotated[Id, Meta(description="Also the id of its approval.")]
    state: Annotated[
        Literal["waiting", "releasable", "going", "disposed", "refused", "withdrawn", "expired"],
        Meta(description="`going`: released, and not all of it is deleted yet."),
    ]
    marked_by: str
    marked_at: Instant
    release_from: Annotated[Instant, Meta(description="Another person can release it from then.")]
    release_until: Instant
    released_by: Annotated[str | None, Meta(description="Null unless somebody released it.")]
    ended_at: Annotated[Instant | None, Meta(description="When all that may go was deleted.")]
    classes: list[MarkedClassAnswer]


class DisposalsAnswer(Struct):
    """What was marked, the newest first."""

    disposals: list[DisposalAnswer]


@blp.get("")
@Operation(
    permission="disposals.read",
    returns={200: Content("The last 50, the newest first.", DisposalsAnswer)},
)
def list_disposals() -> Response:
    """List what was marked for disposal, and what became of it.

    `flask records dispose` marks records whose retention period is over. Another person releases
    them: approve the approval of the same id.
    """
    found = disposals_of(current_service()).listed()
    return json_response(DisposalsAnswer([disposal_answer(each) for each in found]))


@blp.get("/<uuid:id>")
@Operation(
    permission="disposals.read",
    returns={200: Content("The disposal as it is now.", DisposalAnswer)},
    problems=("unknown-disposal",),
)
def read_disposal(id: UUID) -> Response:
    """Read one disposal."""
    found = found_disposal(str(id))
    if found is None:
        raise Problem("unknown-disposal", "Nothing was marked under this id.")
    return json_response(disposal_answer(found))


def disposals_of(service: Service) -> Disposals:
    """Marks and releases, with the retention periods and the wait of the settings.

    Raises:
        RetentionUnreadable: the file with the periods is invalid.
    """
    periods = read_periods(service.settings.retention or DEFAULT)
    wait = timedelta(days=service.settings.disposal_wait)
    return Disposals(service.store, DISPOSABLE, periods, wait)


def found_disposal(id: str) -> Marked | None:
    """What was marked under the id of an approval; None where nothing was."""
    return disposals_of(current_service()).find(id)


def delete_released(approval: Approval) -> None:
    """Begin to delete what was released, in a thread. Of other approvals nothing is to do."""
    if approval.kind == NAME:
        threading.Thread(
            target=_delete, args=(current_service(), approval), name="disposal", daemon=True
        ).start()


def _delete(service: Service, approval: Approval) -> None:
    try:
        left = disposals_of(service).carry_out(approval)
    except (RecordsUnavailable, RecordDamaged, RetentionUnreadable, NotYet) as error:
        log.error(
            "disposal %s was interrupted (%s); `flask records release` goes on",
            approval.id,
            type(error).__name__,
        )
        return
    log.info("disposal %s ended; %d marked rows stay", approval.id, len(left))


def disposal_answer(found: Marked) -> DisposalAnswer:
    """A disposal as it is now."""
    approval, state = found.approval, state_of(found, clock.now())
    return DisposalAnswer(
        id=approval.id,
        state=state,  # type: ignore[arg-type]
        marked_by=approval.proposed_by,
        marked_at=instant_text(approval.proposed_at),
        release_from=instant_text(found.release_from),
        release_until=instant_text(approval.ends_at),
        released_by=approval.decided_by if state in ("going", "disposed") else None,
        ended_at=instant_or_none(found.ended_at),
        classes=[
            MarkedClassAnswer(
                of=mark.of,
                records=mark.records,
                period=mark.period,
                made_before=instant_text(mark.made_before),
                rows=mark.count,
                root=mark.root,
                gone=found.gone[mark.id],
            )
            for mark in found.marks
        ],
    )
