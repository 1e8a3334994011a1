"""One case under one standing law, and what its outcome would be if a fact were otherwise. Exact.

Along one fact, everything else staying as it is, the outcome is constant between *cuts*: the codes
at which some condition turns. The cuts follow from the provisions' own thresholds, so looking once
between each pair of cuts sees every value there is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from app.determinations.facts_in_play import FactInPlay
from app.determinations.knowledge import Knowledge
from app.engine import Evaluation
from app.engine.compiled import UNDETERMINED
from app.engine.evaluation import OUTCOMES_BY_CODE
from app.law.facts import Computation, FactDefinition, Value
from app.law.holidays import LegalHolidays
from app.law.questions import Outcome

NO_HOLIDAYS = LegalHolidays()
DAYS_EITHER_SIDE = 800
"""How many days before and after are tried one by one where nothing better is known: two years and
some days.
"""
PERIODS_EITHER_SIDE = 8
"""How many open periods before and after are looked at where a fact is compared with the distance
to the next one.
"""


class WhatIf:
    """Outcomes of one case under changes to its facts."""

    def __init__(
        self,
        knowledge: Knowledge,
        evaluation: Evaluation | None = None,
        curable: frozenset[str] = frozenset(),
    ) -> None:
        """*evaluation* where the case was evaluated already; *curable* are the facts that count as
        unknown, not as answered no.
        """
        self.curable = curable
        self.knowledge, self.in_play = knowledge, knowledge.in_play
        self.law, self.as_of = self.in_play.law, knowledge.as_of
        self.compiled = self.in_play.compiled
        self.met, self.known = self.compiled.bits(knowledge.codes)
        self._evaluation = evaluation
        self._cuts: dict[str, list[int]] = {}

    @cached_property
    def outcome(self) -> Outcome:
        """The outcome as the facts are."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(self.met, self.known)]

    @property
    def evaluation(self) -> Evaluation:
        """Every condition, provision and outcome as the facts are."""
        if self._evaluation is None:
            self._evaluation = self.compiled.evaluate(self.met, self.known)
        return self._evaluation

    def bits_of_one(self, fact: FactInPlay, value: Value) -> tuple[int, int]:
        """The conditions met and known if one stated fact, and what is computed from it, were
        otherwise.
        """
        met, known = self.met & ~fact.behind, self.known & ~fact.behind
        if not fact.carried:
            own = fact.own
            if own is not None:
                more_met, more_known = own.at(fact.fact.code_of(value))
                return met | more_met, known | more_known
            return met, known
        values = {**self.knowledge.values, fact.name: value}
        fact.carry(values)
        for name, code_of, bits in fact.looked_at:
            if name in values:
                more_met, more_known = bits.at(code_of(values[name]))
                met, known = met | more_met, known | more_known
        return met, known

    def bits_if(self, changes: Mapping[str, Value]) -> tuple[int, int]:
        """The conditions met and known if some stated facts were otherwise."""
        if not changes:
            return self.met, self.known
        values = {**self.knowledge.values, **changes}
        facts = [self.in_play.facts[name] for name in changes]
        met, known = self.met, self.known
        for fact in facts:
            met, known = met & ~fact.behind, known & ~fact.behind
            fact.carry(values)
        for fact in facts:
            for name, code_of, bits in fact.looked_at:
                if name in values:
                    more_met, more_known = bits.at(code_of(values[name]))
                    met, known = met | more_met, known | more_known
        return met, known

    def outcome_if(self, changes: Mapping[str, Value]) -> Outcome:
        """The outcome if some stated facts were otherwise."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(*self.bits_if(changes))]

    def outcome_of_one(self, fact: FactInPlay, value: Value) -> Outcome:
        """The outcome if one stated fact were otherwise."""
        return OUTCOMES_BY_CODE[self.compiled.outcome(*self.bits_of_one(fact, value))]

    def meets_if(self, changes: Mapping[str, Value], condition: int) -> bool:
        """Whether a condition on a fact, not on another question's outcome, is met if some stated
        facts were otherwise.
        """
        return bool(self.bits_if(changes)[0] >> condition & 1)

    def matters(self, name: str) -> bool:
        """Whether any value of a fact could change the outcome.

        False only where it is the same with the fact unknown.
        """
        fact = self.in_play.facts.get(name)
        if fact is None or not fact.behind:
            return False
        if self.outcome == "undetermined":
            return True
        found, left = self.evaluation, ~fact.touched
        without = self.compiled.outcome(found.met & left, found.known & left)
        return OUTCOMES_BY_CODE[without] != self.outcome

    def mattering(self) -> Iterator[FactInPlay]:
        """The stated facts that matter."""
        return (fact for name, fact in self.in_play.facts.items() if self.matters(name))

    def outcomes_of_choices(self, fact: FactInPlay) -> Iterator[tuple[Outcome, list[Value]]]:
        """For a fact with few values: each outcome, with the values that come to it."""
        met, known = self.met & ~fact.behind, self.known & ~fact.behind
        for (met_there, known_there), values in fact.effects:
            code = self.compiled.outcome(met | met_there, known | known_there)
            if code != UNDETERMINED:
                yield OUTCOMES_BY_CODE[code], values

    def cuts(self, name: str) -> list[int]:
        """The codes of a stated fact at which some condition changes, in order; between two of them
        nothing does.
        """
        if name not in self._cuts:
            self._cuts[name] = self._find_cuts(self.in_play.facts[name])
        return self._cuts[name]

    def _find_cuts(self, moving: FactInPlay) -> list[int]:
        fact, name = moving.fact, moving.name
        found = set(moving.edges)
        for computed, edges in moving.crossed:
            found.update(self._crossings(computed, fact, edges))
        found.update(self._through_unknown(moving))
        # What turns at no value that the fact can have must not widen the years looked at below.
        found = {code for code in found if fact.first_code < code <= fact.last_code}
        if moving.yearly_edges:
            here = self.knowledge.codes.get(name, self.as_of.toordinal())
            found.update(_two_cycles_around(found, moving.yearly_edges, here))
        looked_at = self.looked_at(name)
        if looked_at is not None:
            found = {code for code in found if code in looked_at}
            found.update(self._scan(moving, looked_at))
        return sorted(code for code in found if fact.first_code < code <= fact.last_code)

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
        for code in codes:
            met, known = self.bits_of_one(moving, moving.fact.value(code))
            now = (met & ~own, known)
            if before is not None and now != before:
                yield code
            before = now

    def _crossings(
        self, computed: FactDefinition, moving: FactDefinition, edges: Sequence[int]
    ) -> Iterator[int]:
        """The codes of *moving* at which the computed fact passes an edge."""
        call = computed.computed
        assert call is not None
        other = _other_day(call, moving.name)
        if other is not None:
            code = self.knowledge.codes.get(other)
            if code is not None:
                yield from self._days_from(call, moving.name, code, edges)
        elif call.function == "days_until_next_period":
            yield from self._before_periods(str(call.arguments[0]), moving, edges)
        else:
            sign = self.in_play.facts[moving.name].directions[computed.name]
            for edge in edges if sign else ():
                crossing = self._search(computed, moving, edge, sign)
                if crossing is not None:
                    yield crossing

    def _days_from(
        self, call: Computation, moving: str, other: int, edges: Sequence[int]
    ) -> Iterator[int]:
        """The codes of one of two days at which the days between them pass an edge; *other* is the
        code of the day that stays.
        """
        counted = self.in_play.deriving.holidays if call.function == "days_counted" else NO_HOLIDAYS
        if call.arguments[1] == moving:
            yield from (counted.moved_to(other + edge - 1) + 1 for edge in edges)
        else:
            start = counted.counts_from(other)
            yield from (start - edge + 1 for edge in edges)

    def _through_unknown(self, moving: FactInPlay) -> Iterator[int]:
        """The codes at which it turns whether a day that is not known can have any value at all
        beside this one and others that are known: an approval that is bound to come before the
        request, and at most so long before the carrier was told.
        """
        name, codes = moving.name, self.knowledge.codes
        for computed, edges in moving.crossed:
            call = computed.computed
            unknown = _other_day(call, name) if call is not None else None
            if call is None or unknown is None or unknown in codes:
                continue
            between = self.in_play.facts.get(unknown)
            for code in self._bounds_of(between, name) if between is not None else ():
                yield from self._days_from(call, name, code, edges)
                yield from self._days_from(call, name, code - 1, edges)

    def _bounds_of(self, unknown: FactInPlay, apart_from: str) -> set[int]:
        """The codes at which what is known of other facts turns an unknown one."""
        fact = unknown.fact
        found = set(unknown.edges)
        for computed, edges in unknown.crossed:
            if apart_from not in self.in_play.sources_of[computed.name]:
                found.update(self._crossings(computed, fact, edges))
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

    def can_be(self, changes: Mapping[str, Value]) -> bool:
        """Whether the stated facts can be so after some changes."""
        if any(value is False and name in self.curable for name, value in changes.items()):
            return False
        return self.in_play.can_be(self.knowledge.stated, changes)

    def values_upward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each run of codes between cuts above a code, nearest first."""
        fact = self.in_play.stated[name]
        first, last = self.bounds(fact)
        cuts = [cut for cut in self.cuts(name) if cut > start]
        for cut, following in pairwise([*cuts, fact.last_code + 1]):
            code = -(-max(cut, first) // fact.step) * fact.step
            if code < following and code <= last:
                yield fact.value(code)

    def values_downward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each run of codes between cuts below a code, nearest first."""
        fact = self.in_play.stated[name]
        first, last = self.bounds(fact)
        cuts = [cut for cut in reversed(self.cuts(name)) if cut <= start]
        for cut, preceding in pairwise([*cuts, fact.first_code]):
            code = min(cut - 1, last) // fact.step * fact.step
            if code >= preceding and code >= first:
                yield fact.value(code)


def _other_day(call: Computation, name: str) -> str | None:
    """The other one of two days whose distance is computed; none of any other function."""
    if call.function not in ("days_between", "days_counted") or name not in call.arguments:
        return None
    one, other = map(str, call.arguments)
    return None if one == other else other if one == name else one


def _two_cycles_around(others: set[int], yearly: list[int], here: int) -> list[int]:
    """The edges of yearly calendars near the other cuts and the day asked about.

    Beyond them each year is like the one before, so what two whole years do not bring no later
    year brings.
    """
    first, last = min(others, default=here), max(others, default=here)
    low = bisect_left(yearly, min(first, here) - DAYS_EITHER_SIDE)
    return yearly[low : bisect_right(yearly, max(last, here) + DAYS_EITHER_SIDE)]
