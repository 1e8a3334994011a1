"""What is left to a person, over HTTP: every open way is tried, and nothing follows as if it were
granted.
"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests import ordinary

DENIED_ON, OPEN_ON = "2012-02-16", "2012-07-05"
PERSON = {
    **ordinary.PERSON,
    "applicant": {"resident": True, "has_medicare": True},
    "event": {"kind": "none"},
}


def decide(client: FlaskClient, question: str, facts: dict[str, Any], **more: Any) -> Any:
    body = {"question": question, "facts": facts, **more}
    answer = client.post("/v1/determinations?keep=false", json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def enrolling(day: str, product: str = "individual_plan", **more: Any) -> dict[str, Any]:
    enrollment = {"requested_on": day, "product": product, "channel": "carrier"}
    return {**PERSON, "enrollment": enrollment, **more}


def test_a_person_is_to_decide_where_that_could_change_the_outcome(client: FlaskClient) -> None:
    answer = decide(client, "enrollment.permitted", enrolling(OPEN_ON))

    assert "referred" == answer["outcome"]
    assert "coverage.effective_by" not in answer["concludes"]
    assert any("Medicare" in sentence for sentence in answer["because"])
    assert any("supplements Medicare" in step["says"] for step in answer["next_steps"])


def test_a_denial_is_a_denial_whatever_a_person_decides(client: FlaskClient) -> None:
    answer = decide(client, "enrollment.permitted", enrolling(DENIED_ON))

    assert "ineligible" == answer["outcome"]


def test_medicare_is_asked_before_a_yes(client: FlaskClient) -> None:
    facts = enrolling(OPEN_ON, applicant={"resident": True})

    answer = decide(client, "enrollment.permitted", facts)

    assert "undetermined" == answer["outcome"]
    assert ["applicant.has_medicare"] == [need["fact"] for need in answer["needs"]]


@pytest.mark.parametrize(
    ("stated", "outcome"),
    [("eligible", "eligible"), ("ineligible", "ineligible"), ("referred", "referred")],
)
def test_what_is_stated_of_a_used_question_is_tried_like_what_is_decided(
    client: FlaskClient, stated: str, outcome: str
) -> None:
    facts = {"individual.eligible": stated, "enrollment": enrolling(OPEN_ON)["enrollment"]}

    answer = decide(client, "enrollment.permitted", facts)

    assert outcome == answer["outcome"]


def test_a_carriers_own_offer_may_still_grant(client: FlaskClient) -> None:
    facts = enrolling("2018-04-01", "catastrophic_plan", tribe={"member": False})
    facts |= {"applicant": {"resident": True, "has_medicare": False}}

    answer = decide(client, "enrollment.permitted", facts, edition="current")

    assert "referred" == answer["outcome"]


def test_stand_alone_dental_coverage_may_still_take_a_grown_child(client: FlaskClient) -> None:
    dependent = {
        "relationship": "child",
        "born_on": "1980-03-01",
        "subscriber_eligible": True,
        "coverage_kind": "dental",
        "covered_on": "2012-06-01",
        "plan_year_starts_on": "2012-01-01",
    }

    assert "referred" == decide(client, "dependent.eligible", {"dependent": dependent})["outcome"]


def test_the_office_may_have_to_wait_for_what_a_person_decides(client: FlaskClient) -> None:
    waiver = {
        "received_on": "2012-10-04",
        "denial_received_on": "2012-09-20",
        "denied": True,
        "form_complete": True,
        "notice_attached": True,
        "group_coverage_sought": False,
    }

    answer = decide(client, "waiver.reviewable", {**PERSON, "waiver": waiver})

    assert "referred" == answer["outcome"]
