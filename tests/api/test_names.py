"""Names over HTTP: found however they are written, former ones too; the same person noticed; what
letters need; and names that would show as others refused.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock
from app.access.credentials import KEY, Wanted
from app.api.http.asked.authentication import authenticator
from app.api.http.service import Service
from app.records.applicants.encryption import normalized
from app.records.applicants.forgetting import forget
from app.records.applicants.key_rotation import PEOPLE, rotate
from app.records.ledger.backup import back_up
from app.records.verifying.verification import verify
from tests.api.asking import pointers, problem
from tests.api.test_applicants import everything_in, keep, put, search, served, store_of, trail
from tests.callers import ADMINISTRATOR, ORGANIZATION, bearing, client_of

__all__ = ["served"]
LETTERS = {
    "address": ["12 Cormorant Street", "Boston, MA 02110-1234"],
    "language": "es",
    "large_print": True,
    "representative": {"name": "Ada Pelican", "authority": "Guardian"},
}


@pytest.fixture
def worker(served: Flask) -> FlaskClient:
    return client_of(served)


def found(client: FlaskClient, name: str, **wanted: Any) -> list[tuple[str, str]]:
    answer = search(client, name=name, **wanted).get_json()
    return [(each["subject"], each["found_by"]) for each in answer["applicants"]]


def change(client: FlaskClient, subject: str, **changes: Any) -> Any:
    return client.patch(f"/v1/applicants/{subject}", json=changes, headers={"If-Match": "*"})


def test_a_name_is_found_however_it_is_written(worker: FlaskClient) -> None:
    keep(worker, subject="one", name="İbrahim O’Brien-Gonçalves")

    for written in (
        "ibrahim obrien goncalves",
        "IBRAHIM O'BRIEN GONÇALVES",
        "Ibrahim O BrienGoncalves",
    ):
        assert [("one", "name")] == found(worker, written)
    assert [] == found(worker, "Ibrahim OBryan")


@pytest.mark.parametrize(
    "written",
    [
        "Muñoz",
        "MUNOZ",
        "Josefina",
        "Munoz O'Brien",
        "Munoz-OBrien",
        "O Brien Josefína",
        "Munoz O Brien",
        "delacruz",
    ],
)
def test_a_part_of_a_name_finds_with_and_without_the_birth_date(
    served: Flask, worker: FlaskClient, written: str
) -> None:
    keep(worker, subject="one", name="Josefína Muñoz-O’Brien de la Cruz")
    keep(worker, subject="two", name="Zora Pelican")

    assert [("one", "name")] == found(worker, written)
    assert [("one", "name")] == found(worker, written, born_on="1931-07-13")
    assert [] == found(worker, written, born_on="1931-07-14")
    assert [] == found(worker, f"{written} Pelican")
    assert ("applicant.read", "one", "done") in trail(served)
    assert "Mu" not in json.dumps(trail(served))


def test_a_part_of_a_former_name_finds_and_is_marked(served: Flask, worker: FlaskClient) -> None:
    keep(worker, subject="one", name="Zora Quackenbush")
    change(worker, "one", name="Zora Pelican")

    assert [("one", "former name")] == found(worker, "quackenbush")
    assert [("one", "name")] == found(worker, "pelican")
    change(worker, "one", name="Zora Heron", forget_old_name=True)
    assert [] == found(worker, "pelican")
    assert () == verify(store_of(served)).complaints


def test_who_sees_initials_finds_by_the_whole_name_alone(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora Quackenbush")
    masked = client_of(served, "opp_reviewer")

    assert [("one", "name")] == found(masked, "zora quackenbush")
    assert [] == found(masked, "Quackenbush")
    assert [] == found(masked, "Quackenbush Zora")


def test_a_search_in_part_finds_so_many_and_says_that_there_are_more(
    served: Flask, worker: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.records.applicants.applicants.IN_PART_AT_MOST", 2)
    for number, name in enumerate(("Heron", "Pelican", "Tern")):
        keep(worker, subject=f"p-{number}", name=f"Zora {name}")

    first = search(worker, name="Zora", limit=1).get_json()
    second = search(worker, name="Zora", limit=1, cursor=first["next_cursor"]).get_json()

    assert ["p-2", "p-1"] == [
        each["subject"] for page in (first, second) for each in page["applicants"]
    ]
    assert first["too_many"]
    assert "next_cursor" not in second
    assert not search(worker, name="Zora Tern").get_json()["too_many"]


def test_people_of_before_are_found_in_part_once_indexed(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora Quackenbush")
    store, ring = store_of(served), service_of(served).applicants._ring
    with store.writing() as connection:
        connection.execute(text("DELETE FROM name_parts"))

    assert [("one", "name")] == found(worker, "Zora Quackenbush")
    assert [] == found(worker, "Quackenbush")
    assert 1 == rotate(store, ring, tables=[PEOPLE]).rotated
    assert [("one", "name")] == found(worker, "Quackenbush")
    assert () == verify(store).complaints


def test_a_former_name_is_found_and_marked_until_it_is_forgotten(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora Quackenbush")
    change(worker, "one", name="Zora Pelican")
    change(worker, "one", born_on="1932-02-03")

    assert [("one", "former name")] == found(worker, "zora quackenbush")
    assert [("one", "former name")] == found(worker, "Zora Quackenbush", born_on="1932-02-03")
    assert [] == found(worker, "Zora Quackenbush", born_on="1931-07-13")
    assert [("one", "name")] == found(worker, "Zora Pelican")
    read = worker.get("/v1/applicants/one").get_json()
    assert [{"name": "Zora Quackenbush", "until": str(clock.today())}] == read["former_names"]
    masked = client_of(served, "opp_reviewer")
    assert [("one", "former name")] == found(masked, "Zora Quackenbush")
    assert "Quackenbush" not in masked.get("/v1/applicants/one").get_data(as_text=True)
    change(worker, "one", name="Zora Quackenbush")
    assert [("one", "name")] == found(worker, "Zora Quackenbush")
    assert [("one", "former name")] == found(worker, "Zora Pelican")
    assert () == verify(store_of(served)).complaints


def test_a_mistyped_name_and_another_accent_leave_no_former_name(worker: FlaskClient) -> None:
    keep(worker, subject="one", name="Zora Quakenbush")
    change(worker, "one", name="Zora Quackenbush", forget_old_name=True)
    change(worker, "one", name="Zóra Quackenbush")

    assert [] == worker.get("/v1/applicants/one").get_json()["former_names"]
    assert [] == found(worker, "Zora Quakenbush")
    refused = change(worker, "one", forget_old_name=True)
    assert (422, {"/forget_old_name"}) == (refused.status_code, pointers(refused))


def test_the_same_person_is_noticed_before_a_second_record(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora O'Neil")
    change(worker, "one", name="Zora Pelican")
    for name in ("Zora Pelican", "ZORA ONEIL"):
        refused = keep(worker, subject="two", name=name)
        assert (409, "duplicate-applicant") == problem(refused)
        assert ["one"] == refused.get_json()["references"]
    assert ("applicant.created", "one", "duplicate") in trail(served)
    strange = client_of(served, organization="elsewhere")
    assert 201 == keep(strange, subject="three", name="Zora Pelican").status_code
    assert (
        201 == keep(worker, subject="four", name="Zora Pelican", born_on="1950-01-01").status_code
    )
    assert 404 == worker.get("/v1/applicants/two").status_code
    again = keep(worker, key="k", subject="two", name="Zora Pelican", despite_duplicate=True)
    assert 201 == again.status_code
    assert () == verify(store_of(served)).complaints


def test_a_caller_who_may_not_search_by_birth_date_reads_no_references(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one")
    only = ("applicants.write",)
    with served.app_context():
        wanted = Wanted(KEY, "writes", "eligibility_worker", ORGANIZATION, None, only)
        secret = authenticator().credentials.create(wanted, ADMINISTRATOR).secret
    refused = keep(bearing(served.test_client(), secret))

    assert (409, "duplicate-applicant") == problem(refused)
    assert "references" not in refused.get_json()


@pytest.mark.parametrize("mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_a_name_that_overrides_the_direction_of_writing_is_refused(
    worker: FlaskClient, mark: str
) -> None:
    for refused in (
        keep(worker, name=f"Zora {mark}nayr"),
        search(worker, name=f"Zora {mark}nayr"),
        keep(worker, representative={"name": f"Ada{mark}", "authority": "x"}),
        keep(worker, address=[f"7 Main{mark} Street"]),
    ):
        assert (422, "invalid-request") == problem(refused)
        assert "direction" in refused.get_json()["errors"][0]["detail"]
        assert mark not in refused.get_data(as_text=True)


def test_what_letters_need_is_kept_encrypted_changed_and_forgotten(
    served: Flask, worker: FlaskClient, tmp_path: Path
) -> None:
    keep(worker, key="one", subject="one", **LETTERS)
    assert LETTERS.items() <= worker.get("/v1/applicants/one").get_json().items()
    back_up(store_of(served), tmp_path / "backup.gz", clock.now())
    for told in (everything_in(served), json.dumps(trail(served))):
        assert not [word for word in ("Cormorant", "Pelican", "Guardian") if word in told]
    assert "Cormorant" not in client_of(served, "auditor", None).get("/v1/applicants/one").text
    change(worker, "one", address=[], language=None, large_print=False, representative=None)
    without = {"address": [], "language": None, "large_print": False, "representative": None}
    assert without.items() <= worker.get("/v1/applicants/one").get_json().items()
    with store_of(served).reading() as connection:
        assert None is connection.execute(text("SELECT details FROM applicants")).scalar_one()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"address": ["x"] * 7}, "/address"),
        ({"address": "12 Main Street"}, "/address"),
        ({"address": ["x" * 101]}, "/address/0"),
        ({"language": "español"}, "/language"),
        ({"large_print": "yes"}, "/large_print"),
        ({"representative": {"name": "Ada"}}, "/representative/authority"),
        ({"representative": {"name": "--", "authority": "x"}}, "/representative/name"),
        ({"despite_duplicate": 1}, "/despite_duplicate"),
        ({"name": "--"}, "/name"),
    ],
)
def test_what_letters_cannot_use_is_refused(
    worker: FlaskClient, changes: dict[str, Any], pointer: str
) -> None:
    refused = keep(worker, **changes)

    assert (422, "invalid-request") == problem(refused)
    assert {pointer} == pointers(refused)


def test_rows_of_before_are_found_as_before_and_once_indexed_anew_as_today(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora O'Neil")
    ring = service_of(served).applicants._ring
    name = normalized("Zora O'Neil")
    put(served, "one", "name_index", ring.index("applicants.name", name))
    born = ring.index("applicants.name+born_on", name, "1931-07-13")
    put(served, "one", "name_and_birth_index", born)
    with store_of(served).writing() as connection:
        connection.execute(text("DELETE FROM name_parts"))

    assert [("one", "name")] == found(worker, "zora o'neil")
    assert [("one", "name")] == found(worker, "Zora O'Neil", born_on="1931-07-13")
    assert [] == found(worker, "Zora ONeil")
    assert 1 == rotate(store_of(served), ring).rotated
    assert [("one", "name")] == found(worker, "Zora ONeil")
    assert 0 == rotate(store_of(served), ring).rotated


def test_former_names_are_indexed_anew_and_go_with_their_person(
    served: Flask, worker: FlaskClient
) -> None:
    keep(worker, subject="one", name="Zora Quackenbush")
    change(worker, "one", name="Zora Pelican")
    store, ring = store_of(served), service_of(served).applicants._ring
    with store.writing() as connection:
        connection.execute(text("DELETE FROM former_names"))
        connection.execute(text("DELETE FROM name_parts"))
    assert [] == found(worker, "Zora Quackenbush")
    assert 1 == rotate(store, ring).rotated
    assert [("one", "former name")] == found(worker, "Zora Quackenbush")
    by = ADMINISTRATOR
    forget(
        store,
        "one",
        lambda one: by.did("applicant.forgotten", one, kind="applicant"),
        lambda id: by.did("waiver.forgotten", id, kind="waiver"),
    )
    with store.reading() as connection:
        for table in ("former_names", "name_parts"):
            assert 0 == connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    assert () == verify(store).complaints


def service_of(app: Flask) -> Service:
    found: Service = app.extensions["eligibility"]
    return found
