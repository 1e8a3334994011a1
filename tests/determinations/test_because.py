"""What decided is said in at most three sentences, the person's own day first."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.because import AT_MOST, SETTLED
from app.determinations.decide import Decider
from tests.determinations.any_case import decided_case
from tests.determinations.test_decide import ask


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
    assert said[-1] == helps[0] if is_denied and helps else said[-1] not in helps
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
