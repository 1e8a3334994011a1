"""Keeps reminders: on which day somebody wants to see a determination again."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete, func, select

from app.records.changing import DIGEST, add, digest_of
from app.records.damaged import page
from app.records.store import Store
from app.records.texts.note_tables import reminders

AT_MOST = 200
"""So many reminders somebody may have."""


class TooManyReminders(Exception):
    """They have as many reminders as they may have. Nothing was stored."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """*actor* wants to see a determination again on a day in Massachusetts."""

    id: str
    actor: str
    determination: str
    due_on: date
    made_at: datetime


class Reminders:
    """The stored reminders; each is its owner's alone to change. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, reminder: Reminder) -> Reminder:
        """Store a reminder. The same determination on the same day is kept once: then
        the first one is given.

        Raises:
            TooManyReminders: nothing was stored.
            RecordsUnavailable: nothing was stored.
        """
        mine = reminders.c.actor == reminder.actor
        same = (
            mine
            & (reminders.c.determination == reminder.determination)
            & (reminders.c.due_on == reminder.due_on)
        )
        with self._store.writing() as connection:
            found = connection.execute(select(reminders.c.id).where(same)).scalar()
            if found is not None:
                return replace(reminder, id=found)
            counted = select(func.count()).select_from(reminders).where(mine)
            if connection.execute(counted).scalar_one() >= AT_MOST:
                raise TooManyReminders
            add(connection, reminders, asdict(reminder))
        return reminder

    def of(self, actor: str, until: date | None = None) -> list[Reminder]:
        """Somebody's reminders, those of the nearest day first; only those due *until* a day.
        One that is damaged is left out; `verify` names it.

        Raises:
            RecordsUnavailable: the database is unavailable.
        """
        chosen = select(reminders).where(reminders.c.actor == actor)
        if until is not None:
            chosen = chosen.where(reminders.c.due_on <= until)
        with self._store.reading() as connection:
            rows = page(connection, chosen, reminders.c.id, AT_MOST)
        whole = [
            Reminder(**{name: row.columns[name] for name in Reminder.__slots__})
            for row in rows
            if row.columns and row.columns[DIGEST] == digest_of(reminders, row.columns)
        ]
        return sorted(whole, key=lambda each: (each.due_on, each.id))

    def done(self, id: str, actor: str) -> bool:
        """Delete somebody's reminder; whether there was one.

        Raises:
            RecordsUnavailable: nothing was deleted.
        """
        mine = (reminders.c.id == id) & (reminders.c.actor == actor)
        with self._store.writing() as connection:
            return connection.execute(delete(reminders).where(mine)).rowcount > 0
