"""Keeps drafts: questions that people are putting together, for a day after the last change.

A draft is its owner's alone, decides nothing and is not sealed. It leaves no trace in the audit
trail; the question that comes of it does, as any other.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import orjson
from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, delete, func, select

from app.records.changing import DIGEST, add, digest_of, locked, sweep, write
from app.records.damaged import PAGE, page
from app.records.damaged import Row as Found
from app.records.entries import Row
from app.records.errors import RecordDamaged
from app.records.identity import is_id
from app.records.people.account_tables import accounts, drafts
from app.records.store import Store

AT_MOST = 50
"""So many drafts a person may have; a further one ends the one that was left alone for longest."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that somebody is putting together: what was answered so far.

    *facts* are by whole name ("enrollment.requested_on") with values as JSON carries them, days and
    decimals as text; *left_open* are the facts that the person said they do not know, in order.
    *version* is 1, then one more with each change.
    """

    id: str
    account_id: str
    question: str
    edition: str
    as_of: date | None
    subject: str | None
    facts: Mapping[str, object]
    left_open: tuple[str, ...]
    version: int
    created_at: datetime
    changed_at: datetime


class Drafts:
    """The stored drafts. Safe to share between threads.

    A draft *lasts* so long from its last change; a period of `read_periods` will do.
    """

    def __init__(self, store: Store, lasts: timedelta | relativedelta = timedelta(days=1)) -> None:
        self._store, self._lasts = store, lasts

    def begin(self, draft: Draft) -> None:
        """Keep a new draft. Drafts that have ended are deleted, whosever they are, and the person's
        oldest beyond `AT_MOST`.

        Raises:
            RecordsUnavailable: it could not be stored; so where there is no such account.
        """
        at, newest_first = draft.changed_at, (drafts.c.changed_at.desc(), drafts.c.id.desc())
        beyond = select(drafts.c.id).where(self._lives(draft.account_id, at))
        beyond = beyond.order_by(*newest_first).offset(AT_MOST - 1)
        with self._store.writing() as connection:
            # Two drafts begun at once must not both take the last place.
            locked(connection, accounts, accounts.c.id == draft.account_id)
            sweep(connection, drafts.c.id, _has_ended(self._ended_by(at)))
            connection.execute(delete(drafts).where(drafts.c.id.in_(beyond)))
            add(connection, drafts, _row(draft))

    def find(self, id: str, account_id: str, at: datetime) -> Draft | None:
        """A person's draft; none where it is another's, has ended or never was.

        Raises:
            RecordDamaged: it is not as it was stored.
            RecordsUnavailable: the database is unavailable.
        """
        if not is_id(id):
            return None
        chosen = select(drafts).where(self._lives(account_id, at), drafts.c.id == id)
        with self._store.reading() as connection:
            found = page(connection, chosen, drafts.c.id, 1)
        return _draft(found[0]) if found else None

    def of(self, account_id: str, at: datetime) -> list[Draft]:
        """A person's drafts, the newest change first. One that is damaged is left out, since it
        must not take the others with it; `verify` names it.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        chosen = select(drafts).where(self._lives(account_id, at))
        with self._store.reading() as connection:
            found = page(connection, chosen, drafts.c.id, PAGE)
        whole = []
        for each in found:
            with suppress(RecordDamaged):
                whole.append(_draft(each))
        return sorted(whole, key=lambda draft: (draft.changed_at, draft.id), reverse=True)

    def save(self, draft: Draft, at: datetime) -> Draft | None:
        """Change a draft whose version is the one that was read, and give it as it is then. None
        where it was changed since, as in another tab, or has ended; then nothing was changed.

        Raises:
            RecordDamaged: the stored one is not as it was stored; nothing was changed.
            RecordsUnavailable: nothing was changed.
        """
        mine = self._lives(draft.account_id, at) & (drafts.c.id == draft.id)
        with self._store.writing() as connection:
            found = page(connection, select(drafts).where(mine).with_for_update(), drafts.c.id, 1)
            if not found:
                return None
            before = _draft(found[0])
            if before.version != draft.version:
                return None
            after = replace(
                draft, version=draft.version + 1, created_at=before.created_at, changed_at=at
            )
            write(connection, drafts, dict(found[0].columns or {}), _row(after))
        return after

    def end(self, id: str, account_id: str) -> None:
        """Delete a person's draft; nothing happens where it is another's or has gone already.

        Raises:
            RecordsUnavailable: it could not be deleted.
        """
        if is_id(id):
            mine = (drafts.c.id == id) & (drafts.c.account_id == account_id)
            with self._store.writing() as connection:
                connection.execute(delete(drafts).where(mine))

    def _lives(self, account_id: str, at: datetime) -> ColumnElement[bool]:
        return (drafts.c.account_id == account_id) & ~_has_ended(self._ended_by(at))

    def _ended_by(self, at: datetime) -> datetime:
        """What was last changed by then has ended at an instant."""
        ended: datetime = at - self._lasts
        return ended


def end_drafts(store: Store, before: datetime, dry_run: bool = False) -> int:
    """Delete the drafts that nobody has changed since an instant; how many there were.

    Raises:
        RecordsUnavailable: nothing was deleted.
    """
    with store.writing() as connection:
        counted = select(func.count()).select_from(drafts).where(_has_ended(before))
        count = int(connection.execute(counted).scalar_one())
        if not dry_run:
            sweep(connection, drafts.c.id, _has_ended(before))
    return count


def _has_ended(before: datetime) -> ColumnElement[bool]:
    return drafts.c.changed_at <= before


def _row(draft: Draft) -> Row:
    return {
        "id": draft.id,
        "account_id": draft.account_id,
        "question": draft.question,
        "edition": draft.edition,
        "as_of": draft.as_of,
        "subject": draft.subject,
        "facts": orjson.dumps(dict(draft.facts), option=orjson.OPT_SORT_KEYS).decode(),
        "left_open": orjson.dumps(draft.left_open).decode(),
        "version": draft.version,
        "created_at": draft.created_at,
        "changed_at": draft.changed_at,
    }


def _draft(found: Found) -> Draft:
    """The draft of a row.

    Raises:
        RecordDamaged: it is not as it was stored.
    """
    if found.columns is None or found.columns[DIGEST] != digest_of(drafts, found.columns):
        raise RecordDamaged("draft", found.id)
    columns = {name: value for name, value in found.columns.items() if name != DIGEST}
    try:
        facts = orjson.loads(columns.pop("facts"))
        left_open = orjson.loads(columns.pop("left_open"))
    except ValueError:
        facts = left_open = None
    if not isinstance(facts, dict) or not isinstance(left_open, list):
        raise RecordDamaged("draft", found.id)
    return Draft(**columns, facts=facts, left_open=tuple(left_open))
