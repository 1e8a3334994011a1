"""Deleting applicants: because they are to be forgotten, or because their time is over.

What was decided about a subject stays.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select

from app.records.applicants.applicant_tables import applicants
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


def due_applicants(store: Store, before: datetime) -> Iterator[list[str]]:
    """Subjects whose time is over and that no hold keeps, some at a time.

    The time counts from the last change, or from the last determination about the subject where
    that is later.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    lately = exists().where(
        determinations.c.subject == applicants.c.subject, determinations.c.decided_at >= before
    )
    chosen = (
        select(applicants.c.subject)
        .where(applicants.c.changed_at < before, ~lately)
        .order_by(applicants.c.subject)
    )
    after = ""
    while True:
        with store.reading() as connection:
            found = list(
                connection.execute(
                    chosen.where(applicants.c.subject > after).limit(TOGETHER)
                ).scalars()
            )
            held = _held(connection, found)
        if not found:
            return
        after = found[-1]
        yield [subject for subject in found if subject not in held]


def dispose_applicants(store: Store, subjects: list[str], audit: Audit) -> int:
    """Delete applicants whose time is over, each with an entry in the audit trail; how many. Held
    ones stay.

    Raises:
        RecordsUnavailable: nothing was deleted.
    """
    with store.writing() as connection:
        held = _held(connection, subjects)
        return _delete(connection, [subject for subject in subjects if subject not in held], audit)


def _held(connection: Connection, subjects: list[str]) -> set[str]:
    """Which of these subjects a hold keeps: one on the subject, or one on a
    determination about it.
    """
    held = active_holds(connection)
    about = select(determinations.c.subject).where(determinations.c.id.in_(held.determinations))
    return set(subjects) & (held.subjects | set(connection.execute(about).scalars()))


def _delete(connection: Connection, subjects: list[str], audit: Audit) -> int:
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
