"""What decided is said in at most three sentences, the person's own day first."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.determinations.telling.because import AT_MOST, SETTLED
from tests.determinations.any_case import decided_case
from tests.determinations.test_decide import ask

NO_TRIBE = {"tribe__member": False}


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_decided_is_said_of_every_case_in_few_sentences(
    decider: Decider, data: st.DataObject
) -> None:
    _, decided = decided_case(decider, data)
    question, said = decided.question, decided.because

    assert 1 <= len(said) <= AT_MOST
    assert len(set(said)) == len(said)
    assert all(sentence and "{" not in sentence for sentence in said)
    helps = [
        change.says
        for change in decided.would_change
        if change.becomes == question.favorable and change.open_to_applicant
    ]
    is_denied = decided.outcome == question.adverse and said != (SETTLED,)
    assert (said[-1] in helps) == (is_denied and bool(helps))
    if is_denied and len(said) > bool(helps):
        first = next(reason for reason in decided.reasons if reason.decisive)
        assert said[0] in [finding.says for finding in first.findings]


def test_a_denial_says_the_nearest_ground_its_limit_and_the_first_change(decider: Decider) -> None:
    late = ask(
        decider,
        date(2011, 4, 18),
        prior_coverage__ended=True,
        prior_coverage__ended_on=date(2011, 2, 10),
        prior_coverage__creditable=True,
        prior_coverage__end_reason="lost",
        prior_coverage__federally_eligible=True,
    )

    assert AT_MOST >= len(late.because)
    assert "April 14, 2011" in " ".join(late.because[:-1])
    assert "You could enroll on July 1, 2011." == late.because[-1]


def test_an_approval_says_what_has_a_day_first(decider: Decider) -> None:
    approved = ask(
        decider,
        date(2011, 4, 1),
        prior_coverage__ended=True,
        prior_coverage__ended_on=date(2011, 2, 10),
        prior_coverage__creditable=True,
        prior_coverage__end_reason="lost",
        prior_coverage__federally_eligible=True,
    )

    assert "eligible" == approved.outcome
    assert "April 1, 2011" in approved.because[0]


@pytest.mark.parametrize(
    ("edition", "day", "ended", "channel"),
    [
        ("chapter-288", date(2011, 3, 18), date(2011, 2, 28), "carrier"),
        ("chapter-288", date(2012, 8, 16), date(2012, 6, 20), "connector"),
        ("current", date(2025, 6, 20), date(2025, 5, 31), "carrier"),
        ("current", date(2025, 6, 20), date(2025, 5, 31), "connector"),
    ],
)
def test_somebody_who_gave_coverage_up_reads_that_first(
    decider: Decider, edition: str, day: date, ended: date, channel: str
) -> None:
    """Whether the calendar was missed by months or by one day."""
    denied = ask(
        decider,
        day,
        edition,
        enrollment__channel=channel,
        prior_coverage__ended=True,
        prior_coverage__ended_on=ended,
        prior_coverage__creditable=True,
        prior_coverage__minimum_essential=True,
        prior_coverage__end_reason="given_up",
        **(NO_TRIBE if edition == "current" else {}),
    )

    assert "ineligible" == denied.outcome
    assert "Given up by choice" in denied.because[0]


def test_what_the_person_can_do_now_and_alone_comes_before_waiting(decider: Decider) -> None:
    late_at_the_connector = ask(
        decider,
        date(2025, 5, 2),
        "current",
        enrollment__channel="connector",
        prior_coverage__ended=True,
        prior_coverage__ended_on=date(2025, 3, 1),
        prior_coverage__minimum_essential=True,
        prior_coverage__end_reason="lost",
        **NO_TRIBE,
    )

    assert late_at_the_connector.because[-1] == (
        "You could enroll if you enrolled with a carrier directly."
    )


def test_another_question_that_denies_comes_before_a_plain_choice(decider: Decider) -> None:
    elsewhere = ask(decider, date(2012, 5, 20), applicant__resident=False)

    assert elsewhere.because[:2] == (
        "You are not an eligible individual.",
        "You do not live in Massachusetts.",
    )


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_limit_has_its_unit_and_is_never_nothing(decider: Decider, data: st.DataObject) -> None:
    _, decided = decided_case(decider, data)
    units = {fact.unit for fact in decider.lawbook.vocabulary if fact.unit}
    for sentence in decided.because:
        limit = re.fullmatch(r"The (?:limit|least) is ([\d,.]+)(?: (.+))?\.", sentence)
        if limit is not None:
            assert float(limit[1].replace(",", "")) > 0, sentence
            assert limit[2] in units or f"{limit[2]}s" in units, sentence


def test_an_event_still_to_come_is_the_nearest_ground_and_says_to_apply_again(
    decider: Decider,
) -> None:
    ahead = ask(
        decider, date(2012, 2, 20), event__kind="marriage", event__occurred_on=date(2012, 6, 1)
    )

    assert "Your event is on June 1, 2012. You applied before it." in ahead.because
    assert "Apply again once your event has happened." in ahead.next_steps[0].says


def test_the_steps_of_the_question_that_denied_are_steps_of_the_one_asked(
    decider: Decider,
) -> None:
    elsewhere = [
        step.says for step in ask(decider, date(2012, 5, 20), applicant__resident=False).next_steps
    ]
    at_home = [step.says for step in ask(decider, date(2012, 5, 20)).next_steps]

    assert any("coverage in the state where you live" in says for says in elsewhere)
    assert not any("coverage in the state where you live" in says for says in at_home)


def test_where_only_a_person_might_still_grant_it_says_what_is_missing_for_that(
    decider: Decider,
) -> None:
    day = date(2011, 2, 24)
    facts = {
        "applicant.resident": True,
        "applicant.has_medicare": False,
        "employer_plan.minimum_creditable": False,
        "enrollment.product": "individual_plan",
        "event.kind": "none",
        "prior_coverage.ended": False,
        "waiver.approval_received_on": day - timedelta(days=61),
    }
    decided = decider.decide(Case("enrollment.permitted", facts, day, "chapter-288"))

    assert "undetermined" == decided.outcome
    assert "Not stated: Through whom does the person enroll?" in decided.because
