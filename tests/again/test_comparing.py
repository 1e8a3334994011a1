"""Two stored determinations beside each other: what they were told, and what makes the
difference.
"""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.access.principal import Principal
from app.determinations.decide import Decider
from app.records.store import Store
from app.records.visibility import Reach
from tests.again.conftest import CALENDAR, Serving, Tamper
from tests.again.keeping import NOBODY, VISIT, etag, made, small_law, trail
from tests.api.asking import CLOSED, problem
from tests.api.test_service import validator

OPEN_PERIODS = "enrollment/open-periods-2011"
IN_SUMMER = {
    **CLOSED["facts"],
    "enrollment": {
        "requested_on": "2011-07-05",
        "product": "individual_plan",
        "channel": "carrier",
    },
}


def compared(client: FlaskClient, then: str, now: str) -> str:
    """The address at which two determinations are compared."""
    return f"/v1/determinations/{then}/comparison/{now}"


def test_two_days_differ_in_their_day_and_in_the_provision_that_opens(
    client: FlaskClient, store: Store
) -> None:
    then, now = made(client), made(client, facts=IN_SUMMER, subject="case-7")
    before = trail(store)

    told = client.get(compared(client, then, now)).get_json()

    assert ("ineligible", "eligible", False) == (
        told["then"]["outcome"],
        told["now"]["outcome"],
        told["same_outcome"],
    )
    assert (then, None, now, "case-7") == (
        told["then"]["id"],
        told["then"]["subject"],
        told["now"]["id"],
        told["now"]["subject"],
    )
    assert [
        {"fact": "enrollment.channel", "now": "carrier"},
        {"fact": "enrollment.requested_on", "then": "2011-02-16", "now": "2011-07-05"},
    ] == told["facts"]
    opened = next(each for each in told["provisions"] if each["id"] == OPEN_PERIODS)
    assert ("does_not_apply", "applies", False) == (
        opened["then"]["status"],
        opened["now"]["status"],
        opened["text_changed"],
    )
    assert {"changed": [], "added": [], "removed": []} == told["law_files"]
    read = {("determination.read", id, "done") for id in (then, now)}
    assert read == set(trail(store)[len(before) :])


def test_one_and_the_same_differs_in_nothing(client: FlaskClient) -> None:
    id = made(client)

    told = client.get(compared(client, id, id)).get_json()

    assert told["same_outcome"]
    assert told["then"] == told["now"]
    assert [] == told["facts"] == told["provisions"]


def test_one_and_its_replacement_under_an_amended_law_name_the_changed_file(
    serving: Serving, longer_winter: Decider
) -> None:
    then = made(serving())
    after = serving(longer_winter)
    replaced = after.post(
        f"/v1/determinations/{then}/redetermine", json={}, headers={"If-Match": etag(after, then)}
    )
    now = replaced.get_json()["id"]

    told = after.get(compared(after, then, now)).get_json()

    assert [] == told["facts"]
    assert [CALENDAR] == told["law_files"]["changed"]
    assert OPEN_PERIODS in [each["id"] for each in told["provisions"]]
    assert told["then"]["law"]["digest"] != told["now"]["law"]["digest"]


def test_a_comparison_is_as_documented(client: FlaskClient) -> None:
    then, now = made(client), made(client, facts=IN_SUMMER)
    told = client.get(compared(client, then, now)).get_json()

    assert [] == [e.message for e in validator(client, "Comparison").iter_errors(told)]


def test_answers_to_different_questions_are_not_compared(client: FlaskClient) -> None:
    other = made(client, question="individual.eligible", facts={"applicant": {"resident": True}})

    assert (422, "not-comparable") == problem(client.get(compared(client, made(client), other)))


@pytest.mark.parametrize("known_first", [True, False])
def test_one_that_there_is_not_is_not_found(client: FlaskClient, known_first: bool) -> None:
    both = (made(client), NOBODY) if known_first else (NOBODY, made(client))

    assert (404, "unknown-determination") == problem(client.get(compared(client, *both)))


def test_one_of_another_organization_is_not_found(serving: Serving) -> None:
    def worker(organization: str) -> Principal:
        may = frozenset({"determinations.create", "determinations.read"})
        reach = Reach(organization=organization)
        return Principal(f"account:{organization}", "worker", may, organization, reach)

    ours, theirs = serving(principal=worker("ours")), serving(principal=worker("theirs"))
    own, other = made(ours), made(theirs)

    assert 200 == ours.get(compared(ours, own, own)).status_code
    for both in ((own, other), (other, own)):
        assert (404, "unknown-determination") == problem(ours.get(compared(ours, *both)))


def test_a_damaged_one_is_withheld(client: FlaskClient, tamper: Tamper) -> None:
    then, now = made(client), made(client, facts=IN_SUMMER)
    tamper("determinations.document", "You may enroll", "You may surely enroll")

    assert (500, "record-damaged") == problem(client.get(compared(client, then, now)))


def test_another_law_altogether_is_compared_too(serving: Serving, tmp_path: Path) -> None:
    before = serving(small_law(tmp_path / "before"))
    then = str(before.post("/v1/determinations", json=VISIT).get_json()["id"])
    after = serving(small_law(tmp_path / "after", "1.50", "1.90"))
    now = str(after.post("/v1/determinations", json=VISIT).get_json()["id"])

    told = after.get(compared(after, then, now)).get_json()

    assert told["law_files"]["changed"]
