"""The plain evaluator: the same provisions in three-valued logic, without an engine.

It shadows the engine in production, and it answers "what if" questions, of which one determination asks many.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.engine.evaluation import Evaluation
from app.law.questions import Outcome
from app.law.standing import StandingCondition, StandingLaw, StandingProvision, StandingQuestion

OUTCOME_CODES: dict[Outcome, int] = {"eligible": 0, "ineligible": 1, "referred": 2}
"""The code of a question's outcome where another question uses it as a fact; undetermined is unknown."""


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
    """Whether a provision applies: one path is enough, and an unread one is never known to apply."""
    applies: bool | None = False
    for path in provision.paths:
        held = all_hold(conditions[c.index] for c in path)
        if held:
            return None if provision.provision.unread else True
        if held is None:
            applies = None
    return applies


def outcome_of(question: StandingQuestion, provisions: Sequence[bool | None]) -> Outcome:
    """The outcome of a question from the status of its provisions."""
    bars = [provisions[p.index] for p in question.of("bars")]
    grants = [provisions[p.index] for p in question.of("grants")]
    if True in bars or not any(grant is not False for grant in grants):
        return "ineligible"
    if all(bar is False for bar in bars):
        if any(provisions[p.index] for p in question.of("refers")):
            return "referred"
        if True in grants:
            return "eligible"
    return "undetermined"


def evaluate(law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """Every condition, provision and outcome of a standing law for the facts whose codes are known.

    A code under a question's id is an outcome that the caller states; it takes the place of what the provisions would give.
    """
    known = dict(codes)
    found = Evaluation([None] * len(law.conditions), [None] * len(law.provisions))
    for question in law.questions:
        for provision in question.provisions:
            for condition in provision.conditions:
                found.conditions[condition.index] = condition_truth(condition, known)
            found.provisions[provision.index] = provision_truth(provision, found.conditions)
        outcome = outcome_of(question, found.provisions)
        found.outcomes[question.question.id] = outcome
        if outcome != "undetermined":
            known.setdefault(question.question.id, OUTCOME_CODES[outcome])
    return found
