"""Finding what was decided, following what is being decided, and the trail that both leave."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import clock
from app.access.principal import Principal
from app.api.http.service import current_service
from app.records.ledger.seals import seal_everything
from app.records.visibility import EVERYTHING, NOTHING, Reach
from tests.acting import acting
from tests.api.asking import CLOSED, asked, pointers, problem
from tests.api.conftest import Serve

WAIVERS = frozenset({"waiver.reviewable"})


def somebody(name: str, role: str, reach: Reach) -> Principal:
    return Principal(f"key:{name}", role, frozenset(), name, reach)


OFFICE = somebody("one", "eligibility_worker", Reach(organization="one"))
OTHER = somebody("two", "eligibility_worker", Reach(organization="two"))
OPP = somebody("opp", "opp_reviewer", Reach(organization="opp", questions=WAIVERS))
AUDITOR = somebody("auditor", "auditor", EVERYTHING)
NOBODY = somebody("nobody", "administrator", NOTHING)
WAIVER = {"question": "waiver.reviewable", "as_of": "2011-03-01", "facts": {}}


@pytest.fixture
def client(serve: Serve) -> FlaskClient:
    return acting(serve().application, AUDITOR).test_client()


def act_as(client: FlaskClient, who: Principal) -> None:
    acting(client.application, who)


def decide(client: FlaskClient, body: Any = CLOSED, by: Principal = OFFICE) -> str:
    act_as(client, by)
    answer = client.post("/v1/determinations", json=body)
    act_as(client, AUDITOR)
    assert 201 == answer.status_code
    return str(answer.get_json()["id"])


def found(client: FlaskClient, **wanted: Any) -> list[str]:
    answer = client.post("/v1/determinations/search", json=wanted)
    assert 200 == answer.status_code, answer.get_json()
    return [each["id"] for each in answer.get_json()["determinations"]]


def test_determinations_are_found_by_everything_that_is_asked_for(client: FlaskClient) -> None:
    one = decide(client, asked(subject="person-1"))
    two = decide(client, asked(subject="person-2"), by=OTHER)
    waiver = decide(client, WAIVER)

    assert [waiver, two, one] == found(client)
    assert [one] == found(client, subject="person-1")
    assert [waiver] == found(client, question="waiver.reviewable")
    assert [two, one] == found(client, outcome="ineligible")
    assert [two, one] == found(client, provision="enrollment/open-periods-2011")
    assert [two] == found(client, author="key:two", outcome="ineligible")
    assert [] == found(client, author="key:two", subject="person-1")


def test_days_are_those_of_massachusetts_both_included(client: FlaskClient) -> None:
    id, today = decide(client), clock.today().isoformat()

    assert [id] == found(client, decided={"from": today, "to": today})
    assert [] == found(client, decided={"to": "2012-01-01"})
    assert [id] == found(client, decided={"from": "2012-01-01"})


def test_what_is_found_says_what_took_its_place_and_where_it_stands(client: FlaskClient) -> None:
    id = decide(client, asked(subject="person-1"))

    (told,) = client.post("/v1/determinations/search", json={}).get_json()["determinations"]

    assert {
        "id": id,
        "subject": "person-1",
        "author": "key:one",
        "organization": "one",
        "replaced_by": None,
    }.items() <= told.items()
    assert f"/v1/determinations/{id}" == told["href"]


def test_pages_neither_skip_nor_repeat_while_others_decide(client: FlaskClient) -> None:
    ids = [decide(client, asked(subject=f"person-{n}")) for n in range(7)]
    seen: list[str] = []
    wanted: dict[str, Any] = {"limit": 3}
    for _ in range(4):
        page = client.post("/v1/determinations/search", json=wanted).get_json()
        seen += [each["id"] for each in page["determinations"]]
        decide(client, asked(subject="meanwhile"))
        if "next_cursor" not in page:
            break
        wanted["cursor"] = page["next_cursor"]

    assert ids[::-1] == seen


def test_a_cursor_holds_for_its_search_and_its_caller(client: FlaskClient) -> None:
    for _ in range(3):
        decide(client)
    cursor = client.post("/v1/determinations/search", json={"limit": 1}).get_json()["next_cursor"]

    other_search = client.post(
        "/v1/determinations/search", json={"limit": 1, "outcome": "ineligible", "cursor": cursor}
    )
    changed = client.post(
        "/v1/determinations/search", json={"limit": 1, "cursor": "x" + cursor[1:]}
    )
    act_as(client, NOBODY)
    other_caller = client.post("/v1/determinations/search", json={"limit": 1, "cursor": cursor})

    for refused in (other_search, changed, other_caller):
        assert (422, "invalid-request") == problem(refused)
        assert {"/cursor"} == pointers(refused)


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"limit": 0}, "/limit"),
        ({"limit": 201}, "/limit"),
        ({"limit": True}, "/limit"),
        ({"outcome": "maybe"}, "/outcome"),
        ({"subject": "a b"}, "/subject"),
        ({"decided": {"from": "2012-1-1"}}, "/decided/from"),
        ({"name": "Jane"}, "/name"),
        ({"cursor": "é"}, "/cursor"),
        ({"decided": 1}, "/decided"),
    ],
)
def test_a_search_that_says_something_else_is_refused(
    client: FlaskClient, wanted: Any, pointer: str
) -> None:
    answer = client.post("/v1/determinations/search", json=wanted)

    assert (422, "invalid-request") == problem(answer)
    assert {pointer} == pointers(answer)


def test_a_question_that_there_is_not_is_refused(client: FlaskClient) -> None:
    assert (404, "unknown-question") == problem(
        client.post("/v1/determinations/search", json={"question": "enrollment.nothing"})
    )


def test_each_finds_what_is_within_reach(client: FlaskClient) -> None:
    ours, theirs, waiver = (
        decide(client),
        decide(client, by=OTHER),
        decide(client, WAIVER, by=OTHER),
    )
    expected = {
        OFFICE: [ours],
        OTHER: [waiver, theirs],
        OPP: [waiver],
        AUDITOR: [waiver, theirs, ours],
        NOBODY: [],
    }

    for who, ids in expected.items():
        act_as(client, who)
        assert ids == found(client), who.actor


def test_a_search_leaves_a_trail_without_its_words(client: FlaskClient) -> None:
    found(client, subject="person-1")

    (entry,) = client.post(
        "/v1/audit/search", json={"action": "determination.searched"}
    ).get_json()["entries"]

    assert ("key:auditor", "127.0.0.1") == (entry["actor"], entry["address"])
    assert "person-1" not in str(entry)


def test_the_trail_is_searched_page_by_page(client: FlaskClient) -> None:
    ids = [decide(client) for _ in range(3)]

    first = client.post(
        "/v1/audit/search", json={"action": "determination.made", "limit": 2}
    ).get_json()
    rest = client.post(
        "/v1/audit/search",
        json={"action": "determination.made", "limit": 2, "cursor": first["next_cursor"]},
    ).get_json()

    assert ids[::-1] == [entry["object_id"] for entry in [*first["entries"], *rest["entries"]]]
    assert "next_cursor" not in rest


def seal_now(client: FlaskClient) -> None:
    with client.application.app_context():
        list(seal_everything(current_service().store, clock.now()))


def events(client: FlaskClient, path: str = "/v1/events") -> tuple[list[dict[str, Any]], str]:
    answer = client.get(path)
    assert (200, "application/cloudevents-batch+json") == (answer.status_code, answer.content_type)
    return answer.get_json(), answer.headers["Link"].split(">")[0].lstrip("<")


def test_events_tell_of_law_and_determinations_in_order(client: FlaskClient) -> None:
    first, waiver = decide(client, asked(subject="person-1")), decide(client, WAIVER)
    seal_now(client)

    told, _ = events(client)

    assert ["law.changed", "determination.made", "determination.made"] == [
        event["type"] for event in told
    ]
    assert [first, waiver] == [event["subject"] for event in told[1:]]
    assert {
        "outcome": "ineligible",
        "subject": "person-1",
        "href": f"/v1/determinations/{first}",
    }.items() <= told[1]["data"].items()
    assert all({"specversion": "1.0", "source": "/v1"}.items() <= event.items() for event in told)


def test_following_neither_misses_nor_repeats(client: FlaskClient) -> None:
    expected, seen, path = [], [], "/v1/events?limit=2"
    for round in range(5):
        expected += [decide(client, asked(subject=f"person-{round}-{n}")) for n in range(3)]
        seal_now(client)
        told, path = events(client, path)
        seen += [event["subject"] for event in told if event["type"] != "law.changed"]
    while told:
        told, path = events(client, path)
        seen += [event["subject"] for event in told]

    assert expected == seen


def test_what_is_not_sealed_is_not_told_yet(client: FlaskClient) -> None:
    decide(client)

    assert [] == events(client)[0]


def test_somebody_elses_events_are_passed_over(client: FlaskClient) -> None:
    decide(client)
    theirs = decide(client, by=OTHER)
    seal_now(client)

    act_as(client, OTHER)
    told, path = events(client)

    assert [theirs] == [event["subject"] for event in told if event["type"] != "law.changed"]
    assert [] == events(client, path)[0]


def test_a_place_after_the_last_event_is_refused_and_the_last_one_named(
    client: FlaskClient,
) -> None:
    ahead = client.get("/v1/events?after=999999999")
    last = re.search(r"the last one is (\d+)", ahead.get_json()["detail"])

    assert (422, "invalid-request") == problem(ahead)
    assert ["after"] == [each["name"] for each in ahead.get_json()["errors"]]
    assert last is not None
    assert 200 == client.get(f"/v1/events?after={last[1]}").status_code


@pytest.mark.parametrize(
    "query",
    [
        "after=x",
        "after=-1",
        "limit=0",
        "limit=1000",
        "after=1&after=2",
        "since=1",
        "after=99999999999999999",
    ],
)
def test_an_events_query_that_says_something_else_is_refused(
    client: FlaskClient, query: str
) -> None:
    assert (422, "invalid-request") == problem(client.get(f"/v1/events?{query}"))


def test_a_cursor_holds_at_its_address_only(client: FlaskClient) -> None:
    for _ in range(3):
        decide(client)
    act_as(client, AUDITOR)
    cursor = client.post("/v1/audit/search", json={"limit": 1}).get_json()["next_cursor"]

    assert {"/cursor"} == pointers(
        client.post("/v1/determinations/search", json={"limit": 1, "cursor": cursor})
    )
    assert 200 == client.post("/v1/audit/search", json={"limit": 1, "cursor": cursor}).status_code


def test_a_provision_that_is_not_there_is_told_as_a_question_that_is_not(
    client: FlaskClient,
) -> None:
    for member, type in (("provision", "unknown-provision"), ("question", "unknown-question")):
        refused = client.post("/v1/determinations/search", json={member: "enrollment.nothing"})

        assert (404, type) == problem(refused)
        assert {f"/{member}"} == pointers(refused)


def test_days_in_the_wrong_order_are_refused(client: FlaskClient) -> None:
    def decided(first: str, last: str) -> Any:
        return client.post(
            "/v1/determinations/search", json={"decided": {"from": first, "to": last}}
        )

    assert (422, "invalid-request") == problem(decided("2026-01-02", "2026-01-01"))
    assert {"/decided/to"} == pointers(decided("2026-01-02", "2026-01-01"))
    assert 200 == decided("2026-01-01", "2026-01-01").status_code
