"""What facts say of each other, declared beside them once.

An order is what cannot be otherwise: who tells the carrier of an approval does so after receiving
it. Facts that break one are refused. A contradiction is two answers of which one must be wrong: an
approval that was received, of a waiver that was not granted. Neither of them counts then.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from app.law.facts import Contradiction, FactDefinition, Value
from app.law.functions import FUNCTIONS, SERIES_FUNCTIONS, anniversary

_BREAKS: Mapping[str, tuple[Callable[[Any, Any], bool], str]] = {
    "at_most": (lambda value, other: value > other, "more than"),
    "more_than": (lambda value, other: value <= other, "not more than"),
    "not_before": (lambda value, other: value < other, "before"),
    "not_after": (lambda value, other: value > other, "after"),
    "within_a_year_of": (
        lambda value, other: not other <= value < anniversary(other, 1),
        "not within a year from",
    ),
}
ORDERS = tuple(_BREAKS)
OF_DAYS = frozenset({"not_before", "not_after", "within_a_year_of"})
"""The orders between days; the others are between numbers."""


@dataclass(frozen=True, slots=True)
class Broken:
    """An order that stated facts break, with the names of those that do."""

    facts: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts of which one must be wrong, with their values."""

    facts: Mapping[str, Value]
    says: str


Known = Mapping[str, FactDefinition]
Find = Callable[[str], FactDefinition | None]


def broken_orders(find: Find, stated: Mapping[str, Value]) -> Iterator[Broken]:
    """The orders that stated facts break. What is not stated, and what cannot be computed from what
    is, breaks none.
    """
    for name, value in stated.items():
        fact = find(name)
        for order in fact.orders if fact is not None else ():
            bound, behind = _bound(find, order.other, stated)
            is_broken, words = _BREAKS[order.operator]
            if fact is None or bound is None or not is_broken(value, bound):
                continue
            says = f"“{fact.label}” is answered with {fact.in_words(value)}: {words} "
            other = find(str(order.other))
            if other is None:
                says += f"{bound}."
            elif other.computed is None:
                says += f"{other.in_words(bound)}, the answer to “{other.label}”."
            else:
                says += f"{other.in_words(bound)}, {other.label}."
            yield Broken((name, *behind), says)


def _bound(
    find: Find, other: str | int, stated: Mapping[str, Value]
) -> tuple[Value | None, tuple[str, ...]]:
    """The value that a fact is held against, and the stated facts that it comes from."""
    if isinstance(other, int):
        return other, ()
    fact = find(other)
    if fact is None or fact.computed is None:
        return stated.get(other), (other,)
    names = fact.computed.fact_names
    if any(name not in stated for name in names):
        return None, names
    compute: Callable[..., Any] = FUNCTIONS[fact.computed.function].compute
    return compute(*[stated[name] for name in names]), names


class Implied(NamedTuple):
    """A stated fact, with the values that count or none for all of them, that leaves a flag one
    value: beside a last covered day coverage has ended.
    """

    fact: str
    values: tuple[Value, ...]
    flag: str
    is_so: bool


class Relations:
    """What the facts of a question say of each other, by fact; *known* has all that can be stated,
    *inputs_of* gives the stated facts behind one.
    """

    def __init__(self, known: Known, inputs_of: Callable[[str], tuple[str, ...]]) -> None:
        self._known, self._inputs_of = known, inputs_of
        self._orders: dict[str, list[tuple[str, str | int, bool]]] = {}
        self._contradictions: dict[str, list[tuple[str, Contradiction]]] = {}
        self.about: set[str] = set()
        """The facts that any relation is about, and those that its bound is computed from."""
        for name, fact in known.items():
            for order in fact.orders:
                self._orders.setdefault(name, []).append((order.operator, order.other, False))
                self.about.add(name)
                if isinstance(order.other, str):
                    self._orders.setdefault(order.other, []).append((order.operator, name, True))
                    self.about.update(inputs_of(order.other))
            for each in fact.contradictions:
                for about in {name, each.other, *each.same_day}:
                    self._contradictions.setdefault(about, []).append((name, each))
        self.about.update(self._contradictions)

    @cached_property
    def implied(self) -> tuple[Implied, ...]:
        """What stated facts leave of flags."""
        return tuple(
            Implied(name, each.values, each.other, not each.others[0])
            for name, fact in self._known.items()
            for each in fact.contradictions
            if each.other in self._known
            and self._known[each.other].type == "flag"
            and len(each.others) == 1
            and not each.same_day
        )

    @cached_property
    def related(self) -> Mapping[str, frozenset[str]]:
        """Each fact with those that an order or a contradiction is about together with it; without
        facts that something computed bounds, or that it is computed from.
        """
        found: dict[str, set[str]] = {}
        computed = set[str]()
        for name, fact in self._known.items():
            groups = [{name, c.other, *c.same_day} for c in fact.contradictions]
            for other in (str(o.other) for o in fact.orders if isinstance(o.other, str)):
                behind = self._inputs_of(other)
                if behind == (other,):
                    groups.append({name, other})
                else:
                    computed |= {name, *behind}
            for group in groups:
                for each in group:
                    found.setdefault(each, set()).update(group - {each})
        return {name: frozenset(others) for name, others in found.items() if name not in computed}

    def bounds(self, fact: FactDefinition, stated: Mapping[str, Value]) -> tuple[int, int]:
        """The first and the last code that a fact can have beside those stated."""
        low, high = fact.first_code, fact.last_code
        for operator, other, is_inverse in self._orders.get(fact.name, ()):
            bound = stated.get(other) if isinstance(other, str) else other
            if bound is None:
                continue
            first, last = _range(fact, operator, bound, is_inverse)
            low, high = max(low, first), min(high, last)
        return low, high

    def excluded(self, fact: str, stated: Mapping[str, Value]) -> frozenset[Value] | None:
        """The values that a fact cannot have beside those stated; None where it can have none."""
        found = frozenset[Value]()
        for name, each in self._contradictions.get(fact, ()):
            others = [stated.get(day) for day in each.same_day if day != fact]
            if None in others or (len(others) == 2 and others[0] != others[1]):
                continue
            own = fact == name or (
                name in stated and stated[name] in (each.values or (stated[name],))
            )
            other = fact == each.other or stated.get(each.other) in each.others
            if not (own and other):
                continue
            if fact == name and not each.values and fact not in each.same_day:
                return None
            if fact in each.same_day:
                found |= {value for value in others if value is not None}
            else:
                found |= frozenset(each.values if fact == name else each.others)
        return found


def _range(fact: FactDefinition, operator: str, bound: Value, is_inverse: bool) -> tuple[int, int]:
    code, first, last = fact.code(bound), fact.first_code, fact.last_code
    match operator, is_inverse:
        case ("at_most" | "not_after", False) | ("not_before", True):
            return first, code
        case ("at_most" | "not_after", True) | ("not_before", False):
            return code, last
        case "more_than", False:
            return code + fact.step, last
        case "within_a_year_of", False:
            assert isinstance(bound, date)
            return code, anniversary(bound, 1).toordinal() - 1
    assert isinstance(bound, date)
    earliest = anniversary(bound, -1)
    if anniversary(earliest, 1) <= bound:
        earliest = date.fromordinal(earliest.toordinal() + 1)
    return earliest.toordinal(), code


def conflicts(known: Known, stated: Mapping[str, Value]) -> Iterator[Conflict]:
    """The contradictions among stated facts."""
    for name, value in stated.items():
        fact = known.get(name)
        for contradiction in fact.contradictions if fact is not None else ():
            if _is_met(contradiction, name, stated):
                other = known[contradiction.other]
                found = {name: value, other.name: stated[other.name]}
                one, two = (f"“{known[n].label}”" for n in found)
                words = [known[n].in_words(v) for n, v in found.items()]
                says = (
                    f"{one} is answered with {words[0]}, and {two} with {words[1]}. "
                    "Both cannot be right."
                )
                yield Conflict(found, says)


def _is_met(contradiction: Contradiction, name: str, stated: Mapping[str, Value]) -> bool:
    if contradiction.values and stated[name] not in contradiction.values:
        return False
    days = [stated.get(day) for day in contradiction.same_day]
    if days and (days[0] is None or days[0] != days[1]):
        return False
    return stated.get(contradiction.other) in contradiction.others


def _can_bound(fact: FactDefinition, known: Known) -> bool:
    """Whether a fact is stated, or computed from stated facts alone."""
    if fact.computed is None:
        return True
    function = fact.computed.function
    if function in SERIES_FUNCTIONS or FUNCTIONS[function].counts_holidays:
        return False
    inputs = [known.get(str(argument)) for argument in fact.computed.arguments]
    return all(each is not None and each.computed is None for each in inputs)


def unsound(fact: FactDefinition, known: Known) -> Iterator[str]:
    """What is wrong with the relations of a fact, as sentences."""
    for order in fact.orders:
        kind = "day" if order.operator in OF_DAYS else "number"
        others: Sequence[FactDefinition] = [fact]
        if isinstance(order.other, str):
            other = known.get(order.other)
            if other is None or other is fact or not _can_bound(other, known):
                yield f"{order.operator} needs another fact, not {order.other}"
                continue
            others = [fact, other]
        if any(kind not in each.kind.fits for each in others):
            yield f"{order.operator} is between facts of the kind {kind}"
    for contradiction in fact.contradictions:
        other = known.get(contradiction.other)
        days = [known.get(day) for day in contradiction.same_day]
        if other is None or other.computed is not None:
            yield f"contradicts a fact that is stated, not {contradiction.other}"
            continue
        if len(days) not in (0, 2) or any(d is None or "day" not in d.kind.fits for d in days):
            yield "`same_day` names two facts of type day"
        if fact.presumed is not None or other.presumed is not None:
            yield "a fact that is presumed contradicts none: what is not told would count again"
        for each, values in ((fact, contradiction.values), (other, contradiction.others)):
            for value in values:
                complaint = each.kind.complaint(each, value)
                if complaint is not None:
                    yield complaint
