"""The product beside the oracle: what differs, and the smallest case that still shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.lawbook import Lawbook
from tests.determinations.any_case import curable
from tests.relevance.oracle import Answer, Oracle


class Got(NamedTuple):
    """What the product answers; of a case that it does not answer, the fault."""

    outcome: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Difference:
    """A case that the product answers otherwise than the oracle."""

    case: Case
    expected: Answer
    got: Got

    def case_with(self, facts: Mapping[str, Any]) -> Case:
        """The case with other facts."""
        return replace(self.case, facts=facts)

    def __str__(self) -> str:
        lines = [f"{self.case.question} in {self.case.edition} as of {self.case.as_of}"]
        lines += [f"  {n}: {_plain(v)}" for n, v in sorted(self.case.facts.items())]
        if self.expected.outcome != self.got.outcome:
            logic = self.expected.three_valued
            lines.append(
                f"  expected {self.expected.outcome} (by three-valued logic {logic}), "
                f"got {self.got.outcome}"
            )
        missing, more = self.expected.needs - self.got.needs, self.got.needs - self.expected.needs
        if missing:
            lines.append(f"  needed and not asked for: {', '.join(sorted(missing))}")
        if more:
            lines.append(f"  asked for and not needed: {', '.join(sorted(more))}")
        return "\n".join(lines)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def got(decider: Decider, case: Case) -> Got:
    """The product's answer to a case."""
    try:
        determination = decider.decide(case)
    except Exception as fault:
        return Got(f"a fault: {fault!r}", frozenset())
    return Got(determination.outcome, frozenset(fact.name for fact in determination.needs))


def counting(
    lawbook: Lawbook, question: str, facts: Mapping[str, Any], day: date
) -> dict[str, Any]:
    """The facts that contradict no other and cannot be cured any more: the others count as not
    told.
    """
    known = lawbook.known_facts(question)
    doubted = curable(facts, day, day)
    for name, value in facts.items():
        for each in known[name].contradictions:
            one, other = each.same_day or ("", "")
            is_same_day = not each.same_day or (one in facts and facts[one] == facts.get(other))
            is_own = not each.values or value in each.values
            if is_own and is_same_day and facts.get(each.other) in each.others:
                doubted |= {name, each.other}
    return {name: value for name, value in facts.items() if name not in doubted}


def difference(decider: Decider, oracle: Oracle, case: Case) -> tuple[Answer, Difference | None]:
    """The oracle's answer, and what differs from it."""
    facts = counting(decider.lawbook, case.question, case.facts, case.as_of)
    expected = oracle.answer(case.question, case.as_of, case.edition, facts)
    found = got(decider, case)
    same = (expected.outcome, expected.needs) == (found.outcome, found.needs)
    return expected, None if same else Difference(case, expected, found)


def smallest(decider: Decider, oracle: Oracle, shown: Difference) -> Difference:
    """The difference with as few facts stated as still show one of its kind."""
    for name in list(shown.case.facts):
        facts: Mapping[str, Any] = {n: v for n, v in shown.case.facts.items() if n != name}
        _, found = difference(decider, oracle, shown.case_with(facts))
        if found is not None and _kind(found) == _kind(shown):
            shown = found
    return shown


def _kind(shown: Difference) -> tuple[bool, bool, bool]:
    expected, found = shown.expected, shown.got
    return (
        expected.outcome != found.outcome,
        bool(expected.needs - found.needs),
        bool(found.needs - expected.needs),
    )
