"""A determination that a supervisor declares void: it stays as it was issued, marked, and counts
for nothing; on both databases.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.api.http.service import Service
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.errors import RecordDamaged
from app.records.identity import new_id
from app.records.ledger.backup import back_up, restore
from app.records.migrate import upgrade
from app.records.packets.packets import NotSealed
from app.records.packets.packets import packet as packet_of
from app.records.store import Store
from app.records.verifying.verification import verify
from app.settings import Settings
from app.verify import main
from tests.again.conftest import Harm
from tests.again.keeping import etag, made
from tests.api.asking import pointers, problem
from tests.callers import client_of
from tests.disposing import dispose_of
from tests.sealing import seal_everything

WRONG = "Kept under the reference of somebody else"


@pytest.fixture
def app(settings: Settings, store: Store, decider: Decider) -> Flask:
    """A service on the same records, whose callers show their keys."""
    served = Flask("app", static_folder=None)
    mount(served, Service(settings, decider, store, decider.lawbook.default_edition))
    return served


def void(client: FlaskClient, id: str, because: Any = WRONG, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/v1/determinations/{id}/void", json={"because": because}, headers=headers)


def found(client: FlaskClient, **wanted: Any) -> list[dict[str, Any]]:
    answer = client.post("/v1/determinations/search", json=wanted)
    return list(answer.get_json()["determinations"])


def test_a_void_determination_keeps_its_text_and_says_that_it_is_void(client: FlaskClient) -> None:
    id = made(client)
    before = client.get(f"/v1/determinations/{id}")
    answer = void(client, id)
    after = client.get(f"/v1/determinations/{id}")

    assert 201 == answer.status_code
    assert f"/v1/determinations/{id}" == answer.headers["Location"]
    assert answer.get_json() == after.get_json()["voided"]
    assert WRONG == answer.get_json()["because"]
    assert before.data.removesuffix(b"}") == after.data[: len(before.data) - 1]
    assert before.headers["ETag"] != after.headers["ETag"]
    brief = client.get(f"/v1/determinations/{id}?detail=brief").get_json()
    assert answer.get_json() == brief["voided"]


def test_what_is_void_does_not_stand(client: FlaskClient) -> None:
    one, other = made(client, subject="case-7"), made(client, subject="case-7")
    both = found(client, subject="case-7")
    void(client, one)
    [standing] = found(client, subject="case-7", standing=True)
    [gone] = found(client, subject="case-7", standing=False)

    assert [1, 1] == [each["others_standing"] for each in both]
    assert (other, 0, None) == tuple(
        standing[name] for name in ("id", "others_standing", "voided_at")
    )
    assert (one, None) == (gone["id"], gone["others_standing"])
    assert gone["voided_at"] is not None
    chain = client.get(f"/v1/determinations/{one}/chain").get_json()
    assert chain["stands"] is None
    assert gone["voided_at"] == chain["chain"][0]["voided_at"]


def test_others_stand_only_for_the_same_subject_question_and_day(client: FlaskClient) -> None:
    made(client, subject="case-7")
    made(client, subject="case-8")
    made(client)
    made(client)

    assert {0} == {each["others_standing"] for each in found(client)}


def test_it_is_voided_once_and_the_second_reads_who_and_when(client: FlaskClient) -> None:
    id = made(client)
    first = void(client, id).get_json()
    again = void(client, id, "Another reason")

    assert (409, "already-void") == problem(again)
    told = again.get_json()
    assert {name: first[name] for name in ("voided_by", "voided_at")}.items() <= told.items()
    assert first["voided_by"] in told["detail"]
    assert first == client.get(f"/v1/determinations/{id}").get_json()["voided"]


def test_a_request_that_is_sent_again_is_answered_the_same(client: FlaskClient) -> None:
    id = made(client)
    answers = [void(client, id, key="void-1") for _ in range(2)]

    assert [201, 201] == [answer.status_code for answer in answers]
    assert answers[0].data == answers[1].data
    assert "true" == answers[1].headers["Idempotent-Replayed"]
    assert (422, "idempotency-key-reused") == problem(void(client, made(client), key="void-1"))


def test_what_is_void_cannot_be_redetermined_and_what_was_replaced_cannot_be_voided(
    client: FlaskClient,
) -> None:
    voided, replaced = made(client), made(client)
    void(client, voided)
    headers = {"If-Match": etag(client, voided)}
    refused = client.post(f"/v1/determinations/{voided}/redetermine", json={}, headers=headers)
    headers = {"If-Match": etag(client, replaced)}
    newer = client.post(f"/v1/determinations/{replaced}/redetermine", json={}, headers=headers)
    late = void(client, replaced)

    assert (409, "already-void") == problem(refused)
    assert (409, "replaced-determination") == problem(late)
    assert newer.get_json()["id"] == late.get_json()["replaced_by"]
    assert 201 == void(client, newer.get_json()["id"]).status_code
    assert [] == found(client, standing=True)


@pytest.mark.parametrize(
    "because", ["", "  ", "a\nb", "x" * 501, 7, None, "see 123-45-6789", "a\u202eb"]
)
def test_a_reason_that_is_none_is_refused(client: FlaskClient, because: object) -> None:
    id = made(client)
    refused = void(client, id, because)

    assert (422, "invalid-request") == problem(refused)
    assert {"/because"} == pointers(refused)
    assert "voided" not in client.get(f"/v1/determinations/{id}").get_json()


def test_a_supervisor_voids_what_the_own_organization_made(app: Flask) -> None:
    id = made(client_of(app))
    strange = client_of(app, "supervisor", "another-office")

    assert (403, "forbidden") == problem(void(client_of(app), id))
    assert (404, "unknown-determination") == problem(void(strange, id))
    assert 201 == void(client_of(app, "supervisor"), id).status_code


def test_followers_get_an_event_within_their_reach(app: Flask, store: Store) -> None:
    id = made(client_of(app), subject="case-7")
    void(client_of(app, "supervisor"), id)
    seal_everything(store)

    events = client_of(app, "supervisor").get("/v1/events").get_json(force=True)
    [voided] = [event for event in events if event["type"] == "determination.voided"]
    assert id == voided["subject"] == voided["data"]["id"]
    assert "case-7" == voided["data"]["subject"]
    assert WRONG not in str(events)
    strange = client_of(app, "supervisor", "another-office").get("/v1/events")
    assert id not in strange.get_data(as_text=True)


def test_the_trail_has_who_voided_what_and_verification_holds(
    client: FlaskClient, store: Store
) -> None:
    id = made(client)
    void(client, id)
    assert () == verify(store).complaints
    seal_everything(store)
    assert () == verify(store).complaints
    with store.reading() as connection:
        entered = connection.execute(
            text("SELECT object_id, outcome FROM audit_entries WHERE action='determination.voided'")
        ).all()
    assert [(id, "done")] == [tuple(row) for row in entered]


@pytest.mark.parametrize("column", ["because", "voided_by"])
def test_a_changed_void_is_named_and_not_told(
    client: FlaskClient, store: Store, harm: Harm, column: str
) -> None:
    id = made(client)
    void(client, id)
    with store.reading() as connection:
        [row] = connection.execute(text("SELECT CAST(id AS TEXT) FROM voids")).scalars()
    harm("voids", column, row, "'x'")

    assert (500, "record-damaged") == problem(client.get(f"/v1/determinations/{id}"))
    assert ["void"] == [complaint.kind for complaint in verify(store).complaints]


def test_nobody_changes_or_removes_a_void(client: FlaskClient, settings: Settings) -> None:
    void(client, made(client))
    engine: Engine = open_database(settings.database_url)
    for statement in ("UPDATE voids SET because = 'x'", "DELETE FROM voids"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()


def test_a_packet_proves_the_void_without_the_service(
    client: FlaskClient, store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    id = made(client)
    seal_everything(store)
    void(client, id)
    with pytest.raises(NotSealed):
        packet_of(store, id)
    seal_everything(store)
    found = packet_of(store, id)
    assert found is not None
    file = tmp_path / "packet.json"

    file.write_bytes(found)
    assert 5 == main([str(file)])
    told = capsys.readouterr().out
    assert "It is VOID since" in told
    assert WRONG in told
    for change in ({"because": "Nothing"}, {"determination": new_id(clock.now())}):
        forged = json.loads(found)
        forged["void"]["record"]["columns"].update(change)
        file.write_text(json.dumps(forged))
        assert 3 == main([str(file)])
    hidden = json.loads(found)
    del hidden["void"]
    file.write_text(json.dumps(hidden))
    assert 4 == main([str(file)])


def test_a_void_is_in_the_backup_and_goes_with_its_determination(
    client: FlaskClient, store: Store, tmp_path: Path
) -> None:
    id = made(client)
    void(client, id)
    seal_everything(store)
    back_up(store, tmp_path / "backup.gz", clock.now())
    other = Settings(database_url=f"sqlite:///{tmp_path / 'other.sqlite'}", instance=tmp_path)
    upgrade(other)
    restored = Store(open_database(other.database_url))
    restore(restored, tmp_path / "backup.gz")
    assert () == verify(restored).complaints
    later = clock.now() + timedelta(days=4000)
    dispose_of(restored, later, "determination")

    assert () == verify(restored).complaints
    with restored.reading() as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM voids")).scalar_one()
    restored.close()


def test_a_void_whose_record_is_damaged_is_told_as_such(
    client: FlaskClient, store: Store, harm: Harm
) -> None:
    id = made(client)
    void(client, id)
    with store.reading() as connection:
        [row] = connection.execute(text("SELECT CAST(id AS TEXT) FROM voids")).scalars()
    seal_everything(store)
    harm("voids", "voided_at", row, "'2020-01-01 00:00:00+00:00'")

    with pytest.raises(RecordDamaged):
        packet_of(store, id)
