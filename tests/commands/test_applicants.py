"""`flask applicants …` and the disposal of applicants, as somebody runs them beside a service that
goes on, on both databases.
"""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import flask as framework
import pytest
from click.testing import Result
from flask.testing import FlaskClient
from freezegun import freeze_time
from sqlalchemy import text

from app.api.http.service import Service
from app.commands import command_line
from app.data_keys import new_key
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.applicants.encryption import key_ring
from app.records.applicants.key_rotation import rotate
from app.records.database import open_database
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.api.asking import CLOSED
from tests.callers import client_of

OLD, NEW, INDEX = f"old:{new_key()}", f"new:{new_key()}", new_key()
Start = Callable[[Settings], FlaskClient]
NAMES = [f"Person Number {number}" for number in range(250)]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, instance=tmp_path, data_keys=OLD, index_key=INDEX)


@pytest.fixture
def start(decider: Decider) -> Iterator[Start]:
    """Starts a service, as another process with these settings would be one."""
    stores = []

    def starting(settings: Settings) -> FlaskClient:
        app = framework.Flask("app", static_folder=None)
        app.config["SETTINGS"], app.secret_key = settings, "of-these-tests-alone"
        stores.append(Store(open_database(settings.database_url)))
        mount(app, Service(settings, decider, stores[-1], decider.lawbook.default_edition))
        return client_of(app, "supervisor")

    yield starting
    for store in stores:
        store.close()


@pytest.fixture
def worker(settings: Settings, start: Start) -> FlaskClient:
    return start(settings)


def run(settings: Settings, *arguments: str) -> Result:
    return command_line(settings).test_cli_runner().invoke(args=list(arguments))


def answer(settings: Settings, *arguments: str) -> Any:
    result = run(settings, *arguments, "--json")
    assert 0 == result.exit_code, result.output
    return json.loads(result.stdout)


def keep(
    client: FlaskClient, subject: str, name: str = "Maria Gonçalves", born_on: str = "1931-07-13"
) -> str:
    person = {"subject": subject, "name": name, "born_on": born_on, "despite_duplicate": True}
    kept = client.post("/v1/applicants", json=person)
    assert 201 == kept.status_code
    return str(kept.headers["Location"])


def asked(settings: Settings, statement: str) -> list[Any]:
    engine = open_database(settings.database_url)
    with engine.connect() as connection:
        rows = list(connection.execute(text(statement)))
    engine.dispose()
    return rows


def keys_in_use(settings: Settings) -> set[str]:
    rows = asked(settings, "SELECT name, born_on FROM applicants")
    return {value.split(".")[1] for row in rows for value in row}


def verified(settings: Settings) -> tuple[Any, ...]:
    store = Store(open_database(settings.database_url))
    try:
        return verify(store).complaints
    finally:
        store.close()


@pytest.mark.slow
def test_everything_is_under_the_new_key_after_a_rotation_and_the_older_one_may_go(
    settings: Settings, worker: FlaskClient, start: Start
) -> None:
    addresses = [keep(worker, f"person-{number}", name) for number, name in enumerate(NAMES)]
    tags = [worker.get(address).headers["ETag"] for address in addresses[:3]]
    rotating, after = replace(settings, data_keys=f"{NEW},{OLD}"), replace(settings, data_keys=NEW)

    assert {"key": "new", "rotated": len(NAMES), "current_already": 0} == answer(
        rotating, "applicants", "rotate-keys"
    )
    assert {"key": "new", "rotated": 0, "current_already": len(NAMES)} == answer(
        after, "applicants", "rotate-keys"
    )

    assert {"new"} == keys_in_use(settings)
    assert () == verified(settings)
    client = start(after)
    assert tags == [client.get(address).headers["ETag"] for address in addresses[:3]]
    assert NAMES == [client.get(address).get_json()["name"] for address in addresses]
    assert 500 == worker.get(addresses[0]).status_code


def test_a_rotation_that_was_stopped_goes_on_where_it_was(
    settings: Settings, worker: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(NAMES):
        keep(worker, f"person-{number}", name)
    rotating = replace(settings, data_keys=f"{NEW},{OLD}")
    whole = Store.writing
    begun: list[None] = []

    def stopped_at_the_third(store: Store) -> Any:
        begun.append(None)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return whole(store)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "writing", stopped_at_the_third)
        assert 0 != run(rotating, "applicants", "rotate-keys").exit_code

    assert {"old", "new"} == keys_in_use(settings)
    assert {"key": "new", "rotated": 50, "current_already": 200} == answer(
        rotating, "applicants", "rotate-keys"
    )
    assert {"new"} == keys_in_use(settings)


def test_people_are_read_found_and_corrected_while_keys_are_rotated(
    settings: Settings, start: Start
) -> None:
    running = replace(settings, data_keys=f"{OLD},{NEW}")
    client = start(running)
    addresses = [keep(client, f"person-{number}", name) for number, name in enumerate(NAMES)]
    over = Event()
    corrected: dict[str, str] = {}

    def correct(of: int) -> list[int]:
        mine, statuses, turn = client_of(client.application, "supervisor"), [], 0
        while not over.is_set() or turn < 10:
            address, turn = addresses[(of + 4 * turn) % len(addresses)], turn + 1
            read = mine.get(address)
            name = f"{read.get_json()['name']}x"
            changed = mine.patch(
                address, json={"name": name}, headers={"If-Match": read.headers["ETag"]}
            )
            found = mine.post("/v1/applicants/search", json={"name": name})
            statuses += [read.status_code, changed.status_code, found.status_code]
            corrected[address] = name
            statuses += [
                200 if address in [each["href"] for each in found.get_json()["applicants"]] else 0
            ]
        return statuses

    with ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(correct, of) for of in (0, 1)
        ]  # 250 = 2 mod 4: the two never meet on one address
        for _ in range(3):
            run(replace(settings, data_keys=f"{NEW},{OLD}"), "applicants", "rotate-keys")
        over.set()
        statuses = [status for each in work for status in each.result()]

    assert {200} == set(statuses)
    assert (
        0 == run(replace(settings, data_keys=f"{NEW},{OLD}"), "applicants", "rotate-keys").exit_code
    )
    assert {"new"} == keys_in_use(settings)
    assert () == verified(settings)
    after = start(replace(settings, data_keys=NEW))
    assert corrected == {address: after.get(address).get_json()["name"] for address in corrected}


def test_what_is_written_under_an_older_key_meanwhile_is_told(
    settings: Settings, start: Start
) -> None:
    rotating, behind = (
        replace(settings, data_keys=f"{NEW},{OLD}"),
        start(replace(settings, data_keys=f"{OLD},{NEW}")),
    )
    address = keep(behind, "case-7")
    store = Store(open_database(settings.database_url))

    def correct(_: int) -> None:
        behind.patch(
            address,
            json={"name": "Ana Lu"},
            headers={"If-Match": behind.get(address).headers["ETag"]},
        )

    told = rotate(store, key_ring(rotating), correct)
    store.close()

    assert (1, 1) == (told.rotated, told.left)
    assert 1 == answer(rotating, "applicants", "rotate-keys")["rotated"]


def test_a_new_index_key_finds_everybody_again_after_a_rotation(
    settings: Settings, worker: FlaskClient, start: Start
) -> None:
    keep(worker, "case-7")
    after = replace(settings, index_key=new_key())

    def found() -> int:
        return len(
            start(after)
            .post("/v1/applicants/search", json={"name": "maria gonçalves"})
            .get_json()["applicants"]
        )

    assert 0 == found()
    assert 1 == answer(after, "applicants", "rotate-keys")["rotated"]
    assert 1 == found()


def test_rows_that_cannot_be_decrypted_are_named_and_the_others_are_done(
    settings: Settings, worker: FlaskClient
) -> None:
    for number in (1, 2):
        keep(worker, f"person-{number}")
    engine = open_database(settings.database_url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE applicants SET name = 'v1.lost.xxxx' WHERE subject = 'person-1'")
        )
    engine.dispose()

    refused = run(
        replace(settings, data_keys=f"{NEW},{OLD}"), "applicants", "rotate-keys", "--json"
    )

    document = json.loads(refused.stdout)
    assert (3, "applicants-unreadable") == (refused.exit_code, document["refused"])
    assert 1 == len(document["complaints"])
    assert "Maria" not in refused.output
    assert {"lost", "old", "new"} == keys_in_use(settings)


def test_a_rotation_is_audited_and_needs_its_keys(settings: Settings) -> None:
    answer(settings, "applicants", "rotate-keys")

    entry = asked(settings, "SELECT action, object_id FROM audit_entries")
    assert [("applicants.rotated", "old")] == [tuple(row) for row in entry]
    without = replace(settings, data_keys=None, mode="production")
    refused = run(without, "applicants", "rotate-keys")
    assert 2 == refused.exit_code
    assert "ELIGIBILITY_DATA_KEYS" in refused.output


# --- forgetting ---


def test_a_person_is_forgotten_and_what_was_decided_stays(
    settings: Settings, worker: FlaskClient
) -> None:
    address = keep(worker, "case-7")
    decided = worker.post("/v1/determinations", json={**CLOSED, "subject": "case-7"}).headers[
        "Location"
    ]

    assert {"forgotten": "case-7"} == answer(settings, "applicants", "forget", "case-7")

    assert 404 == worker.get(address).status_code
    assert 200 == worker.get(decided).status_code
    assert [] == asked(settings, "SELECT id FROM applicants")
    entries = asked(
        settings, "SELECT action, object_id FROM audit_entries WHERE kind = 'applicant' ORDER BY at"
    )
    assert ("applicant.forgotten", "case-7") in [tuple(row) for row in entries]
    assert () == verified(settings)
    assert 2 == run(settings, "applicants", "forget", "case-7").exit_code
    assert address == keep(worker, "case-7")


@pytest.mark.parametrize("kind", ["subject", "determination"])
def test_nobody_is_forgotten_or_disposed_of_under_a_legal_hold(
    settings: Settings, worker: FlaskClient, kind: str
) -> None:
    address = keep(worker, "case-7")
    decided = worker.post("/v1/determinations", json={**CLOSED, "subject": "case-7"}).get_json()[
        "id"
    ]
    held = {
        "kind": kind,
        "object_id": "case-7" if kind == "subject" else decided,
        "because": "Matter 12",
    }
    hold = worker.post("/v1/holds", json=held)

    refused = run(settings, "applicants", "forget", "case-7", "--json")
    assert (3, "under-hold") == (refused.exit_code, json.loads(refused.stdout)["refused"])
    with freeze_time(LATER):
        assert 0 == answer(settings, "records", "dispose", "--dry-run")["counts"]["applicant"]
    assert 200 == worker.get(address).status_code

    worker.delete(hold.headers["Location"], headers={"If-Match": hold.headers["ETag"]})
    assert 0 == run(settings, "applicants", "forget", "case-7").exit_code


LATER = datetime.now(UTC) + timedelta(days=11 * 366)


def test_people_are_disposed_of_when_their_time_is_over_and_nothing_was_decided_since(
    settings: Settings, worker: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for subject in ("over", "decided-since", "corrected-since"):
        keep(worker, subject)
    engine = open_database(settings.database_url)
    worker.post("/v1/determinations", json={**CLOSED, "subject": "decided-since"})
    with engine.begin() as connection:
        moved = text(
            "UPDATE applicants SET changed_at = :then WHERE subject IN ('over', 'decided-since')"
        )
        connection.execute(moved, {"then": "2011-02-16 00:00:00+00:00"})
    engine.dispose()

    assert 1 == answer(settings, "records", "dispose", "--dry-run")["counts"]["applicant"]
    marked = answer(settings, "records", "dispose")["marked"]
    assert ["applicant"] == [each["class"] for each in marked["classes"]]
    run(settings, "records", "seal")
    with freeze_time(datetime.now(UTC) + timedelta(days=8)):
        keep(worker, "young")
        run(settings, "records", "seal")
        monkeypatch.setattr(os, "getuid", lambda: 50_002)
        assert [] == answer(settings, "records", "release", marked["id"])["left_out"]

    left = [
        row.subject for row in asked(settings, "SELECT subject FROM applicants ORDER BY subject")
    ]
    assert ["corrected-since", "decided-since", "young"] == left
    disposed = asked(
        settings, "SELECT object_id FROM audit_entries WHERE action = 'applicant.disposed'"
    )
    assert ["over"] == [row.object_id for row in disposed]
