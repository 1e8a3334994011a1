"""The migration that gives every organization in use a row, and a backup from before there were
any.
"""

import pytest
from sqlalchemy import text

from app.records.database import open_database
from app.records.errors import MigrationStopped
from app.records.migrate import downgrade, upgrade
from app.records.organizations.organizations import Organizations
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.records.conftest import kept, numbered
from tests.records.everything import keep_everything


def test_each_id_in_use_gets_a_row(store: Store, settings: Settings) -> None:
    keep_everything(store)
    store.keep(kept(numbered(77, organization="of-a-record-alone")))
    downgrade(settings, "0015")

    upgrade(settings)

    found = {each.id: each for each in Organizations(store).page()}
    assert {"office-1", "office-3", "of-a-record-alone"} == set(found)
    assert {(id, id) for id in found} == {(each.id, each.name) for each in found.values()}
    # These went with their tables, or with the column that stated what they became.
    assert {
        "approval", "letter", "audit", "disposal", "determination", "mark", "program",
        "second factor", "verification",
    } == {each.kind for each in verify(store).complaints}  # fmt: skip


def test_the_kind_follows_from_who_belongs_to_it(store: Store, settings: Settings) -> None:
    downgrade(settings, "0015")
    with store.engine.begin() as connection:
        for number, (role, organization) in enumerate(
            (
                ("carrier_system", "blue-harbor"),
                ("opp_reviewer", "opp"),
                ("auditor", "state"),
            )
        ):
            connection.execute(
                text(
                    "INSERT INTO credentials (id, kind, name, role, organization, created_at, "
                    "created_by, expires_at, version, record_digest) VALUES (:id, 'key', 'x', "
                    ":role, :organization, '2026-01-01', 'x', '2026-01-01', 1, '')"
                ),
                {
                    "id": numbered(number).id
                    if connection.dialect.name != "sqlite"
                    else numbered(number).id.replace("-", ""),
                    "role": role,
                    "organization": organization,
                },
            )

    upgrade(settings)

    kinds = {each.id: each.kind for each in Organizations(store).page()}
    assert {"blue-harbor": "carrier", "opp": "patient_protection", "state": "other"} == kinds


def test_two_ids_that_differ_in_case_alone_stop_the_migration(
    store: Store, settings: Settings
) -> None:
    store.keep(kept(numbered(1, organization="Office-1")))
    store.keep(kept(numbered(2, organization="office-1")))
    downgrade(settings, "0015")

    with pytest.raises(MigrationStopped, match="Office-1 and office-1"):
        upgrade(settings)

    again = Store(open_database(settings.database_url))
    assert "0015" == again.revision()
    again.close()
