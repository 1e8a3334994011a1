"""People's accounts and sessions on a database: the one place where they are put together."""

from app.access.passwords import Passwords
from app.access.people import LIMITS, People
from app.access.trail import enter_told
from app.records.entries import Note
from app.records.people.account_sessions import Sessions
from app.records.people.accounts import Accounts
from app.records.store import Store


def open_people(
    store: Store, note: Note | None = None, passwords: Passwords | None = None
) -> People:
    """The accounts and sessions in the database of a store.

    *note* writes what happens into the audit trail.
    """
    note = note or enter_told
    return People(
        Accounts(store.engine, note), Sessions(store.engine, LIMITS, note), passwords or Passwords()
    )
