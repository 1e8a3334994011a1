"""Records of another time than their own: time is evidence."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, update

from app import clock
from app.records.digests import record_digest
from app.records.entries import DeterminationRecord
from app.records.identity import new_id
from app.records.ledger.checkpoints import about, database_of
from app.records.tables import audit_entries, determinations, laws, seals, unsealed
from app.records.texts.note_tables import notes
from app.records.verifying.times import AHEAD, EARLY, EARLY_ID, LATE
from app.records.voiding.void_tables import voids
from tests.records.attacking import Attacked
from tests.records.conftest import kept, made_at, numbered

LONG_AGO = datetime(2023, 5, 4, 9, tzinfo=UTC)


def insert_determination(there: Attacked, record: DeterminationRecord, at: datetime) -> str:
    """Insert a determination with everything that belongs to it, and the entry of its making."""
    there.enter("determination", determinations, record.row())
    id = there.stored(record.id)
    there.run(
        f"INSERT INTO decisive_provisions VALUES ('topic/rule', '{id}')",
        "INSERT INTO numbers (number, kind, object_id, record_digest) "
        f"VALUES ('{record.id[-7:]}', 'determination', '{record.id}', '')",
    )
    there.audit("determination.made", "determination", record.id, at)
    return record.id


def a_determination_of_2023(there: Attacked) -> str:
    """T2: it waits like any other, and the service seals it."""
    id = insert_determination(there, made_at(31, LONG_AGO), LONG_AGO)
    there.seal()
    return f"determination {id}: {EARLY}"


def a_determination_of_2023_before_its_seal(there: Attacked) -> str:
    return f"determination {insert_determination(there, made_at(31, LONG_AGO), LONG_AGO)}: {EARLY}"


def a_determination_under_an_old_id(there: Attacked) -> str:
    now = clock.now()
    old = replace(made_at(31, now), id=made_at(31, LONG_AGO).id)
    id = insert_determination(there, old, now)
    there.seal()
    return f"determination {id}: {EARLY_ID}"


def an_audit_entry_of_2023(there: Attacked) -> str:
    id = there.audit("session.signed_in", "account", there.everything.account, LONG_AGO)
    there.seal()
    return f"audit {id}: {EARLY}"


def an_audit_entry_of_tomorrow(there: Attacked) -> str:
    tomorrow = clock.now() + timedelta(days=1)
    id = there.audit("session.signed_in", "account", there.everything.account, tomorrow)
    return f"audit {id}: {AHEAD}"


def an_audit_entry_of_tomorrow_sealed_today(there: Attacked) -> str:
    tomorrow = clock.now() + timedelta(days=1)
    id = there.audit("session.signed_in", "account", there.everything.account, tomorrow)
    there.seal()
    return f"audit {id}: {LATE}"


def a_note_of_2023(there: Attacked) -> str:
    [row] = there.rows(select(notes))
    id = new_id(LONG_AGO)
    there.enter("note", notes, {**row._mapping, "id": id, "at": LONG_AGO})
    there.seal()
    return f"note {id}: {EARLY}"


def a_void_of_2023(there: Attacked) -> str:
    row = there.row(voids, there.everything.void)
    id = new_id(LONG_AGO)
    forged = {**row, "id": id, "determination": numbered(1).id, "voided_at": LONG_AGO}
    there.enter("void", voids, forged)
    there.seal()
    return f"void {id}: {EARLY}"


def a_law_of_2023(there: Attacked) -> str:
    """The text of a law that says it was there before."""
    forged = {"digest": "sha256:1", "kept_at": LONG_AGO, "texts": "{}"}

    digest = record_digest("law", forged)
    waits = {"kind": "law", "object_id": "sha256:1", "digest": digest}
    there.run(
        insert(laws).values({**forged, "record_digest": digest}), insert(unsealed).values(waits)
    )
    there.seal()
    return f"law sha256:1: {EARLY}"


def a_determination_older_than_its_law(there: Attacked) -> str:
    """It is decided under a text that was stored after it."""

    soon = clock.now() + timedelta(minutes=50)
    forged = {"digest": "sha256:2", "kept_at": soon, "texts": "{}"}
    digest = record_digest("law", forged)
    waits = {"kind": "law", "object_id": "sha256:2", "digest": digest}
    there.run(
        insert(laws).values({**forged, "record_digest": digest}), insert(unsealed).values(waits)
    )
    before = clock.now() - timedelta(minutes=30)
    record = replace(made_at(31, before), law_digest="sha256:2")
    id = insert_determination(there, record, before)
    there.seal()
    return f"determination {id}: was decided before the text of its law was stored"


def seals_are_old(there: Attacked) -> None:
    """Let the last seals lie an hour back, with everything they close, in the file too."""
    before = clock.now() - timedelta(minutes=50)
    numbers = [row.number for row in there.rows(select(seals.c.number).order_by(seals.c.number))]
    there.rebuild(dict.fromkeys(numbers[-3:], before))
    _note_anew(there)


def _note_anew(there: Attacked) -> None:

    with there.store.reading() as connection:
        name = database_of(connection)

    rows = there.rows(select(seals).order_by(seals.c.number))
    there.file.write_text("".join(json.dumps(about(row._mapping, name)) + "\n" for row in rows))


def seals_that_run_backwards(there: Attacked) -> str:
    """T22: the times of the seals, rebuilt with their chain, and the file with them."""
    last = max(row.number for row in there.rows(select(seals.c.number)))
    there.rebuild({last: LONG_AGO})
    _note_anew(there)
    return f"seal {last}: says an earlier time than the seal before it"


def a_seal_of_next_year(there: Attacked) -> str:
    last = max(row.number for row in there.rows(select(seals.c.number)))
    there.rebuild({last: clock.now() + timedelta(days=365)})
    _note_anew(there)
    return f"seal {last}: says a time in the future"


def a_seal_moved_years_back_with_its_records(there: Attacked) -> str:
    """The first seals, moved: their records were made after them."""
    first = min(row.number for row in there.rows(select(seals.c.number)))
    there.rebuild({first: datetime(2001, 1, 1, tzinfo=UTC)})
    _note_anew(there)
    return LATE


def an_entry_changed_to_another_day(there: Attacked) -> str:
    [[id]] = there.rows(select(audit_entries.c.id).where(audit_entries.c.action == "hold.lifted"))
    there.run(update(audit_entries).where(audit_entries.c.id == id).values(at=LONG_AGO))
    return f"audit {id}: was changed after it was stored"


def inserted_with_its_entry_before_the_seal(there: Attacked) -> None:
    """T1, T3, T4: in the moment before a seal, what the service itself would enter."""
    now = clock.now()
    record = made_at(31, now)
    there.store.keep_many([kept(record)])


ATTACKS = (
    a_determination_of_2023,
    a_determination_of_2023_before_its_seal,
    a_determination_under_an_old_id,
    an_audit_entry_of_2023,
    an_audit_entry_of_tomorrow,
    an_audit_entry_of_tomorrow_sealed_today,
    a_note_of_2023,
    a_void_of_2023,
    a_law_of_2023,
    a_determination_older_than_its_law,
    seals_that_run_backwards,
    a_seal_of_next_year,
    a_seal_moved_years_back_with_its_records,
    an_entry_changed_to_another_day,
)
