"""Facts that do not agree: what cannot be is rejected with a pointer to both, what contradicts is
never decided silently.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.law.facts import FactDefinition, Order
from app.law.reading.library import open_lawbook
from tests.case_files import ROOT, nested

PATH = "/v1/determinations?keep=false"
DAY = date(2012, 6, 1)
PERSON: dict[str, Any] = {
    "applicant.resident": True,
    "applicant.has_medicare": False,
    "employer_plan.available": False,
    "enrollment.product": "individual_plan",
    "enrollment.channel": "carrier",
    "prior_coverage.ended": False,
    "event.kind": "none",
    "waiver.granted": False,
}
CLOSED, OPEN = date(2012, 2, 16), date(2012, 7, 5)
LAW = open_lawbook(ROOT / "rulesets")


def declared() -> Iterator[tuple[str, FactDefinition, Order]]:
    """Each order, with a question that knows the facts."""
    for fact in LAW.vocabulary:
        for order in fact.orders:
            names = {fact.name}
            if isinstance(order.other, str):
                names.update(LAW.vocabulary.inputs_of(order.other))
            yield next(q for q in LAW.questions if names <= set(LAW.known_facts(q))), fact, order


ORDERS = list(declared())


def pairs(order: Order) -> tuple[Any, list[Any], list[Any]]:
    """A value of the other fact, with values that cannot stand beside it, and some that can."""
    one = timedelta(days=1)
    match order.operator:
        case "at_most":
            bound = order.other if isinstance(order.other, int) else 5
            return bound, [bound + 1], [bound]
        case "more_than":
            return order.other, [order.other], [int(order.other) + 1]
        case "not_before":
            return DAY, [DAY - one], [DAY]
        case "not_after":
            return DAY, [DAY + one], [DAY]
    assert order.operator == "within_a_year_of"
    return DAY, [DAY - one, date(2013, 6, 1)], [DAY, date(2013, 5, 31)]


def facts_of(fact: FactDefinition, value: Any, order: Order, bound: Any) -> dict[str, Any]:
    facts = {fact.name: value}
    if isinstance(order.other, str):
        first, *others = LAW.vocabulary.inputs_of(order.other)
        facts |= {first: bound} | dict.fromkeys(others, 0)
    return facts


@pytest.mark.parametrize(
    ("question", "fact", "order"), ORDERS, ids=[f"{f.name} {o.operator}" for _, f, o in ORDERS]
)
def test_what_cannot_be_is_rejected_and_its_edge_is_not(
    client: FlaskClient, question: str, fact: FactDefinition, order: Order
) -> None:
    bound, impossible, possible = pairs(order)
    for value in impossible:
        facts = facts_of(fact, value, order, bound)
        answer = client.post(PATH, json={"question": question, "facts": nested(facts)})
        problem = answer.get_json()
        pointers = {error["pointer"] for error in problem["errors"]}

        assert (422, "/problems/facts-contradict") == (answer.status_code, problem["type"])
        assert {f"/facts/{name.replace('.', '/')}" for name in facts} == pointers
    for value in possible:
        facts = facts_of(fact, value, order, bound)
        answer = client.post(PATH, json={"question": question, "facts": nested(facts)})

        assert "/problems/facts-contradict" != answer.get_json().get("type")


def decide(client: FlaskClient, day: date, **facts: Any) -> Any:
    told = {name.replace("__", "."): value for name, value in facts.items()}
    stated = {**PERSON, "enrollment.requested_on": day, **told}
    body = {"question": "enrollment.permitted", "facts": nested(stated)}
    answer = client.post(PATH, json=body)
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


LOST = {"prior_coverage__ended": True, "prior_coverage__creditable": True}
CONFLICTS: list[tuple[dict[str, Any], set[str]]] = [
    ({"prior_coverage__ended_on": CLOSED}, {"prior_coverage.ended", "prior_coverage.ended_on"}),
    ({"waiver__approval_received_on": CLOSED}, {"waiver.granted", "waiver.approval_received_on"}),
    ({"event__occurred_on": CLOSED}, {"event.kind", "event.occurred_on"}),
    (
        {
            **LOST,
            "prior_coverage__ended_on": date(2012, 2, 1),
            "prior_coverage__end_reason": "given_up",
            "event__kind": "loss_of_coverage",
            "event__occurred_on": date(2012, 2, 1),
        },
        {"event.kind", "prior_coverage.end_reason"},
    ),
]


@pytest.mark.parametrize(("facts", "doubted"), CONFLICTS)
def test_what_contradicts_is_asked_for_first(
    client: FlaskClient, facts: dict[str, Any], doubted: set[str]
) -> None:
    answer = decide(client, CLOSED, **facts)

    assert "undetermined" == answer["outcome"]
    assert [doubted] == [set(conflict["facts"]) for conflict in answer["conflicts"]]
    assert answer["needs"][0]["fact"] in doubted
    assert all("Both cannot be right." in conflict["says"] for conflict in answer["conflicts"])
    assert doubted <= set(answer["facts"])


@pytest.mark.parametrize(("facts", "doubted"), CONFLICTS)
def test_what_is_settled_without_it_is_answered_and_the_conflict_named(
    client: FlaskClient, facts: dict[str, Any], doubted: set[str]
) -> None:
    answer = decide(client, OPEN, **facts)

    assert "eligible" == answer["outcome"]
    assert [doubted] == [set(conflict["facts"]) for conflict in answer["conflicts"]]


def test_no_change_is_promised_that_could_not_be_so(client: FlaskClient) -> None:
    told = date(2016, 5, 20)
    facts = {
        "enrollment.channel": "carrier",
        "waiver.granted": True,
        "waiver.approval_received_on": date(2016, 4, 1),
        "waiver.carrier_told_on": told,
    }
    body = {"question": "waiver.binding", "facts": nested(facts), "as_of": "2016-06-01"}

    answer = client.post(PATH, json=body).get_json()

    changes = [c for change in answer["would_change"] for c in change["if"]]
    assert "ineligible" == answer["outcome"]
    assert changes
    for change in changes:
        if change["fact"] == "waiver.approval_received_on":
            assert change["to"] <= told.isoformat()
