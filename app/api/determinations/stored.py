"""Load and store one determination for the views. Each read writes an audit entry first."""

from collections.abc import Mapping
from uuid import UUID

from flask import Response

from app.access.origin import REFUSED
from app.api.determinations.deciding import Decided
from app.api.http.answered.responses import JSON, Problem, entity_tag, unknown_determination
from app.api.http.asked.idempotency import IdempotentRequest
from app.api.http.service import Service, current_service, origin, principal
from app.api.records.numbers import HEADER
from app.api.transparency.receipts import receipt_header
from app.determinations.answer import VoidAnswer
from app.determinations.telling.since import with_successor, with_void
from app.instants import instant_text
from app.records.entries import NewDetermination
from app.records.numbers.numbers import in_groups
from app.records.verifying.chains import Link, link
from app.records.visibility import EVERYTHING
from app.records.waivers.waiver_requests import WaiverRequests

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


def kept_own(id: UUID, action: str, unless_changed: bool = True) -> Link:
    """A determination of the caller's own organization, which the caller may change. Those who
    oversee others read theirs and change none of them. The refusal of *action* is entered.

    Raises:
        Problem: unknown-determination, another-organization.
        RecordDamaged, RecordsUnavailable: as for `kept`.
    """
    found = kept(id, unless_changed)
    if not is_own(found.record.organization):
        note(action, found.record.id, outcome=REFUSED)
        raise Problem(
            "another-organization",
            "It belongs to another organization. You may read it, not change it.",
        )
    return found


def is_own(organization: str | None) -> bool:
    """Whether a record is of the caller's own organization."""
    return organization == principal().organization


def kept_or_named(id: UUID) -> Link:
    """A determination that the caller may see, or that a waiver request before the Office names as
    the denial.

    Raises:
        Problem, RecordDamaged, RecordsUnavailable: see `kept`.
    """
    service, by = current_service(), principal()
    requests = WaiverRequests(service.store)
    is_named = by.may("waivers.decide") and bool(requests.naming(str(id)))
    found = link(service.store, str(id), EVERYTHING if is_named else by.reach)
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
    number = service.store.keep(NewDetermination(record, audit, answer))
    response.headers[HEADER] = in_groups(number)
    response.headers.extend(receipt_header(service, record))
    return response


def id_of(kept: Response) -> str:
    """The id of the determination that a response of `keep` carries."""
    return kept.headers["Location"].rpartition("/")[2]


def text_of(found: Link) -> bytes:
    """The determination as it is read: as it was issued, once it was replaced with the name of its
    successor, and once it is void with that.
    """
    text = found.record.document.encode()
    if found.replaced_by is not None:
        text = with_successor(text, found.replaced_by)
    if (void := found.voided) is not None:
        told = VoidAnswer(void.because, instant_text(void.voided_at), void.voided_by)
        text = with_void(text, told)
    return text


def law_texts(service: Service, digest: str) -> Mapping[str, str] | None:
    """The files of the law with a digest: of today's, else as they were stored; None where that
    text is missing.

    Raises:
        RecordDamaged: the stored text is not what its digest was made of.
        RecordsUnavailable: the database is unavailable.
    """
    if digest == service.lawbook.digest:
        return service.lawbook.texts
    law = service.store.law(digest)
    return None if law is None else law.texts


def note(action: str, *ids: str, outcome: str = "done") -> None:
    """Write audit entries before determinations are returned.

    Raises:
        RecordsUnavailable: it could not be entered; then nothing may be told.
    """
    by = origin()
    current_service().store.note(*(by.did(action, id, outcome, KIND) for id in ids))
