"""What stands of an association's approval and of a cooperative's certification on a day."""

from datetime import date, timedelta

import pytest

from app.determinations.decide import Decider
from app.determinations.determination import Determination
from tests.determinations.answered import determination_of

ASSOCIATION: dict[str, object] = {
    "association.is_approved": True,
    "association.approved_on": "2012-02-15",
    "association.action": "none",
}
COOPERATIVE: dict[str, object] = {
    "cooperative.is_certified": True,
    "cooperative.certified_on": "2012-01-01",
    "cooperative.action": "none",
    "cooperative.renewal_notice": False,
}
RENEWS = {"cooperative.plan_renews_on": "2013-07-01"}


def status(decider: Decider, of: str, on: date, facts: dict[str, object]) -> Determination:
    question = f"{of}.status"
    named = {**facts, f"{question}_on": on.isoformat()}
    return determination_of(decider, question, named, edition="current", today=on)


def told(decided: Determination, name: str) -> date | None:
    found = decided.concludes.get(name)
    assert found is None or isinstance(found, date)
    return found


@pytest.mark.parametrize(
    ("of", "facts", "first", "last"),
    [
        ("association", ASSOCIATION, date(2012, 2, 15), date(2013, 2, 14)),
        ("cooperative", COOPERATIVE, date(2012, 1, 1), date(2012, 12, 31)),
    ],
)
def test_new_members_may_apply_from_the_first_day_of_the_term_through_the_last(
    decider: Decider, of: str, facts: dict[str, object], first: date, last: date
) -> None:
    day = timedelta(days=1)
    outcomes = [
        status(decider, of, on, facts).outcome for on in (first - day, first, last, last + day)
    ]
    after = "ineligible" if of == "association" else "referred"

    assert ["ineligible", "eligible", "eligible", after] == outcomes


@pytest.mark.parametrize(
    ("of", "facts", "action", "first_closed"),
    [
        ("association", ASSOCIATION, "ineligible", 1),
        ("association", ASSOCIATION, "revoked", 1),
        ("association", ASSOCIATION, "suspended", 0),
        ("cooperative", COOPERATIVE, "renewal_denied", 0),
        ("cooperative", COOPERATIVE, "suspended", 0),
        ("cooperative", COOPERATIVE, "revoked", 0),
    ],
)
def test_an_act_of_the_commissioner_ends_new_applications(
    decider: Decider, of: str, facts: dict[str, object], action: str, first_closed: int
) -> None:
    acted = date(2012, 9, 5)
    facts = {**facts, f"{of}.action": action, f"{of}.action_on": acted.isoformat()}
    last_open = acted + timedelta(days=first_closed - 1)
    before = status(decider, of, last_open, facts)
    after = status(decider, of, last_open + timedelta(days=1), facts)

    assert ("eligible", "ineligible") == (before.outcome, after.outcome)
    assert any("Division of Insurance" in step.says for step in after.next_steps)
    assert any("outside the cooperative" in step.says for step in after.next_steps)


@pytest.mark.parametrize(
    ("of", "facts"),
    [
        ("association", {**ASSOCIATION, "association.action": "revoked"}),
        ("cooperative", {**COOPERATIVE, "cooperative.action": "renewal_denied"}),
    ],
)
def test_members_keep_coverage_through_the_renewal_and_a_hearing_has_its_day(
    decider: Decider, of: str, facts: dict[str, object]
) -> None:
    facts = {**facts, **RENEWS, f"{of}.action_on": "2012-09-04"}
    decided = status(decider, of, date(2012, 9, 20), facts)

    assert date(2013, 7, 1) == told(decided, f"{of}.members_covered_through")
    assert date(2012, 10, 4) == told(decided, f"{of}.hearing_by")
    assert ["Ask the Commissioner for a hearing by October 4, 2012."] == [
        deadline.do for deadline in decided.deadlines
    ]
    assert any("next renewal day" in caution for caution in decided.cautions)


def test_a_hearing_that_is_over_is_no_deadline_any_more(decider: Decider) -> None:
    facts = {**COOPERATIVE, "cooperative.action": "renewal_denied"}
    facts["cooperative.action_on"] = "2012-09-04"
    outcomes = [
        len(status(decider, "cooperative", day, facts).deadlines)
        for day in (date(2012, 10, 4), date(2012, 10, 5))
    ]

    assert [1, 0] == outcomes


def test_expiry_needs_a_notice(decider: Decider) -> None:
    day = date(2013, 1, 15)
    untold = {n: v for n, v in COOPERATIVE.items() if n != "cooperative.renewal_notice"}
    noticed = {**COOPERATIVE, "cooperative.renewal_notice": True, **RENEWS}
    decided = [status(decider, "cooperative", day, f) for f in (untold, COOPERATIVE, noticed)]

    assert ["undetermined", "referred", "ineligible"] == [each.outcome for each in decided]
    assert ["cooperative.renewal_notice"] == [need.name for need in decided[0].needs]
    assert date(2013, 7, 1) == told(decided[2], "cooperative.members_covered_through")


def test_the_deadlines_of_an_approval_in_force(decider: Decider) -> None:
    association = status(decider, "association", date(2012, 3, 1), ASSOCIATION)
    cooperative = status(decider, "cooperative", date(2012, 3, 1), COOPERATIVE)

    assert [date(2012, 4, 1)] == [each.on for each in association.deadlines]
    assert [date(2012, 10, 3)] == [each.on for each in cooperative.deadlines]


def test_what_was_never_approved_has_to_apply(decider: Decider) -> None:
    association = status(
        decider, "association", date(2012, 3, 1), {"association.is_approved": False}
    )
    cooperative = status(
        decider, "cooperative", date(2012, 3, 1), {"cooperative.is_certified": False}
    )

    assert ("ineligible", "ineligible") == (association.outcome, cooperative.outcome)
    assert "association.qualified" in [step.question for step in association.next_steps]
    assert "cooperative.certifiable" in [step.question for step in cooperative.next_steps]
