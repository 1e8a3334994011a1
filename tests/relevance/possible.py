"""The values that unknown facts can have beside those that were stated, by the relations of the
law; read from the definitions once more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.law.facts import Contradiction, FactDefinition
from app.law.functions import anniversary

ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_most": lambda value, other: value <= other,
    "more_than": lambda value, other: value > other,
    "not_before": lambda value, other: value >= other,
    "not_after": lambda value, other: value <= other,
    "within_a_year_of": lambda value, other: other <= value < anniversary(other, 1),
}
Test = Callable[[Any], bool]
FEW, A_YEAR = 64, 370


class Possible:
    """What is left of each unknown fact's values; *known* has all facts of the question."""

    def __init__(
        self,
        known: Mapping[str, FactDefinition],
        stated: Mapping[str, Any],
        inputs_of: Callable[[str], Sequence[str]],
    ) -> None:
        self._known, self._stated = known, stated
        self._runs: dict[str, list[tuple[int, int]]] = {}
        self._tests: dict[str, list[tuple[Test, Any]]] = {}
        """for each fact, tests of its values with a value at which each turns"""
        self._is_bounded = set[str]()
        by_computed = set[str]()
        for fact in known.values():
            for order in fact.orders:
                other = order.other
                if isinstance(other, str) and other not in known:
                    by_computed |= {fact.name, *inputs_of(other)}
                else:
                    self._take_order(fact.name, order.operator, other)
            for contradiction in fact.contradictions:
                self._take_contradiction(fact.name, contradiction)
        limited = self._is_bounded - by_computed
        self._tests = {name: tests for name, tests in self._tests.items() if name in limited}

    def _add(self, name: str, test: Test, turn: Any, bounds: bool = True) -> None:
        self._tests.setdefault(name, []).append((test, turn))
        if bounds:
            self._is_bounded.add(name)

    def _take_order(self, name: str, operator: str, other: str | int) -> None:
        holds = ORDERS[operator]
        if isinstance(other, int):
            self._add(name, lambda value: holds(value, other), other, bounds=False)
            return
        if other in self._stated:
            bound = self._stated[other]
            self._add(name, lambda value: holds(value, bound), bound)
        if name in self._stated:
            own = self._stated[name]
            self._add(other, lambda value: holds(own, value), own)

    def _take_contradiction(self, name: str, each: Contradiction) -> None:
        related = (name, each.other, *each.same_day)
        for moving in dict.fromkeys(related):
            if any(other in self._stated for other in related if other != moving):

                def agrees(value: Any, moving: str = moving) -> bool:
                    values = {**self._stated, moving: value}
                    own = name in values and (not each.values or values[name] in each.values)
                    days = [values.get(day) for day in each.same_day]
                    same = not days or (days[0] is not None and days[0] == days[1])
                    return not (own and same and values.get(each.other) in each.others)

                known = (self._stated.get(day) for day in each.same_day)
                self._add(moving, agrees, next(filter(None, known), None))

    def allows(self, name: str, value: Any) -> bool:
        """Whether a fact can have a value; where it can have none, whatever value is as good."""
        runs = self.runs(name)
        return not runs or any(
            low <= self._known[name].code_of(value) <= high for low, high in runs
        )

    def some(self, name: str) -> Any:
        """A value that a fact can have, where not every value is one; else none."""
        runs = self.runs(name)
        return self._known[name].value(runs[0][0]) if runs else None

    def runs(self, name: str) -> list[tuple[int, int]]:
        """The first and last codes of the runs of values that a fact can have; empty where it can
        have any, or none.
        """
        if name not in self._tests:
            return []
        if name not in self._runs:
            self._runs[name] = list(self._find_runs(name))
        return self._runs[name]

    def _find_runs(self, name: str) -> Iterator[tuple[int, int]]:
        fact = self._known[name]
        first, last, step = fact.first_code, fact.last_code, fact.step
        points = {first, last} if last - first > FEW else set(range(first, last + 1))
        for _, turn in self._tests[name]:
            if turn is not None and last - first > FEW:
                code = fact.code_of(turn)
                about = A_YEAR if fact.type == "day" else 2
                points |= {code + off * step for off in range(-about, about + 1)}
        ordered = sorted({p // step * step for p in points if first <= p <= last})
        begun: int | None = None
        for point in ordered:
            value = fact.value(point)
            if all(test(value) for test, _ in self._tests[name]):
                begun = point if begun is None else begun
            elif begun is not None:
                yield begun, point - 1
                begun = None
        if begun is not None:
            yield begun, last
