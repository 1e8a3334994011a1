"""Finding kept determinations, and entries of the audit trail, page by page: the newest first, none
skipped, none twice.

A page goes on from an id and not from a count. Ids sort by the time they were made at, so whatever
is kept meanwhile stands before the page that somebody is on and moves nothing. What cannot be read
any more stands in its place with nothing but its id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from app.records.damaged import Row, page
from app.records.entries import AuditEntry
from app.records.store import Store, within
from app.records.tables import audit_entries, decisive_provisions, determinations
from app.records.visibility import Reach


@dataclass(frozen=True, slots=True)
class Wanted:
    """Criteria for determinations; all must match. *provision* is a decisive one."""

    subject: str | None = None
    question: str | None = None
    outcome: str | None = None
    provision: str | None = None
    author: str | None = None
    decided_from: datetime | None = None
    decided_before: datetime | None = None


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
"""The columns of a found determination, beside its successor."""


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
        select(*(determinations.c[name] for name in FOUND), successor.c.id.label("replaced_by"))
        .select_from(determinations)
        .outerjoin(successor, successor.c.replaces == determinations.c.id)
        .where(within(reach), *_conditions(wanted))
    )
    with store.reading() as connection:
        return page(connection, chosen, determinations.c.id, limit, before, newest_first=True)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    columns = determinations.c
    equal = {
        columns.subject: wanted.subject,
        columns.question: wanted.question,
        columns.outcome: wanted.outcome,
        columns.author: wanted.author,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.decided_from is not None:
        conditions.append(columns.decided_at >= wanted.decided_from)
    if wanted.decided_before is not None:
        conditions.append(columns.decided_at < wanted.decided_before)
    if wanted.provision is not None:
        rests_on = decisive_provisions.c
        conditions.append(
            exists().where(
                rests_on.determination == columns.id, rests_on.provision == wanted.provision
            )
        )
    return conditions


def search_trail(
    store: Store, wanted: Mapping[str, str], limit: int, before: str | None = None
) -> list[Row]:
    """The newest entries of the audit trail whose columns hold what is *wanted*, at most *limit*,
    older than the one at the place *before*.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    entry = audit_entries.c
    chosen = select(*(entry[name] for name in AuditEntry.__slots__)).where(
        *(entry[name] == value for name, value in wanted.items())
    )
    with store.reading() as connection:
        return page(connection, chosen, entry.id, limit, before, newest_first=True)
