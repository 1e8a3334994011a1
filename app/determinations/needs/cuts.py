"""Where the conditions of one case turn along one fact. Exact.

Everything else staying as it is, the outcome is constant between *cuts*: the codes at which some
condition turns. The cuts follow from the provisions' own thresholds, so looking once between each
pair of cuts sees every value there is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from app.determinations.facts.crossed import Crossed
from app.determinations.facts.facts_in_play import FactInPlay
from app.determinations.facts.knowledge import Knowledge
from app.law.facts import FactDefinition, Value

DAYS_EITHER_SIDE = 800
"""How many days before and after are tried one by one where nothing better is known: two years and
some days.
"""
PERIODS_EITHER_SIDE = 8
"""How many open periods before and after are looked at where a fact is compared with the distance
to the next one.
"""


class Cuts:
    """The cuts of one case under one standing law, along each fact."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge, self.in_play = knowledge, knowledge.in_play
        self._found: dict[str, list[int]] = {}

    def of(self, name: str) -> list[int]:
        """The codes of a stated fact at which some condition changes, in order; between two of them
        nothing does.
        """
        if name not in self._found:
            self._found[name] = self._find_cuts(self.in_play.facts[name])
        return self._found[name]

    def _find_cuts(self, moving: FactInPlay) -> list[int]:
        fact, name = moving.fact, moving.name
        found = set(moving.edges)
        for crossed in moving.crossed:
            found.update(self._crossings(crossed, fact))
            if crossed.other is not None and crossed.other not in self.knowledge.codes:
                found.update(self._through_unknown(crossed, crossed.other, name))
        # What turns at no value that the fact can have must not widen the years looked at below.
        found = {code for code in found if fact.first_code < code <= fact.last_code}
        if moving.yearly_edges:
            here = self.knowledge.codes.get(name, self.knowledge.as_of.toordinal())
            found.update(_two_cycles_around(found, moving.yearly_edges, here))
        looked_at = self.looked_at(name)
        if looked_at is not None:
            found = {code for code in found if code in looked_at}
            found.update(self._scan(moving, looked_at))
        return sorted(code for code in found if fact.first_code < code <= fact.last_code)

    def through_bounds(self, name: str) -> set[int]:
        """The codes of a day at which another one that is not known, and that cannot be after it or
        before it, comes to meet other conditions: somebody who asks later can have learned later.
        """
        related = self.in_play.relations.related.get(name, frozenset())
        found = set[int]()
        for unknown in self.knowledge.unknown(-1).values() if related else ():
            if unknown.name in related:
                for code in self._bounds_of(unknown, name):
                    found |= {code, code + 1}
        return found

    def through_computed(self, name: str) -> set[int]:
        """The codes of a fact at which it turns whether what is computed from it and from others
        that are not known can be on one side of an edge at all: a credit that is not known can only
        end a waiting period sooner.
        """
        moving, codes = self.in_play.facts[name], self.knowledge.codes
        found = set[int]()
        for crossed in moving.crossed:
            sources = self.in_play.sources_of[crossed.fact.name]
            unknown = [
                self.in_play.facts[each] for each in sources if each != name and each not in codes
            ]
            if not unknown or crossed.other in self.in_play.facts:
                continue  # all is known, or the other one of two days is looked at itself
            for chosen in product(*[self._critical(each, name) for each in unknown]):
                stated = {each.name: value for each, value in zip(unknown, chosen, strict=True)}
                completed = Cuts(self.knowledge.with_more(stated))
                found.update(completed._crossings(crossed, moving.fact))
        return found

    def _critical(self, unknown: FactInPlay, apart_from: str) -> list[Value]:
        """The values of an unknown fact next to which what is known of other facts turns it."""
        fact = unknown.fact
        low, high = self.bounds(fact)
        turns = self._bounds_of(unknown, apart_from)
        codes = {low, high, *turns, *(code - 1 for code in turns)}
        steps = {code // fact.step * fact.step for code in codes if low <= code <= high}
        return [fact.value(code) for code in sorted(steps)]

    def looked_at(self, name: str) -> range | None:
        """The codes tried one by one, where something computed from a day neither rises nor falls
        with it; else none.

        A filing is late by its distance from a day of its own year, say. Such a fact is exact for
        some years about the day stated, and nothing is said of days beyond.
        """
        moving = self.in_play.facts[name]
        here = self.knowledge.codes.get(name)
        if here is None or "day" not in moving.fact.kind.fits or not moving.wavers:
            return None
        first, last = moving.fact.first_code, moving.fact.last_code
        return range(max(first, here - DAYS_EITHER_SIDE), min(last, here + DAYS_EITHER_SIDE) + 1)

    def _scan(self, moving: FactInPlay, codes: range) -> Iterator[int]:
        """The codes at which any condition on what is computed from a fact changes, found by trying
        each.
        """
        before = None
        own = moving.own.all if moving.own is not None else 0
        values = self.knowledge.values.copy()
        met, known = self.in_play.compiled.bits(self.knowledge.codes)
        met, known = met & ~moving.behind, known & ~moving.behind
        for code in codes:
            values[moving.name] = moving.fact.value(code)
            moving.carry(values)
            met_there, known_there = moving.bits_in(values)
            now = ((met | met_there) & ~own, known | known_there)
            if before is not None and now != before:
                yield code
            before = now

    def _crossings(self, crossed: Crossed, moving: FactDefinition) -> Iterable[int]:
        """The codes of *moving* at which the computed fact passes an edge."""
        call = crossed.fact.computed
        assert call is not None
        if crossed.other is not None:
            code = self.knowledge.codes.get(crossed.other)
            return () if code is None else crossed.around(code, self.in_play.deriving.holidays)
        if call.function == "days_until_next_period":
            return self._before_periods(str(call.arguments[0]), moving, crossed.edges)
        sign = self.in_play.facts[moving.name].directions[crossed.fact.name]
        if not sign:
            return ()
        found = [self._search(crossed.fact, moving, edge, sign) for edge in crossed.edges]
        return [code for code in found if code is not None]

    def _through_unknown(self, crossed: Crossed, unknown: str, moving: str) -> Iterator[int]:
        """The codes at which it turns whether a day that is not known can have any value at all
        beside this one and others that are known: an approval that is bound to come before the
        request, and at most so long before the carrier was told.
        """
        between = self.in_play.facts.get(unknown)
        holidays = self.in_play.deriving.holidays
        for code in self._bounds_of(between, moving) if between is not None else ():
            yield from crossed.around(code, holidays)
            yield from crossed.around(code - 1, holidays)

    def _bounds_of(self, unknown: FactInPlay, apart_from: str) -> set[int]:
        """The codes at which what is known of other facts turns an unknown one."""
        fact = unknown.fact
        found = set(unknown.edges)
        for crossed in unknown.crossed:
            if apart_from not in self.in_play.sources_of[crossed.fact.name]:
                found.update(self._crossings(crossed, fact))
        low, high = self.bounds(fact)
        return {c for c in (*found, low, high + 1) if fact.first_code < c <= fact.last_code}

    def _before_periods(
        self, series_name: str, moving: FactDefinition, edges: Sequence[int]
    ) -> Iterator[int]:
        series = self.in_play.deriving.series.get(series_name)
        starts = [day.toordinal() for day in series.starts()] if series else []
        here = self.knowledge.codes.get(moving.name, moving.first_code)
        before = sum(start <= here for start in starts)
        for start in starts[max(0, before - PERIODS_EITHER_SIDE) : before + PERIODS_EITHER_SIDE]:
            yield start
            yield from (start - edge + 1 for edge in edges)
        if series:
            yield from (last for _, last in series.unread_days)

    def _search(
        self, computed: FactDefinition, moving: FactDefinition, edge: int, sign: int
    ) -> int | None:
        """The first code of *moving* at which the computed code is at or above *edge* (below it,
        where it falls).
        """
        step, in_play = moving.step, self.in_play
        low, high = moving.first_code // step, moving.last_code // step
        carry = in_play.facts[moving.name].carry
        values = self.knowledge.values.copy()

        def passed(at: int) -> bool | None:
            values[moving.name] = moving.value(at * step)
            carry(values)
            value = values.get(computed.name)
            return None if value is None else (computed.code_of(value) >= edge) == (sign > 0)

        if passed(low) is None:
            low += 1
        if passed(low) is None or passed(high) is None or passed(low) == passed(high):
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if passed(middle):
                high = middle
            else:
                low = middle
        return high * step

    def bounds(self, fact: FactDefinition) -> tuple[int, int]:
        """The first and the last code that a fact can have beside those stated."""
        return self.in_play.relations.bounds(fact, self.knowledge.stated)


def _two_cycles_around(others: set[int], yearly: list[int], here: int) -> list[int]:
    """The edges of yearly calendars near the other cuts and the day asked about.

    Beyond them each year is like the one before, so what two whole years do not bring no later
    year brings.
    """
    first, last = min(others, default=here), max(others, default=here)
    low = bisect_left(yearly, min(first, here) - DAYS_EITHER_SIDE)
    return yearly[low : bisect_right(yearly, max(last, here) + DAYS_EITHER_SIDE)]
