"""The decisive findings are the smallest set that alone gives the outcome, the nearest first."""

from collections.abc import Iterator
from datetime import date

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.telling.brief import brief_of
from app.determinations.telling.decisive import distance_to
from app.engine.compiled import bits_of
from app.engine.evaluation import OUTCOMES_BY_CODE
from app.law.spans import CodeSet
from app.law.standing import StandingCondition
from tests.determinations.any_case import decided_case
from tests.determinations.test_decide import ask


def decisive(decided: Determination, question: str) -> Iterator[StandingCondition]:
    """The conditions on which an outcome rests, with those behind the outcomes that it uses."""
    builder = decided.builder
    for conditions in builder.explained(question).deciding.values():
        for condition in conditions:
            behind = builder.behind(condition.fact.name)
            if behind is not None:
                yield from decisive(decided, behind)
            else:
                yield condition


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_decisive_findings_alone_give_the_outcome_and_none_can_be_left_out(
    decider: Decider, data: st.DataObject
) -> None:
    case, decided = decided_case(decider, data)
    evaluation, compiled = decided.evaluation, decided.knowledge.in_play.compiled
    is_settled_by_all = evaluation.outcomes[case.question] == decided.outcome
    is_left_to_a_person = "referred" in evaluation.outcomes.values() or any(
        value == "referred" for value in case.facts.values()
    )
    if decided.outcome not in ("eligible", "ineligible") or not is_settled_by_all:
        return
    if is_left_to_a_person:  # found both ways: no one set of findings gives it
        return
    note(str(case))

    def outcome(conditions: list[StandingCondition]) -> str:
        mask = bits_of(conditions)
        return OUTCOMES_BY_CODE[compiled.outcome(evaluation.met & mask, evaluation.known & mask)]

    found = list(decisive(decided, case.question))
    assert decided.outcome == outcome(found)
    shared = {c.fact.name for c in found if c.is_nested}
    for number, condition in enumerate(found):
        fewer = [c for c in found if c is not condition]
        if not shared and found.count(condition) == 1:
            assert decided.outcome != outcome(fewer), (number, condition.condition.id)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_reasons_that_decide_come_first_and_the_brief_answer_has_their_findings(
    decider: Decider, data: st.DataObject
) -> None:
    case, decided = decided_case(decider, data)

    flags = [reason.decisive for reason in decided.reasons]
    assert flags == sorted(flags, reverse=True)
    brief = brief_of(decided.answer())
    explained = decided.builder.explained(case.question).deciding
    for reason, conditions in zip(brief.reasons, explained.values(), strict=True):
        told = {finding.condition for finding in reason.findings}
        assert told <= {condition.condition.id for condition in conditions}
    ids = [reason.provision for reason in decided.reasons if reason.decisive]
    assert list(decided.decisive) == ids


def test_of_a_denial_the_nearest_ground_comes_first(decider: Decider) -> None:
    a_day_after_the_period = ask(decider, date(2011, 2, 16))
    a_day_after_63 = ask(
        decider,
        date(2011, 4, 15),
        prior_coverage__ended=True,
        prior_coverage__ended_on=date(2011, 2, 10),
        prior_coverage__creditable=True,
        prior_coverage__end_reason="lost",
        prior_coverage__federally_eligible=True,
    )

    assert "enrollment/open-periods-2011" == a_day_after_the_period.decisive[0]
    assert "enrollment/prior-coverage-ended" == a_day_after_63.decisive[0]


def test_an_approval_rests_on_its_ground_and_on_what_rules_out_each_bar(decider: Decider) -> None:
    approved = ask(decider, date(2011, 7, 10))

    statuses = [(r.effect, r.status) for r in approved.reasons if r.decisive]
    assert ("grants", "applies") == statuses[0]
    assert {("bars", "does_not_apply")} == {s for s in statuses[1:] if s[0] == "bars"}


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 9)), max_size=5),
    st.integers(-80, 80),
)
def test_a_distance_is_that_to_the_nearest_accepted_code(
    spans: list[tuple[int, int]], code: int
) -> None:
    accepts = CodeSet((first, first + length) for first, length in spans)
    members = [each for first, length in spans for each in range(first, first + length + 1)]

    assert min((abs(each - code) for each in members), default=None) == distance_to(accepts, code)
