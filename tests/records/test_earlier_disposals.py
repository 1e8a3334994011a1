"""What was disposed of before there were marks still verifies; nothing passes for that later."""

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import delete, insert, select, text

from app import clock
from app.records.digests import record_digest
from app.records.entries import AuditEntry
from app.records.identity import new_id
from app.records.ledger.seals import seal_everything
from app.records.migrate import downgrade, upgrade
from app.records.store import Store, await_seal
from app.records.tables import audit_entries, decisive_provisions, determinations, disposals
from app.records.verifying.disposal_proofs import BY_ONE, Statement, root_of
from app.records.verifying.releases import UNMARKED
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.records.conftest import kept, made_at
from tests.records.everything import OLD

RECORDS = [made_at(number, OLD) for number in (1, 2)]


@pytest.fixture
def store(settings: Settings, store: Store) -> Store:
    """A database of the version before, in which the first determination was disposed of."""
    for record in RECORDS:
        store.keep(kept(record))
    list(seal_everything(store, OLD))
    downgrade(settings, "0022")
    dispose_as_before(store, 0)
    upgrade(settings)
    return store


def dispose_as_before(store: Store, number: int) -> None:
    """What the command did at once."""
    now, record = clock.now(), RECORDS[number]
    leaf = ("determination", record.id, str(record.row()["record_digest"]))
    stated = Statement("determination", 1, relativedelta(years=10), root_of([leaf])).text()
    entry = AuditEntry(
        new_id(now), now, "command:one", "records.disposed", "records", stated, "done"
    )
    about = {"kind": leaf[0], "object_id": leaf[1], "digest": leaf[2], "because": "old"}
    row = {"id": new_id(now), "disposed_at": now, **about, "entry": entry.id}
    row["record_digest"] = record_digest("disposal", row)
    with store.writing() as connection:
        connection.execute(insert(disposals).values(row))
        await_seal(connection, "disposal", (row["id"], row["record_digest"]))
        # The table as it was then has no column that came later.
        entered = {name: it for name, it in entry.row().items() if name != "granted"}
        connection.execute(insert(audit_entries).values(entered))
        await_seal(connection, "audit", (entry.id, str(entered["record_digest"])))
        remove(connection, record.id)
    list(seal_everything(store, clock.now()))


def remove(connection: object, id: str) -> None:
    run = connection.execute  # type: ignore[attr-defined]
    run(delete(decisive_provisions).where(decisive_provisions.c.determination == id))
    run(text("DELETE FROM numbers WHERE object_id = :id"), {"id": id})
    run(delete(determinations).where(determinations.c.id == id))


def entries(store: Store) -> int:
    with store.reading() as connection:
        chosen = select(audit_entries.c.id).where(audit_entries.c.action == BY_ONE)
        return len(connection.execute(chosen).all())


def test_earlier_disposals_verify_and_the_trail_says_that_there_are_such(
    store: Store, settings: Settings
) -> None:
    assert () == verify(store).complaints
    list(seal_everything(store, clock.now()))
    assert () == verify(store).complaints
    downgrade(settings, "0022")
    upgrade(settings)
    assert 1 == entries(store)
    assert () == verify(store).complaints


def test_a_later_disposal_does_not_pass_for_an_earlier_one(store: Store) -> None:
    list(seal_everything(store, clock.now()))
    with store.engine.begin() as connection:
        if store.is_sqlite:
            connection.execute(text("DROP TRIGGER determinations_no_delete"))
            connection.execute(text("DROP TRIGGER decisive_provisions_no_delete"))
        else:
            connection.execute(text("ALTER TABLE determinations DISABLE TRIGGER USER"))
            connection.execute(text("ALTER TABLE decisive_provisions DISABLE TRIGGER USER"))
    dispose_as_before(store, 1)

    assert [f"determination {RECORDS[1].id}: was removed: {UNMARKED}"] == [
        str(each) for each in verify(store).complaints
    ]
