"""Which conditions a fact can change, itself or through the outcomes of questions."""

from collections.abc import Sequence

from app.law.standing import StandingCondition, StandingLaw, StandingQuestion


def touched_by(
    law: StandingLaw,
    behind: int,
    conditions: Sequence[StandingCondition],
    stated_flags: frozenset[str],
) -> int:
    """The conditions *behind* a fact, and those on outcomes that it can change, as bits; none where
    it bears on nothing but flags that were stated. *conditions* are those behind it.
    """
    touched, spread, reached = behind, list(conditions), set[StandingQuestion]()
    while spread:
        question = law.question_of[law.provision_of[spread.pop().index].index]
        reached.add(question)
        for look in law.looks[question.question.id]:
            for condition in () if look.fact in stated_flags else look.conditions:
                if not touched >> condition.index & 1:
                    touched |= 1 << condition.index
                    spread.append(condition)
    return touched if law.asked in reached else 0
