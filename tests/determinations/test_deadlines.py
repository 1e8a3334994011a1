"""Deadlines: the days by which somebody has to act, of those still to come."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.telling.brief import brief_of
from app.law.errors import LawNotEncoded
from app.law.words import day_in_words
from tests.case_files import case_files, nested
from tests.determinations.answered import determination_of
from tests.determinations.any_case import decided_case
from tests.determinations.test_decide import ask


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_deadlines_are_still_to_come_in_order_and_say_their_day(
    decider: Decider, data: st.DataObject
) -> None:
    case, decided = decided_case(decider, data)
    told = decided.answer().deadlines

    assert sorted((each.on, each.do) for each in told) == [(each.on, each.do) for each in told]
    assert told == brief_of(decided.answer()).deadlines
    for each in told:
        assert each.on >= case.as_of
        assert day_in_words(each.on) in each.do
        provision = decider.lawbook.provisions[each.provision]
        assert each.by in [deadline.by for deadline in provision.deadlines]
        if each.by != "applicant":
            index = decided.law_in_force.index(each.provision)
            assert decided.evaluation.provision(index)


def test_whoever_lost_coverage_is_told_the_last_day_to_apply(decider: Decider) -> None:
    lost = {
        "prior_coverage__ended": True,
        "prior_coverage__ended_on": date(2011, 2, 10),
        "prior_coverage__creditable": True,
        "prior_coverage__end_reason": "lost",
    }
    in_time = ask(decider, date(2011, 4, 1), **lost)
    given_up = ask(decider, date(2011, 4, 1), **{**lost, "prior_coverage__end_reason": "given_up"})
    too_late = ask(decider, date(2011, 4, 20), **lost)

    apply = [d for d in in_time.deadlines if d.by == "applicant"]
    assert [date(2011, 4, 14)] == [deadline.on for deadline in apply]
    assert "Apply by April 14, 2011." == apply[0].do
    start = [d for d in in_time.deadlines if d.by == "carrier"]
    assert [date(2011, 4, 1) + timedelta(days=30)] == [deadline.on for deadline in start]
    assert not [d for d in given_up.deadlines if d.provision == "enrollment/prior-coverage-ended"]
    assert () == too_late.deadlines


def test_a_form_that_is_still_missing_has_a_deadline(decider: Decider) -> None:
    facts: dict[str, object] = {
        "waiver": {
            "received_on": "2012-08-20",
            "denial_received_on": "2012-08-10",
            "denied": True,
            "form_complete": False,
            "notice_attached": True,
        },
        "enrollment": {"channel": "carrier"},
    }
    decided = determination_of(decider, "waiver.reviewable", facts, today=date(2012, 8, 20))
    found = [(d.on, d.by) for d in decided.deadlines]

    assert [(date(2012, 9, 10), "applicant")] == found  # day 30 is a Sunday


def test_every_deadline_of_the_law_is_told_in_a_case(decider: Decider) -> None:
    law = decider.lawbook
    wanted = {
        (id, deadline.by, str(deadline.on))
        for id, provision in law.provisions.items()
        for deadline in provision.deadlines
    }
    told = set()
    for id, file in case_files().items():
        for written in file.cases:
            question = law.provisions[id].answers
            try:
                facts = read_facts(law, question, nested(dict(written.given)))
                own = "chapter-288" if id in law.edition("chapter-288").provisions else "current"
                edition, day = written.edition or own, written.as_of
                case = make_case(law, question, facts, day, edition, day)
                decided = decider.decide(case)
            except (LawNotEncoded, ValueError):
                continue
            told |= {(d.provision, d.by) for d in decided.deadlines}

    assert [] == sorted({(id, by) for id, by, _ in wanted} - told)
