"""Flags that follow from a question, over HTTP: what they follow from is sent with the request."""

from typing import Any

from flask.testing import FlaskClient

from tests.ordinary import applying

LOST = {"ended": True, "ended_on": "2011-09-01", "end_reason": "lost"}


def post(client: FlaskClient, **facts: Any) -> Any:
    """The response to an application after lost coverage, with these facts."""
    application = applying(
        "2011-10-01", event={"kind": "none"}, **{"prior_coverage": LOST, **facts}
    )
    body = {"question": "enrollment.permitted", "facts": application}
    return client.post("/v1/determinations?keep=false", json=body)


def test_enrollment_is_decided_by_the_kind_of_coverage_and_its_longest_gap(
    client: FlaskClient,
) -> None:
    answer = post(client, coverage={"kind": "medicaid", "longest_gap": 63}).get_json()

    assert "eligible" == answer["outcome"]
    [finding] = [
        f
        for reason in answer["reasons"]
        for f in reason["findings"]
        if f["fact"] == "prior_coverage.creditable"
    ]
    assert (True, "determined") == (finding["value"], finding["source"])
    assert "eligible" == finding["determination"]["outcome"]
    assert {"kind": "medicaid", "longest_gap": 63}.items() <= {
        name.removeprefix("coverage."): value for name, value in answer["facts"].items()
    }.items()


def test_without_them_the_flag_is_needed_and_none_of_them(client: FlaskClient) -> None:
    answer = post(client).get_json()

    assert "undetermined" == answer["outcome"]
    assert ["prior_coverage.creditable"] == [need["fact"] for need in answer["needs"]]


def test_the_outcome_behind_a_flag_is_refused_with_the_name_of_the_flag(
    client: FlaskClient,
) -> None:
    refused = post(client, coverage={"creditable": "eligible"})

    assert 422 == refused.status_code
    [error] = refused.get_json()["errors"]
    assert error["detail"] == (
        "Is not a fact of enrollment.permitted; send prior_coverage.creditable."
    )


def test_a_wrong_value_of_what_a_flag_follows_from_is_pointed_at(client: FlaskClient) -> None:
    refused = post(client, coverage={"kind": "best"})

    assert 422 == refused.status_code
    assert ["/facts/coverage/kind"] == [e["pointer"] for e in refused.get_json()["errors"]]
