"""What should have been said, with the law as it is encoded today: as of then, as known now."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.determinations.decide import Decider
from app.records.store import Store
from tests.again.conftest import CALENDAR, PROVISION, Amend, Serving, Tamper
from tests.again.keeping import VISIT, made, small_law, trail
from tests.api.asking import problem
from tests.stored import document_of

OPEN_PERIODS = "enrollment/open-periods-2011"


def test_under_the_same_law_nothing_makes_a_difference(client: FlaskClient) -> None:
    told = client.post(f"/v1/determinations/{made(client)}/reconsider").get_json()

    assert told["same_outcome"]
    assert [] == told["provisions"]
    assert {"changed": [], "added": [], "removed": []} == told["law_files"]


def test_another_day_and_edition_can_be_asked_for(client: FlaskClient) -> None:
    asked = {"as_of": "2011-07-05", "edition": "current"}

    told = client.post(f"/v1/determinations/{made(client)}/reconsider", json=asked).get_json()

    assert ("ineligible", "eligible") == (told["then"]["outcome"], told["now"]["outcome"])
    assert ("2011-07-05", "current") == (told["now"]["as_of"], told["now"]["edition"])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"facts": {}}, "invalid-request"),
        ({"as_of": "2011-13-01"}, "invalid-request"),
        ({"edition": "of-tomorrow"}, "not-reconsidered"),
    ],
)
def test_what_reconsidering_does_not_know_is_rejected(
    client: FlaskClient, asked: dict[str, object], expected: str
) -> None:
    answer = client.post(f"/v1/determinations/{made(client)}/reconsider", json=asked)

    assert (422, expected) == problem(answer)


def test_both_outcomes_stand_side_by_side_with_the_provision_that_makes_the_difference(
    serving: Serving, longer_winter: Decider
) -> None:
    before = serving()
    id = made(before)
    issued = before.get(f"/v1/determinations/{id}").get_json()

    told = serving(longer_winter).post(f"/v1/determinations/{id}/reconsider").get_json()

    assert ("ineligible", "eligible", False) == (
        told["then"]["outcome"],
        told["now"]["outcome"],
        told["same_outcome"],
    )
    assert issued["says"] == told["then"]["says"]
    assert issued["law"]["digest"] == told["then"]["law"]["digest"] != told["now"]["law"]["digest"]
    difference = next(each for each in told["provisions"] if each["id"] == OPEN_PERIODS)
    assert ("Open enrollment periods of 2011", "both", False) == (
        difference["title"], difference["told"], difference["text_changed"],
    )  # fmt: skip
    assert ("does_not_apply", "applies") == (
        difference["then"]["status"],
        difference["now"]["status"],
    )
    assert "February 28, 2011" in difference["now"]["findings"][0]["says"]
    assert [CALENDAR] == told["law_files"]["changed"]


def test_provisions_that_make_no_difference_are_left_out(
    serving: Serving, longer_winter: Decider
) -> None:
    id = made(serving())

    told = serving(longer_winter).post(f"/v1/determinations/{id}/reconsider").get_json()

    grants = [
        reason
        for reason in told["now"]["reasons"]
        if reason["provision"] not in [each["id"] for each in told["provisions"]]
    ]
    assert grants
    assert all(reason["status"] == "does_not_apply" for reason in grants)


def test_other_words_of_a_decisive_provision_are_told_though_the_outcome_is_the_same(
    serving: Serving, amend: Amend
) -> None:
    id = made(serving())
    reworded = amend(PROVISION, "Enrollment was open in these", "It was open in these")

    told = serving(reworded).post(f"/v1/determinations/{id}/reconsider").get_json()

    assert told["same_outcome"]
    assert [(OPEN_PERIODS, True)] == [
        (each["id"], each["text_changed"]) for each in told["provisions"]
    ]


def test_a_provision_that_only_one_of_the_laws_has_is_told_as_such(
    serving: Serving, amend: Amend, decider: Decider
) -> None:
    ended = amend(PROVISION, "from: 2010-12-01, to: 2011-12-31", "from: 2010-12-01, to: 2011-01-31")
    ids = [made(serving()), made(serving(ended))]

    there, again = (
        {
            each["id"]: each
            for each in serving(law)
            .post(f"/v1/determinations/{id}/reconsider")
            .get_json()["provisions"]
        }
        for law, id in zip((ended, decider), ids, strict=True)
    )

    assert ("then", None) == (there[OPEN_PERIODS]["told"], there[OPEN_PERIODS]["now"])
    assert ("now", None) == (again[OPEN_PERIODS]["told"], again[OPEN_PERIODS]["then"])


def test_a_provision_of_a_question_that_is_used_is_told_with_its_question(
    serving: Serving, amend: Amend
) -> None:
    id = made(serving())
    stricter = amend("eligibility/resident.yaml", "is true", "is false")

    told = serving(stricter).post(f"/v1/determinations/{id}/reconsider").get_json()

    assert "individual.eligible" in {each["question"] for each in told["provisions"]}


def test_nothing_is_kept_but_the_audit_entry(client: FlaskClient, store: Store) -> None:
    id = made(client)
    kept, before = document_of(store, id), trail(store)

    client.post(f"/v1/determinations/{id}/reconsider")

    assert kept == document_of(store, id)
    assert [*before, ("determination.reconsidered", id, "done")] == trail(store)


def test_where_the_text_of_then_was_not_kept_nothing_is_said_of_texts(
    serving: Serving, tamper: Tamper, longer_winter: Decider
) -> None:
    id = made(serving())
    tamper("laws.digest", "sha256:", "sha512:")

    told = serving(longer_winter).post(f"/v1/determinations/{id}/reconsider").get_json()

    assert told["law_files"] is None
    assert {None} == {each["text_changed"] for each in told["provisions"]}


# --- what the law of today does not take any more ---


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ("person.height", "person.size", "facts-refused"),
        (
            "{type: decimal, unit: meters, places: 2,",
            "{type: decimal, unit: meters, places: 0,",
            "facts-refused",
        ),
        ("person.admitted", "person.let_in", "unknown-question"),
        ("early:", "first:", "unknown-edition"),
        ("encoded_from: 2011-01-01", "encoded_from: 2012-01-01", "law-not-encoded"),
    ],
)
def test_what_todays_law_does_not_take_any_more_is_said(
    serving: Serving, tmp_path: Path, old: str, new: str, because: str
) -> None:
    id = made(serving(small_law(tmp_path / "then")), **VISIT)

    answer = serving(small_law(tmp_path / "now", old, new)).post(
        f"/v1/determinations/{id}/reconsider"
    )

    assert (422, "not-reconsidered") == problem(answer)
    assert because == answer.get_json()["because"]
    assert "1.80" not in answer.get_data(as_text=True)


def test_facts_that_are_refused_today_are_listed(serving: Serving, tmp_path: Path) -> None:
    id = made(serving(small_law(tmp_path / "then")), **VISIT)

    answer = serving(small_law(tmp_path / "now", "person.height", "person.size")).post(
        f"/v1/determinations/{id}/reconsider"
    )

    assert [{"fact": "person.height", "detail": "There is no such fact."}] == answer.get_json()[
        "refused"
    ]


def test_where_another_day_governs_today_it_is_said(serving: Serving, tmp_path: Path) -> None:
    then = small_law(tmp_path / "then", "  governed_by: visit.asked_on\n", "")
    id = made(serving(then), **VISIT, as_of="2011-08-01")

    answer = serving(small_law(tmp_path / "now")).post(f"/v1/determinations/{id}/reconsider")

    assert (422, "not-reconsidered") == problem(answer)
    assert ("as-of-differs", "visit.asked_on") == (
        answer.get_json()["because"],
        answer.get_json()["governed_by"],
    )
