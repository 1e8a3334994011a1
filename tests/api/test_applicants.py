"""Names and birth dates over HTTP, on both databases: kept encrypted, found by the whole name, told
to whoever may see them.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock
from app.access.credentials import KEY, Wanted
from app.access.principal import Principal
from app.api.http.asked.authentication import authenticator
from app.api.http.service import Service
from app.determinations.decide import Decider
from app.mounting import mount
from app.records.database import open_database
from app.records.identity import new_id
from app.records.ledger.backup import back_up, restore
from app.records.migrate import upgrade
from app.records.store import Store
from app.records.tables import metadata
from app.records.verifying.verification import verify
from app.settings import Settings
from tests.acting import acting
from tests.api.asking import pointers, problem
from tests.callers import ADMINISTRATOR, ORGANIZATION, bearing, client_of

NAME, BORN = "Zébulon Quackenbush", "1931-07-13"
"""A name and a day that nothing else names."""
PERSON = {"name": NAME, "born_on": BORN}
CANARIES = ["Quackenbush", "quackenbush", "bulon", BORN]


@pytest.fixture
def served(database_url: str, tmp_path: Path, decider: Decider) -> Iterator[Flask]:
    settings = Settings(
        database_url=database_url, instance=tmp_path, secret_key="of-these-tests-alone"
    )
    app = Flask("app", static_folder=None)
    app.config["SETTINGS"], app.secret_key = settings, settings.secret_key
    store = Store(open_database(database_url))
    mount(app, Service(settings, decider, store, decider.lawbook.default_edition))
    yield app
    store.close()


@pytest.fixture
def worker(served: Flask) -> FlaskClient:
    return client_of(served)


def keep(client: FlaskClient, key: str | None = None, **changes: Any) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/applicants", json={**PERSON, **changes}, headers=headers)


def search(client: FlaskClient, **wanted: Any) -> Any:
    return client.post("/v1/applicants/search", json=wanted)


def trail(app: Flask) -> list[tuple[str, str | None, str]]:
    """What the audit trail knows about applicants, the oldest first: action, object, outcome."""
    chosen = text(
        "SELECT action, object_id, outcome FROM audit_entries WHERE kind = 'applicant' ORDER BY at"
    )
    with store_of(app).reading() as connection:
        return [tuple(row) for row in connection.execute(chosen)]


def store_of(app: Flask) -> Store:
    found: Service = app.extensions["eligibility"]
    return found.store


def everything_in(app: Flask) -> str:
    """All rows of all tables as text."""
    with store_of(app).reading() as connection:
        rows = [
            tuple(row)
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
        ]
    return repr(rows)


def test_an_applicant_is_kept_and_read_again(worker: FlaskClient) -> None:
    kept = keep(worker, subject="case-7")
    read = worker.get(kept.headers["Location"])

    assert (201, 200) == (kept.status_code, read.status_code)
    assert {"subject", "version", "created_at", "changed_at", "href"} == set(kept.get_json())
    told = {"subject": "case-7", "organization": "county-office", "masked": False, **PERSON}
    assert told.items() <= read.get_json().items()
    assert kept.headers["ETag"] == read.headers["ETag"]
    assert "no-store" == read.headers["Cache-Control"]


def test_a_subject_reference_is_made_where_none_is_sent(worker: FlaskClient) -> None:
    made = [keep(worker, despite_duplicate=True).get_json()["subject"] for _ in range(2)]

    assert 2 == len(set(made))
    assert all(subject.startswith("person-") and len(subject) == 19 for subject in made)


def test_a_subject_reference_stands_for_one_person(served: Flask, worker: FlaskClient) -> None:
    assert 201 == keep(worker, subject="case-7").status_code

    for client in (worker, client_of(served, organization="elsewhere")):
        assert (409, "subject-taken") == problem(keep(client, subject="case-7"))
    assert ["done", "refused", "refused"] == [outcome for _, _, outcome in trail(served)]


def test_a_request_that_is_sent_again_is_answered_the_same_and_keeps_nothing_personal(
    served: Flask, worker: FlaskClient
) -> None:
    answers = [keep(worker, key="one") for _ in range(2)]

    assert answers[0].data == answers[1].data
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert "true" == answers[1].headers["Idempotent-Replayed"]
    assert (422, "idempotency-key-reused") == problem(keep(worker, key="one", name="Somebody Else"))
    with store_of(served).reading() as connection:
        assert 1 == connection.execute(text("SELECT count(*) FROM applicants")).scalar_one()


def test_a_correction_needs_the_version_that_was_read(worker: FlaskClient) -> None:
    address = keep(worker).headers["Location"]
    tag = worker.get(address).headers["ETag"]
    change = {"name": "Zora Quackenbush"}

    assert (428, "precondition-required") == problem(worker.patch(address, json=change))
    assert (412, "precondition-failed") == problem(
        worker.patch(address, json=change, headers={"If-Match": '"7"'})
    )
    corrected = worker.patch(address, json=change, headers={"If-Match": f'"7", {tag}'})
    assert (200, 2) == (corrected.status_code, corrected.get_json()["version"])
    assert (412, "precondition-failed") == problem(
        worker.patch(address, json=change, headers={"If-Match": tag})
    )
    assert 200 == worker.patch(address, json=change, headers={"If-Match": "*"}).status_code
    read = worker.get(address)
    assert {**PERSON, **change, "version": 3}.items() <= read.get_json().items()
    assert corrected.headers["ETag"] != read.headers["ETag"]
    [found] = search(worker, name=NAME).get_json()["applicants"]
    assert "former name" == found["found_by"]
    assert 1 == len(search(worker, **{**PERSON, **change}).get_json()["applicants"])


def test_people_are_found_by_their_whole_name_however_it_is_spaced_and_by_their_birth_date(
    worker: FlaskClient,
) -> None:
    subjects = [
        keep(worker, born_on=day, despite_duplicate=True).get_json()["subject"]
        for day in (BORN, "1932-01-01", BORN)
    ]

    def found(**wanted: Any) -> list[str]:
        return [each["subject"] for each in search(worker, **wanted).get_json()["applicants"]]

    assert subjects[::-1] == found(name="  ZÉBULON \u00a0quackenbush ")
    assert [subjects[2], subjects[0]] == found(**PERSON)
    assert (
        []
        == found(name="Zebulun Quackenbush")
        == found(name="Zébulo")
        == found(name=NAME, born_on="1933-01-01")
    )


def test_pages_of_a_search_skip_and_repeat_nobody(worker: FlaskClient) -> None:
    subjects = [keep(worker, despite_duplicate=True).get_json()["subject"] for _ in range(5)]
    seen: list[str] = []
    wanted: dict[str, Any] = {"name": NAME, "limit": 2}
    while True:
        page = search(worker, **wanted).get_json()
        assert len(page["applicants"]) <= 2
        seen += [each["subject"] for each in page["applicants"]]
        if "next_cursor" not in page:
            break
        wanted["cursor"] = page["next_cursor"]
        keep(worker)

    assert subjects[::-1] == seen
    assert (422, "invalid-request") == problem(
        search(worker, name="Another Name", limit=2, cursor=wanted["cursor"])
    )
    assert (422, "invalid-request") == problem(search(worker, name=NAME, limit=51))


def test_another_organizations_applicant_is_as_if_it_were_not_there(
    served: Flask, worker: FlaskClient
) -> None:
    address, tag = (headers := keep(worker, subject="case-7").headers)["Location"], headers["ETag"]
    stranger = client_of(served, organization="elsewhere")

    theirs, nobody = stranger.get(address), stranger.get("/v1/applicants/case-8")
    assert (404, "unknown-applicant") == problem(theirs) == problem(nobody)
    assert theirs.get_json()["detail"] == nobody.get_json()["detail"]
    assert (404, "unknown-applicant") == problem(
        stranger.patch(address, json={"name": "X"}, headers={"If-Match": tag})
    )
    assert [] == search(stranger, **PERSON).get_json()["applicants"]
    assert PERSON.items() <= worker.get(address).get_json().items()


def test_whoever_belongs_to_no_organization_keeps_and_sees_nobody(
    served: Flask, worker: FlaskClient
) -> None:
    address = keep(worker).headers["Location"]
    client = acting(
        served, Principal("account:1", "eligibility_worker", frozenset({"applicants.unmasked"}))
    ).test_client()

    assert (403, "forbidden") == problem(keep(client))
    assert (404, "unknown-applicant") == problem(client.get(address))
    assert [] == search(client, **PERSON).get_json()["applicants"]


@pytest.mark.parametrize("born_on", [BORN, "1932-01-01"])
def test_whoever_may_not_see_a_birth_date_does_not_find_it_out_by_searching(
    served: Flask, worker: FlaskClient, born_on: str
) -> None:
    keep(worker)
    masked = client_of(served, "opp_reviewer")

    refused = search(masked, name=NAME, born_on=born_on)

    assert (403, "forbidden") == problem(refused)
    assert "applicants.unmasked" == refused.get_json()["permission"]
    assert born_on not in refused.get_data(as_text=True)
    assert 1 == len(search(masked, name=NAME).get_json()["applicants"])


def test_whoever_may_not_see_people_whole_sees_initials_and_a_year(
    served: Flask, worker: FlaskClient
) -> None:
    subject = keep(worker).get_json()["subject"]
    masked = {"subject": subject, "masked": True, "initials": "Z. Q.", "birth_year": 1931}

    for role, organization in (("auditor", None), ("opp_reviewer", "county-office")):
        client = client_of(served, role, organization)
        read, found = client.get(f"/v1/applicants/{subject}"), search(client, name=NAME)
        assert masked.items() <= read.get_json().items()
        assert masked.items() <= found.get_json()["applicants"][0].items()
        assert all(
            NAME not in told and BORN not in told
            for told in (read.get_data(as_text=True), found.get_data(as_text=True))
        )
        assert (403, "forbidden") == problem(keep(client))
    whole = client_of(served, "supervisor").get(f"/v1/applicants/{subject}").get_json()
    assert {**PERSON, "masked": False}.items() <= whole.items()


def test_every_reading_is_in_the_audit_trail_with_its_subject_and_no_value(
    served: Flask, worker: FlaskClient
) -> None:
    auditor, stranger = (
        client_of(served, "auditor", None),
        client_of(served, organization="elsewhere"),
    )
    address = keep(worker, subject="case-7").headers["Location"]
    worker.get(address)
    worker.head(address)
    auditor.get(address)
    search(worker, name=NAME)
    search(auditor, name="Nobody At All")
    stranger.get(address)
    stranger.get("/v1/applicants/Zebulon.Quackenbush")
    worker.patch(address, json={"born_on": "1931-07-14"}, headers={"If-Match": '"1"'})

    assert [
        ("applicant.created", "case-7", "done"),
        ("applicant.read", "case-7", "done"),
        ("applicant.read", "case-7", "done"),
        ("applicant.read", "case-7", "masked"),
        ("applicant.searched", None, "done"),
        ("applicant.read", "case-7", "done"),
        ("applicant.searched", None, "done"),
        ("applicant.read", "case-7", "refused"),
        ("applicant.read", None, "refused"),
        ("applicant.corrected", "case-7", "done"),
    ] == trail(served)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": "Zora 123-45-6789"}, "/name"),
        ({"name": "123 45 6789"}, "/name"),
        ({"name": "x 123456789"}, "/name"),
        ({"name": "１２３–４５–６７８９"}, "/name"),
        ({"subject": "123-45-6789"}, "/subject"),
        ({"subject": "ssn123456789"}, "/subject"),
        ({"subject": "p_123.45.6789"}, "/subject"),
        ({"name": ""}, "/name"),
        ({"name": " \u200b"}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": None}, "/name"),
        ({"name": 7}, "/name"),
        ({"born_on": "1931-02-30"}, "/born_on"),
        ({"born_on": "19310713"}, "/born_on"),
        ({"born_on": "2100-01-01"}, "/born_on"),
        ({"born_on": None}, "/born_on"),
        ({"subject": "a b"}, "/subject"),
        ({"ssn": "123-45-6789"}, "/ssn"),
    ],
)
def test_what_is_no_name_or_birth_date_or_looks_like_a_social_security_number_is_not_repeated(
    served: Flask, worker: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    refused = keep(worker, **changes)

    assert (422, "invalid-request") == problem(refused)
    assert {pointer} == pointers(refused)
    [sent] = changes.values()
    if isinstance(sent, str) and len(sent) > 8:
        assert sent not in refused.get_data(as_text=True)
    if "6789" in str(sent) and "ssn" not in changes:
        assert "social security number" in refused.get_json()["errors"][0]["detail"]
    assert [] == trail(served)


def test_a_uuid_may_be_a_subject_reference_whatever_its_digits(worker: FlaskClient) -> None:
    assert 201 == keep(worker, subject="01234567-8912-4345-8678-123456789012").status_code


def test_a_correction_of_nothing_is_refused(worker: FlaskClient) -> None:
    address = keep(worker).headers["Location"]

    assert (422, "invalid-request") == problem(
        worker.patch(address, json={}, headers={"If-Match": '"1"'})
    )
    assert (422, "invalid-request") == problem(
        worker.patch(address, json={"subject": "x"}, headers={"If-Match": '"1"'})
    )


def test_neither_database_nor_backup_holds_a_name_or_a_birth_date_and_a_backup_brings_them_back(
    served: Flask, worker: FlaskClient, tmp_path: Path, decider: Decider
) -> None:
    address = keep(worker, key="one", subject="case-7").headers["Location"]
    worker.get(address)
    search(worker, **PERSON)
    worker.patch(address, json={"name": NAME.upper()}, headers={"If-Match": '"1"'})
    worker.patch(address, json={"name": NAME}, headers={"If-Match": '"2"'})
    store = store_of(served)

    back_up(store, tmp_path / "backup.gz", clock.now())
    raw = [everything_in(served), gzip.decompress((tmp_path / "backup.gz").read_bytes()).decode()]
    raw += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*.sqlite*")]
    assert all("case-7" in told for told in raw[:2])
    for told in raw:
        assert [] == [word for word in CANARIES if word in told or word.encode().hex() in told]

    settings = Settings(database_url=f"sqlite:///{tmp_path / 'restored.sqlite'}", instance=tmp_path)
    upgrade(settings)
    app = Flask("restored", static_folder=None)
    mount(
        app,
        Service(
            settings,
            decider,
            restored := Store(open_database(settings.database_url)),
            "chapter-288",
        ),
    )
    restore(restored, tmp_path / "backup.gz")
    assert () == verify(restored).complaints
    assert PERSON.items() <= client_of(app, "supervisor").get(address).get_json().items()
    restored.close()


def columns(app: Flask, subject: str) -> dict[str, Any]:
    with store_of(app).reading() as connection:
        row = connection.execute(
            text("SELECT * FROM applicants WHERE subject = :subject"), {"subject": subject}
        )
        return dict(row.mappings().one())


def put(app: Flask, subject: str, column: str, value: Any) -> None:
    """Change a column behind the service's back."""
    with store_of(app).writing() as connection:
        change = text(f"UPDATE applicants SET {column} = :value WHERE subject = :subject")
        connection.execute(change, {"value": value, "subject": subject})


def test_values_swapped_between_rows_or_columns_are_not_told_and_verification_names_the_row(
    served: Flask, worker: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    for subject, name in (("one", NAME), ("two", "Ana Lu")):
        keep(worker, subject=subject, name=name)
    one, two = columns(served, "one"), columns(served, "two")

    for column, value in (
        ("name", two["name"]),
        ("name", one["born_on"]),
        ("born_on", one["name"]),
        ("name", "v1.x"),
        ("name", ""),
    ):
        put(served, "one", column, value)
        for refused in (worker.get("/v1/applicants/one"), search(worker, name=NAME)):
            assert (500, "applicant-unreadable") == problem(refused)
        assert (500, "applicant-unreadable") == problem(
            worker.patch("/v1/applicants/one", json={"name": "X"}, headers={"If-Match": '"1"'})
        )
        assert [("applicant", str(UUID(str(one["id"]))))] == [
            (each.kind, each.object_id) for each in verify(store_of(served)).complaints
        ]
        put(served, "one", column, one[column])

    assert PERSON.items() <= worker.get("/v1/applicants/one").get_json().items()
    assert () == verify(store_of(served)).complaints
    assert ("applicant.read", "one", "unreadable") in trail(served)
    assert "applicants:" in caplog.text
    assert "Ana Lu" not in caplog.text
    assert "Quackenbush" not in caplog.text


@pytest.mark.parametrize(
    "column",
    [
        "id",
        "subject",
        "organization",
        "name",
        "born_on",
        "name_index",
        "name_and_birth_index",
        "created_by",
        "version",
    ],
)
def test_any_changed_column_is_named_by_verification(
    served: Flask, worker: FlaskClient, column: str
) -> None:
    keep(worker, subject="one")
    with store_of(served).writing() as connection:  # else the database itself refuses another id
        connection.execute(text("DELETE FROM name_parts"))
    put(
        served,
        "one",
        column,
        {"version": 9, "id": new_id(clock.now()).replace("-", "")}.get(column, "0"),
    )

    assert {"applicant"} == {each.kind for each in verify(store_of(served)).complaints}


def test_a_key_limited_to_reading_sees_masked_and_writes_nothing(
    served: Flask, worker: FlaskClient
) -> None:
    subject = keep(worker).get_json()["subject"]
    with served.app_context():
        wanted = Wanted(
            KEY, "reads", "eligibility_worker", ORGANIZATION, None, ("applicants.read",)
        )
        limited = bearing(
            served.test_client(), authenticator().credentials.create(wanted, ADMINISTRATOR).secret
        )

    assert limited.get(f"/v1/applicants/{subject}").get_json()["masked"]
    assert (403, "forbidden") == problem(keep(limited))
