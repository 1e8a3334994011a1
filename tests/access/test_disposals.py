"""Disposals on both databases: marked by one person, released by another, each record once."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from flask import Flask
from freezegun import freeze_time
from sqlalchemy import delete, insert, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.access.approvals import AlreadyProposed, Approval, Approvals, NotASecondPerson, NotYet
from app.access.disposals import state_of
from app.access.origin import Origin
from app.records.approvals.approval_tables import approvals
from app.records.changing import change
from app.records.disposing import sealed_classes
from app.records.disposing.candidates import HELD, LATELY
from app.records.disposing.releasing import LONGER
from app.records.entries import Void
from app.records.errors import RecordDamaged
from app.records.holds import Hold, place_hold
from app.records.identity import new_id
from app.records.ledger.seals import seal_everything
from app.records.store import Store
from app.records.tables import decisive_provisions, determinations
from app.records.tables import disposals as disposed
from app.records.voiding.voids import keep_void
from tests.callers import client_of
from tests.disposing import (
    MARKER,
    RELEASER,
    TEN_YEARS,
    WAIT,
    disposals,
    manager,
    mark,
    release,
    release_after_wait,
)
from tests.records.conftest import kept, made_at
from tests.servers import wait_until
from tests.stored import document_of

LONG_AGO, NOW = datetime(2011, 2, 16, tzinfo=UTC), datetime(2038, 1, 1, 12, tzinfo=UTC)
LATER = NOW + WAIT
OLD = [made_at(number, LONG_AGO, subject=f"person-{number}") for number in range(1, 6)]


@pytest.fixture
def store(served: Flask) -> Store:
    """Five determinations whose time is over in 2038."""
    found: Store = served.extensions["eligibility"].store
    for record in OLD:
        found.keep(kept(record))
    list(seal_everything(found, clock.now()))
    return found


@pytest.fixture
def approval(store: Store) -> Approval:
    return mark(store, NOW, {"determination"})


def there(store: Store) -> list[int]:
    """Which of the determinations are there."""
    return [n for n, record in enumerate(OLD, 1) if document_of(store, record.id) is not None]


def said(store: Store, approval: Approval, at: datetime) -> str:
    found = disposals(store).find(approval.id)
    assert found is not None
    return state_of(found, at)


def near(store: Store, at: datetime) -> None:
    """The service sealed something lately."""
    store.note(replace(Origin(RELEASER).did("records.read", None, kind="records"), at=at))
    list(seal_everything(store, at))


def test_what_was_marked_goes_when_another_person_releases_it(
    store: Store, approval: Approval
) -> None:
    assert ["waiting", "releasable"] == [said(store, approval, at) for at in (NOW, LATER)]
    assert [1, 2, 3, 4, 5] == there(store)

    assert [] == release_after_wait(store, approval, LATER)

    assert [] == there(store)
    assert "disposed" == said(store, approval, LATER)


def test_nothing_goes_before_the_wait_is_over_or_by_one_person(
    store: Store, approval: Approval
) -> None:
    with pytest.raises(NotYet, match="from 2038-01-08 12:00 UTC on"):
        release(store, approval, LATER - timedelta(seconds=1))
    with clock.played_at(LATER):
        near(store, LATER)
        with pytest.raises(NotASecondPerson):
            Approvals(store).approve(approval, *manager(MARKER))
    assert [1, 2, 3, 4, 5] == there(store)


def test_a_mark_that_no_seal_covers_is_not_released(store: Store) -> None:
    with clock.played_at(NOW):
        due = disposals(store).due()
        approval = disposals(store).mark(due, *manager(MARKER))

    with pytest.raises(NotYet, match="No seal covers the mark yet"):
        release(store, approval, LATER)


def test_one_mark_waits_at_a_time(store: Store, approval: Approval) -> None:
    with clock.played_at(NOW):
        due = disposals(store).due()
        with pytest.raises(AlreadyProposed):
            disposals(store).mark(due, *manager(MARKER))
        Approvals(store).withdraw(approval, *manager(MARKER))
        assert "waiting" == said(store, disposals(store).mark(due, *manager(MARKER)), NOW)


def test_what_a_hold_keeps_meanwhile_is_left_out_and_named(
    store: Store, approval: Approval
) -> None:
    with clock.played_at(NOW + timedelta(days=1)):
        for kind, id in (("determination", OLD[0].id), ("subject", "person-2")):
            hold = Hold(new_id(clock.now()), kind, id, "matter 12", "account:1", clock.now())
            place_hold(store, hold, Origin("account:1").did("hold.placed", id, kind=kind))

    stays = release_after_wait(store, approval, LATER)

    assert [(OLD[0].id, HELD), (OLD[1].id, HELD)] == [(each.id, each.because) for each in stays]
    assert [1, 2] == there(store)


def test_a_determination_declared_void_meanwhile_is_left_out_and_named(
    store: Store, approval: Approval
) -> None:
    with clock.played_at(NOW + timedelta(days=1)):
        void = Void(new_id(clock.now()), OLD[2].id, "Mistaken", clock.now(), "account:1")
        by = Origin("account:1").did("determination.voided", OLD[2].id, kind="determination")
        keep_void(store, void, by)

    stays = release_after_wait(store, approval, LATER)

    assert [(OLD[2].id, LATELY)] == [(each.id, each.because) for each in stays]
    assert [3] == there(store)


def test_under_a_longer_period_everything_stays(store: Store, approval: Approval) -> None:
    with clock.played_at(LATER):
        near(store, LATER)
    longer = {**TEN_YEARS, "determination": relativedelta(years=30)}

    stays = release(store, approval, LATER, periods=longer)

    assert {LONGER} == {each.because for each in stays}
    assert [1, 2, 3, 4, 5] == there(store)


KILLED = """
import os, sys
from dateutil.relativedelta import relativedelta
from app.access.approvals import Approvals
from app.records.database import open_database
from app.records.approvals.approval_tables import approvals
from app.records.changing import change
from app.records.disposing import sealed_classes
from app.records.store import Store
from tests.disposing import release
from app.records.approvals.approvals import find_approval
from datetime import datetime

sealed_classes.TOGETHER = 2
store = Store(open_database(sys.argv[1]))
release(
    store,
    find_approval(store, sys.argv[2]),
    datetime.fromisoformat(sys.argv[3]),
    lambda count: os.kill(os.getpid(), 9),
)
"""


def test_a_release_that_was_killed_goes_on_and_each_record_goes_once(
    store: Store, approval: Approval, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.played_at(LATER):
        near(store, LATER)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, database_url, approval.id, LATER.isoformat()],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert -9 == killed.returncode
    assert [3, 4, 5] == there(store)
    assert ["going", [approval.id]] == [
        said(store, approval, LATER),
        disposals(store).unfinished(),
    ]
    with clock.played_at(LATER), pytest.raises(AlreadyProposed):
        disposals(store).mark(disposals(store).due(), *manager(MARKER))

    monkeypatch.setattr(sealed_classes, "TOGETHER", 2)
    found = disposals(store).find(approval.id)
    assert found is not None
    with clock.played_at(LATER), ThreadPoolExecutor(2) as pool:
        both = [pool.submit(going_on, store, found.approval) for _ in range(2)]
        assert [[], []] == [each.result() for each in both]

    assert [] == there(store)
    assert ["disposed", []] == [said(store, approval, LATER), disposals(store).unfinished()]
    with store.reading() as connection:
        gone = connection.execute(text("SELECT count(*) FROM disposals")).scalar_one()
        ended = connection.execute(
            text("SELECT count(*) FROM audit_entries WHERE action = 'disposal.ended'")
        ).scalar_one()
    assert (5, 1) == (gone, ended)


def test_a_forged_approval_lets_nothing_go(store: Store, approval: Approval) -> None:
    """Its row says that it was approved; the audit trail does not."""
    values = {"outcome": "approved", "decided_by": RELEASER, "decided_at": LATER, "version": 2}
    with clock.played_at(LATER):
        near(store, LATER)
        with store.writing() as connection:
            change(connection, approvals, approvals.c.id == approval.id, values)
        with pytest.raises(RecordDamaged):
            disposals(store).carry_out(replace(approval, decided_by=RELEASER))
        with store.writing() as connection:
            open_again = dict.fromkeys(("outcome", "decided_by", "decided_at"))
            change(
                connection, approvals, approvals.c.id == approval.id, {**open_again, "version": 1}
            )
    assert [1, 2, 3, 4, 5] == there(store)


def going_on(store: Store, approval: Approval) -> list[Any]:
    with clock.played_at(LATER):
        return list(disposals(store).carry_out(approval))


@pytest.mark.parametrize("with_mark", [False, True], ids=["no mark", "a mark not released"])
def test_the_database_refuses_to_delete_what_nobody_released(
    store: Store, approval: Approval, with_mark: bool
) -> None:
    found = disposals(store).find(approval.id)
    assert found is not None
    kind, id, digest = "determination", OLD[0].id, OLD[0].row()["record_digest"]
    row = {"id": new_id(NOW), "kind": kind, "object_id": id, "digest": digest, "disposed_at": NOW}
    row |= {"because": "old", "mark": found.marks[0].id if with_mark else None}
    with store.writing() as connection:
        connection.execute(insert(disposed).values({**row, "record_digest": "0" * 64}))
        for column in (determinations.c.id, decisive_provisions.c.determination):
            with pytest.raises(DBAPIError, match="append-only"), connection.begin_nested():
                connection.execute(delete(column.table).where(column == id))
        connection.rollback()

    assert [1, 2, 3, 4, 5] == there(store)


def test_over_http_a_records_manager_releases_it(
    served: Flask, store: Store, approval: Approval
) -> None:
    path = f"/v1/approvals/{approval.id}"
    sent = {"If-Match": '"1"', "Idempotency-Key": "1"}
    with freeze_time(NOW):
        client, auditor = client_of(served, "records_manager", None), client_of(served, "auditor")
        supervisor = client_of(served, "supervisor")
        early = client.post(f"{path}/approve", headers=sent)
        [waits] = client.get("/v1/disposals").get_json()["disposals"]
        assert 403 == supervisor.get("/v1/disposals").status_code
        assert 404 == supervisor.get(path).status_code
        assert approval.id in client.get("/v1/approvals").get_data(as_text=True)
    assert (409, "not-yet") == (early.status_code, early.get_json()["type"].rpartition("/")[2])
    assert ("waiting", MARKER, None, 5, 0) == (
        *(waits[name] for name in ("state", "marked_by", "released_by")),
        waits["classes"][0]["records"],
        waits["classes"][0]["gone"],
    )

    with freeze_time(LATER):
        near(store, LATER)
        done = client.post(f"{path}/approve", headers=sent)
        assert 200 == done.status_code, done.get_json()
        address = f"/v1/disposals/{approval.id}"
        wait_until(lambda: auditor.get(address).get_json()["state"] == "disposed")
        shown = auditor.get(address).get_json()
        assert 404 == auditor.get(f"/v1/disposals/{OLD[0].id}").status_code

    assert [5, True] == [shown["classes"][0]["gone"], shown["released_by"].startswith("key:")]
    assert [] == there(store)
