"""One flipped byte in any column of any table: verification names the row, and nothing that nobody
is to know.
"""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Boolean, Column, Connection, Engine, LargeBinary, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from app.records.migrate import downgrade, upgrade
from app.records.store import Store
from app.records.tables import metadata
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.records.conftest import made_at, numbered
from tests.records.everything import OLD, Everything, keep_everything, use_everything

TABLES = [str(table.name) for table in metadata.sorted_tables]
OTHER_ID = "01925b1e-7e3f-7000-8000-00000000ffff"


@pytest.fixture
def everything(store: Store) -> Everything:
    return keep_everything(store)


def complaints(store: Store) -> list[str]:
    return [str(complaint) for complaint in verify(store).complaints]


def rows_named(everything: Everything) -> dict[str, str]:
    """How the row of a table is named.

    Tables that are left out are named by what stands in them.
    """
    return {
        "determinations": f"determination {numbered(1).id}",
        "grants": f"grant {everything.account}",
        "approvals": "approval ",
        "disposal_marks": "mark ",
        "marked_records": "mark ",
        "numbers": "number ",
        "organizations": f"organization {everything.organization}",
        "accounts": f"account {everything.account}",
        "account_sessions": f"session {everything.session}",
        "second_factors": f"second factor {everything.factor}",
        "credentials": f"credential {everything.credential}",
        "credential_secrets": f"secret {everything.label}",
        "voids": f"void {everything.void}",
        "waiver_requests": f"waiver request {everything.waiver}",
        "drafts": f"draft {everything.draft}",
        "verifications": f"verification {everything.verification}",
        "letters": f"letter {everything.letter}",
        "holds": f"hold {everything.hold}",
        "applicants": f"applicant {everything.applicant}",
        "sign_in_addresses": "sign-in address ",
        "idempotency_records": f"idempotency {'0' * 64}",
    }


def test_what_was_kept_in_every_table_verifies(store: Store, everything: Everything) -> None:
    assert [] == complaints(store)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_one_flipped_byte_in_any_column_is_named(
    store: Store, everything: Everything, database: Engine, name: str
) -> None:
    table = metadata.tables[name]
    for column in table.columns:
        flipped = 0
        for row, old, new in flips(database, table, column):
            named = complaints(store)
            flipped += 1

            assert named, (name, column.name, old, new)
            if name in rows_named(everything) and not column.primary_key:
                assert any(each.startswith(rows_named(everything)[name]) for each in named), (
                    column.name,
                    old,
                    new,
                    named,
                )
            assert not [
                each for each in named for secret in everything.never_told if secret in each
            ]
            with database.begin() as connection:
                put(connection, table, column, row, old)
        assert flipped, (name, column.name)
    assert [] == complaints(store), "a column was not put back"


def test_a_row_that_was_changed_stays_named_whatever_the_service_changes_in_it(
    store: Store, everything: Everything, database: Engine
) -> None:
    changes = (
        "UPDATE accounts SET role = 'administrator'",
        "UPDATE credentials SET role = 'administrator'",
        "UPDATE holds SET because = 'none'",
        "UPDATE applicants SET organization = 'office-2'",
    )
    with database.begin() as connection:
        for statement in changes:
            connection.execute(text(statement))
    before = complaints(store)

    use_everything(store, everything)

    assert (
        [
            f"{kind} {id}: was changed after it was stored"
            for kind, id in (
                ("account", everything.account),
                ("applicant", everything.applicant),
                ("credential", everything.credential),
                ("hold", everything.hold),
            )
        ]
        == before
        == complaints(store)
    )


def test_whatever_the_service_changes_keeps_a_digest_that_is_right(
    store: Store, everything: Everything
) -> None:
    use_everything(store, everything)

    assert [] == complaints(store)


def test_an_instant_that_no_program_can_hold_is_named(
    store: Store, everything: Everything, database: Engine
) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE accounts SET last_sign_in_at = 'infinity'"))
        connection.execute(text("UPDATE credentials SET last_used_on = '-infinity'"))

    named = complaints(store)

    assert [f"account {everything.account}: was changed after it was stored"] == named[:1]
    assert [f"credential {everything.credential}: was changed after it was stored"] == named[1:]


def test_what_was_there_before_there_were_digests_gets_them(
    store: Store, everything: Everything, settings: Settings
) -> None:
    downgrade(settings, "0005")
    with store.reading() as connection:
        assert "record_digest" not in [
            column["name"] for column in inspect(connection).get_columns("accounts")
        ]

    upgrade(settings)

    # What only later tables and columns hold does not survive the way back, and that is noticed.
    gone = complaints(store)
    assert f"void {everything.void}: was removed" in gone
    assert f"applicant {everything.applicant}: was changed after it was stored" in gone
    others = [each for each in gone if not each.startswith(("void ", "applicant "))]
    lost = (
        "waiver", "note ", "verification ", "approval ", "letter ", "mark ", "program ",
        "second factor ",
    )  # fmt: skip
    stated = ("audit ", "disposal ", f"determination {made_at(9, OLD).id}: was removed")
    assert [] == [each for each in others if not each.startswith((*lost, *stated))]


Held = str | bytes | None


def flips(
    database: Engine, table: Table, column: Column[object]
) -> Iterator[tuple[str, Held, Held]]:
    """Changes of one byte in the table's first row, one after the other: where the row is, what
    stood there, what stands there now.

    What a database refuses, since its column cannot hold it, is left out.
    """
    with database.connect() as connection:
        old = held(connection, table, column)
    for new in dict.fromkeys(changed(old, column, database.dialect.name)):
        with database.begin() as connection:
            row = place(connection, table)
            try:
                with connection.begin_nested():
                    row = put(connection, table, column, row, new)
            except DBAPIError:
                continue
            if not isinstance(new, bytes) and held(connection, table, column, row) == old:
                continue
        yield row, old, new


KINDS: tuple[Callable[[str], str | bytes], ...] = (
    lambda character: "9" if character == "0" else "0",
    lambda character: chr(ord(character) ^ 2),
    lambda character: chr(ord(character) ^ 0x20 or 0x21),
    lambda character: b"\xff",
)
"""What becomes of a character; the last two only where SQLite keeps anything in any column."""


def changed(old: Held, column: Column[object], dialect: str) -> Iterator[Held]:
    """Values that differ from one by a single bit, or a digit: each kind of change is tried, and
    each of four places, the kinds in turn.
    """
    if old is None:
        yield from ("x", OTHER_ID, "2026-01-02 03:04:05.678901", "2026-01-02")
    elif isinstance(old, bytes):
        yield from (old[:at] + bytes([old[at] ^ 2]) + old[at + 1 :] for at in (0, len(old) - 1))
    elif isinstance(column.type, Boolean) and dialect != "sqlite":
        yield "false" if old == "true" else "true"
    else:
        places = sorted({0, min(10, len(old) - 1), len(old) // 2, len(old) - 1})
        kinds = KINDS if dialect == "sqlite" else KINDS[:2]
        for turn in range(max(len(places), len(kinds))):
            at = places[turn % len(places)]
            other = kinds[turn % len(kinds)](old[at])
            yield (
                old[:at] + other + old[at + 1 :]
                if isinstance(other, str)
                else old[:at].encode() + other + old[at + 1 :].encode()
            )


def place(connection: Connection, table: Table) -> str:
    """Where the table's first row is."""
    key = next(iter(table.primary_key.columns)).name
    return str(
        connection.execute(
            text(f"SELECT {at(connection)} FROM {table.name} ORDER BY {key} LIMIT 1")
        ).scalar_one()
    )


def at(connection: Connection) -> str:
    return "rowid" if connection.dialect.name == "sqlite" else "ctid::text"


def held(
    connection: Connection, table: Table, column: Column[object], row: str | None = None
) -> Held:
    """What a column of the first row holds, as the database tells it."""
    cast = "CAST({0} AS TEXT)" if connection.dialect.name == "sqlite" else "{0}::text"
    told = column.name if isinstance(column.type, LargeBinary) else cast.format(column.name)
    chosen = text(f"SELECT {told} FROM {table.name} WHERE {at(connection)} = :row")
    found: Held = connection.execute(
        chosen, {"row": _number(row or place(connection, table))}
    ).scalar_one()
    return found


def put(connection: Connection, table: Table, column: Column[object], row: str, value: Held) -> str:
    """Put a value into one row, past everything that guards it; where the row is afterwards."""
    new = ":new" if isinstance(column.type, LargeBinary) else "CAST(:new AS TEXT)"
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        new = f"CAST({new} AS {column.type.compile(dialect=connection.dialect)})"
    statement = (
        f"UPDATE {table.name} SET {column.name} = {new} WHERE {at(connection)} = :row "
        f"RETURNING {at(connection)}"
    )
    return str(
        connection.execute(text(statement), {"new": value, "row": _number(row)}).scalar_one()
    )


def _number(row: str) -> str | int:
    return int(row) if row.isdigit() else row
