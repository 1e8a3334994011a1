"""Kept determinations are read as they were issued, by those who may, and every reading is on
record.
"""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from app.records.store import Store
from app.records.visibility import NOTHING, Reach
from tests.acting import EVERYWHERE
from tests.again.conftest import Serving
from tests.again.keeping import NOBODY, etag, made, trail
from tests.api.asking import CLOSED, problem
from tests.sealing import seal_everything


def test_the_text_is_the_one_that_was_issued_and_its_tag_is_strong(client: FlaskClient) -> None:
    created = client.post("/v1/determinations", json=CLOSED)

    answer = client.get(created.headers["Location"])

    assert created.data == answer.data
    assert re.fullmatch('"[0-9a-f]{32}"', answer.headers["ETag"])


def test_whoever_has_it_already_is_told_so_without_a_body(client: FlaskClient) -> None:
    id = made(client)
    tag = etag(client, id)

    answer = client.get(f"/v1/determinations/{id}", headers={"If-None-Match": tag})

    assert (304, b"", tag) == (answer.status_code, answer.data, answer.headers["ETag"])


def test_once_it_is_replaced_its_tag_is_another(client: FlaskClient) -> None:
    id = made(client)
    tag = etag(client, id)
    client.post(f"/v1/determinations/{id}/redetermine", json={}, headers={"If-Match": tag})

    assert 200 == client.get(f"/v1/determinations/{id}", headers={"If-None-Match": tag}).status_code
    assert tag != etag(client, id)


def test_every_reading_enters_the_audit_trail(client: FlaskClient, store: Store) -> None:
    id = made(client)
    tag = etag(client, id)
    client.get(f"/v1/determinations/{id}", headers={"If-None-Match": tag})
    client.head(f"/v1/determinations/{id}")
    client.get(f"/v1/determinations/{id}/chain")
    client.get(f"/v1/determinations/{NOBODY}")

    read = [("determination.read", id, "done")] * 4
    refused = ("determination.read", NOBODY, "refused")
    assert [("determination.made", id, "done"), *read, refused] == trail(store)


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("GET", ""),
        ("GET", "/chain"),
        ("GET", "/packet"),
        ("POST", "/replay"),
        ("POST", "/reconsider"),
        ("POST", "/redetermine"),
    ],
)
@pytest.mark.parametrize(
    "reach",
    [NOTHING, Reach(organization="other"), Reach(questions=frozenset({"group.eligible"}))],
    ids=repr,
)
def test_what_lies_out_of_reach_is_as_if_it_were_not_there(
    serving: Serving, store: Store, method: str, what: str, reach: Reach
) -> None:
    id = made(serving())
    seal_everything(store)
    stranger = serving(principal=replace(EVERYWHERE, reach=reach))
    before = trail(store)

    answers = [
        stranger.open(
            f"/v1/determinations/{each}{what}", method=method, json={} if method == "POST" else None
        )
        for each in (id, NOBODY)
    ]

    assert [(404, "unknown-determination")] * 2 == [problem(answer) for answer in answers]
    theirs, nobodys = (
        {k: v for k, v in a.get_json().items() if k not in ("instance", "request_id")}
        for a in answers
    )
    assert nobodys == theirs
    entered = trail(store)[len(before) :]
    assert [(id, "refused"), (NOBODY, "refused")] == [entry[1:] for entry in entered]
    assert 1 == len({action for action, *_ in entered})


def test_a_reader_of_one_question_sees_it_whoever_made_it(serving: Serving) -> None:
    id = made(serving())
    reader = serving(
        principal=replace(EVERYWHERE, reach=Reach(questions=frozenset({"enrollment.permitted"})))
    )

    assert 200 == reader.get(f"/v1/determinations/{id}").status_code


def test_every_view_of_kept_determinations_names_its_permission(client: FlaskClient) -> None:
    views = client.application.view_functions
    ours = {
        name: view
        for name, view in views.items()
        if name.startswith(("kept-determinations.", "deciding-again."))
    }

    assert {
        "read_determination": "determinations.read",
        "read_receipt": "determinations.read",
        "read_chain": "determinations.read",
        "read_packet": "determinations.packet",
        "replay_determination": "determinations.replay",
        "reconsider_determination": "determinations.reconsider",
        "redetermine": "determinations.redetermine",
    } == {name.partition(".")[2]: getattr(view, "permission", None) for name, view in ours.items()}
