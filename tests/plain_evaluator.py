"""The plain evaluator: the provisions in three-valued logic, as plainly as it can be written.

It is the oracle of both, the rules of durable-rules and the compiled law.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

from app.engine.evaluation import DECIDED, OUTCOME_CODES, OUTCOMES_BY_CODE, Evaluation
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
    """The outcome of a question from the status of its provisions: what is open is tried as if it
    applied and as if it did not.
    """

    def any_applies(some: Iterable[StandingProvision]) -> tuple[bool, ...]:
        found = {provisions[p.index] for p in some}
        return (True,) if True in found else (True, False) if None in found else (False,)

    def referring(may: str) -> tuple[bool, ...]:
        return any_applies(p for p in question.of("refers") if p.provision.may == may)

    cases = product(
        any_applies(question.of("bars")),
        any_applies(question.of("grants")),
        referring("grant"),
        referring("bar"),
        referring("either"),
    )
    found = {_tried(*case) for case in cases}
    return found.pop() if len(found) == 1 else "undetermined"


@cache
def _tried(barred: bool, granted: bool, may_grant: bool, may_bar: bool, either: bool) -> Outcome:
    """The outcome where every person who is to decide decides in every way that is open."""
    ways: set[Outcome] = set()
    for grants in {False, may_grant}:
        for bars in {False, may_bar}:
            for decides in ("grant", "bar") if either else (None,):
                is_barred = barred or bars or decides == "bar"
                is_granted = granted or grants or decides == "grant"
                ways.add("eligible" if is_granted and not is_barred else "ineligible")
    return ways.pop() if len(ways) == 1 else "referred"


class _Truths(NamedTuple):
    """Truths by index, and outcomes by question."""

    conditions: list[bool | None]
    provisions: list[bool | None]
    outcomes: dict[str, Outcome]


def evaluate(law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """Every condition, provision and outcome of a standing law for the facts whose codes are known.

    A code under a question's id is an outcome that the caller states; it takes the place of what
    the provisions would give. A question that is left to a person is tried both ways. A flag that
    follows from a question is what its outcome says, unless it is stated itself.
    """
    return evaluation(*_evaluate(law, codes))


def _evaluate(law: StandingLaw, codes: Mapping[str, int]) -> _Truths:
    known = dict(codes)
    conditions: list[bool | None] = [None] * len(law.conditions)
    provisions: list[bool | None] = [None] * len(law.provisions)
    outcomes: dict[str, Outcome] = {}
    for question in law.questions:
        for condition in (c for p in question.provisions for c in p.conditions):
            conditions[condition.index] = condition_truth(condition, known)
        for provision in question.provisions:
            provisions[provision.index] = provision_truth(provision, conditions)
        id = question.question.id
        outcome = outcomes[id] = outcome_of(question, provisions)
        used = any(id in (c.fact.name, c.fact.follows_from) for c in law.conditions)
        if used and OUTCOMES_BY_CODE[known.get(id, OUTCOME_CODES.get(outcome, -1))] == "referred":
            ways = [_evaluate(law, {**codes, id: OUTCOME_CODES[way]}) for way in DECIDED]
            return _both_ways(*ways)
        if outcome != "undetermined":
            known.setdefault(id, OUTCOME_CODES[outcome])
        if id in known:
            for flag in (c.fact for c in law.conditions if c.fact.follows_from == id):
                known.setdefault(flag.name, int(known[id] == OUTCOME_CODES["eligible"]))
    return _Truths(conditions, provisions, outcomes)


def _both_ways(one: _Truths, other: _Truths) -> _Truths:
    def common(truths: Sequence[bool | None], others: Sequence[bool | None]) -> list[bool | None]:
        return [a if a is b else None for a, b in zip(truths, others, strict=True)]

    outcomes: dict[str, Outcome] = {}
    for id in one.outcomes:
        a, b = one.outcomes[id], other.outcomes[id]
        differing: Outcome = "undetermined" if "undetermined" in (a, b) else "referred"
        outcomes[id] = a if a == b else differing
    return _Truths(
        common(one.conditions, other.conditions), common(one.provisions, other.provisions), outcomes
    )


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
