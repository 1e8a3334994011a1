"""Random values of facts, mostly next to those at which a condition turns."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from app.law.facts import Computation, FactDefinition
from tests.relevance.reading import Reading

NUMBERS = (0, 1, 2, 3, 5, 10, 20, 49, 50, 51, 63, 64, 100, 365)
FAR = 2_000
"""So many days from the day asked about a turn is not worth standing at."""


class Drawing:
    """Draws values for the facts of one law, about one day."""

    def __init__(self, reading: Reading, day: date, random: Random) -> None:
        self.reading, self.day, self.random = reading, day, random

    def complete(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """A value for every stated fact; those known stay as they are."""
        values = {
            name: known[name] if name in known else self.value(fact)
            for name, fact in self.reading.stated.items()
        }
        for fact in self.reading.computed.values():
            if self.random.random() < 0.7:
                self._move(fact, values, lambda name: name not in known)
        return {**known, **values}

    def other(self, name: str, values: Mapping[str, Any]) -> list[Any]:
        """Some values of a fact beside the one it has, the others being as they are."""
        fact, found = self.reading.stated[name], list[Any]()
        match fact.type:
            case "flag":
                return [not values[name]]
            case "choice" | "outcome":
                return [choice for choice in fact.choices if choice != values[name]]
        found = [self.value(fact) for _ in range(3)]
        for computed in self.reading.computed.values():
            if name in self.reading.inputs[computed.name]:
                moved = dict(values)
                self._move(computed, moved, lambda other: other == name)
                found.append(moved[name])
        return [value for value in found if value != values[name]]

    def value(self, fact: FactDefinition) -> Any:
        """A value of a fact."""
        random, edges = self.random, self.reading.edges.get(fact.name)
        near = random.choice(edges) if edges and random.random() < 0.7 else None
        match fact.type:
            case "flag":
                return random.random() < 0.5
            case "choice" | "outcome":
                return near if near is not None else random.choice(list(fact.choices))
            case "day":
                if near is None or abs((near - self.day).days) > FAR:
                    off = random.choice((0, -30, -63, random.randint(-400, 200)))
                    near = self.day + timedelta(days=off)
                return _day(near + timedelta(days=random.choice((-1, 0, 0, 1))))
            case "integer":
                number = random.choice(NUMBERS) if near is None else int(near)
                return _within(fact, number + random.choice((-1, 0, 0, 1)))
        step = Decimal(1).scaleb(-fact.places)
        number = Decimal(random.choice((0, 1, 2, 100, 500)) if near is None else near)
        return _within(fact, number.quantize(step) + step * random.choice((-1, 0, 0, 1)))

    def _move(
        self, fact: FactDefinition, values: dict[str, Any], may_move: Callable[[str], bool]
    ) -> None:
        """Move a fact behind a computed one, so that this comes next to a turn."""
        call, edges = fact.computed, self.reading.edges.get(fact.name)
        if call is None or not edges or len(call.arguments) != 2:
            return
        left, right = map(str, call.arguments)
        following = self.reading.follow(values)
        if left not in following or right not in following:
            return
        edge, off = self.random.choice(edges), self.random.choice((-1, 0, 0, 1))
        pair = (following[left], following[right])
        if left in self.reading.stated and may_move(left):
            values[left] = self._before(call, left, pair, edge, off)
        elif right in self.reading.stated and may_move(right) and isinstance(pair[1], date):
            values[right] = _day(pair[0] + timedelta(days=_gap(call, edge) + off))

    def _before(
        self, call: Computation, name: str, pair: tuple[Any, Any], edge: Any, off: int
    ) -> Any:
        if isinstance(pair[0], date):
            return _day(pair[1] - timedelta(days=_gap(call, edge) + off))
        share = Fraction(edge) / (100 if call.function == "percent" else 1)
        added = call.function in ("difference", "sum")
        sign = -1 if call.function == "sum" else 1
        wanted = share + sign * Fraction(pair[1]) if added else Fraction(pair[1]) * share
        fact = self.reading.stated[name]
        if fact.type == "integer":
            return _within(fact, -(-wanted.numerator // wanted.denominator) + off)
        parts = 10**fact.places
        return _within(fact, Decimal(int(wanted * parts) + off) / parts)


def _gap(call: Computation, edge: Any) -> int:
    return int(edge * 365.25 + 0.5) if call.function == "whole_years_between" else int(edge)


def _within(fact: FactDefinition, number: Any) -> Any:
    return max(type(number)(fact.minimum), min(type(number)(fact.maximum), number))


def _day(day: date) -> date:
    return max(date(1910, 1, 1), min(date(2090, 12, 31), day))
