"""What is removed or inserted where no seal closes it is named, since the audit trail tells of
every making and every ending.
"""

from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from app import clock
from app.access.origin import REFUSED
from app.records.applicants.applicant_tables import applicants
from app.records.applicants.applicants import Applicant, Applicants
from app.records.applicants.forgetting import forget
from app.records.changing import add
from app.records.entries import AuditEntry
from app.records.holds import Hold
from app.records.identity import new_id
from app.records.machines.credential_tables import credentials
from app.records.people.account_tables import accounts
from app.records.store import Store
from app.records.tables import holds
from app.records.verifying.attested import UNLIKE_TRAIL
from app.records.verifying.verification import verify
from tests.disposing import WAIT, disposals, dispose_of
from tests.records.conftest import numbered
from tests.records.everything import OFFICE, PERSON, RING, Everything, keep_everything

REMOVED = "was removed: the audit trail records its creation"
INSERTED = "was inserted: the audit trail has no record of its creation"


@pytest.fixture
def everything(store: Store) -> Everything:
    return keep_everything(store)


def complaints(store: Store) -> list[str]:
    return [str(complaint) for complaint in verify(store).complaints]


def removals(everything: Everything) -> dict[str, tuple[str, ...]]:
    """What removes a row of each table, and how what is gone then is named."""
    return {
        "accounts": (
            "DELETE FROM drafts; DELETE FROM account_sessions; DELETE FROM second_factors; "
            "DELETE FROM accounts",
            f"account {everything.account}",
            f"second factor {everything.factor}",
        ),
        "second_factors": ("DELETE FROM second_factors", f"second factor {everything.factor}"),
        "credentials": (
            "DELETE FROM credential_secrets; DELETE FROM credentials",
            f"credential {everything.credential}",
        ),
        "holds": ("DELETE FROM holds", f"hold on {numbered(2).id}"),
        "applicants": ("DELETE FROM applicants", f"applicant {everything.subject}"),
    }


def remove(database: Engine, statements: str) -> None:
    with database.begin() as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))


@pytest.mark.parametrize(
    "table", ["accounts", "second_factors", "credentials", "holds", "applicants"]
)
def test_a_removed_row_is_named(
    store: Store, everything: Everything, database: Engine, table: str
) -> None:
    statements, *names = removals(everything)[table]

    remove(database, statements)

    assert [f"{name}: {REMOVED}" for name in names] == complaints(store)


@pytest.mark.parametrize("table", [accounts, credentials, applicants])
def test_an_inserted_row_is_named_although_its_digest_is_right(
    store: Store, everything: Everything, database: Engine, table: object
) -> None:
    id = new_id(clock.now())
    others = {"name": "mallory", "name_key": "mallory", "subject": "person-9"}
    with database.begin() as connection:
        row = dict(connection.execute(select(table)).mappings().one())  # type: ignore[call-overload]
        del row["record_digest"]
        forged = {**row, "id": id, **{name: value for name, value in others.items() if name in row}}
        add(connection, table, forged)  # type: ignore[arg-type]

    assert [f"{table.info['kind']} {id}: {INSERTED}"] == complaints(store)  # type: ignore[attr-defined]


def test_a_hold_beside_the_one_that_was_placed_is_named(
    store: Store, everything: Everything, database: Engine
) -> None:
    now = clock.now()
    with database.begin() as connection:
        for object_id in (numbered(2).id, "person-1"):
            add(
                connection,
                holds,
                asdict(Hold(new_id(now), "subject", object_id, "nothing", "account:1", now)),
            )

    named = complaints(store)
    for object_id in (numbered(2).id, "person-1"):
        assert f"hold on {object_id}: {INSERTED}" in named
    assert 1 == len([each for each in named if each.endswith(UNLIKE_TRAIL)])


def ending(action: str) -> AuditEntry:
    return OFFICE.did(action, "person-1", kind="applicant")


def waiver_forgotten(request: str) -> AuditEntry:
    return OFFICE.did("waiver.forgotten", request, kind="waiver")


def keep_again(store: Store) -> None:
    now = clock.now()
    applicant = Applicant(new_id(now), "person-1", "office-1", PERSON, now, "account:1", now)
    Applicants(store, RING).keep(
        applicant, OFFICE.did("applicant.created", "person-1", kind="applicant")
    )


def test_an_applicant_who_was_forgotten_or_whose_time_was_over_is_not_missed(
    store: Store, everything: Everything
) -> None:
    forget(store, "person-1", lambda _: ending("applicant.forgotten"), waiver_forgotten)
    assert [] == complaints(store)
    keep_again(store)
    assert [] == complaints(store)
    later = clock.now() + timedelta(days=4000)
    assert [] == dispose_of(store, later, "applicant")
    assert [] == complaints(store)


def test_an_applicant_who_was_kept_again_is_missed_when_removed(
    store: Store, everything: Everything, database: Engine
) -> None:
    forget(store, "person-1", lambda _: ending("applicant.forgotten"), waiver_forgotten)
    keep_again(store)

    remove(database, "DELETE FROM applicants")

    assert [f"applicant person-1: {REMOVED}"] == complaints(store)


def test_what_was_refused_was_not_made(store: Store, everything: Everything) -> None:
    store.note(OFFICE.did("applicant.created", "person-2", REFUSED, kind="applicant"))

    assert [] == complaints(store)


def test_what_was_inserted_is_named_although_entries_went_with_their_age(
    store: Store, everything: Everything, database: Engine
) -> None:
    now = clock.now() + WAIT
    assert [] == dispose_of(store, clock.now(), "audit")
    audit, _ = disposals(store).listed()
    assert {"audit": 1} == audit.counts
    with database.begin() as connection:
        add(
            connection,
            holds,
            asdict(Hold(new_id(now), "subject", "person-1", "nothing", "account:1", now)),
        )
    remove(database, "DELETE FROM applicants")

    assert [f"applicant person-1: {REMOVED}", f"hold on person-1: {INSERTED}"] == complaints(store)
