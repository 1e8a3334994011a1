"""Associations, cooperatives, rates and the Council: what people brought, answered whole."""

from datetime import date

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.determinations.determination import Determination

ASSOCIATION: dict[str, object] = {
    "association.filing": "annual",
    "association.massachusetts_nonprofit": True,
    "association.advances_interests": True,
    "association.exists_for_insurance": False,
    "association.active_since_on": date(2006, 8, 1),
    "association.members": 100,
    "association.generally_open": True,
    "association.considers_health": False,
}
RENEWAL: dict[str, object] = {
    "cooperative.application": "renewal",
    "cooperative.certified_on": date(2012, 1, 1),
    "cooperative.massachusetts_nonprofit": True,
    "cooperative.all_members_in_associations": True,
    "cooperative.carriers": 2,
    "cooperative.covered_employees": 1000,
    "cooperative.committed_employees": 400,
    "cooperative.has_required_benefits": True,
    "cooperative.has_ready_systems": True,
    "cooperative.denies_people": False,
    "cooperative.officers_verifying": 2,
}
COUNCIL: dict[str, object] = {
    "council.ex_officio_seats": 9,
    "council.appointed_seats": 10,
    "council.has_small_business": True,
    "council.has_large_business": True,
    "council.has_clinician": True,
    "council.officers_elected_by_members": True,
    "council.executive_committee": 4,
    "council.elected_on": date(2012, 1, 15),
}
RATE: dict[str, object] = {
    "rate.compared_with": "nothing",
    "rate.uniform": True,
    "rate.unlisted_factor": False,
    "rate.age_by_single_years": True,
    "rate.basis_types": 4,
}


def decide(
    decider: Decider, question: str, day: date, facts: dict[str, object], edition: str = "current"
) -> Determination:
    governing = decider.lawbook.question(question).governed_by
    stated = {**facts, governing: day} if governing else facts
    return decider.decide(Case(question, stated, day, edition))  # type: ignore[arg-type]


def test_an_association_owes_no_filing_for_an_april_before_its_approval(decider: Decider) -> None:
    approved = {**ASSOCIATION, "association.approved_on": date(2012, 6, 1)}
    outcomes = [
        decide(decider, "association.qualified", day, approved).outcome
        for day in (date(2012, 12, 20), date(2013, 4, 1), date(2013, 4, 2))
    ]

    assert ["eligible", "eligible", "ineligible"] == outcomes


def test_a_late_renewal_fails_only_after_notice(decider: Decider) -> None:
    late = date(2012, 10, 4)

    def decided(**notice: bool) -> Determination:
        facts = {**RENEWAL, **{f"cooperative.{name}": given for name, given in notice.items()}}
        return decide(decider, "cooperative.certifiable", late, facts)

    untold, before, after = decided(), decided(renewal_notice=False), decided(renewal_notice=True)

    assert ["undetermined", "eligible", "ineligible"] == [
        d.outcome for d in (untold, before, after)
    ]
    assert ["cooperative.renewal_notice"] == [need.name for need in untold.needs]
    assert any("if the Division gives notice" in caution for caution in before.cautions)
    assert any("Ask the Division of Insurance" in step.says for step in after.next_steps)


def test_a_carrier_that_works_in_three_regions_breaks_nothing(decider: Decider) -> None:
    day = date(2011, 6, 1)
    untold = decide(decider, "rate.permitted", day, RATE)
    three = decide(decider, "rate.permitted", day, {**RATE, "rate.regions": 3})

    assert ("eligible", "eligible") == (untold.outcome, three.outcome)
    assert any("number of regions does not decide" in caution for caution in three.cautions)


def test_the_council_is_told_to_fill_seats_only_where_one_is_empty(decider: Decider) -> None:
    day = date(2012, 3, 1)

    def steps(**facts: object) -> str:
        changed = {**COUNCIL, **{f"council.{name}": value for name, value in facts.items()}}
        decided = decide(decider, "council.composed", day, changed, "chapter-288")
        assert "ineligible" == decided.outcome
        return " ".join(step.says for step in decided.next_steps)

    old_election, empty_seat = steps(elected_on=date(2010, 9, 1)), steps(appointed_seats=9)

    assert "members elect" in old_election and "missing seats" not in old_election
    assert "missing seats" in empty_seat and "members elect" not in empty_seat


def test_before_the_regulation_only_the_act_is_cited(decider: Decider) -> None:
    def sources(day: date) -> set[tuple[str, str]]:
        decided = decide(decider, "cooperative.certifiable", day, {})
        reasons = [r for r in decided.reasons if r.provision != "cooperatives/first-intake"]
        return {(r.citation.instrument.partition(" CMR")[0], r.evidence) for r in reasons}

    act, day_before, day = "St. 2010, c. 288", date(2011, 5, 26), date(2011, 5, 27)

    assert all(instrument.startswith(act) for instrument, _ in sources(day_before))
    assert any(instrument == "211" for instrument, _ in sources(day))
    assert {"primary"} == {evidence for _, evidence in sources(day)}
