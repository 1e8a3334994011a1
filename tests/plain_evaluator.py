"""The plain evaluator: the provisions in three-valued logic, as plainly as it can be written.

It is the oracle of both, the rules of durable-rules and the compiled law.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.engine.evaluation import OUTCOME_CODES, Evaluation
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion


def condition_truth(condition: StandingCondition, codes: Mapping[str, int]) -> bool | None:
    """Whether a condition is met; none where its fact is unknown."""
    code = codes.get(condition.fact.name)
    return None if code is None else code in condition.accepts


def all_hold(truths: Iterable[bool | None]) -> bool | None:
    """False where one is false, else unknown where one is unknown, else true."""
    held: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            held = None
    return held


def provision_truth(provision: StandingProvision, conditions: Sequence[bool | None]) -> bool | None:
    """Whether a provision applies: one path is enough, and an unread one is never known
    to apply.
    """
    applies: bool | None = False
    for path in provision.path_indexes:
        held: bool | None = True
        for index in path:
            truth = conditions[index]
            if truth is False:
                held = False
                break
            if truth is None:
                held = None
        if held:
            return None if provision.lacks_text else True
        if held is None:
            applies = None
    return applies


def outcome_of(question: StandingQuestion, provisions: Sequence[bool | None]) -> Outcome:
    """The outcome of a question from the status of its provisions."""
    nothing_bars = True
    for index in question.bars:
        if provisions[index]:
            return "ineligible"
        if provisions[index] is None:
            nothing_bars = False
    granted, grant_open = False, False
    for index in question.grants:
        if provisions[index]:
            granted = True
        elif provisions[index] is None:
            grant_open = True
    if not granted and not grant_open:
        return "ineligible"
    if nothing_bars:
        if any(provisions[index] for index in question.refers):
            return "referred"
        if granted:
            return "eligible"
    return "undetermined"


def settled_outcome_of(question: StandingQuestion, provisions: Sequence[bool | None]) -> Outcome:
    """The outcome that no further fact can change; undetermined where one could.

    `outcome_of` answers *referred* while grants are open and *eligible* while a referral is; both
    may turn when more is known.
    """
    outcome = outcome_of(question, provisions)
    if outcome == "referred" and not any(provisions[index] for index in question.grants):
        return "undetermined"
    if outcome == "eligible" and any(provisions[index] is None for index in question.refers):
        return "undetermined"
    return outcome


def evaluate(law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """Every condition, provision and outcome of a standing law for the facts whose codes are known.

    A code under a question's id is an outcome that the caller states; it takes the place of what
    the provisions would give.
    """
    known = dict(codes)
    conditions: list[bool | None] = [None] * len(law.conditions)
    provisions: list[bool | None] = [None] * len(law.provisions)
    outcomes: dict[str, Outcome] = {}
    for question in law.questions:
        for name, tests in question.tests:
            code = known.get(name)
            if code is not None:
                for index, first, last, several in tests:
                    conditions[index] = (
                        first <= code <= last if several is None else code in several
                    )
        for provision in question.provisions:
            provisions[provision.index] = provision_truth(provision, conditions)
        outcome = outcomes[question.question.id] = outcome_of(question, provisions)
        if outcome != "undetermined":
            known.setdefault(question.question.id, OUTCOME_CODES[outcome])
    return evaluation(conditions, provisions, outcomes)


def evaluation(
    conditions: Sequence[bool | None],
    provisions: Sequence[bool | None],
    outcomes: dict[str, Outcome],
) -> Evaluation:
    """Truths by index as the bits of an evaluation."""

    def bits(truths: Sequence[bool | None], wanted: tuple[bool, ...]) -> int:
        return sum(1 << index for index, truth in enumerate(truths) if truth in wanted)

    return Evaluation(
        bits(conditions, (True,)),
        bits(conditions, (True, False)),
        bits(provisions, (True,)),
        bits(provisions, (False,)),
        outcomes,
    )
