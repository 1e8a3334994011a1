"""Grants that wait for a second person: what an account or a credential becomes once approved."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from app.records.approvals.approval_tables import grants
from app.records.changing import add
from app.records.identity import is_id
from app.records.store import Store


@dataclass(frozen=True, slots=True)
class Grant:
    """What waits: the object, what the audit trail will call the change, the columns that change
    and their values, and the second part of a new secret, if there is one.
    """

    object_id: str
    action: str
    change: dict[str, Any]
    second_part: str | None = None

    def digest(self, version: int) -> str:
        """The digest of the change to an object of a version, for the approval."""
        covered = [self.object_id, version, self.action, self.change, self.second_part]
        return hashlib.sha256(orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keep_grant(connection: Connection, grant: Grant) -> None:
    """Keep a grant, in the place of an earlier one for the same object whose approval is over."""
    drop_grant(connection, grant.object_id)
    row = {
        "object_id": grant.object_id,
        "action": grant.action,
        "change": orjson.dumps(grant.change).decode(),
        "second_part": grant.second_part,
    }
    add(connection, grants, row)


def grant_within(connection: Connection, object_id: str) -> Grant | None:
    """The grant that waits for an object, read in a transaction; None if there is none."""
    chosen = select(grants).where(grants.c.object_id == object_id).with_for_update()
    row = connection.execute(chosen).mappings().one_or_none()
    if row is None:
        return None
    change: dict[str, Any] = orjson.loads(row["change"])
    return Grant(row["object_id"], row["action"], change, row["second_part"])


def drop_grant(connection: Connection, object_id: str) -> None:
    """Remove the grant of an object, with its part of a secret."""
    connection.execute(delete(grants).where(grants.c.object_id == object_id))


def second_part_of(store: Store, object_id: str) -> str | None:
    """The second part of the secret that waits for an object.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    if not is_id(object_id):
        return None
    chosen = select(grants.c.second_part).where(grants.c.object_id == object_id)
    with store.reading() as connection:
        return connection.execute(chosen).scalar_one_or_none()
