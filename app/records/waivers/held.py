"""Which waiver requests a legal hold keeps."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from app.records.holds import active_holds
from app.records.tables import determinations
from app.records.waivers.waiver_tables import waiver_requests


def held_requests(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these requests a hold keeps: one on a subject of theirs, on the denial that they
    name, or on a determination about a subject of theirs.
    """
    held, table = active_holds(connection), waiver_requests.c
    about = select(determinations.c.subject).where(determinations.c.id.in_(held.determinations))
    subjects = held.subjects | {one for one in connection.execute(about).scalars() if one}
    chosen = select(table.id).where(
        table.id.in_(ids),
        or_(
            table.subject.in_(subjects),
            table.denial_subject.in_(subjects),
            table.denial.in_(held.determinations),
        ),
    )
    return set(connection.execute(chosen).scalars())
