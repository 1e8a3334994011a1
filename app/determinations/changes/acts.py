"""Acts still open to somebody that together make the outcome eligible."""

from collections.abc import Iterator, Mapping, Set
from itertools import combinations

from app.determinations.changes.what_if import WhatIf
from app.engine.evaluation import OUTCOME_CODES
from app.engine.fact_bits import bits_of
from app.law.facts import FactDefinition, Value
from app.law.spans import CodeSet
from app.law.standing import StandingCondition, StandingProvision, StandingQuestion

ACTS_AT_MOST = 4


def acts_that_help(here: WhatIf, doubted: Set[str] = frozenset()) -> Iterator[dict[str, Value]]:
    """Sets of two to four acts that together make the outcome eligible, each of them needed; none
    on a *doubted* fact.
    """
    seen = set()
    found = here.evaluation
    beyond_acts = found.known & ~found.met & ~here.in_play.behind_acts
    for provision in here.law.asked.of("grants"):
        if provision.index not in here.in_play.with_acts:
            continue
        for path in range(len(provision.paths)):
            if beyond_acts & bits_of(c for c in provision.paths[path] if not _is_decided(here, c)):
                continue
            changes = _Repair(here).make_hold(provision, path)
            if not changes or len(changes) > ACTS_AT_MOST or here.outcome_if(changes) != "eligible":
                continue
            if not doubted.isdisjoint(changes) or not here.can_be(changes):
                continue
            needed = _smallest(here, changes)
            key = tuple(sorted(needed))
            if key not in seen and len(needed) > 1:
                seen.add(key)
                yield needed


def _is_decided(here: WhatIf, condition: StandingCondition) -> bool:
    """Whether a condition looks at the outcome of a question, by name or through a flag."""
    return here.behind(condition.fact) is not None


def _smallest(here: WhatIf, changes: Mapping[str, Value]) -> dict[str, Value]:
    """The fewest of the changes that are still enough."""
    for size in range(1, len(changes)):
        for names in combinations(changes, size):
            fewer = {name: changes[name] for name in names}
            if here.outcome_if(fewer) == "eligible":
                return fewer
    return dict(changes)


class _Repair:
    """Looks for acts that make a path of a provision hold, one condition after the other."""

    def __init__(self, here: WhatIf) -> None:
        self.here, self.as_of = here, here.as_of
        self.changes: dict[str, Value] = {}

    def make_hold(self, provision: StandingProvision, path: int) -> dict[str, Value] | None:
        """The acts, or none where acts alone cannot do it."""
        for condition in provision.paths[path]:
            question = self.here.behind(condition.fact)
            if question is not None:
                if not self.make_nested(question, self.outcomes(condition, question)):
                    return None
            elif not self.is_met(condition.index) and not self.make_met(condition):
                return None
        return self.changes

    def outcomes(self, condition: StandingCondition, question: str) -> CodeSet:
        """The outcomes of a question that meet a condition which looks at it, as codes."""
        looks = self.here.law.looks.get(question, ())
        for look in looks:
            if look.fact == condition.fact.name != question:
                codes = enumerate((look.eligible, look.ineligible))
                return CodeSet((at, at) for at, own in codes if own in condition.accepts)
        return condition.accepts

    def is_met(self, index: int) -> bool:
        """Whether a condition holds with the acts found so far."""
        return self.here.meets_if(self.changes, index)

    def make_met(self, condition: StandingCondition) -> bool:
        """Find the act that makes a condition hold, its day as near as can be to the day asked
        about.

        Where several acts are missing, such as two days that are compared, the others are taken to
        happen on that day.
        """
        stated, known = self.here.in_play.stated, {**self.here.knowledge.values, **self.changes}
        inputs = self.here.in_play.inputs_of(condition)
        missing = [name for name in inputs if name not in known]
        if not all(stated[name].actionable for name in missing):
            return False
        for name in reversed(
            missing
            or [name for name in inputs if stated[name].actionable and name not in self.changes]
        ):
            others = {
                other: stated[other].value(stated[other].kind.code_near(stated[other], self.as_of))
                for other in missing
                if other != name
            }
            for value in self.candidates(stated[name], others):
                changes = {**self.changes, **others, name: value}
                if self.here.meets_if(changes, condition.index):
                    self.changes = changes
                    return True
        return False

    def candidates(self, fact: FactDefinition, others: Mapping[str, Value]) -> list[Value]:
        """The values worth trying: all of few, else the day asked about and then outward, nearest
        first.
        """
        if fact.kind.is_listed:
            return [
                fact.value(code)
                for code in range(1 if fact.irreversible else 0, fact.last_code + 1)
            ]
        start = fact.kind.code_near(fact, self.as_of)
        knowledge = self.here.knowledge
        changed = WhatIf(knowledge.with_more({**self.changes, **others}))
        return [
            fact.value(start),
            *changed.values_upward(fact.name, start),
            *changed.values_downward(fact.name, start),
        ]

    def make_nested(self, question: str, accepts: CodeSet) -> bool:
        """Make another question's outcome what is required, by its own first path that acts can
        bring about.
        """
        nested: StandingQuestion | None = self.here.law.by_question.get(question)
        wanted = self.here.evaluation.outcomes.get(question)
        code = OUTCOME_CODES.get(wanted) if wanted else None
        if code is not None and code in accepts:
            return True
        if (
            nested is None
            or OUTCOME_CODES["eligible"] not in accepts
            or question in self.here.knowledge.codes
        ):
            return False
        for provision in nested.of("grants"):
            for path in range(len(provision.paths)):
                kept = dict(self.changes)
                if self.make_hold(provision, path) is not None:
                    return True
                self.changes = kept
        return False
