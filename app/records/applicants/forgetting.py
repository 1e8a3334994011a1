"""Deleting applicants: because they are to be forgotten, or because their time is over.

What was decided about a subject stays.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from app.records.applicants.applicant_tables import applicants
from app.records.disposing.candidates import HELD, Candidate, DisposableClass, Entering, Page
from app.records.entries import AuditEntry
from app.records.holds import active_holds
from app.records.store import Store, enter
from app.records.tables import determinations
from app.records.texts.notes import forget_notes
from app.records.waivers.disposal import forget_what_is_personal, requests_of_pair
from app.records.waivers.held import held_requests

TOGETHER = 500
Audit = Callable[[str], AuditEntry]
"""The audit entry for a subject."""


class UnderHold(Exception):
    """A legal hold keeps the subject. Nothing was deleted."""


def forget(
    store: Store,
    subject: str,
    audit: Audit,
    of_waivers: Audit,
    organization: str | None = None,
) -> bool:
    """Delete name and birth date of a subject, with the texts and files of its waiver requests;
    whether there was anything. *of_waivers* gives the audit entry for a request.

    A reference belongs to an organization: the applicant's, or where there is none *organization*.

    Raises:
        UnderHold: a legal hold on the subject, or on a determination about it, stands.
        RecordsUnavailable: nothing was deleted.
    """
    with store.writing() as connection:
        if _held(connection, [subject]):
            raise UnderHold
        of = select(applicants.c.organization).where(applicants.c.subject == subject)
        office = connection.execute(of).scalar_one_or_none() or organization
        requests = [] if office is None else requests_of_pair(connection, subject, office)
        if held_requests(connection, requests):
            raise UnderHold
        forgotten = _delete(connection, [subject], audit)
        forgotten += forget_what_is_personal(connection, requests, of_waivers)
        return bool(forgotten)


def _candidates(connection: Connection, before: datetime, after: str | None) -> Page:
    """Applicants whose time is over. It counts from the last change, or from the last determination
    about the subject where that is later.
    """
    table = applicants.c
    lately = exists().where(
        determinations.c.subject == table.subject, determinations.c.decided_at >= before
    )
    chosen = select(table.subject, table.record_digest).where(
        table.changed_at < before, ~lately, table.subject > (after or "")
    )
    found = connection.execute(chosen.order_by(table.subject).limit(TOGETHER)).all()
    held = _held(connection, [row.subject for row in found])
    candidates = [
        Candidate(
            row.subject,
            (("applicant", row.subject, row.record_digest),),
            HELD if row.subject in held else None,
        )
        for row in found
    ]
    return Page(candidates, found[-1].subject if found else None)


def _remove(connection: Connection, subjects: Sequence[str], entering: Entering) -> None:
    _delete(
        connection, subjects, lambda subject: entering("applicant.disposed", subject, "applicant")
    )


def _held(connection: Connection, subjects: Sequence[str]) -> set[str]:
    """Which of these subjects a hold keeps: one on the subject, or one on a
    determination about it.
    """
    held = active_holds(connection)
    about = select(determinations.c.subject).where(determinations.c.id.in_(held.determinations))
    return set(subjects) & (held.subjects | set(connection.execute(about).scalars()))


def _delete(connection: Connection, subjects: Sequence[str], audit: Audit) -> int:
    deleted = list(
        connection.execute(
            delete(applicants)
            .where(applicants.c.subject.in_(subjects))
            .returning(applicants.c.subject)
        ).scalars()
    )
    if deleted:
        forget_notes(connection, [("applicant", subject) for subject in deleted])
        enter(connection, *(audit(subject) for subject in deleted))
    return len(deleted)


APPLICANT = DisposableClass("applicant", _candidates, _remove, applicants.c.subject)
