"""Finding kept determinations, and entries of the audit trail, page by page: the newest first, none
skipped, none twice.

A page goes on from an id and not from a count. Ids sort by the time they were made at, so whatever
is kept meanwhile stands before the page that somebody is on and moves nothing. What cannot be read
any more stands in its place with nothing but its id.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    type_coerce,
)

from app.records.approvals.approval_tables import approvals
from app.records.damaged import Row, page
from app.records.entries import AuditEntry
from app.records.letters.letter_tables import letters
from app.records.store import Store, within
from app.records.tables import audit_entries, decisive_provisions, determinations
from app.records.visibility import Reach
from app.records.voiding.standing import stands
from app.records.voiding.void_tables import voids
from app.records.waivers.waiver_tables import waiver_requests


@dataclass(frozen=True, slots=True)
class Wanted:
    """Criteria for determinations; all must match. *provision* is a decisive one; *standing* leaves
    out what was replaced or voided, or where false, what stands.
    """

    subject: str | None = None
    question: str | None = None
    outcome: str | None = None
    provision: str | None = None
    author: str | None = None
    decided_from: datetime | None = None
    decided_before: datetime | None = None
    standing: bool | None = None
    organization: str | None = None


FOUND = (
    "id",
    "decided_at",
    "question",
    "as_of",
    "edition",
    "outcome",
    "subject",
    "author",
    "organization",
    "law_digest",
    "replaces",
    "made_by",
)
"""The columns of a found determination, beside its successor, since when it is void, and how many
others stand for the same subject, question and day.
"""


def search(
    store: Store, wanted: Wanted, reach: Reach, limit: int, before: str | None = None
) -> list[Row]:
    """The newest determinations within reach that are wanted, at most *limit*, older than the one
    at the place *before*.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    successor = determinations.alias("successor")
    chosen = (
        select(
            *(determinations.c[name] for name in FOUND),
            successor.c.id.label("replaced_by"),
            voids.c.voided_at,
            _others_standing(reach),
        )
        .select_from(determinations)
        .outerjoin(successor, successor.c.replaces == determinations.c.id)
        .outerjoin(voids, voids.c.determination == determinations.c.id)
        .where(within(reach), *_conditions(wanted))
    )
    with store.reading() as connection:
        return page(connection, chosen, determinations.c.id, limit, before, newest_first=True)


def _others_standing(reach: Reach) -> ColumnElement[int | None]:
    """How many other determinations within reach stand for the same subject, question and day; none
    where the determination itself does not stand.
    """
    other = determinations.alias("other")
    counted = select(func.count()).where(
        *(other.c[name] == determinations.c[name] for name in ("subject", "question", "as_of")),
        other.c.id != determinations.c.id,
        within(reach, other),
        stands(other),
    )
    return case(
        (stands(), counted.correlate(determinations).scalar_subquery()), else_=null()
    ).label("others_standing")


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = determinations.c
    equal = {
        columns.subject: wanted.subject,
        columns.question: wanted.question,
        columns.outcome: wanted.outcome,
        columns.author: wanted.author,
        columns.organization: wanted.organization,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.decided_from is not None:
        conditions.append(columns.decided_at >= wanted.decided_from)
    if wanted.decided_before is not None:
        conditions.append(columns.decided_at < wanted.decided_before)
    if wanted.standing is not None:
        conditions.append(stands() if wanted.standing else ~stands())
    if wanted.provision is not None:
        rests_on = decisive_provisions.c
        conditions.append(
            exists().where(
                rests_on.determination == columns.id, rests_on.provision == wanted.provision
            )
        )
    return conditions


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """Criteria for audit entries; all must match. *subject* finds what concerns a person: see
    `_about`. *at_from* is included, *at_before* is not.
    """

    actor: str | None = None
    action: str | None = None
    kind: str | None = None
    object_id: str | None = None
    subject: str | None = None
    at_from: datetime | None = None
    at_before: datetime | None = None


def search_trail(
    store: Store, wanted: WantedEntries, limit: int, before: str | None = None
) -> list[Row]:
    """The newest entries of the audit trail that are wanted, at most *limit*, older than the one at
    the place *before*.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    entry = audit_entries.c
    equal = (
        getattr(entry, name) == value
        for name in ("actor", "action", "kind", "object_id")
        if (value := getattr(wanted, name)) is not None
    )
    chosen = select(*(entry[name] for name in AuditEntry.__slots__)).where(*equal)
    if wanted.at_from is not None:
        chosen = chosen.where(entry.at >= wanted.at_from)
    if wanted.at_before is not None:
        chosen = chosen.where(entry.at < wanted.at_before)
    if wanted.subject is not None:
        chosen = chosen.where(_about(wanted.subject, store.is_sqlite))
    with store.reading() as connection:
        return page(connection, chosen, entry.id, limit, before, newest_first=True)


def _about(subject: str, is_sqlite: bool) -> ColumnElement[bool]:
    """Whether an entry concerns a person: their own record, what was noted about it or holds it;
    and the determinations, waiver requests and letters about them, with what was proposed to do
    to these.
    """
    entry = audit_entries.c
    theirs = {
        "determination": select(id_text(determinations.c.id, is_sqlite)).where(
            determinations.c.subject == subject
        ),
        "waiver": select(id_text(waiver_requests.c.id, is_sqlite)).where(
            or_(
                waiver_requests.c.subject == subject,
                waiver_requests.c.denial_subject == subject,
            )
        ),
        "letter": select(id_text(letters.c.id, is_sqlite)).where(letters.c.subject == subject),
    }
    proposed = select(id_text(approvals.c.id, is_sqlite)).where(
        or_(*(approvals.c.object_id.in_(ids) for ids in theirs.values()))
    )
    return or_(
        and_(entry.kind.in_(("applicant", "subject")), entry.object_id == subject),
        *(
            and_(entry.kind == kind, entry.object_id.in_(ids))
            for kind, ids in {**theirs, "approval": proposed}.items()
        ),
    )


def id_text(id: Column[str], is_sqlite: bool) -> ColumnElement[str]:
    """An id as audit entries name it. SQLite keeps ids without hyphens."""
    if not is_sqlite:
        return cast(id, String)
    held: ColumnElement[str] = type_coerce(id, String)
    text: ColumnElement[str] = func.substr(held, 1, 8)
    for start, length in ((9, 4), (13, 4), (17, 4), (21, 12)):
        text = text.concat("-").concat(func.substr(held, start, length))
    return text
