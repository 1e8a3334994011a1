"""One case under one standing law, and what its outcome would be if a fact were otherwise. Exact
and incremental.

Along one fact, everything else staying as it is, the outcome is constant between *cuts*: the codes
at which some condition changes. The cuts follow from the provisions' own thresholds, so looking
once between each pair of cuts sees every value there is.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

from app.determinations.cells import Judged
from app.determinations.knowledge import FactsInPlay, Knowledge
from app.law.facts import FactDefinition, Value
from app.law.functions import FUNCTIONS, SERIES_FUNCTIONS
from app.law.questions import Outcome
from app.law.standing import StandingLaw
from app.remembered import Remembered

DAYS_EITHER_SIDE = 800
"""How many days before and after are tried one by one where nothing better is known: two years and
some days.
"""
PERIODS_EITHER_SIDE = 8
"""How many open periods before and after are looked at where a fact is compared with the distance
to the next one.
"""
FURTHER_AT_MOST = 256
"""How much is remembered for cases whose conditions come out alike and that differ in the values
behind them.
"""
T = TypeVar("T")


@dataclass(slots=True)
class _Alike:
    """What depends on how the conditions came out, and not on the values behind them.

    So it is found once for all such cases.
    """

    outcome: Outcome
    matters: dict[str, bool] = field(default_factory=dict)
    choices: dict[str, list[tuple[Outcome, list[Value]]]] = field(default_factory=dict)
    mattering: list[FactDefinition] | None = None
    further: dict[Hashable, Any] = field(default_factory=dict)


class WhatIf:
    """Outcomes of one case under changes to its facts."""

    def __init__(self, law: StandingLaw, knowledge: Knowledge, as_of: date) -> None:
        self.law, self.knowledge, self.as_of = law, knowledge, as_of
        self.in_play: FactsInPlay = knowledge.in_play
        self.cells = self.in_play.cells
        self._cuts: dict[str, list[int]] = {}
        self.met, self.known = self.cells.bits(knowledge.codes)
        self.told = self.cells.told(knowledge.codes)
        self.pattern = (self.met, self.known, self.told)
        """What is the same of all cases whose conditions come out alike."""
        self._like = self._alike(self.pattern)
        self.outcome = self._like.outcome
        """The outcome as the facts are."""

    def _alike(self, pattern: tuple[int, int, tuple[str, ...]]) -> _Alike:
        kept: Remembered[_Alike] = self.in_play.remember("alike", Remembered)
        return kept.find(pattern) or kept.keep(pattern, _Alike(self.cells.outcome(*pattern)))

    @property
    def judged(self) -> Judged:
        """Every outcome and every provision as the facts are."""
        return self.cells.judged(*self.pattern)

    def bits_if(self, changes: Mapping[str, Value]) -> tuple[int, int]:
        """The conditions met and the conditions known if some stated facts, and what is computed
        from them, were otherwise.
        """
        in_play, cells = self.in_play, self.cells.of_fact
        met, known, codes = self.met, self.known, dict[str, int]()
        values: dict[str, Value] | None = None
        for name, value in changes.items():
            moved = ~in_play.bits_behind[name]
            met, known = met & moved, known & moved
            codes[name] = in_play.stated[name].code_of(value)
        for name in changes:
            for fact in in_play.computed_from[name]:
                if values is None:
                    values = {**self.knowledge.values, **changes}
                derived = in_play.derive(fact, values)
                if derived is None:
                    values.pop(fact.name, None)
                    codes.pop(fact.name, None)
                else:
                    values[fact.name] = derived
                    codes[fact.name] = fact.code_of(derived)
        for name, code in codes.items():
            of_fact = cells.get(name)
            if of_fact is not None:
                met, known = met | of_fact.met_at(code), known | of_fact.bits
        return met, known

    def outcome_if(self, changes: Mapping[str, Value]) -> Outcome:
        """The outcome if some stated facts were otherwise."""
        met, known = self.bits_if(changes)
        return self.cells.outcome(met, known, self.told)

    def meets_if(self, changes: Mapping[str, Value], condition: int) -> bool:
        """Whether a condition on a fact, not on another question's outcome, is met if some stated
        facts were otherwise.
        """
        return bool(self.bits_if(changes)[0] >> condition & 1)

    def matters(self, name: str) -> bool:
        """Whether any value of a fact could change the outcome: false only where it is the same
        with the fact unknown.
        """
        known = self._like.matters.get(name)
        if known is None:
            known = self._like.matters[name] = self._could_matter(name)
        return known

    @property
    def mattering(self) -> list[FactDefinition]:
        """The stated facts that matter."""
        found = self._like.mattering
        if found is None:
            found = self._like.mattering = [
                fact for name, fact in self.in_play.stated.items() if self.matters(name)
            ]
        return found

    def remembered(self, key: Hashable, find: Callable[[], Iterable[T]]) -> tuple[T, ...]:
        """What is the same for all cases whose conditions come out alike, once *key* holds what
        else bears on it.
        """
        kept = self._like.further
        found: tuple[T, ...] | None = kept.get(key)
        if found is None:
            found = tuple(find())
            if len(kept) >= FURTHER_AT_MOST:
                kept = self._like.further = {}
            kept[key] = found
        return found

    def moving_with(self, name: str) -> tuple[Value | None, ...]:
        """The values of a stated fact and of those that something is computed from together with
        it.
        """
        return tuple([self.knowledge.values.get(other) for other in self.in_play.moving_with[name]])

    def _could_matter(self, name: str) -> bool:
        bits = self.in_play.bits_behind.get(name)
        if not bits:
            return False
        if self.outcome == "undetermined":
            return True
        touched = self.in_play.touched_by[name]
        return (
            self.cells.settled(
                self.met & ~bits, self.known & ~bits, self.told, touched, self.judged
            )
            != self.outcome
        )

    def outcomes_of_choices(self, name: str) -> list[tuple[Outcome, list[Value]]]:
        """For a fact with few values: each outcome, with the values that come to it."""
        reached = self._like.choices.get(name)
        if reached is None:
            bits = self.in_play.bits_behind[name]
            met, known = self.met & ~bits, self.known | bits
            reached = [
                (self.cells.outcome(met | met_there, known, self.told), values)
                for met_there, values in self.in_play.effects_of_choices(name)
            ]
            self._like.choices[name] = reached
        return reached

    def cuts(self, name: str) -> list[int]:
        """The codes of a stated fact at which some condition changes, in order.

        Between two of them nothing does.
        """
        if name not in self._cuts:
            self._cuts[name] = self._find_cuts(name)
        return self._cuts[name]

    def _find_cuts(self, name: str) -> list[int]:
        fact = self.in_play.stated[name]
        found = set(self.in_play.own_edges(name))
        for computed, edges in self.in_play.crossed_edges(name):
            found.update(self._crossings(computed, fact, edges))
        yearly = self.in_play.yearly_edges(name)
        if yearly:
            found.update(
                self._two_cycles_around(
                    found, yearly, self.knowledge.codes.get(name, self.as_of.toordinal())
                )
            )
        looked_at = self.looked_at(name)
        if looked_at is not None:
            found = {code for code in found if code in looked_at}.union(self._scan(fact, looked_at))
        return sorted(code for code in found if fact.first_code < code <= fact.last_code)

    def _two_cycles_around(self, others: set[int], yearly: list[int], here: int) -> list[int]:
        """The edges of yearly calendars near the other cuts and the day asked about.

        Beyond them each year is like the one before, so what two whole years do not bring no later
        year brings.
        """
        first = min(others, default=here)
        last = max(others, default=here)
        low = bisect_left(yearly, min(first, here) - DAYS_EITHER_SIDE)
        return yearly[low : bisect_right(yearly, max(last, here) + DAYS_EITHER_SIDE)]

    def looked_at(self, name: str) -> range | None:
        """The codes tried one by one, where something computed from a day neither rises nor falls
        with it; else none.

        A filing is late by its distance from a day of its own year, say. Such a fact is exact for
        some years about the day stated, and nothing is said of days beyond.
        """
        fact = self.in_play.stated[name]
        here = self.knowledge.codes.get(name)
        if here is None or "day" not in fact.kind.fits or not self._wavers(name):
            return None
        return range(
            max(fact.first_code, here - DAYS_EITHER_SIDE),
            min(fact.last_code, here + DAYS_EITHER_SIDE) + 1,
        )

    def _wavers(self, name: str) -> bool:
        kept = self.in_play.remember("wavering facts", dict[str, bool])
        if name not in kept:
            computed = [
                c.fact
                for c in self.in_play.conditions_of[name]
                if c.fact.computed and c.fact.name != name
            ]
            kept[name] = any(
                f.computed is not None
                and f.computed.function not in SERIES_FUNCTIONS
                and not self._direction(f, name)
                for f in computed
            )
        return kept[name]

    def _scan(self, fact: FactDefinition, codes: range) -> Iterator[int]:
        """The codes at which any condition on what is computed from a fact changes, found by trying
        each.
        """
        values, derive = dict(self.knowledge.values), self.in_play.derive
        conditions = [c for c in self.in_play.conditions_of[fact.name] if c.fact.name != fact.name]
        wanted = {
            name for c in conditions for name in (c.fact.name, *self._computed_behind(c.fact))
        }
        moving = [f for f in self.in_play.computed_from[fact.name] if f.name in wanted]
        before = None
        for code in codes:
            values[fact.name] = fact.value(code)
            for computed in moving:
                value = derive(computed, values)
                if value is None:
                    values.pop(computed.name, None)
                else:
                    values[computed.name] = value
            truths = [
                c.fact.name in values and c.fact.code(values[c.fact.name]) in c.accepts
                for c in conditions
            ]
            if before is not None and truths != before:
                yield code
            before = truths

    def _computed_behind(self, fact: FactDefinition) -> Iterator[str]:
        for name in fact.computed.fact_names if fact.computed else ():
            if name in self.in_play.computed:
                yield name
                yield from self._computed_behind(self.in_play.computed[name])

    def _crossings(
        self, computed: FactDefinition, moving: FactDefinition, edges: Sequence[int]
    ) -> Iterator[int]:
        """The codes of *moving* at which the computed fact passes an edge."""
        assert computed.computed is not None
        call = computed.computed
        if (
            call.function == "days_between"
            and moving.name in call.arguments
            and call.arguments[0] != call.arguments[1]
        ):
            rises = call.arguments[1] == moving.name
            other = self.knowledge.codes.get(str(call.arguments[0 if rises else 1]))
            if other is not None:
                yield from (other + edge if rises else other - edge + 1 for edge in edges)
        elif call.function == "days_until_next_period":
            yield from self._before_periods(str(call.arguments[0]), moving, edges)
        else:
            sign = self._direction(computed, moving.name)
            for edge in edges if sign else ():
                crossing = self._search(computed, moving, edge, sign)
                if crossing is not None:
                    yield crossing

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

    def _direction(self, computed: FactDefinition, name: str) -> int:
        """Whether a computed fact rises (1) or falls (-1) with a stated one; 0 where it is not
        known to do either.
        """
        call = computed.computed
        assert call is not None
        signs = set()
        for index, argument in enumerate(call.arguments):
            if argument == name:
                signs.add(FUNCTIONS[call.function].direction(index))
            elif isinstance(argument, str) and argument in self.in_play.computed:
                inner = self._direction(self.in_play.computed[argument], name)
                if inner or name in self._inputs(argument):
                    signs.add(FUNCTIONS[call.function].direction(index) * inner)
        return signs.pop() if len(signs) == 1 else 0

    def _inputs(self, computed: str) -> set[str]:
        return {
            name
            for name, facts in self.in_play.computed_from.items()
            if any(f.name == computed for f in facts)
        }

    def _search(
        self, computed: FactDefinition, moving: FactDefinition, edge: int, sign: int
    ) -> int | None:
        """The first code of *moving* at which the computed code is at or above *edge* (below it,
        where it falls).
        """
        step = moving.step
        low, high = moving.first_code // step, moving.last_code // step

        def passed(at: int) -> bool | None:
            values = self.knowledge.with_change(moving.name, moving.value(at * step))
            value = values.get(computed.name)
            return None if value is None else (computed.code(value) >= edge) == (sign > 0)

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

    def values_upward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each stretch between cuts above a code, nearest first."""
        fact = self.in_play.stated[name]
        cuts = [cut for cut in self.cuts(name) if cut > start]
        for cut, following in pairwise([*cuts, fact.last_code + 1]):
            code = -(-cut // fact.step) * fact.step
            if code < following:
                yield fact.value(code)

    def values_downward(self, name: str, start: int) -> Iterator[Value]:
        """The nearest value of each stretch between cuts below a code, nearest first."""
        fact = self.in_play.stated[name]
        cuts = [cut for cut in reversed(self.cuts(name)) if cut <= start]
        for cut, preceding in pairwise([*cuts, fact.first_code]):
            code = (cut - 1) // fact.step * fact.step
            if code >= preceding:
                yield fact.value(code)
