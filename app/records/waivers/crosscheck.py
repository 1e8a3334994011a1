"""Cross-check of waiver requests with their steps, which are sealed."""

from collections.abc import Iterator

from sqlalchemy import Connection, and_, exists, or_, select, type_coerce
from sqlalchemy.types import NullType

from app.records.damaged import name_of, tolerant
from app.records.waivers.waiver_tables import waiver_requests, waiver_steps

DIFFERS = "differs from its steps"
"""A row says another state than the last step, or another number of steps."""


def unlike_their_steps(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """The requests whose state or version is not that of their last step: kind, id, what is
    wrong.
    """
    request, step = waiver_requests.c, waiver_steps.c
    last = and_(step.request == request.id, step.number == request.version)
    further = waiver_steps.alias().c
    later = exists().where(further.request == request.id, further.number > request.version)
    raw = type_coerce(request.id, NullType()).label("place")
    chosen = (
        select(raw)
        .select_from(waiver_requests.outerjoin(waiver_steps, last))
        .where(or_(step.id.is_(None), step.state != request.state, later))
        .order_by(raw)
    )
    with tolerant(connection):
        found = connection.execute(chosen).scalars().all()
    for id in found:
        yield waiver_requests.info["kind"], name_of(id), DIFFERS
