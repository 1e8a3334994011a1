"""Load and store one determination for the views. Each read writes an audit entry first."""

from uuid import UUID

from flask import Response

from app.api.determinations.deciding import Decided
from app.api.http.idempotency import IdempotentRequest
from app.api.http.responses import JSON, entity_tag, unknown_determination
from app.api.http.service import Service, current_service, origin, principal
from app.determinations.answer import with_successor
from app.records.entries import NewDetermination
from app.records.ledger.chains import Link, link

KIND = "determination"


def kept(id: UUID, unless_changed: bool = True) -> Link:
    """A determination that the caller may see, with its successor.

    Raises:
        Problem: unknown-determination.
        RecordDamaged: it is unreadable or, *unless_changed*, is not what its digest was
            made of.
        RecordsUnavailable: the database is unavailable.
    """
    found = link(current_service().store, str(id), principal().reach, unless_changed)
    if found is None:
        raise unknown_determination()
    return found


def keep(service: Service, attempt: IdempotentRequest, decided: Decided, action: str) -> Response:
    """Keep what was decided, with the audit entry for *action*, and answer with it.

    Raises:
        AlreadyReplaced, AlreadyAnswered, RecordsUnavailable: nothing was stored.
    """
    record = decided.record
    assert record is not None
    location = f"/v1/determinations/{record.id}"
    response = Response(decided.text, 201, {"Location": location}, mimetype=JSON)
    response.set_etag(entity_tag(record.document.encode()))
    answer = attempt.record(record.decided_at, 201, location, response.headers["ETag"], record.id)
    audit = origin().did(action, record.id, kind=KIND)
    service.store.keep(NewDetermination(record, audit, answer))
    return response


def text_of(found: Link) -> bytes:
    """The determination as it is read: as it was issued, and once it was replaced with the name of
    its successor.
    """
    issued = found.record.document.encode()
    return issued if found.replaced_by is None else with_successor(issued, found.replaced_by)


def note(action: str, *ids: str, outcome: str = "done") -> None:
    """Write audit entries before determinations are returned.

    Raises:
        RecordsUnavailable: it could not be entered; then nothing may be told.
    """
    by = origin()
    current_service().store.note(*(by.did(action, id, outcome, KIND) for id in ids))
