"""Questions, provisions, changes of the law: read as data."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from app.law.lawbook import Lawbook
from tests.api.asking import problem

QUESTIONS = [
    "individual.eligible",
    "catastrophic.eligible",
    "enrollment.permitted",
    "enrollment.qualifying_event",
    "employee.eligible",
    "coverage.creditable",
    "federally.eligible",
    "group.eligible",
    "group.enrollment",
    "dependent.eligible",
    "waiver.reviewable",
    "waiver.supported",
    "waiver.binding",
    "association.qualified",
    "association.status",
    "cooperative.certifiable",
    "cooperative.status",
    "cooperative.membership",
    "cooperative.price_permitted",
    "carrier.must_offer_cooperative",
    "carrier.must_file_with_connector",
    "market.exit",
    "exclusion.permitted",
    "plan.discontinuance",
    "issue.refusal",
    "renewal.refusal",
    "renewal.permitted",
    "rate.permitted",
    "rate.renewal_increase",
    "rate.rule_applies_from",
    "council.composed",
    "council.meeting",
]


def read(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert 200 == answer.status_code, answer.get_json()
    return answer.get_json()


def test_every_question_of_the_catalogue_is_listed(client: FlaskClient) -> None:
    listed = {question["id"] for question in read(client, "/v1/questions")["questions"]}

    assert set(QUESTIONS) == listed


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_tells_its_facts_as_a_json_schema(client: FlaskClient, question: str) -> None:
    document = read(client, f"/v1/questions/{question}")

    Draft202012Validator.check_schema(document["facts"])
    assert "https://json-schema.org/draft/2020-12/schema" == document["facts"]["$schema"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_fact_says_what_to_ask_and_whence(
    client: FlaskClient, lawbook: Lawbook, question: str
) -> None:
    schema = read(client, f"/v1/questions/{question}")["facts"]

    for fact in lawbook.facts_of(question):
        told = schema
        for part in fact.name.split("."):
            told = told["properties"][part]
        assert fact.name == told["x-fact"]
        assert fact.label == told["description"]
        assert fact.unit == told.get("x-unit")
        assert list(fact.choices or []) == told.get("enum", [])
        source = told["x-source"]
        assert source.get("provision") in lawbook.provisions or source["file"] in (
            "facts.yaml",
            "questions.yaml",
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_example_of_a_question_fits_its_schema_and_can_be_sent(
    client: FlaskClient, question: str
) -> None:
    document = read(client, f"/v1/questions/{question}")

    answer = client.post("/v1/determinations?keep=false", json=document["example"])

    assert [] == list(
        Draft202012Validator(document["facts"]).iter_errors(document["example"]["facts"])
    )
    assert 200 == answer.status_code, answer.get_json()


def test_a_question_says_what_is_computed_and_what_is_presumed(client: FlaskClient) -> None:
    document = read(client, "/v1/questions/enrollment.permitted")

    computed = {fact["fact"]: fact["from"] for fact in document["computed"]}
    assert ["prior_coverage.ended_on", "enrollment.requested_on"] == computed[
        "prior_coverage.days_since_end"
    ]
    assert all({"fact", "value", "because"} <= set(fact) for fact in document["presumed"])
    assert [["2007-05-01", "2026-10-14"]] == document["encoded"]["current"]


def test_a_fact_names_the_provisions_that_look_at_it(client: FlaskClient) -> None:
    facts = read(client, "/v1/questions/individual.eligible")["facts"]

    assert ["eligibility/resident"] == facts["properties"]["applicant"]["properties"]["resident"][
        "x-asked-by"
    ]


def test_a_flag_names_the_question_that_it_follows_from(client: FlaskClient) -> None:
    document = read(client, "/v1/questions/enrollment.permitted")

    facts = document["facts"]["properties"]
    flag = facts["prior_coverage"]["properties"]["creditable"]
    assert "coverage.creditable" == flag["x-follows-from"]
    assert {"kind", "longest_gap"} == set(facts["coverage"]["properties"])
    assert {"coverage.creditable", "federally.eligible"} <= set(document["uses"])


def test_an_unknown_question_is_not_found(client: FlaskClient) -> None:
    assert (404, "unknown-question") == problem(client.get("/v1/questions/enrollment"))


def test_provisions_in_force_on_a_day_are_listed(client: FlaskClient, lawbook: Lawbook) -> None:
    listed = read(client, "/v1/provisions?as_of=2011-01-15&question=enrollment.permitted")

    ids = [provision["id"] for provision in listed["provisions"]]
    assert "enrollment/open-periods-2011" in ids
    assert "enrollment/open-period-yearly" not in ids
    assert all(provision["answers"] == "enrollment.permitted" for provision in listed["provisions"])
    assert ["calendars/open-enrollment-2011"] == [
        calendar["id"] for calendar in listed["calendars"]
    ]


def test_without_a_day_all_provisions_of_the_edition_are_listed(
    client: FlaskClient, lawbook: Lawbook
) -> None:
    earlier = {p["id"] for p in read(client, "/v1/provisions?edition=chapter-288")["provisions"]}
    current = {p["id"] for p in read(client, "/v1/provisions?edition=current")["provisions"]}

    assert set(lawbook.provisions) == current
    assert earlier < current


@pytest.mark.parametrize(
    "path",
    ["provisions?", "provisions?question=enrollment.permitted&", "provisions/rating/area-factor?"],
)
def test_days_that_nobody_looked_at_are_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/v1/{path}edition=current&as_of=2026-10-15")

    assert (422, "law-not-encoded") == problem(answer)
    assert "2026-10-14" in answer.get_json()["detail"]
    assert 200 == client.get(f"/v1/{path}edition=current&as_of=2026-10-14").status_code


def test_a_provision_is_told_whole_with_its_text(client: FlaskClient, lawbook: Lawbook) -> None:
    document = read(client, "/v1/provisions/enrollment/open-periods-2011?as_of=2011-07-04")

    provision = lawbook.provisions["enrollment/open-periods-2011"]
    assert provision.text == document["text"]
    assert document["is_in_force"]
    assert [c.id for c in provision.conditions] == [
        c["id"] for path in document["when"].values() for c in path
    ]


def test_how_a_text_was_read_is_told_beside_what_it_says(client: FlaskClient) -> None:
    document = read(client, "/v1/provisions/waivers/near-open-enrollment")

    assert document["reading"].startswith("The text of 2015 was read")
    assert "2015" not in document["gist"]


def test_a_superseded_provision_names_its_successor(client: FlaskClient, lawbook: Lawbook) -> None:
    newer = next(
        p
        for p in lawbook.provisions.values()
        if p.supersedes and p.supersedes[0] in lawbook.provisions
    )

    document = read(client, f"/v1/provisions/{newer.supersedes[0]}?edition=current")

    assert newer.id in document["superseded_by"]
    assert document["in_force"]["to"] is not None


def test_a_provision_that_the_edition_does_not_contain_is_never_in_force_in_it(
    client: FlaskClient, lawbook: Lawbook
) -> None:
    later = next(
        id for id in lawbook.provisions if id not in lawbook.edition("chapter-288").provisions
    )

    document = read(client, f"/v1/provisions/{later}?edition=chapter-288")

    assert document["in_force"] is None
    assert not document["is_in_force"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_provision_can_be_read(client: FlaskClient, question: str) -> None:
    for provision in read(client, f"/v1/questions/{question}")["provisions"]:
        assert provision == read(client, f"/v1/provisions/{provision}")["id"]


def test_every_calendar_can_be_read(client: FlaskClient, lawbook: Lawbook) -> None:
    for id, calendar in lawbook.calendars.items():
        assert calendar.text == read(client, f"/v1/provisions/{id}?edition=current")["text"]


@pytest.mark.parametrize(
    "path", ["enrollment/nothing", "calendars/nothing", "facts.yaml/x", "..%2f../etc/passwd"]
)
def test_an_unknown_provision_is_not_found(client: FlaskClient, path: str) -> None:
    assert 404 == problem(client.get(f"/v1/provisions/{path}"))[0]


def test_changes_of_the_law_are_told_in_order_of_days(client: FlaskClient) -> None:
    changes = read(client, "/v1/law/changes?from=2010-11-01&to=2012-12-31&edition=current")[
        "changes"
    ]

    days = [change["on"] for change in changes]
    assert sorted(days) == days
    assert {"came into force", "ended", "superseded"} >= {change["what"] for change in changes}
    assert {"on", "what", "id", "citation", "evidence"} <= set(changes[0])


def test_a_later_enactment_is_a_change_of_the_edition_that_contains_it(client: FlaskClient) -> None:
    query = "/v1/law/changes?from=2012-08-01&to=2012-08-31&edition="

    def ids(edition: str) -> set[str]:
        return {change["id"] for change in read(client, query + edition)["changes"]}

    assert "council/composition-abolished" in ids("current") - ids("chapter-288")


def test_both_ends_of_the_days_are_included(client: FlaskClient) -> None:
    changes = read(client, "/v1/law/changes?from=2010-12-01&to=2010-12-01")["changes"]

    assert changes
    assert {"2010-12-01"} == {change["on"] for change in changes}


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("/v1/questions?page=1", {"page"}),
        ("/v1/questions/enrollment.permitted?as_of=2011-01-01", {"as_of"}),
        ("/v1/provisions?as_of=2011-1-1", {"as_of"}),
        ("/v1/provisions?as_of=", {"as_of"}),
        ("/v1/provisions?as_of=2011-01-01&as_of=2012-01-01", {"as_of"}),
        ("/v1/provisions?question=a%20b", {"question"}),
        ("/v1/provisions?day=2011-01-01", {"day"}),
        ("/v1/provisions/enrollment/open-periods-2011?as_of=yesterday", {"as_of"}),
        ("/v1/law/changes", {"from", "to"}),
        ("/v1/law/changes?from=2011-01-01", {"to"}),
        ("/v1/law/changes?from=2011-01-02&to=2011-01-01", {"to"}),
        ("/v1/law/changes?from=2011-01-01&to=2011-02-30", {"to"}),
        ("/healthz?x=1", {"x"}),
        ("/v1/determinations/01925b1e-7e3f-7000-8000-000000000000?x=1", {"x"}),
    ],
)
def test_a_wrong_query_is_pointed_at(client: FlaskClient, path: str, wrong: set[str]) -> None:
    answer = client.get(path)

    assert (422, "invalid-request") == problem(answer)
    assert wrong == {error["name"] for error in answer.get_json()["errors"]}


@pytest.mark.parametrize(
    "path", ["/v1/provisions", "/v1/provisions/a/b", "/v1/law/changes", "/v1/open-enrollment"]
)
def test_an_unknown_edition_is_refused_everywhere(client: FlaskClient, path: str) -> None:
    query = (
        "?edition=1630&from=2011-01-01&to=2011-01-02"
        if path.endswith("changes")
        else "?edition=1630"
    )

    answer = client.get(f"{path}{query}")

    assert (422, "unknown-edition") == problem(answer)


def test_an_unknown_question_is_not_found_among_provisions(client: FlaskClient) -> None:
    assert (404, "unknown-question") == problem(client.get("/v1/provisions?question=enrollment"))


def test_the_law_is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get("/v1/questions")

    again = client.get("/v1/questions", headers={"If-None-Match": first.headers["ETag"]})

    assert 304 == again.status_code
    assert b"" == again.data


def test_who_wants_another_version_than_the_current_one_gets_no_document(
    client: FlaskClient,
) -> None:
    tag = client.get("/v1/questions").headers["ETag"]

    other = client.get("/v1/questions", headers={"If-Match": '"other"'})
    same = client.get("/v1/questions", headers={"If-Match": tag})

    assert (412, "precondition-failed") == problem(other)
    assert len(other.data) < 1_000
    assert 200 == same.status_code
