"""What is kept long enough goes, unless a hold keeps it, and its absence stays explained."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from app import clock
from app.access.disposals import NothingDue
from app.records.disposing.candidates import UNREADABLE
from app.records.entries import AuditEntry, DeterminationRecord, IdempotencyRecord, NewDetermination
from app.records.holds import Hold, HoldChanged, find_hold, lift_hold, list_holds, place_hold
from app.records.ledger.retention import (
    CLASSES,
    RetentionUnreadable,
    forget_answers,
    read_periods,
)
from app.records.ledger.seals import seal_everything
from app.records.numbers.numbers import numbers_of
from app.records.store import Store
from app.records.verifying.verification import verify
from tests.disposing import WAIT, disposals, dispose_of
from tests.records.conftest import kept, made_at
from tests.stored import document_of

OLD, NOW = datetime(2011, 2, 16, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3653)


def entry(action: str, hold: Hold, at: datetime = NOW) -> AuditEntry:
    return AuditEntry(str(uuid4()), at, "account:1", action, hold.kind, hold.object_id, "done")


@pytest.fixture
def full(store: Store) -> Store:
    """Two old determinations, of two subjects, and a young one; all sealed."""
    for number, decided_at in ((1, OLD), (2, OLD), (3, NOW)):
        if number == 3:
            list(seal_everything(store, OLD))
        record = old(number) if number < 3 else made_at(3, NOW, subject="person-3")
        made = kept(record)
        answer = IdempotencyRecord(
            "key:1",
            "POST /v1/determinations",
            str(number) * 64,
            "0" * 64,
            decided_at,
            201,
            None,
            None,
            record.id,
        )
        store.keep(NewDetermination(record, replace(made.audit, at=decided_at), answer))
    list(seal_everything(store, NOW))
    return store


def old(number: int) -> DeterminationRecord:
    """A determination whose time is over."""
    return made_at(number, OLD, subject=f"person-{number}")


def dispose_all(store: Store, at: datetime = NOW) -> list[str]:
    """Dispose of determinations and audit entries; the determinations that went."""
    before = {id for id in (old(1).id, old(2).id) if document_of(store, id) is not None}
    with suppress(NothingDue):
        dispose_of(store, at, "determination", "audit")
    return sorted(id for id in before if document_of(store, id) is None)


def test_what_was_kept_long_enough_goes_and_the_rest_verifies(full: Store) -> None:
    gone = dispose_all(full)

    assert [old(1).id, old(2).id] == gone
    assert [None, None] == [document_of(full, id) for id in gone]
    assert document_of(full, made_at(3, NOW).id) is not None
    assert [made_at(3, NOW).id] == list(
        numbers_of(full, "determination", [old(1).id, old(2).id, made_at(3, NOW).id])
    )
    assert () == verify(full).complaints


def test_the_answers_to_requests_go_with_their_determinations(full: Store) -> None:
    dispose_all(full)

    keys = [str(number) * 64 for number in (1, 2, 3)]
    assert ["3" * 64] == list(full.stored_responses("key:1", "POST /v1/determinations", keys))


def test_answers_are_forgotten_by_their_own_age(full: Store) -> None:
    assert 2 == forget_answers(full, LONG_AGO, dry_run=True)
    assert 2 == forget_answers(full, LONG_AGO)
    assert 0 == forget_answers(full, LONG_AGO)


def test_what_no_seal_closes_stays(store: Store) -> None:
    store.keep(kept(old(1)))

    assert [] == dispose_all(store)


@pytest.mark.parametrize(
    ("kind", "object_id"), [("determination", old(1).id), ("subject", "person-1")]
)
def test_a_hold_keeps_a_determination_and_its_trail_until_it_is_lifted(
    full: Store, kind: str, object_id: str
) -> None:
    hold = Hold(str(uuid4()), kind, object_id, "matter 12", "account:1", NOW)
    place_hold(full, hold, entry("hold.placed", hold))

    assert [old(2).id] == dispose_all(full)
    dispose_all(full, NOW + WAIT)
    assert [] == audit_of(full, old(2).id)
    assert 1 == len(audit_of(full, old(1).id))

    lift_hold(
        full,
        hold,
        replace(hold, lifted_by="account:2", lifted_at=NOW, version=2),
        entry("hold.lifted", hold, NOW + 2 * WAIT),
    )

    assert [old(1).id] == dispose_all(full, NOW + 2 * WAIT)
    assert () == verify(full).complaints


def audit_of(store: Store, id: str) -> list[str]:
    """The audit entries for the making of a determination."""
    made = {"id": id}
    asked = "SELECT id FROM audit_entries WHERE object_id = :id AND action = 'determination.made'"
    with store.reading() as connection:
        return list(connection.execute(text(asked), made).scalars())


def test_a_hold_that_changed_meanwhile_is_not_lifted(full: Store) -> None:
    hold = Hold(str(uuid4()), "subject", "person-1", "matter 12", "account:1", NOW)
    lifted = replace(hold, lifted_by="account:2", lifted_at=NOW, version=2)
    place_hold(full, hold, entry("hold.placed", hold))
    lift_hold(full, hold, lifted, entry("hold.lifted", hold))

    with pytest.raises(HoldChanged):
        lift_hold(full, hold, lifted, entry("hold.lifted", hold))

    assert lifted == find_hold(full, hold.id)
    assert [lifted] == list_holds(full)
    assert () == verify(full).complaints


def test_the_periods_that_come_with_the_service_can_be_read() -> None:
    periods = read_periods()

    assert set(CLASSES) == set(periods)
    assert NOW - timedelta(days=1) == NOW - periods["draft"]


def periods(**changed: str) -> str:
    """A file with a period of each class."""
    stated = dict.fromkeys(CLASSES, "{years: 1}")
    stated |= {"idempotency": "{days: 1}", "draft": "{days: 2}", **changed}
    return "".join(f"{name}: {period}\n" for name, period in stated.items())


def test_an_office_states_its_own_periods(tmp_path: Path) -> None:
    file = tmp_path / "retention.yaml"
    file.write_text(periods(determination="{years: 3, months: 2}"))

    stated = read_periods(file)

    assert datetime(2023, 9, 22, tzinfo=UTC) == NOW - stated["determination"]
    assert NOW - timedelta(days=2) == NOW - stated["draft"]


@pytest.mark.parametrize(
    "text",
    [
        "determination: {years: 1}\n",
        "[]",
        "a: [",
        "",
        periods().replace("draft: {days: 2}\n", ""),
        periods(session="{days: 1}"),
        periods(determination="{years: 0}"),
        periods(determination="{weeks: 1}"),
        periods(determination="{years: true}"),
        periods(determination="10"),
        periods(draft="{}"),
        periods(draft="{hours: 8}"),
    ],
)
def test_periods_that_say_something_else_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "retention.yaml"
    file.write_text(text)

    with pytest.raises(RetentionUnreadable):
        read_periods(file)


def test_periods_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RetentionUnreadable):
        read_periods(tmp_path / "nothing.yaml")


def test_what_cannot_be_read_stays_and_is_named_and_the_others_go(
    full: Store, database: Engine
) -> None:
    if database.dialect.name != "sqlite":
        return  # PostgreSQL keeps no day that is none
    with database.begin() as connection:
        connection.execute(
            text("UPDATE determinations SET as_of = '2011-99-16' WHERE id LIKE '%1'")
        )
    with clock.played_at(NOW):
        due = disposals(full).due()
    [chosen] = [each for each in due.chosen if each.of == "determination"]

    assert [old(2).id] == [id for _, id, _ in chosen.leaves]
    assert [("determination", old(1).id)] == [
        (of, each.id) for of, each in due.kept if each.kept_by == UNREADABLE
    ]
