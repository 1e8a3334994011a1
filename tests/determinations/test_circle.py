"""Nobody is sent round in a circle: where a denial leads to another question that denies the same
person on the same day, that one does not lead back.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from app.law.facts import Value
from app.law.lawbook import Lawbook
from tests.determinations.any_case import can_be, days, values

RENEWS, RENEWAL = "bridge.renews", "renewal.permitted"


@st.composite
def people(draw: st.DrawFn, lawbook: Lawbook) -> tuple[date, str, dict[str, Value]]:
    """Somebody who may be asked any question: a day, an edition, facts of all questions."""
    edition = draw(st.sampled_from(sorted(lawbook.editions)))
    day = draw(days(lawbook, "enrollment.permitted", edition))
    governing = {q.governed_by for q in lawbook.questions.values()}
    facts: dict[str, Value] = {}
    known = {fact.name: fact for q in lawbook.questions for fact in lawbook.facts_of(q)}
    for name, fact in sorted(known.items()):
        if fact.type != "outcome" and draw(st.integers(0, 99)) >= 5:
            facts[name] = day if name in governing else draw(values(fact, day))
            if not can_be(lawbook, facts):
                del facts[name]
    return day, edition, facts


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_denials_do_not_lead_back_to_each_other(decider: Decider, data: st.DataObject) -> None:
    lawbook = decider.lawbook
    day, edition, facts = data.draw(people(lawbook))

    @cache
    def led_to(question: str, other_plan: bool) -> tuple[str, ...]:
        """The other questions that a denial leads to; none where it is no denial. Somebody who may
        not renew the plan they hold asks for another plan.
        """
        known = lawbook.known_facts(question)
        stated = {name: value for name, value in facts.items() if name in known}
        if other_plan and RENEWS in stated:
            stated[RENEWS] = False
        try:
            decided = decider.decide(Case(question, stated, day, edition))
        except LawNotEncoded:
            return ()
        if decided.outcome != lawbook.question(question).adverse:
            return ()
        linked = [str(step.question) for step in decided.next_steps if step.question]
        return tuple(dict.fromkeys(q for q in linked if q != question))

    def circles(path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for question in led_to(path[-1], RENEWAL in path):
            if not led_to(question, RENEWAL in path):
                continue
            if question in path[path.index(RENEWAL) :] if RENEWAL in path else question in path:
                yield (*path, question)
            else:
                yield from circles((*path, question))

    assert [] == [circle for question in lawbook.questions for circle in circles((question,))]
