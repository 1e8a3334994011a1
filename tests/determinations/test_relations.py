"""Facts that contradict each other count as not told, for random people, whatever is asked."""

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from tests.determinations.any_case import cases, conflicting


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_contradicts_bears_on_nothing(decider: Decider, data: st.DataObject) -> None:
    case = data.draw(cases(decider.lawbook))
    doubted = conflicting(decider, case)
    assume(doubted)
    note(str(case))
    left = {name: value for name, value in case.facts.items() if name not in doubted}
    try:
        without = decider.decide(replace(case, facts=left))
    except LawNotEncoded:
        return

    decided = decider.decide(case)

    needed = [fact.name for fact in decided.needs]
    assert (without.outcome, without.concludes) == (decided.outcome, decided.concludes)
    assert {fact.name for fact in without.needs} == set(needed)
    assert sorted(needed, key=lambda name: name not in doubted) == needed
    assert doubted == {name for conflict in decided.conflicts for name in conflict.facts}
    assert not doubted & {c.fact.name for w in decided.would_change for c in w.changes}
