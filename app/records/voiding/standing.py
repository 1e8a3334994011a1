"""What stands: a determination that was neither replaced nor voided."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, FromClause, exists, select

from app.records.damaged import page
from app.records.entries import Void
from app.records.errors import RecordDamaged, Voided
from app.records.tables import determinations
from app.records.voiding.void_tables import voids


def stands(of: FromClause = determinations) -> ColumnElement[bool]:
    """The condition that a determination was neither replaced nor voided."""
    successor, void = determinations.alias(), voids.alias()
    replaced = exists().where(successor.c.replaces == of.c.id)
    return ~replaced & ~exists().where(void.c.determination == of.c.id)


def void_of(connection: Connection, determination: str) -> Void | None:
    """The void of a determination; none where it is not void.

    Raises:
        RecordDamaged: it is void, and the record of that is not as it was stored.
    """
    chosen = select(voids).where(voids.c.determination == determination)
    found = page(connection, chosen, voids.c.id, 1)
    if not found:
        return None
    columns = found[0].columns
    if columns is None:
        raise RecordDamaged("void", found[0].id)
    void = Void(**{name: columns[name] for name in Void.__slots__})
    if void.row()["record_digest"] != columns["record_digest"]:
        raise RecordDamaged("void", found[0].id)
    return void


def hold_still(connection: Connection, ids: Iterable[str]) -> None:
    """Lock determinations until the transaction ends: of a void and a redetermination at the same
    moment, the second sees the first.
    """
    chosen = select(determinations.c.id).where(determinations.c.id.in_(sorted(ids)))
    connection.execute(chosen.order_by(determinations.c.id).with_for_update())


def require_unvoided(connection: Connection, ids: Iterable[str | None]) -> None:
    """Nothing, where none of these determinations is void; they are locked then.

    Raises:
        Voided: one is.
    """
    named = [id for id in ids if id is not None]
    if not named:
        return
    hold_still(connection, named)
    void = select(voids.c.determination).where(voids.c.determination.in_(named)).limit(1)
    if connection.execute(void).scalar_one_or_none() is not None:
        raise Voided
