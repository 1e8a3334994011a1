"""A damaged record takes no other with it: it is named, to those who may know of it, and nothing
that it says now is told.
"""

import json
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.access.principal import Principal
from app.commands import command_line
from app.law.lawbook import Lawbook
from app.records.store import Store
from app.records.visibility import Reach
from app.settings import Settings
from tests.acting import EVERYWHERE
from tests.again.conftest import Harm, Serving, Tamper
from tests.again.keeping import etag, made, trail
from tests.api.asking import CLOSED, problem
from tests.sealing import seal_everything


class Damage(NamedTuple):
    """A value that a database keeps in a column although nobody can read it as what should stand
    there.
    """

    database: str
    column: str
    value: str


UNREADABLE = [
    Damage("sqlite", "decided_at", "'x'"),
    Damage("sqlite", "decided_at", "12"),
    Damage("sqlite", "as_of", "'2011-99-16'"),
    Damage("sqlite", "subject", "CAST(x'ff00ff' AS TEXT)"),
    Damage("sqlite", "edition", "x'ff00ff'"),
    Damage("sqlite", "replaces", "'x'"),
    Damage("postgresql", "decided_at", "'infinity'"),
    Damage("postgresql", "decided_at", "'20000-01-01 00:00:00+00'"),
    Damage("postgresql", "as_of", "'-infinity'"),
]


def each_of(*damages: Damage) -> pytest.MarkDecorator:
    """The test once for each damage, on the database that lets it be."""
    cases = [pytest.param(damage.database, damage, id=" ".join(damage)) for damage in damages]
    return pytest.mark.parametrize(("database_url", "damage"), cases, indirect=["database_url"])


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Of what PostgreSQL does not let be."""


@pytest.fixture
def no_day(settings: Settings) -> str:
    """What either database keeps as an instant and nobody can read as one."""
    return "'x'" if settings.database_url.startswith("sqlite") else "'infinity'"


@pytest.fixture
def auditor(serving: Serving) -> FlaskClient:
    return serving()


def office(name: str) -> Principal:
    """Somebody who sees what their organization made."""
    return replace(EVERYWHERE, organization=name, reach=Reach(organization=name))


def pages(client: FlaskClient, path: str, name: str, **wanted: Any) -> tuple[list[str], list[str]]:
    """What is found and what is told to be damaged, over all pages."""
    found: list[str] = []
    damaged: list[str] = []
    for _ in range(20):
        answer = client.post(path, json=wanted)
        assert 200 == answer.status_code, answer.get_json()
        page = answer.get_json()
        assert len(page[name]) + len(page.get("damaged", [])) <= wanted.get("limit", 50)
        found += [each["id"] for each in page[name]]
        damaged += page.get("damaged", [])
        if "next_cursor" not in page:
            return found, damaged
        wanted["cursor"] = page["next_cursor"]
    raise AssertionError("the pages come to no end")


def search(client: FlaskClient, **wanted: Any) -> tuple[list[str], list[str]]:
    return pages(client, "/v1/determinations/search", "determinations", **wanted)


@each_of(*UNREADABLE)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_search_finds_the_others_and_names_the_damaged_one(
    auditor: FlaskClient, harm: Harm, damage: Damage, limit: int, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [made(auditor) for _ in range(5)]
    harm("determinations", damage.column, ids[2], damage.value)

    found, damaged = search(auditor, limit=limit)

    assert ([ids[4], ids[3], ids[1], ids[0]], [ids[2]]) == (found, damaged)
    assert f"alarm: damaged records of the kind determination: {ids[2]}" in caplog.text


@on_sqlite
@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("value", ["'zz'", "upper(id)", "x'ff01'", "CAST(x'ff01' AS TEXT)", "''"])
def test_pages_go_on_past_an_id_that_is_none_any_more(
    auditor: FlaskClient, harm: Harm, value: str, limit: int
) -> None:
    ids = [made(auditor) for _ in range(4)]
    harm("determinations", "id", ids[1], value)

    found, damaged = search(auditor, limit=limit)

    assert [ids[3], ids[2], ids[0]] == found
    assert 1 == len(damaged)
    assert 200 == auditor.get(f"/v1/determinations/{ids[0]}").status_code


def test_many_damaged_ones_take_nothing_with_them(
    auditor: FlaskClient, no_day: str, harm: Harm
) -> None:
    ids = [made(auditor) for _ in range(9)]
    for id in ids[::2]:
        harm("determinations", "decided_at", id, no_day)

    assert (ids[1::2][::-1], ids[::2][::-1]) == search(auditor, limit=4)


def test_what_is_damaged_out_of_reach_is_as_if_it_were_not_there(
    serving: Serving, store: Store, no_day: str, harm: Harm
) -> None:
    one, two = (
        serving(principal=replace(EVERYWHERE, organization=name, reach=Reach(organization=name)))
        for name in ("one", "two")
    )
    reviewer = serving(
        principal=replace(EVERYWHERE, reach=Reach(questions=frozenset({"waiver.reviewable"})))
    )
    ours, theirs = made(one), made(two)
    harm("determinations", "decided_at", ours, no_day)
    seal_everything(store)

    assert [([], [ours]), ([theirs], []), ([], [])] == [
        search(client) for client in (one, two, reviewer)
    ]
    assert [500, 404, 404] == [
        client.get(f"/v1/determinations/{ours}").status_code for client in (one, two, reviewer)
    ]
    told = [
        [event["subject"] for event in client.get("/v1/events").get_json()[1:]]
        for client in (one, two, reviewer)
    ]
    assert [[ours], [theirs], []] == told


@on_sqlite
def test_an_organization_that_cannot_be_read_lets_nobody_see_it_but_those_who_see_everything(
    serving: Serving, auditor: FlaskClient, harm: Harm
) -> None:
    one = serving(principal=office("one"))
    id = made(one)
    harm("determinations", "organization", id, "CAST(x'6f6e65ff' AS TEXT)")

    assert ([], []) == search(one)
    assert ([], [id]) == search(auditor)


def test_the_trail_tells_the_other_entries_and_names_the_damaged_one(
    auditor: FlaskClient, store: Store, no_day: str, harm: Harm
) -> None:
    for _ in range(3):
        made(auditor)
    with store.reading() as connection:
        ids = [
            str(id)
            for id in connection.execute(text("SELECT id FROM audit_entries ORDER BY id")).scalars()
        ]
    ids = [
        id if "-" in id else f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}" for id in ids
    ]
    harm("audit_entries", "at", ids[1], no_day)

    found = pages(auditor, "/v1/audit/search", "entries", limit=1, action="determination.made")

    assert ([ids[2], ids[0]], [ids[1]]) == found


def follow(client: FlaskClient, limit: int) -> list[dict[str, Any]]:
    """Every event, the feed followed to its end."""
    told: list[dict[str, Any]] = []
    path = f"/v1/events?limit={limit}"
    while True:
        answer = client.get(path)
        assert 200 == answer.status_code, answer.get_json()
        if not answer.get_json():
            return told
        told += answer.get_json()
        path = answer.headers["Link"].split(">")[0].lstrip("<")


@each_of(*UNREADABLE)
@pytest.mark.parametrize("limit", [1, 50])
def test_events_go_on_past_a_damaged_record_and_tell_of_it(
    auditor: FlaskClient,
    store: Store,
    harm: Harm,
    damage: Damage,
    limit: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids = [made(auditor) for _ in range(3)]
    seal_everything(store)
    harm("determinations", damage.column, ids[1], damage.value)

    told = follow(auditor, limit)

    types = ["law.changed", "determination.made", "determination.damaged", "determination.made"]
    assert types == [event["type"] for event in told]
    assert ids == [event["subject"] for event in told[1:]]
    assert {"specversion", "id", "source", "type", "subject", "datacontenttype", "data"} == set(
        told[2]
    )
    assert {"id": ids[1]} == told[2]["data"]
    assert f"alarm: damaged records of the kind determination: {ids[1]}" in caplog.text


def test_a_damaged_law_is_told_of_too_to_everybody(
    serving: Serving, store: Store, lawbook: Lawbook, no_day: str
) -> None:
    one = serving(principal=office("one"))
    made(one)
    seal_everything(store)
    with store.engine.begin() as connection:
        if store.is_sqlite:
            connection.execute(text("DROP TRIGGER laws_no_update"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"UPDATE laws SET kept_at = {no_day}"))

    told = follow(one, 1)

    assert ["law.damaged", "determination.made"] == [event["type"] for event in told]
    assert {"digest": lawbook.digest} == told[0]["data"]


def test_a_removed_record_is_told_to_those_who_see_everything(
    serving: Serving, auditor: FlaskClient, store: Store
) -> None:
    one = serving(principal=office("one"))
    id = made(one)
    seal_everything(store)
    with store.engine.begin() as connection:
        if store.is_sqlite:
            for guarded in ("determinations", "decisive_provisions"):
                connection.execute(text(f"DROP TRIGGER {guarded}_no_delete"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM decisive_provisions"))
        connection.execute(text("DELETE FROM determinations"))

    assert ["law.changed"] == [event["type"] for event in follow(one, 50)]
    assert [("law.changed", False), ("determination.damaged", True)] == [
        (event["type"], event["subject"] == id) for event in follow(auditor, 50)
    ]


VIEWS = [
    ("GET", ""),
    ("GET", "/packet"),
    ("POST", "/replay"),
    ("POST", "/reconsider"),
    ("POST", "/redetermine"),
]


@each_of(*UNREADABLE)
@pytest.mark.parametrize(("method", "view"), VIEWS)
def test_a_damaged_determination_is_refused_with_an_alarm(
    auditor: FlaskClient,
    store: Store,
    harm: Harm,
    damage: Damage,
    method: str,
    view: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    id = made(auditor)
    seal_everything(store)
    harm("determinations", damage.column, id, damage.value)

    answer = auditor.open(
        f"/v1/determinations/{id}{view}",
        method=method,
        json={} if method == "POST" else None,
        headers={"If-Match": '"x"'},
    )

    assert (500, "record-damaged") == problem(answer)
    assert ("determination", id) == (answer.get_json()["kind"], answer.get_json()["id"])
    assert f"alarm: damaged records of the kind determination: {id}" in caplog.text
    assert "Traceback" not in caplog.text and "unexpected" not in caplog.text
    if view == "/replay":
        assert ("determination.replayed", id, "damaged") in trail(store)


CHANGED = {
    "document": (
        """replace(document, '"outcome":"ineligible","says"', '"outcome":"eligible","says"')"""
    ),
    "subject": "'person-2'",
    "author": "'key:other'",
    "record_digest": f"'{'0' * 64}'",
}


@pytest.mark.parametrize("column", CHANGED)
@pytest.mark.parametrize(("method", "view"), [each for each in VIEWS if each[1] != "/replay"])
def test_what_was_changed_decides_on_nobodys_coverage(
    auditor: FlaskClient, store: Store, harm: Harm, column: str, method: str, view: str
) -> None:
    id = made(auditor, subject="person-1")
    seal_everything(store)
    harm("determinations", column, id, CHANGED[column])

    answer = auditor.open(
        f"/v1/determinations/{id}{view}",
        method=method,
        json={} if method == "POST" else None,
        headers={"If-Match": "*"},
    )

    assert (500, "record-damaged") == problem(answer)


def test_a_replay_that_agrees_does_not_hide_that_the_record_was_changed(
    auditor: FlaskClient, tamper: Tamper
) -> None:
    id = made(auditor)
    tamper("determinations.author", "key:tests", "key:other")

    assert (500, "record-damaged") == problem(auditor.post(f"/v1/determinations/{id}/replay"))


def test_a_request_sent_again_is_not_answered_with_what_was_changed(
    auditor: FlaskClient, tamper: Tamper
) -> None:
    headers = {"Idempotency-Key": "one"}
    auditor.post("/v1/determinations", json=CLOSED, headers=headers)
    auditor.post(
        "/v1/determinations/batch",
        data=json.dumps(CLOSED),
        headers=headers,
        content_type="application/jsonl",
    )
    tamper(
        "determinations.document", '"outcome":"ineligible","says"', '"outcome":"eligible","says"'
    )

    again = auditor.post("/v1/determinations", json=CLOSED, headers=headers)
    batch = auditor.post(
        "/v1/determinations/batch",
        data=json.dumps(CLOSED),
        headers=headers,
        content_type="application/jsonl",
    )

    assert (500, "record-damaged") == problem(again)
    assert "/problems/record-damaged" == json.loads(batch.data)["problem"]["type"]


def test_a_damaged_answer_to_a_key_is_not_given_again_and_nothing_is_decided_twice(
    auditor: FlaskClient, store: Store, no_day: str
) -> None:
    headers = {"Idempotency-Key": "one"}
    auditor.post("/v1/determinations", json=CLOSED, headers=headers)
    with store.engine.begin() as connection:
        connection.execute(text(f"UPDATE idempotency_records SET kept_at = {no_day}"))

    assert (500, "record-damaged") == problem(
        auditor.post("/v1/determinations", json=CLOSED, headers=headers)
    )
    assert 1 == len(search(auditor)[0])


def replaced(client: FlaskClient, id: str) -> str:
    """The id of the determination that takes the place of another."""
    answer = client.post(
        f"/v1/determinations/{id}/redetermine", json={}, headers={"If-Match": etag(client, id)}
    )
    return str(answer.get_json()["id"])


def test_a_chain_names_its_damaged_member_and_lists_the_others(
    auditor: FlaskClient, no_day: str, harm: Harm
) -> None:
    first = made(auditor)
    second = replaced(auditor, first)
    third = replaced(auditor, second)
    harm("determinations", "decided_at", second, no_day)

    for id in (first, second, third):
        told = auditor.get(f"/v1/determinations/{id}/chain").get_json()
        assert [first, second, third] == [link["id"] for link in told["chain"]]
        assert {"id": second, "href": f"/v1/determinations/{second}"} == told["chain"][1]
        assert ([second], third) == (told["damaged"], told["stands"])


@on_sqlite
def test_what_is_damaged_can_be_held(auditor: FlaskClient, harm: Harm) -> None:
    id = made(auditor)
    harm("determinations", "document", id, "CAST(x'ff' AS TEXT)")

    answer = auditor.post(
        "/v1/holds", json={"kind": "determination", "object_id": id, "because": "damaged"}
    )

    assert 201 == answer.status_code


def replay(settings: Settings, *arguments: str) -> tuple[int, str]:
    result = command_line(settings).test_cli_runner().invoke(args=["records", "replay", *arguments])
    return result.exit_code, result.stdout


CHANGED_OR_LOST = [
    Damage("sqlite", "law_digest", "CAST(x'ff' AS TEXT)"),
    Damage("sqlite", "id", "'zz'"),
    Damage("sqlite", "author", "'x'"),
    Damage("postgresql", "author", "'x'"),
]


@each_of(*UNREADABLE, *CHANGED_OR_LOST)
def test_replaying_everything_names_the_damaged_one_and_ends_with_3(
    auditor: FlaskClient, settings: Settings, harm: Harm, damage: Damage
) -> None:
    ids = [made(auditor) for _ in range(3)]
    harm("determinations", damage.column, ids[1], damage.value)
    named = "zz" if damage.column == "id" else ids[1]

    status, told = replay(settings, "--json")
    shown = replay(settings)

    document = json.loads(told)
    assert (3, 3) == (status, shown[0])
    assert (3, 2, 0, 1) == tuple(
        document[name] for name in ("replayed", "agree", "differ", "damaged")
    )
    assert [named] == document["damaged_records"]
    assert named in shown[1] and ids[0] not in shown[1]


def test_a_damaged_text_of_the_law_differs(
    auditor: FlaskClient, settings: Settings, store: Store, tamper: Tamper
) -> None:
    id = made(auditor)
    tamper("laws.texts", '{"', '["')

    status, told = replay(settings, "--json")

    assert 3 == status
    assert [{"id": id, "differs_at": "/law/digest"}] == json.loads(told)["differences"]
