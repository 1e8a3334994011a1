"""Where *eligible* is the denial, everything that helps leads away from it."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.commands.output import marked
from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from tests.determinations.any_case import decided_case

ADVERSE = ("exclusion.permitted", "issue.refusal", "plan.discontinuance", "renewal.refusal")


def test_what_a_carrier_may_refuse_is_adverse_where_it_may(decider: Decider) -> None:
    questions = decider.lawbook.questions.values()

    assert ADVERSE == tuple(sorted(q.id for q in questions if q.adverse == "eligible"))
    assert all(q.favorable != q.adverse for q in questions)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_changes_that_end_the_denial_come_first(decider: Decider, data: st.DataObject) -> None:
    _, decided = decided_case(decider, data, data.draw(st.sampled_from(ADVERSE)))

    favorable = [change.becomes == "ineligible" for change in decided.would_change]
    assert favorable == sorted(favorable, reverse=True)
    if decided.outcome == "ineligible":
        assert not any(favorable)
    assert all(len(change.changes) == 1 for change in decided.would_change)


def test_a_refusal_by_the_carrier_is_ended_by_answering_it(decider: Decider) -> None:
    facts = {"issue.requests_unanswered": True, "issue.late_payments": 0}
    others = dict.fromkeys(("issue.provisions_broken", "issue.ceased_voluntarily"), False)

    decided = decider.decide(
        Case("issue.refusal", {**facts, **others}, date(2011, 5, 1), "chapter-288")
    )

    assert "eligible" == decided.outcome
    first = decided.would_change[0]
    assert ("ineligible", "act") == (first.becomes, first.kind)
    assert "issue.requests_unanswered" == first.changes[0].fact.name


def test_the_color_of_a_denial_is_that_of_a_denial() -> None:
    assert "red" == marked("eligible", "eligible").style == marked("ineligible").style
    assert "green" == marked("ineligible", "eligible").style == marked("eligible").style
    assert "! eligible" == marked("eligible", "eligible").plain
    assert "yellow" == marked("undetermined", "eligible").style
