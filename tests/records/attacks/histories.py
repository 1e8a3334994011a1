"""Another history in place of the one that was noted outside, or notes that are gone."""

import json

from sqlalchemy import delete, insert, select, text, update

from app import clock
from app.records.changing import digested
from app.records.identity import new_id
from app.records.tables import (
    audit_entries,
    determinations,
    installation,
    metadata,
    sealed_records,
    seals,
    unsealed,
)
from tests.records.attacking import Attacked
from tests.records.conftest import numbered


def name_of(there: Attacked) -> str:
    [[name]] = there.rows(select(installation.c.id))
    return str(name)


def renamed(there: Attacked) -> None:
    """Give the database another name, with the digest that fits."""
    now = clock.now()
    row = digested(installation, {"id": new_id(now), "made_at": now})
    there.run(update(installation).values(row))


def one_record_left_out(there: Attacked) -> None:
    """Erase a determination and its place, and close all others anew."""
    gone = sealed_records.c.object_id == numbered(2).id
    [[sequence, seal]] = there.rows(
        select(sealed_records.c.sequence, sealed_records.c.seal).where(gone)
    )
    there.run(
        delete(sealed_records).where(gone),
        delete(determinations).where(determinations.c.id == numbered(2).id),
        update(seals).where(seals.c.number == seal).values(count=seals.c.count - 1),
        update(seals).where(seals.c.number > seal).values(first=seals.c.first - 1),
    )
    later = select(sealed_records.c.sequence).where(sealed_records.c.sequence > sequence)
    for row in there.rows(later.order_by(sealed_records.c.sequence)):
        moved = update(sealed_records).where(sealed_records.c.sequence == row.sequence)
        there.run(moved.values(sequence=row.sequence - 1))
    there.rebuild()


def acted_and_sealed(there: Attacked) -> None:
    """Somebody signs in, and the service seals that."""
    there.audit("session.signed_in", "account", there.everything.account)
    there.seal()


def rebuilt_and_renamed(there: Attacked) -> str:
    """T7: history rebuilt under another name, under which the service goes on."""
    one_record_left_out(there)
    renamed(there)
    acted_and_sealed(there)
    return "checkpoints file: has no line of this database, which has seals"


def rebuilt(there: Attacked) -> str:
    one_record_left_out(there)
    acted_and_sealed(there)
    return "differs from the checkpoints"


def renamed_alone(there: Attacked) -> str:
    name = name_of(there)
    renamed(there)
    return f"installation {name}: is noted through seal"


def the_name_removed(there: Attacked) -> str:
    there.run(delete(installation))
    acted_and_sealed(there)
    return "installation ?: was removed: the checkpoints cannot identify this database"


def two_names(there: Attacked) -> str:
    now = clock.now()
    row = digested(installation, {"id": new_id(now), "made_at": now})
    there.run(insert(installation).values(row))
    return "installation ?: has more than one name: the checkpoints cannot identify this database"


def the_file_deleted(there: Attacked) -> str:
    """T8: the only thing outside is gone, and what the service notes next begins too late."""
    there.file.unlink()
    acted_and_sealed(there)
    return "checkpoints file: has no line of this database, which has seals"


def the_file_missing(there: Attacked) -> str:
    there.file.unlink()
    return "checkpoints file: is missing"


def the_file_emptied(there: Attacked) -> str:
    there.file.write_text("")
    return "checkpoints file: has no line of this database, which has seals"


def every_row_of_every_table_deleted(there: Attacked) -> str:
    """T16: an emptied database, a wrong address, or a downgrade and an upgrade."""
    name = name_of(there)
    there.run(*map(delete, reversed(metadata.sorted_tables)))
    return f"installation {name}: is noted through seal"


def emptied_and_begun_anew(there: Attacked) -> str:
    """After everything is gone the service goes on, and names and seals from the first number."""
    name = name_of(there)
    there.run(*map(delete, reversed(metadata.sorted_tables)))
    there.audit("session.signed_in", "account", there.everything.account)
    there.seal()
    return f"installation {name}: is noted through seal"


def the_last_seals_cut_off(there: Attacked) -> str:
    [[last]] = there.rows(select(seals.c.number).order_by(seals.c.number.desc()).limit(1))
    closed = select(sealed_records.c.object_id).where(
        sealed_records.c.seal == last, sealed_records.c.kind == "audit"
    )
    ids = [row.object_id for row in there.rows(closed)]
    there.run(
        delete(audit_entries).where(audit_entries.c.id.in_(ids)),
        delete(sealed_records).where(sealed_records.c.seal == last),
        delete(seals).where(seals.c.number == last),
    )
    return f"seal {last}: is missing: the checkpoints note it"


def every_seal_removed(there: Attacked) -> str:
    """Everything waits again, as if nothing had been sealed."""
    columns = "kind, object_id, digest"
    there.run(
        text(f"INSERT INTO unsealed ({columns}) SELECT {columns} FROM sealed_records"),
        delete(sealed_records),
        delete(seals),
    )
    return "seal 1: is missing: the checkpoints note it"


def sealed_anew_from_the_first(there: Attacked) -> str:
    every_seal_removed(there)
    there.seal()
    return "seal 1: differs from the checkpoints"


def the_first_lines_cut(there: Attacked) -> str:
    there.file.write_text("".join(there.lines()[2:]))
    return "checkpoints file: begins with seal 3: earlier lines are missing"


def a_line_between_cut(there: Attacked) -> str:
    lines = there.lines()
    there.file.write_text("".join([*lines[:1], *lines[2:]]))
    return "checkpoints file: has no line of seal 2, but lines of later seals"


def a_line_with_another_chain(there: Attacked) -> str:
    line = json.loads(there.lines()[1])
    there.file.write_text(there.file.read_text().replace(line["chain"], "0" * 64))
    return "seal 2: differs from the checkpoints"


def a_number_noted_twice(there: Attacked) -> str:
    line = json.loads(there.lines()[1])
    with there.file.open("a") as file:
        file.write(json.dumps({**line, "chain": "1" * 64}) + "\n")
    return "seal 2: has different chains in the checkpoints"


def a_line_torn(there: Attacked) -> str:
    """H4: a full disk tears the file; the service goes on."""
    there.file.write_text(there.file.read_text()[:-50])
    acted_and_sealed(there)
    return f"checkpoints line {len(there.lines()) - 2}: is torn or is no checkpoint"


def a_line_with_a_text_for_a_number(there: Attacked) -> str:
    with there.file.open("a") as file:
        file.write('{"number": "7", "chain": "0"}\n')
    return f"checkpoints line {len(there.lines())}: is torn or is no checkpoint"


def a_line_of_nonsense(there: Attacked) -> str:
    there.file.write_bytes(b"\xff\xfe[]{}\n" + there.file.read_bytes())
    return "checkpoints line 1: is torn or is no checkpoint"


def a_record_moved_into_another_seal(there: Attacked) -> str:
    there.run(
        update(sealed_records).where(sealed_records.c.object_id == numbered(2).id).values(seal=1)
    )
    return "seal 1: does not match its entries: some were removed, inserted or moved"


def what_waits_removed(there: Attacked) -> str:
    there.audit("session.signed_in", "account", there.everything.account)
    there.run(delete(unsealed))
    return "was inserted: it has no entry for a seal"


ATTACKS = (
    rebuilt_and_renamed,
    rebuilt,
    renamed_alone,
    the_name_removed,
    two_names,
    the_file_deleted,
    the_file_missing,
    the_file_emptied,
    every_row_of_every_table_deleted,
    emptied_and_begun_anew,
    the_last_seals_cut_off,
    every_seal_removed,
    sealed_anew_from_the_first,
    the_first_lines_cut,
    a_line_between_cut,
    a_line_with_another_chain,
    a_number_noted_twice,
    a_line_torn,
    a_line_with_a_text_for_a_number,
    a_line_of_nonsense,
    a_record_moved_into_another_seal,
    what_waits_removed,
)
