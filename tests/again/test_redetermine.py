"""A determination is replaced once, by one that names it; nothing of the older one is lost."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.determinations.decide import Decider
from app.records.store import Store
from app.records.visibility import Reach
from tests.acting import EVERYWHERE
from tests.again.conftest import Amend, Serving
from tests.again.keeping import NOBODY, etag, made, trail
from tests.api.asking import CLOSED, pointers, problem
from tests.stored import record_of


def redetermine(client: FlaskClient, id: str, tag: str | None = None, **given: Any) -> TestResponse:
    """The determination replaced, as its present entity tag has it unless another is given."""
    headers = {"If-Match": etag(client, id) if tag is None else tag}
    return client.post(f"/v1/determinations/{id}/redetermine", json=given, headers=headers)


def test_it_is_decided_anew_under_todays_law_and_names_what_it_replaces(
    serving: Serving, longer_winter: Decider
) -> None:
    id = made(serving(), subject="case:7")
    client = serving(longer_winter)

    answer = redetermine(client, id)

    assert 201 == answer.status_code
    document = answer.get_json()
    assert (id, "case:7", "eligible", longer_winter.lawbook.digest) == (
        document["replaces"], document["subject"], document["outcome"], document["law"]["digest"],
    )  # fmt: skip
    again = client.get(answer.headers["Location"])
    assert (answer.data, answer.headers["ETag"]) == (again.data, again.headers["ETag"])


def test_the_chain_shows_on_both(client: FlaskClient) -> None:
    id = made(client)
    issued = client.get(f"/v1/determinations/{id}").data

    new = redetermine(client, id).get_json()["id"]

    older, newer = (
        client.get(f"/v1/determinations/{id}"),
        client.get(f"/v1/determinations/{new}").get_json(),
    )
    assert (new, id) == (older.get_json()["replaced_by"], newer["replaces"])
    assert issued[:-1] == older.data[: len(issued) - 1]
    assert issued[:-1] + f',"replaced_by":"{new}"}}'.encode() == older.data


def test_the_chain_is_listed_from_first_to_last_from_each_of_its_members(
    serving: Serving, longer_winter: Decider
) -> None:
    first = made(serving())
    client = serving(longer_winter)
    second = redetermine(client, first).get_json()["id"]
    third = redetermine(client, second, facts={}).get_json()["id"]

    listed = [
        client.get(f"/v1/determinations/{id}/chain").get_json() for id in (first, second, third)
    ]

    assert listed[0] == listed[1] == listed[2]
    assert third == listed[0]["stands"]
    told = [(each["id"], each["replaces"], each["outcome"]) for each in listed[0]["chain"]]
    assert [
        (first, None, "ineligible"),
        (second, first, "eligible"),
        (third, second, "undetermined"),
    ] == told
    assert "You may not enroll on February 16, 2011." == listed[0]["chain"][0]["says"]
    assert (
        longer_winter.lawbook.digest
        == listed[0]["chain"][1]["law"]["digest"]
        != listed[0]["chain"][0]["law"]["digest"]
    )


def test_every_determination_of_a_chain_replays(serving: Serving, longer_winter: Decider) -> None:
    first = made(serving())
    client = serving(longer_winter)
    second = redetermine(client, first, facts=CLOSED["facts"]).get_json()["id"]

    assert [200, 200] == [
        client.post(f"/v1/determinations/{id}/replay").status_code for id in (first, second)
    ]


def test_of_two_at_once_one_is_kept_and_the_other_is_told_that_it_came_too_late(
    client: FlaskClient,
) -> None:
    id = made(client)
    tag, together = etag(client, id), Barrier(4)

    def attempt(_: int) -> int:
        own = client.application.test_client()
        together.wait()
        return redetermine(own, id, tag).status_code

    with ThreadPoolExecutor(4) as pool:
        assert [201, 412, 412, 412] == sorted(pool.map(attempt, range(4)))
    assert 2 == len(client.get(f"/v1/determinations/{id}/chain").get_json()["chain"])


def test_without_if_match_nothing_is_replaced(client: FlaskClient) -> None:
    id = made(client)

    answer = client.post(f"/v1/determinations/{id}/redetermine", json={})

    assert (428, "precondition-required") == problem(answer)
    assert "replaced_by" not in client.get(f"/v1/determinations/{id}").get_json()


@pytest.mark.parametrize("tag", ['"0"', 'W/"0"', '""', "x", '"a", "b"'])
def test_another_entity_tag_replaces_nothing(client: FlaskClient, tag: str) -> None:
    id = made(client)

    assert (412, "precondition-failed") == problem(redetermine(client, id, tag))


@pytest.mark.parametrize("quotes", ["{}", "'{}'", '"{}', '"x", {}'])
def test_a_tag_without_its_quotes_is_no_match(client: FlaskClient, quotes: str) -> None:
    id = made(client)
    answer = redetermine(client, id, quotes.format(etag(client, id).strip('"')))

    assert (412, "precondition-failed") == problem(answer)
    assert "with its quotes" in answer.get_json()["detail"]


def test_one_of_several_tags_is_enough(client: FlaskClient) -> None:
    id = made(client)

    assert 201 == redetermine(client, id, f'"x" , {etag(client, id)}').status_code


def test_a_weak_tag_is_no_match(client: FlaskClient) -> None:
    id = made(client)

    assert (412, "precondition-failed") == problem(redetermine(client, id, f"W/{etag(client, id)}"))


def test_what_was_replaced_is_not_replaced_again(client: FlaskClient) -> None:
    id = made(client)
    tag = etag(client, id)
    redetermine(client, id)

    for again in (tag, etag(client, id), "*"):
        answer = redetermine(client, id, again)
        assert (412, "precondition-failed") == problem(answer)
        assert "replaced_by" in answer.get_json()["detail"]


def test_other_facts_may_be_given_and_the_governing_day_follows_them(client: FlaskClient) -> None:
    id = made(client)
    facts = {
        **CLOSED["facts"],
        "enrollment": {**CLOSED["facts"]["enrollment"], "requested_on": "2011-02-15"},
    }

    document = redetermine(client, id, facts=facts).get_json()

    assert ("eligible", "2011-02-15") == (document["outcome"], document["as_of"])


def test_day_and_edition_that_are_left_out_stay_as_they_were(client: FlaskClient) -> None:
    id = made(
        client,
        question="individual.eligible",
        facts={"applicant": {"resident": True}},
        as_of="2011-05-06",
        edition="current",
    )

    document = redetermine(client, id, facts={"applicant": {"resident": False}}).get_json()

    assert ("2011-05-06", "current", {"applicant.resident": False}) == (
        document["as_of"],
        document["edition"],
        document["facts"],
    )


def test_day_and_edition_may_be_given(client: FlaskClient) -> None:
    id = made(
        client,
        question="individual.eligible",
        facts={"applicant": {"resident": True}},
        as_of="2011-05-06",
    )

    document = redetermine(client, id, as_of="2011-05-07", edition="current").get_json()

    assert ("2011-05-07", "current", {"applicant.resident": True}) == (
        document["as_of"],
        document["edition"],
        document["facts"],
    )


def test_the_request_is_kept_whole_with_exact_numbers(client: FlaskClient, store: Store) -> None:
    sent = (
        b'{"facts": {"group.eligible_employees": 10.0}, "question": "group.eligible", "as_of": '
        b'"2011-02-16", "subject": "b:1"}'
    )
    id = client.post("/v1/determinations", data=sent, content_type="application/json").get_json()[
        "id"
    ]

    new = redetermine(client, id).get_json()["id"]

    record = record_of(store, new)
    assert record is not None
    assert b":10.0}" in record.request.encode()
    assert {"question", "facts", "as_of", "edition", "subject"} == set(orjson.loads(record.request))
    assert 200 == client.post(f"/v1/determinations/{new}/replay").status_code


@pytest.mark.parametrize(
    ("given", "type", "pointer"),
    [
        (
            {"facts": {"applicant": {"resident": "yes"}}},
            "facts-refused",
            "/facts/applicant/resident",
        ),
        ({"facts": None}, "invalid-request", "/facts"),
        ({"facts": []}, "invalid-request", "/facts"),
        ({"as_of": "2011-2-1"}, "invalid-request", "/as_of"),
        ({"as_of": "2011-02-17"}, "as-of-differs", "/as_of"),
        ({"edition": "nothing"}, "unknown-edition", "/edition"),
        ({"subject": "another"}, "invalid-request", "/subject"),
        ({"question": "individual.eligible"}, "invalid-request", "/question"),
    ],
)
def test_what_cannot_be_taken_is_pointed_at_and_replaces_nothing(
    client: FlaskClient, given: dict[str, Any], type: str, pointer: str
) -> None:
    id = made(client)

    answer = redetermine(client, id, **given)

    assert (422, type) == problem(answer)
    assert {pointer} == pointers(answer)
    assert "replaced_by" not in client.get(f"/v1/determinations/{id}").get_json()


def test_facts_of_then_that_todays_law_does_not_take_are_listed(
    serving: Serving, amend: Amend
) -> None:
    id = made(
        serving(),
        question="group.eligible",
        facts={"group": {"eligible_employees": 10}},
        as_of="2011-02-16",
    )
    fact = "group.eligible_employees:\n  type: integer"
    client = serving(amend("facts.yaml", fact, f"{fact}\n  maximum: 9"))

    answer = redetermine(client, id)

    assert (422, "not-reconsidered") == problem(answer)
    assert ["group.eligible_employees"] == [wrong["fact"] for wrong in answer.get_json()["refused"]]


def test_a_redetermination_enters_the_audit_trail_in_its_own_transaction(
    client: FlaskClient, store: Store
) -> None:
    id = made(client)

    new = redetermine(client, id).get_json()["id"]

    assert ("determination.redetermined", new, "done") in trail(store)


def test_whoever_may_see_the_older_one_may_see_the_newer(serving: Serving) -> None:
    ours = serving(
        principal=replace(EVERYWHERE, organization="carrier", reach=Reach(organization="carrier"))
    )
    reviewer = Reach(questions=frozenset({"enrollment.permitted"}))
    theirs = serving(
        principal=replace(EVERYWHERE, actor="account:9", organization="office", reach=reviewer)
    )
    id = made(ours)

    assert (403, "another-organization") == problem(redetermine(theirs, id))
    new = redetermine(ours, id).get_json()["id"]

    assert 200 == theirs.get(f"/v1/determinations/{new}").status_code
    assert [id, new] == [
        each["id"] for each in theirs.get(f"/v1/determinations/{new}/chain").get_json()["chain"]
    ]


def test_what_was_not_kept_is_not_replaced(client: FlaskClient) -> None:
    answer = redetermine(client, NOBODY, "*")

    assert (404, "unknown-determination") == problem(answer)
